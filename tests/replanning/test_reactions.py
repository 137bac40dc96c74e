"""What each event asks of the plan in force."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.events import EVENT_TYPES
from scheduler.domain.orders import Order, Receipt
from scheduler.domain.plans import PlannedOperation
from scheduler.replanning.reactions import FELT, REACTIONS, Need, cause_of, reaction_to, row_of, speaker_of, subject_of
from tests.builders import MONDAY_SIX, at, down, event, named, tiny_plant

PLAN = (PlannedOperation("A", 10, "saw", MONDAY_SIX, MONDAY_SIX + 60),)


def told(what: str, minute: int, **data: object):  # type: ignore[no-untyped-def]
    facts = {"order": "A", "operation": 10, "machine": "saw", **data}
    return replace(event("1", f"operation.{what}", **facts), time=MONDAY_SIX + minute)


def test_every_type_of_event_has_a_reaction_with_its_reason() -> None:
    assert {*EVENT_TYPES, "first plan", "policy"} == {key.split(",")[0] for key in REACTIONS}
    assert all(r.reason for r in REACTIONS.values())


@pytest.mark.parametrize("type", ["clock.ticked", "operation.started", "operation.progressed", "operation.finished"])
def test_the_course_of_work_and_time_leaves_a_plan_that_holds_alone(type: str) -> None:
    facts = {"order": "B", "operation": 20} if type.startswith("operation.") else {}
    assert reaction_to([event("1", type, **facts)], PLAN).need is Need.keep


@pytest.mark.parametrize("type", ["machine.down", "machine.up", "order.created", "receipt.changed", "quality.held"])
def test_a_disturbance_among_ticks_asks_for_a_repair_and_a_search(type: str) -> None:
    found = reaction_to([event("1"), event("2", type), event("3")], ())
    assert found == REACTIONS[type]
    assert found.need is Need.improve


def test_without_an_event_the_policy_has_changed() -> None:
    assert reaction_to([], PLAN) == REACTIONS["policy"]


@pytest.mark.parametrize(
    ("what", "minute", "data", "row"),
    [
        ("started", 0, {}, "operation.started"),
        ("started", 1, {}, "operation.started, late"),
        ("started", 0, {"machine": "lathe"}, "operation.started, elsewhere"),
        ("progressed", 30, {"remaining_minutes": 30}, "operation.progressed"),
        ("progressed", 30, {"remaining_minutes": 31}, "operation.progressed, late"),
        ("progressed", 30, {"quantity_good": 3}, "operation.progressed"),
        ("progressed", 30, {"quantity_scrap": 1}, "operation.progressed, scrap"),
        ("finished", 60, {"quantity_good": 10}, "operation.finished"),
        ("finished", 61, {}, "operation.finished, late"),
        ("finished", 61 - FELT, {}, "operation.finished"),
        ("finished", 60 - FELT, {}, "operation.finished, early"),
        ("finished", 60, {"quantity_scrap": 2}, "operation.finished, scrap"),
    ],
)
def test_work_is_held_against_the_plan_in_force(what: str, minute: int, data: dict[str, object], row: str) -> None:
    happened = told(what, minute, **data)
    assert row_of(happened, {o.key: o for o in PLAN}) == row
    assert reaction_to([happened], PLAN) == REACTIONS[row]


def test_time_that_passes_over_a_start_that_nobody_reports_asks_for_a_repair() -> None:
    ticks = [replace(event("1"), time=MONDAY_SIX), replace(event("2"), time=MONDAY_SIX + 1)]
    assert reaction_to(ticks, PLAN) == REACTIONS["clock.ticked, not begun"]
    assert reaction_to([*ticks, told("started", 0)], PLAN).need is Need.keep


def test_the_strongest_reaction_counts_and_speaks() -> None:
    late = told("finished", 90)
    assert reaction_to([event("1"), late, down("2", "saw")], PLAN) == REACTIONS["machine.down"]
    assert reaction_to([event("1"), late], PLAN) == REACTIONS["operation.finished, late"]


def test_the_cause_names_the_event_that_asks_for_the_most() -> None:
    assert cause_of([event("1"), down("2", "saw")]) == "saw down and 1 more report"
    assert cause_of([down("2", "saw"), event("1"), event("3")]) == "saw down and 2 more reports"
    assert cause_of([down("2", "saw")]) == "saw down"
    assert cause_of([event("1")]) == "time passing"
    assert cause_of([]) == "a change of policy"


def test_an_event_is_about_an_order_before_its_machine() -> None:
    assert subject_of(event("1", "operation.started", order="MO-1", operation=20, machine="saw")) == "MO-1/20"
    assert subject_of(event("1", "order.changed", order="MO-1", due="2026-03-04")) == "MO-1"
    assert subject_of(event("1", "receipt.changed", receipt="PO-7")) == "PO-7"
    assert subject_of(event("1", "material.counted", material="bar", on_hand=3)) == "bar"


def test_cause_and_reason_come_from_the_same_event_the_rush_order_before_the_count() -> None:
    counts = [event(f"{i}", "material.counted", material="42CrMo4-30", on_hand=3) for i in range(2)]
    rush = event("9", "order.created", order="RUSH-1")
    speaker = speaker_of([*counts, rush], PLAN)
    assert (speaker.row, speaker.event) == ("order.created", rush)
    assert cause_of([*counts, rush], PLAN) == "new order RUSH-1 and 2 more reports"
    assert reaction_to([*counts, rush], PLAN) == REACTIONS["order.created"]


def test_what_an_event_asks_by_its_circumstance_makes_it_speak() -> None:
    """By its type alone a finish asks for nothing; a late one does, and so it speaks, not the issue after it."""
    late, issued = told("finished", 90), event("2", "material.issued", material="bar", quantity=2)
    speaker = speaker_of([event("1"), late, issued], PLAN)
    assert (speaker.row, speaker.cause) == ("operation.finished, late", "the end of A/10 and 2 more reports")


PO = Receipt("PO-7", "bar", 20.0, MONDAY_SIX + 100)


@pytest.mark.parametrize(
    ("minute", "facts", "row"),
    [
        (100, {"quantity": 20}, "receipt.arrived"),
        (86, {"quantity": 20}, "receipt.arrived"),
        (85, {"quantity": 20}, "receipt.arrived, early"),
        (100, {"quantity": 19}, "receipt.arrived, short"),
        (100, {"quantity": 21}, "receipt.arrived, more"),
        (100, {"quantity": 5, "complete": False}, "receipt.arrived, in part"),
    ],
)
def test_a_delivery_asks_for_something_only_where_it_is_not_as_expected(
    minute: int, facts: dict[str, object], row: str
) -> None:
    came = replace(event("1", "receipt.arrived", receipt="PO-7", **facts), time=MONDAY_SIX + minute)
    assert speaker_of([came], PLAN, {"PO-7": PO}).row == row


def test_the_rest_of_a_delivery_is_held_against_what_was_left_to_come() -> None:
    part = replace(event("1", "receipt.arrived", receipt="PO-7", quantity=5, complete=False), time=PO.expected)
    rest = replace(event("2", "receipt.arrived", receipt="PO-7", quantity=15), time=PO.expected)
    assert speaker_of([part, rest], PLAN, {"PO-7": PO}).row == "receipt.arrived, in part"


def test_where_nobody_knows_what_was_expected_a_delivery_came_as_expected() -> None:
    assert reaction_to([event("1", "receipt.arrived", receipt="PO-7", quantity=3)], PLAN).need is Need.keep


def test_the_table_stands_in_the_order_of_weight() -> None:
    needs = [r.need for r in REACTIONS.values()]
    assert needs == sorted(needs, reverse=True)


def test_an_order_that_takes_the_place_kept_for_it_asks_for_no_search() -> None:
    came = event("1", "order.created", order="SO-1", reservation="PR-1")
    state = tiny_plant(orders=named(Order("SO-1", "pin", 1.0, at(2, 6), "pin", reservation="PR-1")))
    assert speaker_of([came], PLAN[:0], state=state).row == "order.created, reserved"
    alone = tiny_plant(orders=named(Order("SO-1", "pin", 1.0, at(2, 6), "pin")))
    assert speaker_of([came], PLAN[:0], state=alone).row == "order.created", "it came too late for its place"


def test_a_reservation_that_has_ended_by_itself_leaves_a_place_to_be_used() -> None:
    plan = (PlannedOperation("PR-1", 10, "saw", MONDAY_SIX, MONDAY_SIX + 60),)
    assert speaker_of([event("1")], plan, state=tiny_plant()).row == "promise.reserved, over"
    released = event("2", "promise.released", reservation="PR-1")
    assert speaker_of([released], plan, state=tiny_plant()).row == "promise.released"
    there = tiny_plant(orders=named(Order("PR-1", "pin", 1.0, at(2, 6), "pin")))
    assert speaker_of([event("1")], plan, state=there).row != "promise.reserved, over"
