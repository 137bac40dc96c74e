"""Why a machine stands, and for how long that is expected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.signals.context import shift_of, stop_context
from scheduler.signals.reasons import Expected, ReasonTree, StopReason, expected_stop, unmarked
from scheduler.signals.signal import Change
from scheduler.signals.told import AtWork
from tests.builders import at, tiny_plant

TOOL = StopReason("tool-break", "Tool break", "unplanned/tooling", False, "tool room", "4711", 20.0, ("E102", "TB*"))
BEARING = StopReason("bearing", "Bearing", "unplanned/mechanics", minutes=360.0)
TREE = ReasonTree((TOOL, BEARING))


def stopped(*rows: tuple[str, int, str]) -> PlantState:
    """The tiny plant after stops of (machine, minutes, reason), an hour apart."""
    past = [
        Downtime(machine, at(0, 0) + 60 * n, at(0, 0) + 60 * n + minutes, "breakdown", reason)
        for n, (machine, minutes, reason) in enumerate(rows)
    ]
    return replace(tiny_plant(), downtimes=tuple(past))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("tool-break", TOOL),
        ("Tool Break [hall]", TOOL),
        ("e102", TOOL),
        ("tb-7 [hall]", TOOL),
        ("bearing", BEARING),
        ("E10", None),
        ("", None),
    ],
)
def test_words_of_machines_and_persons_mean_a_reason(said: str, reason: StopReason | None) -> None:
    assert TREE.find(said) is reason


def test_a_reason_has_its_place_in_the_tree() -> None:
    assert TOOL.path == "unplanned/tooling/tool-break"
    assert StopReason("idle", "Idle").path == "idle"
    assert unmarked("spindle [hall]") == "spindle"
    assert unmarked("spindle [2] of two") == "spindle [2] of two"


def expected(state: PlantState, said: str, elapsed: int = 0) -> Expected | None:
    start = at(1, 8)
    return expected_stop(state, TREE, "lathe", said, start, start + elapsed)


def test_the_machine_knows_best_then_all_machines_then_the_table() -> None:
    mine = [("lathe", minutes, "E102 [plc]") for minutes in (10, 14, 40)]
    others = [("saw", minutes, "Tool break") for minutes in (30, 30)]
    assert expected(stopped(*mine, *others), "tool-break") == Expected(
        14, "median of 3 stops for 'Tool break' on lathe"
    )
    assert expected(stopped(*mine[:1], *others), "E102") == Expected(
        30, "median of 3 stops for 'Tool break' on all machines"
    )
    assert expected(stopped(*mine[:2]), "E102") == Expected(20, "as configured for 'Tool break'")
    assert expected(stopped(), "who knows") is None


def test_one_odd_stop_moves_the_middle_little() -> None:
    took = [("lathe", minutes, "bearing") for minutes in (9000, 300, 320, 310)]
    past = stopped(*took)
    found = expected_stop(past, TREE, "lathe", "bearing", at(20, 8), at(20, 8))
    assert found is not None
    assert found.minutes == 315  # of 300, 310, 320 and 9000


def test_a_stop_that_has_outlived_its_median_is_none_of_the_short_ones() -> None:
    state = stopped(*[("lathe", minutes, "E102") for minutes in (10, 14, 40, 50)])
    assert expected(state, "E102", 20) == Expected(
        45, "median of 2 stops that took longer than 20 min for 'Tool break' on lathe"
    )
    assert expected(state, "E102", 60) is None
    assert expected(stopped(), "E102", 20) is None


def test_reasons_without_a_table_have_a_history_too() -> None:
    state = stopped(*[("lathe", minutes, "coolant [plc]") for minutes in (5, 6, 7)])
    assert expected(state, "Coolant") == Expected(6, "median of 3 stops for 'Coolant' on lathe")


def test_a_stop_is_told_with_its_reason_its_work_its_shift_and_its_end() -> None:
    change = Change("down", "plc", "lathe", 0.0, reason="E102")
    data = stop_context(tiny_plant(), TREE, change, AtWork("PIN-1", 10), at(0, 8), at(0, 8, 5))
    assert data == {
        "machine": "lathe",
        "reason": "E102 [plc]",
        "reason_code": "tool-break",
        "reason_path": "unplanned/tooling/tool-break",
        "planned": False,
        "owner": "tool room",
        "cost_centre": "4711",
        "expected_up": "2026-03-02T08:20+00:00",
        "expected_by": "as configured for 'Tool break'",
        "order": "PIN-1",
        "operation": 10,
        "material": tiny_plant().orders["PIN-1"].material,
        "shift": "06:00–14:00",
    }
    bare = stop_context(tiny_plant(), ReasonTree(), replace(change, reason=""), None, at(0, 15), at(0, 15))
    assert bare == {"machine": "lathe", "reason": "stopped [plc]"}
    assert shift_of(tiny_plant(), "nothing", at(0, 8)) == ""
