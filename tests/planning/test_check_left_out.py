"""Orders that a plan leaves out: proven impossible, possibly impossible, or merely dropped.

The plant and its good plan are those of `test_check.py`.
"""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.plans import Unplanned
from scheduler.planning.judge.check import check_plan
from tests.builders import tiny_plan, tiny_plant
from tests.planning.test_check import said

GOOD = tiny_plan().operations


def test_an_order_that_nobody_can_plan_need_not_stand_in_the_plan() -> None:
    plant = tiny_plant(receipts={})
    verdict = check_plan(plant, GOOD[:4])
    assert verdict.feasible
    assert [u.order for u in verdict.unplanned] == ["PIN-1"]
    assert check_plan(plant, GOOD[:4], verdict.unplanned).feasible


def test_an_order_that_can_be_planned_may_not_be_dropped() -> None:
    verdict = check_plan(tiny_plant(), GOOD[:4], (Unplanned("PIN-1", 10, "too hard"),))
    assert verdict.by_rule() == {"1 complete": 2}
    assert "is left out, but can be planned (said of it: too hard)" in said(verdict)
    assert not check_plan(tiny_plant(), GOOD, (Unplanned("PIN-1", 10, "too hard"),)).feasible


def test_an_order_with_a_maximum_wait_may_be_left_out_by_name_only() -> None:
    shaft = tiny_plant().routings["shaft"]
    tied = replace(shaft, operations=(shaft.operations[0], replace(shaft.operations[1], max_wait=0)))
    plant = tiny_plant(routings={**tiny_plant().routings, "shaft": tied})
    others = [o for o in GOOD if o.order == "PIN-1"]
    named = tuple(Unplanned(name, 20, "no lathe is free in time") for name in ("SHAFT-1", "SHAFT-2"))
    assert check_plan(plant, others, named).feasible
    assert check_plan(plant, others, named[:1]).by_rule() == {"1 complete": 2}
    assert check_plan(plant, others, named).unplanned == named
