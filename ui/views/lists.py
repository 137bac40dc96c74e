"""Dispatch lists on their way to machines, as rows and words."""

from __future__ import annotations

from collections.abc import Sequence

from ui import format as say
from ui.answers import CarriedList, Carrier
from ui.views.tables import Row

NAMED = 3


def list_lines(carriers: Sequence[Carrier]) -> list[str]:
    """A line for each that a planner should know of: lists are not brought, or machines work by old ones."""
    lines = []
    for one in carriers:
        if one["trouble"]:
            lines.append(f"{one['name']} brings no lists: {one['trouble']}")
        old = sorted((x for x in one["lists"] if x["old"]), key=lambda x: x["since"])
        if old:
            named = ", ".join(f"{x['machine']} ({_why(x)})" for x in old[:NAMED])
            more = f" and {len(old) - NAMED} more" if len(old) > NAMED else ""
            lines.append(f"Work by an old list: {named}{more}")
    return lines


def carrier_words(one: Carrier) -> str:
    """How it stands, in one line."""
    if one["trouble"]:
        return f"cannot be reached: {one['trouble']}"
    if not one["lists"]:
        return "no list yet" if one["carries"] else "another process brings them, or its plant is not loaded"
    brought = sum(x["carried"] == x["version"] for x in one["lists"])
    confirmed = sum(x["confirmed"] == x["version"] for x in one["lists"])
    words = f"{brought} of {say.count(len(one['lists']), 'list')} brought"
    return f"{words}, {confirmed} confirmed" if one["answers"] else words


def list_rows(one: Carrier) -> list[Row]:
    return [
        {
            "Machine": x["machine"],
            "List": x["version"],
            "Since": say.moment(x["since"]),
            "Brought": "yes" if x["carried"] == x["version"] else "not yet",
            "Confirmed": _confirmed(x) if one["answers"] else say.NOTHING,
            "Note": x["why"],
        }
        for x in one["lists"]
    ]


def _confirmed(x: CarriedList) -> str:
    if x["refused"] == x["version"]:
        return f"refused by {x['by']}"
    return "yes" if x["confirmed"] == x["version"] else ("an old one" if x["confirmed"] else "none")


def _why(x: CarriedList) -> str:
    return x["why"] if x["refused"] == x["version"] else f"not confirmed since {say.moment(x['since'])}"
