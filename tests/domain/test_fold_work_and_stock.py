"""What operation, receipt and count events do to progress and stock. 5 bars are on hand; PIN-1 takes 10."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Material, Progress, Receipt
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from scheduler.errors import InvalidEvent
from tests.builders import at, event, named, tiny_plant

SIX, HALF_PAST, SEVEN = at(0, 6), at(0, 6, 30), at(0, 7)


def started(order: str, operation: int, machine: str, time: Minute = SIX, **more: Any) -> Event:
    return event(
        f"s-{order}-{operation}-{machine}-{time}",
        "operation.started",
        time,
        order=order,
        operation=operation,
        machine=machine,
        **more,
    )


def finished(order: str, operation: int, time: Minute = SEVEN, **more: Any) -> Event:
    return event(f"f-{order}-{operation}-{time}", "operation.finished", time, order=order, operation=operation, **more)


def progressed(order: str, operation: int, time: Minute = HALF_PAST, **more: Any) -> Event:
    return event(
        f"p-{order}-{operation}-{time}", "operation.progressed", time, order=order, operation=operation, **more
    )


def with_bars(on_hand: float) -> PlantState:
    return tiny_plant(materials=named(Material("bar", on_hand=on_hand), Material("shaft"), Material("pin")))


def two_lathes() -> PlantState:
    """The saw can also turn pins, at half the speed."""
    plant = with_bars(12)
    pin = plant.routings["pin"].operations[0]
    pin = replace(pin, machines=(*pin.machines, EligibleMachine("saw", 6.0)))
    return replace(plant, routings={**plant.routings, "pin": Routing("pin", (pin,))})


def stock(state: PlantState, material: str) -> float:
    return state.materials[material].on_hand


def test_work_that_starts_runs_with_all_its_minutes_left() -> None:
    state = fold_event(tiny_plant(), started("SHAFT-1", 10, "saw", at(0, 6, 5)))
    assert state.progress["SHAFT-1", 10] == Progress("SHAFT-1", 10, "running", "saw", at(0, 6, 5), None, 20)


def test_work_reported_with_the_beginning_of_its_changeover_has_that_left_too() -> None:
    # 15 minutes of changeover and 30 of turning; at 06:10 the message is 10 minutes old.
    began = started("PIN-1", 10, "lathe", remaining_minutes=45)
    state = fold_events(tiny_plant(), [event("1", time=at(0, 6, 10)), began])
    assert state.progress["PIN-1", 10] == Progress(
        "PIN-1", 10, "running", "lathe", SIX, None, 35, told_minutes=45, pieces_taken=10.0
    )


def test_a_late_start_has_lost_the_minutes_since() -> None:
    state = fold_events(tiny_plant(), [event("1", time=at(0, 6, 15)), started("SHAFT-1", 10, "saw", at(0, 6, 5))])
    assert state.progress["SHAFT-1", 10].remaining_minutes == 10
    assert state.progress["SHAFT-1", 10].started == at(0, 6, 5)


def test_work_takes_its_components_when_it_starts() -> None:
    assert stock(fold_event(with_bars(12), started("PIN-1", 10, "lathe")), "bar") == 2


def test_what_was_taken_beyond_the_count_is_owed_and_the_next_delivery_fills_it() -> None:
    owing = fold_event(with_bars(5), started("PIN-1", 10, "lathe"))
    assert stock(owing, "bar") == -5


def test_a_machine_does_one_thing_at_a_time_so_what_ran_there_is_put_aside() -> None:
    state = fold_events(tiny_plant(), [started("SHAFT-1", 10, "saw"), started("SHAFT-2", 10, "saw", at(0, 6, 5))])
    assert state.progress["SHAFT-1", 10] == Progress("SHAFT-1", 10, "aside", "saw", SIX, None, 20)
    assert state.progress["SHAFT-2", 10] == Progress("SHAFT-2", 10, "running", "saw", at(0, 6, 5), None, 20)
    (doubt,) = state.doubts.values()
    assert (doubt.rule, doubt.order, doubt.status) == ("put_aside", "SHAFT-1", "open")


def test_done_work_that_starts_again_is_open_for_a_minute_and_a_doubt() -> None:
    state = fold_events(tiny_plant(), [finished("SHAFT-1", 10), started("SHAFT-1", 10, "saw", at(0, 8))])
    assert state.progress["SHAFT-1", 10].status == "running"
    assert state.progress["SHAFT-1", 10].remaining_minutes == 1
    assert [d.rule for d in state.doubts.values()] == ["reopened"]


def test_work_on_a_machine_that_its_routing_lacks_ran_there_and_counts() -> None:
    # The saw takes 2 minutes a piece; nobody knows how long the lathe takes, so it counts the same.
    state = fold_event(tiny_plant(), started("SHAFT-1", 10, "lathe"))
    assert state.progress["SHAFT-1", 10] == Progress("SHAFT-1", 10, "running", "lathe", SIX, None, 20)
    assert state.orders["SHAFT-1"].routing == "shaft@SHAFT-1"
    assert state.orders["SHAFT-2"].routing == "shaft"
    assert state.run_minutes("SHAFT-1", 10, "lathe") == 20
    assert state.run_minutes("SHAFT-2", 10, "lathe") is None
    assert [d.rule for d in state.doubts.values()] == ["other_machine"]


def test_a_second_report_of_the_same_start_changes_nothing() -> None:
    state = fold_event(with_bars(12), started("PIN-1", 10, "lathe"))
    assert fold_event(state, replace(started("PIN-1", 10, "lathe"), id="again")) == state


def test_work_that_moves_takes_its_share_along_and_no_new_components() -> None:
    # 30 minutes on the lathe, 60 on the saw. After 20 minutes a third is left: 20 minutes there.
    state = fold_events(two_lathes(), [started("PIN-1", 10, "lathe"), started("PIN-1", 10, "saw", at(0, 6, 20))])
    assert state.progress["PIN-1", 10] == Progress(
        "PIN-1", 10, "running", "saw", at(0, 6, 20), None, 20, pieces_taken=10.0
    )
    assert stock(state, "bar") == 2


def test_work_that_moves_and_cannot_pause_starts_again() -> None:
    plant = two_lathes()
    pin = replace(plant.routings["pin"].operations[0], pausable=False)
    plant = replace(plant, routings={**plant.routings, "pin": Routing("pin", (pin,))})
    state = fold_events(plant, [started("PIN-1", 10, "lathe"), started("PIN-1", 10, "saw", at(0, 6, 20))])
    assert state.progress["PIN-1", 10].remaining_minutes == 60


def test_a_machine_stands_in_the_family_of_what_it_last_did() -> None:
    plant = tiny_plant()
    saw, turn = plant.routings["shaft"].operations
    shaft = Routing("shaft", (replace(saw, setup_family="thick"), turn))
    plant = replace(plant, routings={**plant.routings, "shaft": shaft})
    assert fold_event(plant, started("SHAFT-1", 10, "saw")).machines["saw"].initial_setup == "thick"
    assert fold_event(plant, finished("SHAFT-1", 10, machine="saw")).machines["saw"].initial_setup == "thick"


def test_reported_pieces_are_totals_and_go_into_stock_once() -> None:
    state = fold_events(
        with_bars(12),
        [
            started("PIN-1", 10, "lathe"),
            progressed("PIN-1", 10, at(0, 6, 10), quantity_good=3),
            progressed("PIN-1", 10, at(0, 6, 20), quantity_good=6, quantity_scrap=1),
        ],
    )
    assert stock(state, "pin") == 6
    assert output_to_come(state, state.orders["PIN-1"]) == 3
    state = fold_event(state, finished("PIN-1", 10, at(0, 6, 30)))
    assert stock(state, "pin") == 9  # ten pieces less the one scrapped
    assert output_to_come(state, state.orders["PIN-1"]) == 0


def test_pieces_of_an_operation_that_others_follow_are_not_in_stock() -> None:
    state = fold_event(tiny_plant(), finished("SHAFT-1", 10, machine="saw", quantity_good=10))
    assert stock(state, "shaft") == 0
    assert output_to_come(state, state.orders["SHAFT-1"]) == 10


def test_pieces_scrapped_on_the_way_never_come() -> None:
    state = fold_event(tiny_plant(), finished("SHAFT-1", 10, machine="saw", quantity_scrap=2))
    assert output_to_come(state, state.orders["SHAFT-1"]) == 8
    state = fold_event(state, finished("SHAFT-1", 20, machine="lathe"))
    assert stock(state, "shaft") == 8


def test_a_piece_with_two_ends_is_finished_when_both_are() -> None:
    ends = Routing(
        "shaft",
        (
            Operation(10, machines=(EligibleMachine("saw", 1.0),)),
            Operation(20, machines=(EligibleMachine("lathe", 1.0),)),
        ),
    )
    plant = tiny_plant()
    plant = replace(plant, routings={**plant.routings, "shaft": ends})
    state = fold_event(plant, finished("SHAFT-1", 10, machine="saw", quantity_good=10))
    assert stock(state, "shaft") == 0
    assert stock(fold_event(state, finished("SHAFT-1", 20, machine="lathe", quantity_good=7)), "shaft") == 7


def test_a_report_may_say_how_long_it_still_takes() -> None:
    state = fold_events(
        tiny_plant(), [started("SHAFT-1", 10, "saw"), progressed("SHAFT-1", 10, remaining_minutes=44.5)]
    )
    assert state.progress["SHAFT-1", 10].remaining_minutes == 45


def test_a_late_report_of_what_remains_has_lost_the_minutes_since() -> None:
    late = progressed("SHAFT-1", 10, at(0, 6, 10), remaining_minutes=60)
    state = fold_events(tiny_plant(), [started("SHAFT-1", 10, "saw"), event("1", time=at(0, 6, 30)), late])
    assert state.progress["SHAFT-1", 10].remaining_minutes == 40


def test_progress_without_a_start_is_a_start_too() -> None:
    # 1 of 10 pieces by 06:30: 9 x 2 minutes are left.
    state = fold_event(tiny_plant(), progressed("SHAFT-1", 10, quantity_good=1))
    assert state.progress["SHAFT-1", 10] == Progress(
        "SHAFT-1", 10, "running", "saw", HALF_PAST, None, 18, quantity_good=1.0, counted=HALF_PAST
    )
    assert [d.rule for d in state.doubts.values()] == ["begun"]


def test_finished_work_is_done_where_it_ran() -> None:
    state = fold_events(tiny_plant(), [started("SHAFT-1", 10, "saw"), finished("SHAFT-1", 10, at(0, 6, 25))])
    assert state.progress["SHAFT-1", 10] == Progress(
        "SHAFT-1", 10, "done", "saw", at(0, 6), at(0, 6, 25), None, quantity_good=10.0, passed_on=10.0
    )


def test_finished_work_that_nobody_saw_start_takes_its_components_now() -> None:
    state = fold_event(with_bars(12), finished("PIN-1", 10, machine="lathe"))
    assert stock(state, "bar") == 2
    assert stock(state, "pin") == 10


def test_a_correction_after_the_end_moves_only_the_difference() -> None:
    state = fold_events(with_bars(12), [finished("PIN-1", 10), finished("PIN-1", 10, at(0, 8), quantity_good=8)])
    assert stock(state, "bar") == 2
    assert stock(state, "pin") == 8
    assert state.progress["PIN-1", 10].finished == at(0, 7)
    state = fold_event(state, progressed("PIN-1", 10, at(0, 8), remaining_minutes=5))
    assert state.progress["PIN-1", 10].remaining_minutes == 5
    assert stock(state, "bar") == 2


def test_an_unknown_operation_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidEvent, match="has no operation 30; it has 10, 20") as caught:
        fold_event(tiny_plant(), started("SHAFT-1", 30, "saw"))
    assert caught.value.field == "data.operation"


def test_a_delivery_slips_or_fails() -> None:
    slip = event("1", "receipt.changed", receipt="PO-7", expected="2026-03-04T08:00+00:00")
    fail = event("2", "receipt.changed", receipt="PO-7", quantity=0)
    state = fold_events(tiny_plant(), [slip, fail])
    assert state.receipts["PO-7"] == Receipt("PO-7", "bar", 0.0, at(2, 8))


def test_a_new_delivery_names_its_material() -> None:
    data = {"receipt": "PO-8", "expected": "2026-03-04T08:00+00:00", "quantity": 7}
    state = fold_event(tiny_plant(), event("1", "receipt.changed", **data, material="bar"))
    assert state.receipts["PO-8"] == Receipt("PO-8", "bar", 7.0, at(2, 8))
    with pytest.raises(InvalidEvent, match="did you mean 'PO-7'"):
        fold_event(tiny_plant(), event("1", "receipt.changed", **data))
    with pytest.raises(InvalidEvent, match="no material 'bars' in the plant; did you mean 'bar'"):
        fold_event(tiny_plant(), event("1", "receipt.changed", **data, material="bars"))
    with pytest.raises(InvalidEvent, match="needs its quantity"):
        fold_event(
            tiny_plant(), event("1", "receipt.changed", receipt="PO-8", material="bar", expected=data["expected"])
        )


def test_a_delivery_cannot_change_its_material() -> None:
    with pytest.raises(InvalidEvent, match="brings 'bar', not 'pin'"):
        fold_event(tiny_plant(), event("1", "receipt.changed", receipt="PO-7", quantity=1, material="pin"))


def test_a_delivery_whose_time_has_passed_is_still_expected() -> None:
    state = fold_event(tiny_plant(), event("1", time=at(1, 12)))
    assert state.receipts == tiny_plant().receipts
    assert stock(state, "bar") == 5


def test_stock_is_what_was_counted() -> None:
    state = fold_event(tiny_plant(), event("1", "material.counted", material="bar", on_hand=17))
    assert stock(state, "bar") == 17
    with pytest.raises(InvalidEvent, match="did you mean 'bar'"):
        fold_event(tiny_plant(), event("1", "material.counted", material="baar", on_hand=1))


def test_a_material_that_only_a_parts_list_names_can_be_counted() -> None:
    plant = tiny_plant(materials={})
    plant = replace(plant, receipts={})
    assert stock(fold_event(plant, event("1", "material.counted", material="bar", on_hand=3)), "bar") == 3
