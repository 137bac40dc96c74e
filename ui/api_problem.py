"""What the API refuses, in words."""

from __future__ import annotations

from typing import Any

import httpx


class ApiProblem(Exception):
    """What failed, in words. status 0: no answer at all. faults: each fault where there are several.

    unsure : it was to change something, and may have done so although no answer came.
    """

    def __init__(
        self, status: int, title: str, detail: str, faults: list[str] | None = None, *, unsure: bool = False
    ) -> None:
        self.status, self.title, self.detail, self.faults = status, title, detail, faults or []
        self.unsure = unsure
        super().__init__(f"{title}: {detail}")


def problem_of(response: httpx.Response) -> ApiProblem:
    try:
        body = response.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    title = str(body.get("title") or f"The API refused the call ({response.status_code})")
    detail = str(body.get("detail") or response.text[:300] or response.reason_phrase)
    return ApiProblem(response.status_code, title, detail, [_fault(f) for f in body.get("errors") or []])


def _fault(fault: dict[str, Any]) -> str:
    """orders.csv row 17, due: found '31.2.2026', expected a date; write 2026-03-03"""
    place = str(fault.get("file") or fault.get("field") or "")
    if fault.get("row") is not None:
        place += f" row {fault['row']}"
    if fault.get("column"):
        place += f", {fault['column']}"
    parts = [f"found {fault['found']}" if fault.get("found") else "", f"expected {fault.get('expected') or ''}"]
    words = ", ".join(p for p in parts if p and not p.endswith("expected "))
    remedy = fault.get("remedy") or ""
    return f"{place}: {words}; {remedy}".strip("; :,")
