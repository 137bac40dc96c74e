"""What each type of event asks of the plan in force, with the reason in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from scheduler.domain.events import EVENT_TYPES, Event
from scheduler.domain.plans import Objective

Need: TypeAlias = Literal["keep", "rejig"]

MOVING_ALL = 0.25
"""What moving every operation of a plan costs, as a share of the plan's cost."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """need : "keep" leaves the plan alone as long as it holds; "rejig" repairs it and searches for a better one."""

    need: Need
    reason: str


REACTIONS: Mapping[str, Reaction] = {
    "clock.ticked": Reaction("keep", "time has passed"),
    "machine.down": Reaction("rejig", "work on it must wait or go elsewhere"),
    "machine.up": Reaction("rejig", "its time can be used again"),
    "machine.speed": Reaction("rejig", "its run times are others now"),
    "order.created": Reaction("rejig", "it needs a place"),
    "order.changed": Reaction("rejig", "what it needs or is worth has changed"),
    "order.cancelled": Reaction("rejig", "its place is free"),
    "receipt.changed": Reaction("rejig", "material comes at another time or in another quantity"),
    "material.counted": Reaction("rejig", "there is more or less than was thought"),
    "operation.started": Reaction("keep", "work goes on"),
    "operation.progressed": Reaction("keep", "work goes on"),
    "operation.finished": Reaction("keep", "work goes on"),
    "quality.held": Reaction("rejig", "it must not be worked on"),
    "quality.released": Reaction("rejig", "it may be worked on again"),
}
DRIFT = 0.01
"""What work that goes otherwise than planned may cost before a better plan is looked for, as a share of the cost."""
assert set(REACTIONS) == set(EVENT_TYPES)


def needs_rejig(events: Sequence[Event]) -> bool:
    """True where any of the events asks for more than keeping what holds."""
    return any(REACTIONS[e.type].need == "rejig" for e in events)


def has_drifted(cost_searched: float, cost: float) -> bool:
    """Whether repairs have made the plan so much dearer, or cheaper, that its sequences deserve another look.

    cost_searched : of the plan in force when a better one was last looked for. A single report of work asks for no
    search, but their sum does: sequences that were best for planned run times are not for real ones
    (docs/decisions/0009).
    """
    return abs(cost - cost_searched) > DRIFT * max(cost, cost_searched)


def cause_of(events: Sequence[Event]) -> str:
    """What happened, in a few words: 'machine.down DMG-01', 'machine.down DMG-01 and 3 more events'.

    The first event that asks for a rejig speaks for the rest.
    """
    if not events:
        return "a change of policy"
    speaker = next((e for e in events if REACTIONS[e.type].need == "rejig"), events[-1])
    words = f"{speaker.type} {subject_of(speaker)}".strip()
    more = len(events) - 1
    return words if not more else f"{words} and {more} more event{'s' if more > 1 else ''}"


def subject_of(event: Event) -> str:
    """What the event is about: the machine, order and operation, receipt or material; "" for none."""
    data = event.data
    for name in ("machine", "receipt", "material"):
        if name in data and "order" not in data:
            return str(data[name])
    if "order" in data:
        return f"{data['order']}/{data['operation']}" if "operation" in data else str(data["order"])
    return ""


def calm(objective: Objective, cost: float, operations: int) -> Objective:
    """The weights for a search that improves a plan in force: a move has a price even where the plant names none.

    Moving every operation then costs a quarter of the plan, so a search keeps what it need not touch. Without a
    price it moves nearly every start for half a percent, and the floor stops trusting the list.
    """
    price = MOVING_ALL * max(0.0, cost) / max(1, operations)
    return replace(objective, stability=max(objective.stability, price))


def worth_its_moves(cost_before: float, cost_after: float, moves: int, max_moves: int | None) -> bool:
    """Whether a better plan is worth disturbing the shop: within the move budget, and a gain that is felt.

    Without moves any gain counts. With moves it must be at least 0.5 % of the cost before; what a move costs is
    in both costs already, where the objective gives stability a weight.
    """
    if max_moves is not None and moves > max_moves:
        return False
    gain = cost_before - cost_after
    return gain > max(1e-6, 0.005 * cost_before if moves else 0.0)
