"""How the API is asked: one answer or an `ApiProblem` in words, also while it is silent."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

import httpx

from ui.api_problem import ApiProblem, problem_of
from ui.last_answers import LastAnswers

SILENT_SECONDS = 2.5
"""The same while it is known to be silent: who turns to another page then does not wait long for it to be grey too."""


def address(plant: str, *parts: str | int) -> str:
    return "/v1/plants/" + "/".join(quote(str(p), safe="") for p in (plant, *parts))


class Asking:
    """`http` may be any httpx client that knows its base address.

    patience : seconds to wait for what is only read; None: as `http` says.   memory : where answers are kept.
    recall : while the API is silent, its last answer to the same question counts.
    """

    def __init__(
        self,
        http: httpx.Client,
        patience: float | None = None,
        memory: LastAnswers | None = None,
        *,
        recall: bool = True,
    ) -> None:
        self._http, self._patience, self._memory, self._recall = http, patience, memory, recall

    @property
    def url(self) -> str:
        return str(self._http.base_url).rstrip("/")

    def _get(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        memory, asked = self._memory, (path, tuple(sorted((params or {}).items())))
        known = memory.get(asked) if memory is not None and self._recall else None
        if memory is not None and not memory.worth_asking():
            if known is not None:
                return cast(dict[str, Any], known)
            raise ApiProblem(0, "The server does not answer", f"{self.url} has been silent")
        try:
            answer = cast(dict[str, Any], self._call("GET", path, params=params).json())
        except ApiProblem as problem:
            if problem.status == 0 and known is not None:
                return cast(dict[str, Any], known)
            raise
        if memory is not None:
            memory.keep(asked, answer)
        return answer

    def _call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        if method == "GET" and self._patience is not None:
            silent = self._memory is not None and self._memory.silent_seconds() is not None
            patience = min(self._patience, SILENT_SECONDS) if silent else self._patience
            arguments["timeout"] = httpx.Timeout(patience, connect=min(3.0, patience))
        try:
            response = self._http.request(method, path, **arguments)
        except httpx.HTTPError as lost:
            if self._memory is not None:
                self._memory.missed()
            if isinstance(lost, httpx.TimeoutException):
                unsure, asked = method != "GET", f"{self.url} took too long"
                raise ApiProblem(0, "The server does not answer", asked, unsure=unsure) from lost
            raise ApiProblem(0, "The server cannot be reached", f"nobody answers at {self.url}") from lost
        if self._memory is not None:
            self._memory.heard()
        if response.is_error:
            raise problem_of(response)
        return response
