"""What the API says of dispatch lists on their way to machines."""

from __future__ import annotations

from typing import TypedDict


class CarriedList(TypedDict):
    machine: str
    revision: int
    version: str
    since: str
    carried: str
    carried_at: str | None
    confirmed: str
    refused: str
    by: str
    why: str
    old: bool


class Carrier(TypedDict):
    name: str
    kind: str
    plant: str
    carries: bool
    trouble: str
    answers: bool
    lists: list[CarriedList]
