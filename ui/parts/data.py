"""What is read again and again within one revision, kept: boards, machines' times, and the canvas payload.

It is read without recall: an answer from before must not be kept as that of a newer revision.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import streamlit as st

from ui.answers import Board, Comparison, Lateness, MachineTimes, Material
from ui.client import ApiProblem, api_key, api_url, connect
from ui.format import parse
from ui.views.payload import board_payload


def _asker() -> str:
    """Where the API is and who asks there: what one key opens is not kept for another."""
    return f"{api_url()} {api_key()}"


def board(plant: str, plan: int, revision: int) -> Board:
    """The plan's board as it stands at a revision of the log (statuses and the frozen zone move with it)."""
    return _board(_asker(), plant, plan, revision)


@st.cache_resource(max_entries=16, show_spinner=False)
def _board(url: str, plant: str, plan: int, revision: int) -> Board:  # noqa: ARG001 - part of the key
    return connect(recall=False).board(plant, plan)


def machines(shown: Board, revision: int) -> list[MachineTimes]:
    """Closed time and outages over the board's whole span."""
    zero = parse(shown["origin"])
    last = shown["now"] + days_known(shown) * 1440
    first = min([shown["now"] - 2 * 1440, 0])
    start, end = (zero + dt.timedelta(minutes=first)).isoformat(), (zero + dt.timedelta(minutes=last)).isoformat()
    return _machines(_asker(), shown["plant"], revision, start, end)


def days_known(shown: Board) -> int:
    """For so many days from now `machines` tells what is closed: to the end of the plan, and eight at least."""
    return max(math.ceil((shown["end"] - shown["now"]) / 1440), 7) + 1


@st.cache_resource(max_entries=16, show_spinner=False)
def _machines(url: str, plant: str, revision: int, start: str, end: str) -> list[MachineTimes]:  # noqa: ARG001 - part of the key
    return connect(recall=False).machines(plant, start, end)


def materials(plant: str, revision: int, plan: int | None) -> list[Material]:
    return _materials(_asker(), plant, revision, plan)


@st.cache_resource(max_entries=8, show_spinner=False)
def _materials(url: str, plant: str, revision: int, plan: int | None) -> list[Material]:  # noqa: ARG001 - part of the key
    return connect(recall=False).materials(plant)


def comparison(plant: str, before: int, after: int) -> Comparison:
    return _comparison(_asker(), plant, before, after)


@st.cache_resource(max_entries=32, show_spinner=False)
def _comparison(url: str, plant: str, before: int, after: int) -> Comparison:  # noqa: ARG001 - part of the key
    return connect(recall=False).compare(plant, before, after)


def lateness(shown: Board, revision: int, order: str) -> Lateness | None:
    """Why an order is late under the plan; None: the plant has no such order any more."""
    return _lateness(_asker(), shown["plant"], shown["plan"], revision, order)


@st.cache_resource(max_entries=64, show_spinner=False)
def _lateness(url: str, plant: str, plan: int, revision: int, order: str) -> Lateness | None:  # noqa: ARG001 - part of the key
    try:
        return connect(recall=False).lateness(plant, plan, order)
    except ApiProblem as problem:
        if problem.status != 404:
            raise
        return None


def payload(
    shown: Board,
    revision: int,
    times: list[MachineTimes],
    *,
    compared: Board | None = None,
    work_center: str | None = None,
    focus: tuple[str, int] | None = None,
    height: int = 480,
) -> dict[str, Any]:
    """The canvas payload, made once per board and comparison."""
    key = (_asker(), shown["plant"], shown["plan"], revision, compared["plan"] if compared else None)
    made = _payload(key, work_center, height, shown, compared, times)
    return made | {"focus": {"label": focus[0], "turn": focus[1]} if focus else None}


@st.cache_resource(max_entries=16, show_spinner=False)
def _payload(
    key: tuple[Any, ...],  # noqa: ARG001 - what the payload depends on, cheaper to hash than the boards
    work_center: str | None,
    height: int,
    _shown: Board,
    _compared: Board | None,
    _times: list[MachineTimes],
) -> dict[str, Any]:
    return board_payload(_shown, _times, compared=_compared, work_center=work_center, height=height)
