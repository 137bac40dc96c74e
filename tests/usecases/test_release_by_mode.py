"""The tiny plant with the saw in one mode and the lathe in another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.plant import PlantState
from scheduler.errors import BadRequest
from scheduler.ports import Mode, Policy
from scheduler.usecases.change_plant import change_plant
from scheduler.usecases.desk import Desk
from tests.builders import at, down, event, tiny_plan, tiny_plant
from tests.usecases.shop import Shop

NEW = event("n", "order.created", order="PIN-2", material="pin", quantity=5, due="2026-03-04T14:00Z")


def begin(shop: Shop, mode: Mode, state: PlantState | None = None, **own: Mode) -> Desk:
    shop.load(mode, state=state or tiny_plant(plan=tiny_plan().operations))
    change_plant(shop.tools, "tiny", work_center_modes=own)
    shop.ledger.change_plant("tiny", policy=replace(shop.ledger.plant("tiny").policy, improve_seconds=0))
    desk = Desk(shop.tools, "tiny")
    desk.look()
    return desk


def current(shop: Shop) -> bool:
    plant = shop.ledger.plant("tiny")
    return plant.plan_in_force_revision == plant.revision


def test_a_plan_that_changes_rows_of_auto_work_centers_alone_is_released(shop: Shop) -> None:
    desk = begin(shop, "auto", sawing="advise")
    shop.post(down("d", "lathe", expected_up="2026-03-02T10:00Z"))
    desk.look()
    assert shop.versions()[-1] == (
        "released",
        "repaired after lathe down: its work is delayed or moved",
    )
    assert min(o.start for o in shop.in_force().plan.operations if o.machine == "lathe") >= at(0, 10)


def test_the_mode_of_a_work_center_goes_before_the_plants_whichever_is_bolder(shop: Shop) -> None:
    desk = begin(shop, "advise", turning="auto")
    shop.post(down("d", "lathe", expected_up="2026-03-02T10:00Z"))
    desk.look()
    assert shop.versions()[-1][0] == "released"


def test_a_plan_that_changes_rows_of_an_advise_work_center_waits_while_the_list_is_right(shop: Shop) -> None:
    desk = begin(shop, "auto", turning="advise")
    before = shop.in_force().number
    shop.post(NEW)
    desk.look()
    status, cause = shop.versions()[-1]
    assert (status, cause) == (
        "proposed",
        "repaired after new order PIN-2: it needs a place (waits for a person: it changes rows of turning)",
    )
    assert shop.in_force().number == before
    assert current(shop)
    shop.post(event("t", time=at(0, 6, 0)))
    desk.look()
    assert len(shop.versions()) == 2  # it waits, and is not proposed again and again
    assert shop.ledger.release_plan("tiny", 2, "m.keller", shop.clock()).status == "released"


def test_rows_of_an_advise_work_center_that_became_impossible_change_with_the_reason(shop: Shop) -> None:
    desk = begin(shop, "auto", turning="advise")
    shop.post(down("d", "saw", expected_up="2026-03-02T10:00Z"))
    desk.look()
    status, cause = shop.versions()[-1]
    assert status == "released"
    assert cause.endswith("(rows of turning changed because they had become impossible)")
    assert shop.in_force().verdict.feasible
    assert shop.start_of("SHAFT-1", 20) >= at(0, 10, 20)


def test_rows_of_an_advise_work_center_that_are_still_right_are_kept_when_others_must_change(shop: Shop) -> None:
    # SHAFT-2 is sawn with hours to spare; the repair would like to turn it sooner, and is not let.
    loose = tuple(
        replace(o, start=at(0, 12), end=at(0, 12, 50), setup_start=at(0, 11, 45)) if o.key == ("SHAFT-2", 20) else o
        for o in tiny_plan().operations
    )
    desk = begin(shop, "auto", tiny_plant(plan=loose), turning="advise")
    shop.planner.repair_fault = lambda plan: replace(
        plan,
        operations=tuple(
            replace(o, start=at(0, 9), end=at(0, 9, 50), setup_start=None) if o.key == ("SHAFT-2", 20) else o
            for o in plan.operations
        ),
    )
    shop.post(event("s", "operation.started", order="SHAFT-1", operation=10, machine="saw"))
    # The saw stops while SHAFT-1 is on it: SHAFT-2 must be sawn later, SHAFT-1 is turned later.
    shop.post(event("p", "operation.progressed", order="SHAFT-1", operation=10, remaining_minutes=19))
    shop.post(down("d", "saw", time=at(0, 6, 20), expected_up="2026-03-02T06:25Z"))
    desk.look()
    status, cause = shop.versions()[-1]
    assert status == "released"
    assert "turning" in cause or shop.start_of("SHAFT-2", 20) == at(0, 12)


def test_where_no_work_center_is_auto_nothing_is_released(shop: Shop) -> None:
    desk = begin(shop, "advise", turning="observe")
    shop.post(down("d", "saw", expected_up="2026-03-02T10:00Z"))
    desk.look()
    assert [status for status, _ in shop.versions()] == ["released", "proposed"]
    desk.look()
    assert len(shop.versions()) == 2


def test_without_a_plan_in_force_the_first_is_proposed_where_not_all_are_auto(shop: Shop) -> None:
    desk = begin(shop, "auto", tiny_plant(), turning="advise")
    desk.look()
    assert [status for status, _ in shop.versions()] == ["proposed"]


def test_a_plant_is_idle_where_every_work_center_only_observes(shop: Shop) -> None:
    begin(shop, "observe", tiny_plant(), turning="observe")
    assert shop.versions() == []


def test_observed_rows_stay_where_they_are_while_the_rest_is_planned(shop: Shop) -> None:
    desk = begin(shop, "auto", turning="observe")
    before = {o.key: o.start for o in shop.in_force().plan.operations if o.machine == "lathe"}
    shop.post(event("c", "receipt.changed", receipt="PO-7", quantity=20, expected="2026-03-02T09:00Z"))
    desk.look()
    assert {o.key: o.start for o in shop.in_force().plan.operations if o.machine == "lathe"} == before
    assert current(shop)


def test_modes_are_kept_with_the_plant_and_taken_back_by_none(shop: Shop) -> None:
    shop.load("auto")
    change_plant(shop.tools, "tiny", work_center_modes={"turning": "advise", "sawing": "observe"})
    change_plant(shop.tools, "tiny", work_center_modes={"sawing": None})
    assert shop.ledger.plant("tiny").policy == Policy(work_center_modes={"turning": "advise"})
    with pytest.raises(BadRequest, match=r"did you mean 'turning'\?"):
        change_plant(shop.tools, "tiny", work_center_modes={"turnin": "advise"})
