"""Every plan passes the check before it is stored, and none is released without."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.plans import Objective, Plan, Verdict, keeps_more
from scheduler.domain.plant import PlantState
from scheduler.messages import MessageType
from scheduler.planning.judge.check import check_plan
from scheduler.ports import NewPlan, PlanRecord, Trigger
from scheduler.usecases.tools import Tools


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan and what the check says of it on the state that it was made for."""

    plan: Plan
    verdict: Verdict

    @property
    def cost(self) -> float:
        """With what the orders left out cost."""
        return self.verdict.kpis.whole_cost

    @property
    def cost_of_planned(self) -> float:
        """Of the orders that it plans: what moves are priced by, as no move helps an order that is left out."""
        return self.verdict.kpis.cost

    def beats(self, other: CheckedPlan) -> bool:
        """Right before wrong; then who plans all that the other does and more, or keeps more pins; then what is cheaper
        as a whole."""
        if self.verdict.feasible != other.verdict.feasible:
            return self.verdict.feasible
        return keeps_more(self.plan, other.plan) or (not keeps_more(other.plan, self.plan) and self.cost < other.cost)


def checked(state: PlantState, plan: Plan) -> CheckedPlan:
    """The plan judged on `state` (its objective, its plan in force)."""
    return CheckedPlan(plan, check_plan(state, plan.operations, plan.unplanned, broken_pins=plan.broken_pins))


def store(
    tools: Tools,
    plant: str,
    candidate: CheckedPlan,
    *,
    revision: int,
    cause: str,
    objective: Objective,
    what_if: str | None = None,
    release_by: str | None = None,
    kind: MessageType = "plan.proposed",
    term: int | None = None,
    trigger: Trigger | None = None,
    reason: str | None = None,
    kept_for: str | None = None,
    made_from: int | None = None,
) -> PlanRecord:
    """Store a version (and release it), and tell of it: `plan.released` where released, else `kind`.

    reason, kept_for, made_from : as in `PlanRecord`.

    A plan that fails the check is stored as rejected by "check", so that it can be looked into.
    Raises StalePlan where the base has moved on, DeskTaken where `term` is no longer that of the plant's desk.
    """
    verdict = candidate.verdict
    record = tools.ledger.add_plan(
        plant,
        NewPlan(candidate.plan, verdict, revision, cause, objective, what_if, trigger, reason, kept_for, made_from),
        tools.clock(),
        release_by=release_by if verdict.feasible else None,
        news=kind,
        term=term,
    )
    if not verdict.feasible:
        tools.meters.count("plans_failing_the_check", plant=plant)
    if record.status == "released":
        tools.meters.count("plans_released", plant=plant)
    tools.bell.ring(plant)
    return record
