"""The desk's search for a better plan, which outlives events: leg after leg from the best plan that it has so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.errors import StalePlan, WorkersClosed
from scheduler.fault_points import passing
from scheduler.messages import MessageType
from scheduler.ports import Mode, PlanRecord, Policy, SolveHandle, Trigger
from scheduler.replanning.reactions import Need
from scheduler.replanning.worth import CALM_AFTER, has_drifted
from scheduler.usecases.check_and_store import CheckedPlan, checked
from scheduler.usecases.improvement_chain import (
    LONGEST_WAIT_SECONDS,
    Call,
    Chain,
    Leg,
    begun,
    called,
    ended,
    failed,
    next_leg,
    searches,
)
from scheduler.usecases.improving import improvement, judged, left_of, nothing_to_gain, released_by_hand
from scheduler.usecases.snapshots import Snapshot
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.improver")

ANSWER_SECONDS = 180.0
"""How long after its limit a worker may be silent before it counts as dead."""
JUDGED_AGAIN = 4
"""How often a better plan that was not worth its moves is held against them again, each time after `CALM_AFTER`."""

Present = tuple[Snapshot, PlanRecord | None]


class Publish(Protocol):
    def __call__(
        self, snapshot: Snapshot, candidate: CheckedPlan, cause: str, trigger: Trigger, kind: MessageType
    ) -> PlanRecord | None: ...


@dataclass(frozen=True, slots=True)
class Wants:
    """How a plant wants to be planned: a plan that was searched for otherwise is not the end of a search."""

    loaded_at: dt.datetime
    mode: Mode
    policy: Policy


@dataclass(frozen=True, slots=True)
class AtWork:
    """A leg in a worker, what it was begun for, and how the plant wanted to be planned then."""

    leg: Leg
    handle: SolveHandle
    call: Call
    wants: Wants | None

    @property
    def ends_early(self) -> bool:
        """With what it has, where something else is asked for: it goes by time, and is long."""
        return self.leg.moves is None and self.leg.seconds > LONGEST_WAIT_SECONDS


class Improver:
    """One desk's. `present` reads the plant and the plan that a better one is held against."""

    def __init__(self, tools: Tools, plant: str, present: Callable[[], Present], publish: Publish) -> None:
        self.plant = plant
        self.left: str | None = None
        self._tools = tools
        self._present = present
        self._publish = publish
        self._bettered_at: Minute | None = None
        self._at_work: AtWork | None = None
        self.forget()

    def forget(self) -> None:
        """The plan in force may be anybody's from now on. A leg at work is stopped, and what it has is dropped."""
        if self._at_work is not None:
            self._at_work.handle.stop()
        self._at_work = None
        self._chain: Chain | None = None
        self._best: tuple[PlannedOperation, ...] = ()
        self._judge_again_at: Minute | None = None
        self._judged_again = 0
        self._last_call: Call | None = None
        self._wants: Wants | None = None
        self._changed: Need | None = None
        self._searched = False
        self._ever_asked = False
        self._known: set[tuple[int, str | None]] = set()
        self._searched_cost = 0.0

    def busy(self) -> bool:
        return self._chain is not None

    def stop(self) -> None:
        """The leg at work ends soon, and is the last; the best that it has found is still harvested."""
        if self._at_work is not None:
            self._at_work.handle.stop()
        elif self._chain is not None:
            self._chain = None
        self._chain = None if self._chain is None else replace(self._chain, spent=float("inf"))

    def call(self, call: Call, snapshot: Snapshot) -> None:
        """A better plan is asked for. A leg at work goes on, a long one ends with what it has; the next one begins from
        what it finds."""
        self._wanted(snapshot)
        self._ever_asked = True
        if searches(snapshot.record.policy):
            work = self._at_work
            searching = work is not None and work.leg.fresh and work.wants == self._wants
            fresh = call.need >= Need.replan or not (self._searched or searching)
            self._chain = called(self._chain, call, fresh)
            if work is not None and work.ends_early:
                work.handle.stop()

    def _make_room(self, chain: Chain) -> None:
        """Somebody waits for an answer: a long leg ends with what it has, and afterwards has its whole effort again."""
        work = self._at_work
        if work is not None and work.ends_early and chain.since is None:
            self._chain = called(chain, chain.call, work.leg.fresh)
            work.handle.stop()

    def made(self, plan: PlanRecord) -> None:
        """Note a plan that the desk itself has made, so that it alone asks for no search."""
        self._known |= {(plan.number, None), (plan.number, plan.kept_for)}

    def drifted(self, cost: float) -> bool:
        """Whether repairs have changed the cost much since the last search, and no search is under way."""
        return self._chain is None and has_drifted(self._searched_cost, cost)

    def look(self) -> None:
        """Harvest a leg that has ended; begin the next, where there is one. The desk has caught up."""
        snapshot, base = self._present()
        self._call_unasked(snapshot, base)
        work = self._at_work
        if work is not None and work.handle.done():
            self._at_work = None
            self._harvest(work)
            snapshot, base = self._present()
        if self._chain is not None and self._tools.asked_searches.at_work():
            self._make_room(self._chain)
        elif self._at_work is None and self._chain is not None:
            self._begin(snapshot, base)
        elif self._chain is None and self._judge_again_at is not None and snapshot.state.now >= self._judge_again_at:
            self._judge_again()

    # -- what nobody has asked for ----------------------------------------------------------------------------------

    def _wanted(self, snapshot: Snapshot) -> None:
        """Notes how the plant wants to be planned now, and what a change of that asks for."""
        record = snapshot.record
        if self._wants is not None and self._wants.loaded_at != record.loaded_at:
            self.forget()
        before, self._wants = self._wants, Wants(record.loaded_at, record.mode, record.policy)
        if before is None or before == self._wants:
            return
        self._searched = False
        self._changed = Need.improve if before.policy.objective == record.policy.objective else Need.replan
        if self._at_work is not None:
            self._at_work.handle.stop()

    def _call_unasked(self, snapshot: Snapshot, base: PlanRecord | None) -> None:
        """Begin a search where the plan in force did not come from one with the plant's present weights and limits."""
        self._wanted(snapshot)
        if base is None or base.status not in ("released", "proposed") or base.revision < snapshot.revision:
            return
        hand = released_by_hand(snapshot, base)
        mark = (base.number, hand)
        changed, self._changed = self._changed, None
        if mark in self._known and self._ever_asked and changed is None:
            return
        self._known.add(mark)
        if base.status == "proposed" and base.trigger is None:
            return  # a person has asked for it, and decides
        if changed is not None:
            cause = "a change of mode or policy"
        elif hand is not None and base.decided_by == hand:
            cause = f"{hand} released plan {base.number}"
        elif base.decided_by == "scenario":
            cause = f"plan {base.number} came with the scenario"
        else:
            cause = f"the desk took up plan {base.number}"
        self.call(Call(cause, changed or Need.improve, snapshot.revision, snapshot.revision), snapshot)

    # -- legs -------------------------------------------------------------------------------------------------------

    def _begin(self, snapshot: Snapshot, base: PlanRecord | None) -> None:
        chain = self._chain
        assert chain is not None
        leg = next_leg(chain, snapshot.record.policy)
        if leg is None:
            self._end(snapshot)
            return
        state = snapshot.state
        if base is not None:
            state = replace(state, plan=base.plan.operations)
            now = checked(state, replace(base.plan, operations=left_of(state, base)))
            if nothing_to_gain(state, now, snapshot.record.policy):
                self._end(snapshot)
                return
            self._searched_cost = now.cost_of_planned
            request = improvement(state, snapshot, now, chain.call.need, leg, self._best)
        else:
            self._searched_cost = 0.0
            request = improvement(state, snapshot, None, chain.call.need, leg, self._best)
        try:
            handle = self._tools.workers.submit(state, request)
        except WorkersClosed:
            raise
        except Exception:
            self._fail(begun(chain), leg)
            return
        self._chain = begun(chain)
        self._at_work = AtWork(leg, handle, chain.call, self._wants)
        passing("desk.searching")

    def _end(self, snapshot: Snapshot) -> None:
        self._last_call = self._chain.call if self._chain is not None else None
        self._chain = None
        self._judged_again = 0
        self._judge_again_at = snapshot.state.now + int(CALM_AFTER) if self._best else None

    def _fail(self, chain: Chain, leg: Leg) -> None:
        """It costs that leg only: the plan in force stays, and so does the best so far."""
        self._tools.meters.count("searches_failed", plant=self.plant)
        log.exception("desk.search_failed", plant=self.plant, leg=leg.number, failures=chain.failures + 1)
        self.left = "a search for a better plan has failed; the plan in force stays"
        self._chain = failed(chain, leg)

    def _harvest(self, work: AtWork) -> None:
        chain = self._chain
        try:
            found = work.handle.result(timeout=ANSWER_SECONDS)
        except WorkersClosed:
            self._chain = None
            raise
        except Exception:
            if chain is not None:
                self._fail(chain, work.leg)
            return
        if chain is None:
            return
        if work.leg.fresh and work.wants == self._wants:
            self._searched = True
        self._chain = ended(chain, work.leg)  # before it is judged: a fault there must not make a leg free of charge
        if self._judge(found, work.call):
            self._chain = replace(self._chain, gained=True)

    def _judge_again(self) -> None:
        """The list has been quiet since: a better plan that was not worth its moves then may be now."""
        assert self._last_call is not None
        snapshot, base = self._present()
        self._judged_again += 1
        more = self._judged_again < JUDGED_AGAIN
        self._judge_again_at = snapshot.state.now + int(CALM_AFTER) if more else None
        if base is None:
            return
        self._judge(replace(base.plan, operations=self._best, engine="search"), self._last_call)
        if not self._best:
            self._judge_again_at = None

    def _judge(self, found: Plan, call: Call) -> bool:
        """Take the plan where it is worth its moves on the plant now. Where it gains, the next leg begins from it."""
        snapshot, base = self._present()
        if base is None or base.revision < snapshot.revision:
            self._best = found.operations
            return False
        state = replace(snapshot.state, plan=base.plan.operations)
        better = self._retimed(state, found)
        if better is None:
            self._best = ()  # what it had holds no longer: the next leg begins anew
            return False
        now = checked(state, replace(base.plan, operations=left_of(state, base)))
        worth = judged(snapshot, base, now, better, self._bettered_at)
        log.info("desk.better_plan", plant=self.plant, taken=worth.worth, why=worth.reason)
        self._best = better.plan.operations if worth.gain > 0 else ()
        if not worth:
            self.left = f"plan {base.number} stays in place of a better one: {worth.reason}"
            if worth.gain > 0 and released_by_hand(snapshot, base) is not None:
                note = f"a better plan was not taken: {worth.reason}"
                self._tools.ledger.note_plan(self.plant, base.number, note, self._tools.clock())
            return False
        try:
            # Judged against what is in force, which the modes hold it against.
            better = checked(snapshot.state, better.plan)
            trigger = Trigger(call.need.name, worth.reason, call.after, call.until)
            cause = f"improved after {call.cause}: {worth.reason}"
            if self._publish(snapshot, better, cause, trigger, "plan.improved") is None:
                self._best = ()
                return False
        except StalePlan as moved:
            log.info("desk.moved_on", plant=self.plant, why=str(moved))
            return False
        self._bettered_at = snapshot.state.now
        self._best = ()
        self.left = None
        return True

    def _retimed(self, state: PlantState, found: Plan) -> CheckedPlan | None:
        """On the plant as it is now; None where it holds no longer."""
        better = checked(state, found)
        if better.verdict.feasible:
            return better
        try:
            better = checked(state, self._tools.planner.repair(replace(state, plan=found.operations)))
        except Exception:
            log.exception("desk.repair_failed", plant=self.plant)
            self._tools.meters.count("repairs_failed", plant=self.plant)
            return None
        if better.verdict.feasible:
            return better
        self._tools.meters.count("desk_plans_refused", plant=self.plant)
        first = better.verdict.violations[0]
        log.error("desk.plan_fails_the_check", plant=self.plant, first=f"{first.rule}: {first.message}")
        return None
