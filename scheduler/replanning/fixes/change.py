"""What may be changed so that an order comes in time: of each kind a ladder, whose steps change more and more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

from scheduler.domain.event_reading import parse_event
from scheduler.domain.events import Event
from scheduler.domain.minutes import DAY, Minute, iso
from scheduler.domain.plant import PlantState
from scheduler.errors import BadRequest

Kind: TypeAlias = Literal[
    "nothing",
    "overtime",
    "extra_shift",
    "capacity",
    "delivery",
    "machine",
    "priority",
    "due",
    "split",
    "release",
    "pin",
]
"""overtime: a longer day of a machine or a crew.   capacity: more of a pool.   machine: one more that can do it.

due: a later due date of another order that is in the way.   split: the order in lots.   release, pin: it may begin
sooner, it need not stay where a person wants it.   nothing: planned anew, with nothing changed.
"""
Unit: TypeAlias = Literal["minutes", "shifts", "1"]
Assumed: TypeAlias = tuple[str, dict[str, Any]]
"""The type and the data of an event."""
SOURCE = "/fixes"


@dataclass(frozen=True, slots=True)
class Steps:
    """How finely amounts are told apart, and how far a kind goes at most.

    overtime, in minutes: overtime_a_day on one evening, overtime_most in all.   shifts : extra ones.
    delivery, due : minutes earlier or later.   priority : of weight.   capacity : of a pool.   lots : of an order.
    """

    overtime: int = 30
    overtime_a_day: int = 240
    overtime_most: int = 720
    shifts: int = 3
    delivery: int = DAY
    deliveries: int = 30
    due: int = DAY
    dues: int = 14
    priority: float = 1.0
    priorities: int = 20
    capacity: int = 2
    lots: int = 4

    def __post_init__(self) -> None:
        """Raises BadRequest for a step that is none."""
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise BadRequest.of(field.name, f"{value:g}", "more than 0")


@dataclass(frozen=True, slots=True)
class Opened:
    """[start, end), in which a machine or a crew works beyond its hours: so many minutes more."""

    who: str
    start: Minute
    end: Minute
    minutes: int


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the plant. about : the machine, pool, delivery, order or operation that is changed.

    amount, unit : how much.   events : that make it so, assumptions of a what-if.
    opened : time in which somebody works beyond his hours.   lots : orders that the order is split into, itself first.
    """

    kind: Kind
    about: str
    words: str
    events: tuple[Event, ...] = ()
    amount: float = 0.0
    unit: Unit = "1"
    opened: tuple[Opened, ...] = ()
    lots: tuple[str, ...] = ()

    @property
    def overtime_minutes(self) -> int:
        return sum(o.minutes for o in self.opened)


NOTHING = Change("nothing", "", "Do nothing: re-plan only")


@dataclass(frozen=True, slots=True)
class Ladder:
    """Changes of one kind and one thing: step 1 changes least, step `steps` most.

    blame : minutes of the order's chain that it could shorten.
    """

    kind: Kind
    about: str
    steps: int
    change: Callable[[int], Change]
    blame: int = 0


def events_of(state: PlantState, assumed: Iterable[Assumed]) -> tuple[Event, ...]:
    """As events of the plant's now. Raises InvalidEvent."""
    now = iso(state.now, state.zone)
    return tuple(
        parse_event(
            {"specversion": "1.0", "id": str(number), "source": SOURCE, "type": type, "time": now, "data": data},
            state.zone,
            state.now,
        )
        for number, (type, data) in enumerate(assumed, start=1)
    )
