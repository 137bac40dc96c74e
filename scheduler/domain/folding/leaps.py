"""Reports from far ahead of now wait, as open doubts that hold them, until a second source or a person says so too."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from scheduler.domain.doubts import Doubt
from scheduler.domain.event_reading import event_json, parse_event
from scheduler.domain.events import Event
from scheduler.domain.folding.doubting import closed, open_doubts, with_doubt
from scheduler.domain.minutes import spoken
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent

LEAP = "leap"
MOVES_THE_CLOCK = frozenset({"clock.ticked", "clock.corrected", "doubt.confirmed", "doubt.corrected"})
"""What may set now as far ahead as it likes: it says nothing but the time, or it is a person's word."""
AGREE_WITHIN = 15
"""Minutes that now may have gone on since a report was held that a second source bears out. Where so much time really
has passed, nobody reports of the old time any more; two wrong clocks do agree by chance, days apart."""

Fold = Callable[[PlantState, Event], PlantState]


def leaps(state: PlantState, event: Event) -> bool:
    return event.type not in MOVES_THE_CLOCK and event.time > state.now + state.max_leap_hours * 60


def hold(state: PlantState, event: Event, fold: Fold) -> PlantState:
    """The state with the report held and now where it was; with a second source at about that time, both taken in.

    Raises InvalidEvent where the report could not be taken in later either.
    """
    near = state.max_leap_hours * 60
    held = [(doubt, _report_of(doubt, state)) for doubt in open_doubts(state) if doubt.rule == LEAP]
    fresh = [(d, e) for d, e in held if state.now - d.since <= AGREE_WITHIN]
    agree = [(d, e) for d, e in fresh if e.source != event.source and abs(e.time - event.time) <= near]
    if agree:
        reason = f"'{event.source}' reports that time as well"
        return fold(take_in(state, [d for d, _ in agree], "settled", event, "", reason, fold), event)
    fold(state, event)
    words = (
        f"{event.type} is dated {spoken(event.time, state.zone)}, more than {state.max_leap_hours} hours ahead; "
        "it waits for a second source or a person before it moves the clock"
    )
    data = event.data
    number = data.get("operation")
    text = json.dumps(event_json(event, state.zone), ensure_ascii=False)
    return with_doubt(
        state,
        Doubt(
            "",
            LEAP,
            words,
            state.now,
            str(data.get("order") or ""),
            int(number) if number is not None else None,
            str(data.get("machine") or ""),
            event.id,
            event.source,
            report=text,
        ),
    )


def take_in(
    state: PlantState, doubts: Sequence[Doubt], status: str, event: Event, by: str, reason: str, fold: Fold
) -> PlantState:
    """The reports that these doubts hold are taken in, the earliest first; one that no longer can be is told."""
    for doubt, held in sorted(((d, _report_of(d, state)) for d in doubts), key=lambda found: found[1].time):
        state = closed(state, [doubt], "confirmed" if status == "confirmed" else "settled", event.time, by, reason)
        try:
            state = fold(state, held)
        except InvalidEvent as fault:
            state = closed(state, [doubt], "corrected", event.time, by, f"it can no longer be taken in: {fault}")
    return state


def _report_of(doubt: Doubt, state: PlantState) -> Event:
    return parse_event(json.loads(doubt.report), state.zone)
