"""What was inferred about the floor, grouped so that one answer serves many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ui import format as say
from ui.answers import Doubt, QuarantineCause
from ui.views.tables import Row
from ui.views.words import event_words, in_words, source_words

CAUSES: Mapping[str, str] = {
    "put_aside": "Interrupted: other work was reported on its machine",
    "late_report": "Reported late, when other work had begun on its machine",
    "begun": "Reported at work without a start",
    "other_machine": "Works on a machine that its routing lacks",
    "reopened": "Started again though all its pieces were made",
    "lower_total": "Fewer pieces reported than before",
    "all_made": "All pieces made, no finish reported",
    "successor_finished": "Later work finished, so this is taken as done",
    "finish_before_start": "Reported finished before it started",
    "lost_report": "Overdue without a report, taken as done",
    "up_before_down": "Machine reported up before it went down, taken as up",
    "end_before_down": "Machine expected up before it went down",
    "no_reservation": "Order came after its reservation had ended",
    "leap": "Dated far ahead, held back",
}
"""By the rule of the doubt, as a planner says it."""

BY: Mapping[str, str] = {"rule": "Cause", "machine": "Machine", "order": "Order"}
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Doubts that are answered together; `ids` of exactly those that are counted and shown."""

    title: str
    count: int
    examples: str
    ids: tuple[str, ...]


def cause(doubt: Doubt) -> str:
    return CAUSES.get(doubt["rule"], doubt["rule"].replace("_", " "))


def grouped(doubts: Sequence[Doubt], by: str = "rule") -> list[Group]:
    """By cause, machine or order (a key of `BY`), the largest first. A doubt without one stands under a dash."""
    groups: dict[str, list[Doubt]] = {}
    for doubt in doubts:
        title = {"rule": cause(doubt), "machine": doubt["machine"], "order": doubt["order"]}[by]
        groups.setdefault(title or say.NOTHING, []).append(doubt)
    found = [Group(title, len(all_), _examples(all_), tuple(d["id"] for d in all_)) for title, all_ in groups.items()]
    return sorted(found, key=lambda g: (-g.count, g.title))


def _examples(doubts: Sequence[Doubt]) -> str:
    """MO-1/10 on saw-1, MO-2/10 on saw-1 and 5 more"""
    said = [f"{_work(d)} on {d['machine']}" if d["machine"] else _work(d) for d in doubts[:EXAMPLES]]
    more = len(doubts) - EXAMPLES
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")


def _work(doubt: Doubt) -> str:
    if not doubt["order"]:
        return doubt["event"] or doubt["id"]
    return doubt["order"] if doubt["operation"] is None else f"{doubt['order']}/{doubt['operation']}"


def doubt_rows(doubts: Sequence[Doubt]) -> list[Row]:
    """One line each, the newest first, as they come."""
    return [
        {
            "Since": say.clock(d["since"]),
            "Work": _work(d),
            "Machine": d["machine"] or say.NOTHING,
            "Cause": cause(d),
            "Assumed": in_words(d["words"]),
            "Reported by": source_words(d["source"]),
        }
        for d in doubts
    ]


def cause_words(cause: QuarantineCause) -> str:
    """12 reports from mes hall-1 (operation started)"""
    sources = ", ".join(map(source_words, cause["sources"]))
    kinds = ", ".join(event_words(kind).lower() for kind in cause["types"])
    return f"{say.count(cause['waiting'], 'report')} from {sources} ({kinds})"
