"""Doubts are kept by id and, while they are open, found by their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from scheduler.domain.doubts import Doubt, Doubts
from scheduler.domain.fold import fold_events
from tests.builders import event, tiny_plant


def doubt(number: int, order: str, status: str = "open") -> Doubt:
    return Doubt(str(number), "begun", "it began then", 0, order, 10, status=status)  # type: ignore[arg-type]


def ids(found: Iterator[Doubt]) -> list[str]:
    return [d.id for d in found]


def test_the_open_ones_of_an_order_are_found_and_no_others() -> None:
    known = Doubts([doubt(1, "A"), doubt(2, "B"), doubt(3, "A", "settled"), doubt(4, "A")])
    assert ids(known.open("A")) == ["1", "4"]
    assert ids(known.open("C")) == []
    assert (known.open_count(), known.last_number(), len(known)) == (3, 4, 4)


def test_a_change_leaves_what_was_there_before_as_it_was() -> None:
    before = Doubts([doubt(1, "A"), doubt(2, "B")])
    after = before.having([replace(before["1"], status="settled"), doubt(3, "C")])
    assert (ids(before.open()), ids(after.open())) == (["1", "2"], ["2", "3"])
    assert [*after] == ["1", "2", "3"], "the one that was settled keeps its place"
    assert [*after.without_closed(["1"])] == ["2", "3"]
    assert after.last_number() == 3
    assert Doubts().last_number() == 0


def test_the_next_doubt_takes_no_number_that_another_has() -> None:
    """Doubts given newest first, and 10 that as a text stands before 9: the next is 11."""
    known = Doubts([doubt(10, "A"), doubt(9, "A"), doubt(2, "A")])
    assert ids(known.open("A")) == [*known] == ["2", "9", "10"]
    plant = tiny_plant(doubts={d.id: d for d in (doubt(10, "A"), doubt(9, "A"))})
    after = fold_events(plant, [event("1", "operation.finished", order="SHAFT-1", operation=20)])
    assert [(d.id, d.order) for d in after.doubts.values()][:3] == [("9", "A"), ("10", "A"), ("11", "SHAFT-1")]


def test_doubts_are_the_same_whichever_way_they_came_about() -> None:
    grown = Doubts().having([doubt(1, "A")]).having([doubt(2, "B")]).having([doubt(2, "B", "confirmed")])
    made = Doubts([doubt(1, "A"), doubt(2, "B", "confirmed")])
    assert grown == made
    assert ids(grown.open()) == ids(made.open()) == ["1"]
    assert grown == {"1": doubt(1, "A"), "2": doubt(2, "B", "confirmed")}


def test_a_report_looks_at_no_doubt_of_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 750 open doubts of other orders a report is folded without a look at any of them."""
    state = replace(tiny_plant(), doubts={str(i): doubt(i, f"OTHER-{i}") for i in range(1, 751)})
    looked: list[str | None] = []
    opened = Doubts.open

    def counting(self: Doubts, order: str | None = None) -> Iterator[Doubt]:
        for found in opened(self, order):
            looked.append(found.order)
            yield found

    monkeypatch.setattr(Doubts, "open", counting)
    monkeypatch.setattr(Doubts, "values", lambda _: pytest.fail("all doubts were looked at"))
    said = [
        event("1", "operation.started", order="SHAFT-1", operation=10, machine="saw"),
        event("2", "operation.started", order="SHAFT-2", operation=10, machine="saw"),
        event("3", "operation.started", order="SHAFT-1", operation=10, machine="saw"),
    ]
    after = fold_events(state, said)
    assert [(d.order, d.status) for d in (after.doubts["751"], after.doubts["752"])] == [
        ("SHAFT-1", "settled"),
        ("SHAFT-2", "open"),
    ]
    assert set(looked) == {"SHAFT-1"}
