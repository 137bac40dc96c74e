"""What a person decides: what they are shown, what they say, and what has come of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.models.comparison import ComparisonModel, OrderChangeModel
from api.models.events import CloudEvent
from api.models.fields import Answer, Request, about
from api.models.plans import KpisModel, PlanVersion
from api.models.plants import LATER, NOW
from scheduler.limits import STANDARD

PREVIEW = r"^\d{1,18}-\d{1,18}$"
SEEN = about(
    "`preview` of the answer that showed what it changes: 409 where it would do something else now; null: not seen",
    "43-8",
    pattern=PREVIEW,
)
BY = about("Who decides", "m.keller", min_length=1, max_length=STANDARD.name_length)


class Decision(Request):
    """Who decides, and why."""

    by: Annotated[str, BY] = "planner"
    reason: Annotated[
        str | None, about("Why; it is kept with the plan", "Keller waits for it", max_length=STANDARD.text_length)
    ] = None


class ReleaseAsk(Decision):
    """A decision on what was seen."""

    preview: Annotated[str | None, SEEN] = None


class SignedDecision(Request):
    """A person's decision, with the reason for it."""

    by: Annotated[str, BY]
    reason: Annotated[
        str, about("Why; it is kept with the plan", "Keller waits", min_length=1, max_length=STANDARD.text_length)
    ]


class RollBackAsk(SignedDecision):
    """Back to an earlier version."""

    preview: Annotated[str | None, SEEN] = None


class StartChangeModel(Answer):
    """An operation that starts at another time or place, comes or goes."""

    order: Annotated[str, about("Order", "SO-1042")]
    operation: Annotated[int, about("Operation number", 20, "1")]
    machine_before: Annotated[str | None, about("Where the plan in force has it; null: nowhere", "DMG-01")]
    machine_after: Annotated[str | None, about("Where it would be; null: nowhere", "DMG-02")]
    start_before: Annotated[str | None, about("When it starts by the plan in force", NOW, "ISO 8601 with offset")]
    start_after: Annotated[str | None, about("When it would start", LATER, "ISO 8601 with offset")]


class RuleChangeModel(Answer):
    """A weight, or the frozen zone, that becomes another."""

    rule: Annotated[str, about("`frozen_minutes`, or the name of a weight of the policy's `objective`", "setup")]
    before: Annotated[float, about("As the plant has it", 0.1, "as the policy's field")]
    after: Annotated[float, about("As it would be", 2.0, "as the policy's field")]


class PreviewModel(Answer):
    """What putting a plan in force would change for the floor, if it were done now."""

    preview: Annotated[str, about("Its name: send it with the decision", "43-8")]
    plan: Annotated[int, about("The version that would be put in force", 9, "1")]
    revision: Annotated[int, about("The revision of the log that it was made for", 43, "1")]
    plan_in_force: Annotated[int | None, about("What would be replaced; null: nothing is in force", 8, "1")]
    retimed: Annotated[bool, about("True where the plan does not hold as it stands, and would be re-timed", False)]
    until: Annotated[str, about("End of the next 24 hours", LATER, "ISO 8601 with offset")]
    starts: Annotated[
        list[StartChangeModel], about("Operations of the next 24 hours that change, in order of time", [])
    ]
    moved: Annotated[int, about("Operations that change machine or start at any time", 12, "operations")]
    machines: Annotated[list[str], about("Machines whose list changes at any time", ["DMG-01"])]
    newly_late: Annotated[list[OrderChangeModel], about("Orders on time by the plan in force, and late by it", [])]
    rescued: Annotated[list[OrderChangeModel], about("Late by the plan in force, and on time by it", [])]
    left_out: Annotated[list[str], about("Orders that it plans no longer", [])]
    taken_in: Annotated[list[str], about("Orders that it plans again", [])]
    rules: Annotated[
        list[RuleChangeModel], about("What changes of the plant's policy with it; a plan's release changes nothing", [])
    ] = Field(default_factory=list)
    before: Annotated[KpisModel, about("Figures of the plan in force", {"cost": 1300.0})]
    after: Annotated[KpisModel, about("Its own", {"cost": 1234.5})]


class Release(PlanVersion):
    """What is in force after a person's decision, and what has changed."""

    asked: Annotated[int, about("The version that was decided on", 7, "1")]
    retimed: Annotated[
        bool, about("True where that one could not go in as it stood: a new version was made from it", True)
    ]
    against_asked: Annotated[
        ComparisonModel | None, about("What that has changed of the version decided on; null: nothing", None)
    ]
    against_replaced: Annotated[
        ComparisonModel | None,
        about("What has changed of the plan that was in force; null: there was none, or nothing was replaced", None),
    ]


class AdoptAsk(SignedDecision):
    """Adopt a what-if, having seen what it changes."""

    preview: Annotated[str, SEEN]


class TakeBackAsk(SignedDecision):
    """Take an adoption back."""

    preview: Annotated[str | None, SEEN] = None


class Adopted(Answer):
    """What an adopted what-if has become."""

    what_if: Annotated[str, about("What-if", "w-3f2a")]
    revision: Annotated[int, about("The log's revision after its events", 44, "1")]
    accepted: Annotated[int, about("Assumptions that became events", 1, "1")]
    plan: Annotated[Release, about("What is in force now, and what has changed", {"id": 10})]


class WayBackModel(Answer):
    """How an adoption would be taken back, if it were done now."""

    what_if: Annotated[str, about("What-if", "w-3f2a")]
    events: Annotated[list[CloudEvent], about("What would be posted, in order", [])]
    left: Annotated[list[str], about("What can no longer be taken back, in words", ["work on order 'R-1' has begun"])]
    change: Annotated[
        PreviewModel | None,
        about("What the plan from before, re-timed, would change; null: nothing can be taken back", None),
    ]


class BackAgain(Answer):
    """An adoption that was taken back."""

    what_if: Annotated[str, about("What-if", "w-3f2a")]
    revision: Annotated[int, about("The log's revision after the events that took it back", 52, "1")]
    accepted: Annotated[int, about("Events that took it back", 1, "1")]
    left: Annotated[list[str], about("What could not be taken back, in words", ["work on order 'R-1' has begun"])]
    plan: Annotated[Release, about("What is in force now, and what has changed", {"id": 14})]
