"""A clock that is far ahead is refused where it comes in: now would follow it, and never goes back.

A report of the floor is no clock: it is never refused, and waits as a doubt until somebody else says so too
(`folding/leaps.py`).
"""

from __future__ import annotations

from scheduler.domain.events import Event
from scheduler.domain.folding.leaps import MOVES_THE_CLOCK
from scheduler.domain.minutes import DAY, Minute, iso, parse_minute
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent
from scheduler.limits import STANDARD

CORRECTS = "clock.corrected"


def refuse_far_ahead(event: Event, state: PlantState, server_now: Minute) -> None:
    """Raises InvalidEvent for a clock more than a day ahead of the server's where the plant's is the wall's, else for
    one more than 60 days ahead of the plant's now. Reports that say anything else are left to `folding/leaps.py`.

    Only a person's `clock.corrected` may say that so much time has passed. Not asked when a log is folded anew: what
    was taken in once stays.
    """
    if event.type not in MOVES_THE_CLOCK:
        return
    if state.clock == "wall":
        latest = server_now + STANDARD.server_ahead_minutes
        expected = f"at most {STANDARD.server_ahead_minutes // 60} hours after the server's clock"
        says = _corrected_to(event, state)
    else:
        latest = state.now + STANDARD.plant_ahead_days * DAY
        expected = f"at most {STANDARD.plant_ahead_days} days after the plant's now, {iso(state.now, state.zone)}"
        says = state.now if event.type == CORRECTS else event.time
    if says > latest:
        raise InvalidEvent(
            f"time: found {iso(says, state.zone)}, expected {expected}; correct the sender's clock, or, where so much "
            "time has passed, post clock.corrected with the right now",
            "time",
        )


def _corrected_to(event: Event, state: PlantState) -> Minute:
    """The latest moment that the event would set now to."""
    said = event.data.get("now") if event.type == CORRECTS else None
    return max(event.time, parse_minute(said, state.zone)) if isinstance(said, str) else event.time
