"""Results of a benchmark, part by part: a part that is measured again replaces what was kept of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.surroundings import this_machine
from benchmarks.writing import markdown, number


def keep(
    out: Path,
    name: str,
    parts: Iterable[str],
    part: str,
    content: Mapping[str, Any],
    page: Callable[[Mapping[str, Any]], str],
) -> None:
    """Put a part's results in the place of its older ones, in `<name>.json` and, as `page` tells them, `<name>.md`."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{name}.json"
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    today = dt.datetime.now(dt.UTC).date().isoformat()
    kept[part] = {"date": today, "machine": this_machine(), **content}
    kept = {name: kept[name] for name in parts if name in kept}
    file.write_text(json.dumps(kept, indent=1) + "\n")
    (out / f"{name}.md").write_text(page(kept))


def when_and_where(kept: Mapping[str, Any]) -> str:
    """A table with a column per part, as machines and versions are long."""
    keys = list(dict.fromkeys(k for said in kept.values() for k in said["machine"]))
    measured = [
        [
            name,
            said["date"],
            number(said["took"]),
            *(said["machine"].get(k, "") for k in keys),
            _spoken(said["settings"]),
        ]
        for name, said in kept.items()
    ]
    lines = list(zip(["part", "date", "took s", *keys, "settings"], *measured, strict=True))
    return f"\n## When and where\n\n{markdown(lines[0], lines[1:])}"


def _spoken(settings: Mapping[str, Any]) -> str:
    return "; ".join(f"{k} {', '.join(map(str, v)) if isinstance(v, list) else v}" for k, v in settings.items())
