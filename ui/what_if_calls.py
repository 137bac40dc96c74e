"""The calls about what-ifs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ui import answers as a
from ui.asking import Asking, address


class WhatIfCalls(Asking):
    """A part of the client."""

    def what_ifs(self, plant: str) -> list[a.WhatIfSummary]:
        return cast(list[a.WhatIfSummary], self._get(address(plant, "what-ifs"))["what_ifs"])

    def what_if(self, plant: str, id: str) -> a.WhatIf:
        return cast(a.WhatIf, self._get(address(plant, "what-ifs", id)))

    def ask_what_if(
        self,
        plant: str,
        name: str,
        events: list[dict[str, Any]],
        mode: str,
        time_limit_seconds: float,
        limits: a.Limits | None = None,
        iterations: int | None = None,
        rules: Mapping[str, Any] | None = None,
    ) -> a.WhatIfSummary:
        """limits : what it may change at most; None: as the policy says.   iterations : plans to try, in place of
        seconds.   rules : `objective` and `frozen_minutes` as far as they are assumed."""
        body: dict[str, Any] = {"name": name, "events": events, "mode": mode, "time_limit_seconds": time_limit_seconds}
        body |= rules or {}
        if limits is not None:
            body["limits"] = limits
        if iterations is not None:
            body["iterations"] = iterations
        return cast(a.WhatIfSummary, self._call("POST", address(plant, "what-ifs"), json=body).json())

    def stop_what_if(self, plant: str, id: str) -> None:
        """Stop it; the best plan found so far stays."""
        self._call("DELETE", address(plant, "what-ifs", id))

    def refresh_what_if(self, plant: str, id: str) -> None:
        """Search it anew on the plant as it is."""
        self._call("POST", address(plant, "what-ifs", id, "refresh"))

    def preview_what_if(self, plant: str, id: str) -> a.Preview:
        """What adopting it would change now."""
        return cast(a.Preview, self._get(address(plant, "what-ifs", id, "preview")))

    def adopt(self, plant: str, id: str, by: str, reason: str, preview: str) -> a.Adopted:
        body = {"by": by, "reason": reason, "preview": preview}
        return cast(a.Adopted, self._call("POST", address(plant, "what-ifs", id, "adopt"), json=body).json())

    def way_back(self, plant: str, id: str) -> a.WayBack:
        """How its adoption would be taken back now."""
        return cast(a.WayBack, self._get(address(plant, "what-ifs", id, "take-back")))

    def take_back(self, plant: str, id: str, by: str, reason: str, preview: str) -> a.BackAgain:
        body = {"by": by, "reason": reason, "preview": preview}
        return cast(a.BackAgain, self._call("POST", address(plant, "what-ifs", id, "take-back"), json=body).json())

    def rename_what_if(self, plant: str, id: str, name: str) -> None:
        self._call("PATCH", address(plant, "what-ifs", id), json={"name": name})
