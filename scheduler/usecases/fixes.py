"""What would help a late order: each change planned in a worker, just as a what-if of it would be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent, TooMuchOpen, UnknownOrder, WorkersClosed, did_you_mean
from scheduler.ports import PlanRecord, PlanRequest
from scheduler.replanning.fixes.change import Steps
from scheduler.replanning.fixes.find import Fixes, OutOfTime, Prove, find_fixes
from scheduler.usecases.plan_requests import asked_by_a_person
from scheduler.usecases.snapshots import Snapshot
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.fixes")

ITERATIONS = 10_000
"""Plans that each proof tries, some 60 ms on the sample plants. More find more fixes, and smaller ones."""
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class FixesWish:
    """time_limit_seconds : for all proofs together.   iterations : of each, so that it repeats exactly.

    plan : the version whose reasons count; None: the plan in force.
    """

    time_limit_seconds: float = SECONDS
    iterations: int = ITERATIONS
    steps: Steps = field(default_factory=Steps)
    plan: int | None = None


@dataclass(frozen=True, slots=True)
class FoundFixes:
    """state : the plant that it was found for.   assumed : what a what-if assumes whose plan was asked about, which
    whoever adopts a fix adopts too."""

    plan: int
    fixes: Fixes
    state: PlantState
    assumed: tuple[Event, ...]


def fixes_for(
    tools: Tools, plant: str, order: str, wish: FixesWish, clock: Callable[[], float] = time.monotonic
) -> FoundFixes:
    """What would bring the order in time; what there was no time for is named.

    Raises UnknownOrder, UnknownPlan, and TooMuchOpen where others ask already or no plan at all came in time.
    """
    until = clock() + wish.time_limit_seconds
    snapshot = tools.snapshot(plant)
    record = tools.ledger.current_plan(plant) if wish.plan is None else tools.ledger.get_plan(plant, wish.plan)
    state, assumed = _behind(tools, snapshot, record)
    if order not in state.orders:
        raise UnknownOrder(f"no order '{order}' in the plant; {did_you_mean(order, state.orders)}")
    request = asked_by_a_person(snapshot, iterations=wish.iterations)
    with tools.asked_searches.begun() as may:
        if not may:
            raise TooMuchOpen(
                "what would help is being looked for already, for as many orders as may be; ask again soon"
            )
        try:
            prove = _proving(tools, request, lambda: until - clock())
            found = find_fixes(state, order, prove, wish.steps, record.plan.operations, record.plan.unplanned)
        except OutOfTime:
            raise TooMuchOpen(
                f"no plan came within {wish.time_limit_seconds:g} s: every worker is busy, or the plant is large; "
                "ask again, with more time or fewer iterations"
            ) from None
    return FoundFixes(record.number, found, state, assumed)


def _behind(tools: Tools, snapshot: Snapshot, record: PlanRecord) -> tuple[PlantState, tuple[Event, ...]]:
    """The plant now, with what a what-if assumes whose plan it is; assumptions that no longer apply are left out."""
    state, assumed = snapshot.state, list[Event]()
    if record.what_if is None:
        return state, ()
    idea = tools.ledger.what_if(record.plant, record.what_if)
    for event in () if idea.promoted else idea.events:
        try:
            state = fold_event(state, event)
        except InvalidEvent:
            continue
        assumed.append(event)
    return state, tuple(assumed)


def _proving(tools: Tools, request: PlanRequest, left: Callable[[], float]) -> Prove:
    """By a worker. left : seconds."""

    def prove(state: PlantState) -> Plan | None:
        if left() <= 0:
            raise OutOfTime
        handle = tools.workers.submit(state, request)
        try:
            return handle.result(timeout=max(0.0, left()))
        except TimeoutError:
            handle.stop()
            raise OutOfTime from None
        except WorkersClosed:
            raise
        except Exception:
            log.exception("fixes.proof_failed", plant=state.name)
            return None

    return prove
