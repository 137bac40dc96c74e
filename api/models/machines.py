"""Machines and when they do not work."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, about
from api.models.plants import LATER, NOW


class Stretch(Answer):
    """From start to end, end excluded."""

    start: Annotated[str, about("First moment", NOW, "ISO 8601 with offset")]
    end: Annotated[str, about("First moment after it", LATER, "ISO 8601 with offset")]


class Outage(Stretch):
    """A time when a machine that should work does not."""

    end_assumed: Annotated[bool, about("True where nobody knows the end and the plant's default stands for it", False)]
    kind: Annotated[Literal["maintenance", "breakdown"], about("Planned or not", "breakdown")]
    reason: Annotated[str, about("Why, in words", "spindle")]


class MachineTimes(Answer):
    """A machine and when it does not work between two moments."""

    machine: Annotated[str, about("Machine", "DMG-01")]
    work_center: Annotated[str, about("Its work center", "milling")]
    efficiency: Annotated[float, about("Run rate against standard", 1.0, "ratio")]
    down: Annotated[bool, about("True where an outage covers the plant's now", False)]
    closed: Annotated[list[Stretch], about("When its calendar is closed", [{"start": NOW, "end": LATER}])]
    outages: Annotated[list[Outage], about("Its outages that touch the span", [])]


class MachineList(Answer):
    """Machines with closed time and outages between two moments."""

    revision: Annotated[int, about("Revision of the log that this is true for", 42, "1")]
    start: Annotated[str, about("Beginning of the span", NOW, "ISO 8601 with offset")]
    end: Annotated[str, about("End of the span", LATER, "ISO 8601 with offset")]
    machines: Annotated[list[MachineTimes], about("By work center, then machine", [])]
