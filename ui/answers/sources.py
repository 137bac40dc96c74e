"""What the API says of sources of signals."""

from __future__ import annotations

from typing import TypedDict


class SourceMachine(TypedDict):
    machine: str
    state: str
    since: str


class SourceFigure(TypedDict):
    name: str
    count: int
    fate: str
    why: str


class Source(TypedDict):
    name: str
    kind: str
    plant: str
    listens: bool
    trouble: str
    machines: list[SourceMachine]
    signals: dict[str, int]
    rules: dict[str, int]
    figures: list[SourceFigure]
