"""The desk of one plant: level-triggered, it plans until the plan in force knows of every event in the log.

First right, then better: the plan in force is repaired at once, checked and published; a search that outlives events
then looks for a better one in the background (`improver`). Publishing is refused when the base has moved on, and the
desk looks again.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from scheduler.domain.events import Event
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import in_places_taken
from scheduler.errors import StalePlan, WorkersClosed
from scheduler.fault_points import passing
from scheduler.messages import MessageType
from scheduler.planning.lists.drift import drift_cause
from scheduler.ports import LoggedEvent, PlanRecord, Trigger
from scheduler.replanning.assumed import Assumed, as_assumed, only_ticks
from scheduler.replanning.reactions import FIRST_PLAN, TAKES_A_PLACE, Need, Speaker, speaker_of
from scheduler.usecases.base_plan import base_plan
from scheduler.usecases.check_and_store import CheckedPlan, checked, store
from scheduler.usecases.improvement_chain import Call
from scheduler.usecases.improver import ANSWER_SECONDS, Improver
from scheduler.usecases.improving import left_of
from scheduler.usecases.plan_requests import for_a_first_plan
from scheduler.usecases.poison import PlanningFailed, find_culprit, set_aside
from scheduler.usecases.release_by_mode import breach_of, decide, first_breach, plans_nothing
from scheduler.usecases.snapshots import Snapshot, with_policy
from scheduler.usecases.stops import late_orders, late_words
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.desk")


class Desk:
    """Call `look` whenever something may have changed; it does what is due and returns. One thread at a time."""

    def __init__(self, tools: Tools, plant: str, term: int | None = None) -> None:
        """term : of this desk, from the ledger; what it publishes once another has begun is refused with DeskTaken.

        settled : the revision up to which nothing is left to do, no search either; None: none yet, or it plans nothing.
        """
        self.plant = plant
        self._term = term
        self.doing = "waiting"
        self.trouble: str | None = None
        self.settled: int | None = None
        self._tools = tools
        self._improver = Improver(tools, plant, self._present, self._publish)
        self._given_up_at: int | None = None
        self._failed_at: int | None = None
        self._said: tuple[int, tuple[PlannedOperation, ...]] | None = None  # (a plan made by ticks alone, its origin)

    @property
    def left(self) -> str | None:
        """Why the last better plan was not taken, in words."""
        return self._improver.left

    def look(self) -> None:
        """React to a newer log, then harvest a search that has ended."""
        record = self._tools.ledger.plant(self.plant)
        if plans_nothing(record):
            self._improver.forget()
            self.settled = None
            return
        snapshot = self._tools.snapshot(self.plant)
        base = self._base(snapshot)
        if snapshot.revision != self._given_up_at and (base is None or base.revision < snapshot.revision):
            try:
                self._catch_up(snapshot, base)
            except StalePlan as moved:
                log.info("desk.moved_on", plant=self.plant, why=str(moved))
                return
            except PlanningFailed:
                failed_before, self._failed_at = self._failed_at, snapshot.revision
                if failed_before != snapshot.revision or not self._sets_aside_culprit(snapshot, base):
                    raise
                return
            self._failed_at = None
        self._improver.look()
        searching = self._improver.busy()
        if self.trouble is None:
            self.doing = "improving the plan" if searching else "waiting"
        if not searching:
            self.settled = snapshot.revision
        elif self.settled is not None:
            self.settled = min(self.settled, snapshot.revision - 1)

    def improving(self) -> bool:
        return self._improver.busy()

    def stop_improving(self) -> None:
        """The search ends soon; the best that it has found is still harvested."""
        self._improver.stop()

    # -- catching up ------------------------------------------------------------------------------------------------

    def _present(self) -> tuple[Snapshot, PlanRecord | None]:
        snapshot = self._tools.snapshot(self.plant)
        return snapshot, self._base(snapshot)

    def _base(self, snapshot: Snapshot) -> PlanRecord | None:
        return base_plan(self._tools.ledger, snapshot)

    def _catch_up(self, snapshot: Snapshot, base: PlanRecord | None) -> None:
        began = self._tools.clock()
        events = self._events_since(base.revision if base else snapshot.revision, snapshot.revision)
        speaker = FIRST_PLAN if base is None else self._speaker(events, base, snapshot.state)
        reaction = speaker.reaction
        search_follows = reaction.searches
        ticked = only_ticks(events)
        if not ticked or base is None or (self._said and self._said[0] != base.number):
            self._said = None
        breach = None
        if base is not None and not search_follows:
            breach = self._breach(snapshot, base, as_assumed(events, snapshot.state, left_of(snapshot.state, base)))
        if base is not None and not search_follows and breach is None:
            self.doing = f"keeping plan {base.number}"
            self._keep(snapshot, base)
            return
        self.doing = f"catching up with revision {snapshot.revision}"
        after = f"after {speaker.cause}" if base is not None else speaker.cause
        if base is not None and (drifting := drift_cause(snapshot.state, base.plan.operations)):
            after = f"{after}: {drifting}"
        candidate, how = self._taken_over(snapshot, base, speaker) or self._right_plan(snapshot, base)
        need, reason = reaction.need, reaction.reason
        if base is not None and need == Need.keep:
            need, reason = Need.repair, f"plan {base.number} is no longer feasible: {breach}"
        cause = f"{how} {after}: {reason}" if base is not None else f"{how}: {after}"
        trigger = Trigger(need.name, reason, base.revision if base else snapshot.revision, snapshot.revision)
        # a repair goes on with what a person has released; another plan in its place is nobody's
        kept_for = base.kept_for if base is not None and how == "repaired" else None
        stored = self._publish(snapshot, candidate, cause, trigger, kept_for=kept_for)
        if stored is None:
            if self._sets_aside_culprit(snapshot, base):
                return
            self._given_up_at = snapshot.revision
            self.doing = "waiting for the next event"
            self.trouble = f"no plan for revision {snapshot.revision} passes the check"
            return
        self.trouble = None
        if ticked and base is not None:
            self._said = stored.number, self._said[1] if self._said else base.plan.operations
        took = (self._tools.clock() - began).total_seconds()
        self._tools.meters.took("desk_reaction", took, plant=self.plant)
        log.info("desk.caught_up", plant=self.plant, plan=stored.number, revision=snapshot.revision, cause=cause)
        if base is not None and any(event.type == "machine.down" for event in events):
            self._tell_cost(snapshot.state, base, stored)
        if search_follows or base is None:
            self._improve(snapshot, speaker.cause, reaction.need, trigger.after)
        elif self._improver.drifted(candidate.cost_of_planned):
            self._improve(snapshot, f"drift, {speaker.cause}", Need.improve, trigger.after)

    def _tell_cost(self, state: PlantState, base: PlanRecord, stored: PlanRecord) -> None:
        """What the stop costs stands with the plan's reasons."""
        late = late_orders(state, base.plan.operations, stored.plan.operations, self._tools.stops.penalties(self.plant))
        if late:
            self._tools.ledger.note_plan(self.plant, stored.number, late_words(late), self._tools.clock())

    def _speaker(self, events: list[Event], base: PlanRecord, state: PlantState) -> Speaker:
        arrived = any(event.type == "receipt.arrived" for event in events)
        receipts = self._tools.ledger.state_at(self.plant, base.revision).receipts if arrived else None
        return speaker_of(events, base.plan.operations, receipts, state)

    def _improve(self, snapshot: Snapshot, cause: str, need: Need, after: int) -> None:
        """after : the revision behind which the events begin that ask for it."""
        self._improver.call(Call(cause, need, after, snapshot.revision), snapshot)

    def _sets_aside_culprit(self, snapshot: Snapshot, base: PlanRecord | None) -> bool:
        """Where planning fails an event may be to blame: then it goes to quarantine, and the desk plans without it."""
        if base is None:
            return False
        self.doing = f"looking for the event that makes revision {snapshot.revision} impossible to plan"

        def plan(state: PlantState) -> None:
            past = replace(snapshot, state=with_policy(state, snapshot.record.policy))
            verdict = self._right_plan(past, base)[0].verdict
            if not verdict.feasible:
                raise PlanningFailed(f"no plan passes the check: {verdict.violations[0].message}")

        logged = self._logged_since(base.revision, snapshot.revision)
        found = find_culprit(self._tools, self.plant, base.revision, logged, plan)
        if found is None:
            return False
        culprit, reason = found
        set_aside(self._tools, self.plant, culprit.revision, f"no plan can be made with it: {reason}")
        return True

    def _breach(self, snapshot: Snapshot, base: PlanRecord, assumed: Assumed | None = None) -> str | None:
        """Why the plan is no longer feasible, in words; None: it holds.   assumed : what it is judged on, if given."""
        if base.status not in ("released", "proposed"):
            return f"it is {base.status}"
        assumed = assumed or Assumed(snapshot.state)
        if base.number == snapshot.record.plan_in_force and snapshot.record.policy.work_center_modes:
            return first_breach(assumed.state, base.plan, base.plan.operations, assumed.excuses)
        left = replace(base.plan, operations=left_of(assumed.state, base))
        return breach_of(checked(assumed.state, left), assumed.excuses)

    def _keep(self, snapshot: Snapshot, base: PlanRecord) -> None:
        """Re-base what holds: the plan, and proposals that wait for a decision, which would be stale otherwise."""
        ledger = self._tools.ledger
        for waiting in ledger.plans(self.plant, limit=10, with_operations=False):
            same_base = waiting.status == "proposed" and waiting.what_if is None and waiting.revision == base.revision
            if same_base and waiting.number != base.number:
                whole = ledger.get_plan(self.plant, waiting.number)
                if self._breach(snapshot, whole) is None:
                    ledger.rebase_plan(self.plant, waiting.number, snapshot.revision, self._term)
        ledger.rebase_plan(self.plant, base.number, snapshot.revision, self._term)
        self._tools.bell.ring(self.plant)

    def _taken_over(
        self, snapshot: Snapshot, base: PlanRecord | None, speaker: Speaker
    ) -> tuple[CheckedPlan, str] | None:
        """The plan as it stands, where an order has come and does well in the place that was reserved for it."""
        if base is None or speaker.row != TAKES_A_PLACE or base.status not in ("released", "proposed"):
            return None
        state = snapshot.state
        rows = state.unfinished(in_places_taken(state, base.plan.operations))
        kept = checked(state, replace(base.plan, operations=rows))
        return (
            (replace(kept, plan=replace(kept.plan, kpis=kept.verdict.kpis)), "kept") if kept.verdict.feasible else None
        )

    def _right_plan(self, snapshot: Snapshot, base: PlanRecord | None) -> tuple[CheckedPlan, str]:
        """A plan that passes the check, soon: the repair where there is something to repair, else a short search."""
        state = snapshot.state
        start = base.plan.operations if base is not None and base.status in ("released", "proposed") else state.plan
        if start:
            try:
                said = in_places_taken(state, start if self._said is None else self._said[1])
                repaired = checked(state, self._tools.planner.repair(replace(state, plan=said)))
                if repaired.verdict.feasible:
                    return repaired, "repaired"
                self._shout(snapshot, repaired)
            except Exception:
                # A fault of the repair must not leave the shop without a plan.
                log.exception("desk.repair_failed", plant=self.plant, revision=snapshot.revision)
                self._tools.meters.count("repairs_failed", plant=self.plant)
        request = for_a_first_plan(snapshot.record.policy)
        handle = self._tools.workers.submit(state, request)
        try:
            plan = handle.result(timeout=request.time_limit_seconds + ANSWER_SECONDS)
            return checked(state, plan), "fully re-planned" if start else "planned"
        except (WorkersClosed, TimeoutError):
            raise
        except Exception as fault:
            raise PlanningFailed(f"{type(fault).__name__}: {fault}") from fault

    def _publish(
        self,
        snapshot: Snapshot,
        candidate: CheckedPlan,
        cause: str,
        trigger: Trigger,
        kind: MessageType = "plan.proposed",
        kept_for: str | None = None,
    ) -> PlanRecord | None:
        """Store, and as the modes say release. None where the check refuses it: then it is stored as rejected.

        kept_for : the person whose release it carries on.
        """
        passing("plan.made")
        record = self._tools.ledger.plant(self.plant)
        decision = decide(snapshot.state, record, candidate)
        candidate = decision.plan
        stored = store(
            self._tools,
            self.plant,
            candidate,
            revision=snapshot.revision,
            cause=f"{cause} ({decision.note})" if decision.note else cause,
            objective=snapshot.state.objective,
            release_by="auto" if decision.release else None,
            kind=kind,
            term=self._term,
            trigger=trigger,
            kept_for=kept_for,
        )
        if not candidate.verdict.feasible:
            self._shout(snapshot, candidate)
            return None
        self._improver.made(stored)
        if decision.keeps and record.plan_in_force is not None:
            self._tools.ledger.rebase_plan(self.plant, record.plan_in_force, snapshot.revision, self._term)
        return stored

    def _shout(self, snapshot: Snapshot, wrong: CheckedPlan) -> None:
        self._tools.meters.count("desk_plans_refused", plant=self.plant)
        first = wrong.verdict.violations[0]
        log.error(
            "desk.plan_fails_the_check",
            plant=self.plant,
            revision=snapshot.revision,
            engine=wrong.plan.engine,
            violations=len(wrong.verdict.violations),
            first=f"{first.rule}: {first.message}",
        )

    def _events_since(self, after: int, until: int) -> list[Event]:
        return [logged.event for logged in self._logged_since(after, until)]

    def _logged_since(self, after: int, until: int) -> list[LoggedEvent]:
        """Without those that were set aside."""
        events: list[LoggedEvent] = []
        while after < until:
            page = self._tools.ledger.events(self.plant, after=after, limit=500)
            if not page:
                break
            events += [logged for logged in page if logged.revision <= until and logged.set_aside is None]
            after = page[-1].revision
        return events
