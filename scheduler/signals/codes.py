"""What the codes of machines mean: the item states of OPC 40001-1, PackML's states and modes, a plant's own.

Sources: OPC 40001-1 (MachineryItemState), ANSI/ISA-TR88.00.02 (PackML); numbers as these two give them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scheduler.errors import BadRequest, did_you_mean
from scheduler.signals.signal import STATES, State

HELD_SECONDS = 900.0
"""A held machine waits for what is outside of it; only where that lasts it is down."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A state, and the seconds that it must last at least before it counts as a breakdown."""

    state: State
    patience: float = 0.0


Codes = Mapping[str, Coded]


def _table(rows: Mapping[str, Coded | State]) -> Codes:
    return MappingProxyType({k.lower(): v if isinstance(v, Coded) else Coded(v) for k, v in rows.items()})


MACHINERY = _table(
    {
        "NotAvailable": "UNKNOWN", "OutOfService": "DOWN", "NotExecuting": "IDLE", "Executing": "RUNNING",
        "0": "UNKNOWN", "1": "DOWN", "2": "IDLE", "3": "RUNNING",
    }
)  # fmt: skip
"""OPC 40001-1 by name, and by the number of the state."""

_PACKML: Mapping[int, tuple[str, Coded | State]] = {
    1: ("Clearing", "SETUP"),
    2: ("Stopped", "IDLE"),
    3: ("Starting", "RUNNING"),
    4: ("Idle", "IDLE"),
    5: ("Suspended", "IDLE"),
    6: ("Execute", "RUNNING"),
    7: ("Stopping", "IDLE"),
    8: ("Aborting", "DOWN"),
    9: ("Aborted", "DOWN"),
    10: ("Holding", Coded("DOWN", HELD_SECONDS)),
    11: ("Held", Coded("DOWN", HELD_SECONDS)),
    12: ("Unholding", "RUNNING"),
    13: ("Suspending", "IDLE"),
    14: ("Unsuspending", "RUNNING"),
    15: ("Resetting", "IDLE"),
    16: ("Completing", "RUNNING"),
    17: ("Complete", "IDLE"),
}
PACKML = _table(dict(_PACKML.values()) | {str(number): state for number, (_, state) in _PACKML.items()})
PACKML_MODES = _table({"Maintenance": "PLANNED_STOP", "2": "PLANNED_STOP"})
"""Modes that outweigh any state; in the others the state counts."""

PLAIN = _table({state: state for state in STATES})
"""Our own words."""

TABLES: Mapping[str, Codes] = {"opc40001": MACHINERY, "packml": PACKML, "plain": PLAIN}


def own_codes(rows: Mapping[str, str], base: Codes = PLAIN) -> Codes:
    """A plant's own codes before those of a table. Raises BadRequest for what is no state."""
    own: dict[str, Coded | State] = {}
    for code, word in rows.items():
        state = next((s for s in STATES if s == word), None)
        if state is None:
            raise BadRequest.of(f"codes.{code}", f"'{word}'", ", ".join(STATES), did_you_mean(word, STATES))
        own[code] = state
    return {**base, **_table(own)}


def decode(codes: Codes, value: object) -> Coded | None:
    """What a value means; None: no table knows it. Whole floats count as whole numbers."""
    if isinstance(value, bool):
        value = str(value)
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    return codes.get(str(value).strip().lower())
