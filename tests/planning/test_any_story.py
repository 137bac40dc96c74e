"""Whatever is reported, in whatever order: no order disappears, and what is left is planned and comes back as written.

Events of every type, as the tests of the fold draw them, and some from far ahead.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import DAY
from scheduler.domain.plans import GIVEN_UP
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent
from scheduler.ingest import read_scenario
from scheduler.ingest.scenario_files import scenario_zip
from scheduler.planning.judge.check import check_plan
from scheduler.solving.planner import RejigPlanner
from tests.domain.test_fold_properties import PLANT, events

PLANNER = RejigPlanner()
FROM_AFAR = st.sampled_from([0, 0, 0, 0, 0, 90 * DAY])


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(events(), FROM_AFAR), min_size=5, max_size=30))
def test_any_story_leaves_a_plant_that_is_planned_and_comes_back(story: list[tuple[Event, int]]) -> None:
    state, expected, cancelled = PLANT, set(PLANT.orders), set[str]()
    for number, (event, ahead) in enumerate(story):
        try:
            state = fold_event(state, replace(event, id=str(number), time=event.time + ahead))
        except InvalidEvent:
            continue
        if event.type == "order.created":
            expected |= {event.data["order"]} & state.orders.keys()
        cancelled |= {event.data["order"]} if event.type == "order.cancelled" else set()
    assert set(state.orders) >= expected - cancelled
    for plan in (PLANNER.repair(state), PLANNER.repair(replace(state, plan=PLANNER.repair(state).operations))):
        assert check_plan(state, plan.operations, plan.unplanned, broken_pins=plan.broken_pins).violations == ()
        assert not any(u.reason.startswith(GIVEN_UP) for u in plan.unplanned)
        named = {u.order for u in plan.unplanned} | {o.order for o in plan.operations}
        wanted = {n for n, o in state.orders.items() if o.status != "hold" and not _is_done(state, n)}
        assert wanted <= named
    written = replace(state, plan=plan.operations)
    back = read_scenario(scenario_zip(written)).state
    assert back == replace(written, plan=written.unfinished(written.plan))


def _is_done(state: PlantState, order: str) -> bool:
    steps = state.routings[state.orders[order].routing].operations
    return all(state.status_of(order, step.number) == "done" for step in steps)
