"""Sources of signals: what they say of the machines, and what became of what they said."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, about
from api.models.plants import NOW


class SourceMachine(Answer):
    """A machine as its signals have it."""

    machine: Annotated[str, about("Machine", "DMG-01")]
    state: Annotated[
        str,
        about("RUNNING, IDLE, SETUP, DOWN, PLANNED_STOP, or UNKNOWN: nothing is known of it, it is blind", "RUNNING"),
    ]
    since: Annotated[str, about("Since when", NOW, "ISO 8601 with offset")]


class SourceFigure(Answer):
    """How often a rule has spoken since this process began to listen."""

    name: Annotated[str, about("What became of a signal, or a rule", "repeat")]
    count: Annotated[int, about("How often", 34, "1")]
    fate: Annotated[
        Literal["taken", "dropped", "told", "kept back", "set right"],
        about("taken, dropped: of one signal; told, kept back, set right: what a rule made of several", "dropped"),
    ]
    why: Annotated[str, about("Why, in words", "came before: same source and sequence, or same time and value")]


class SourceModel(Answer):
    """A source and how it stands, as this process sees it; a few seconds old."""

    name: Annotated[str, about("Its name", "hall-3")]
    kind: Annotated[str, about("What kind of server it listens to", "mqtt")]
    plant: Annotated[str, about("Whose machines it speaks of", "alpine")]
    listens: Annotated[bool, about("Whether this process listens; of several one does", True)]
    trouble: Annotated[str, about("Why it cannot be reached; empty: it can", "")]
    machines: Annotated[list[SourceMachine], about("Those that have spoken, by name", [])]
    signals: Annotated[dict[str, int], about("How many signals, by what became of them", {"taken": 812}, "1")]
    rules: Annotated[dict[str, int], about("How often each rule has decided", {"micro_stop": 40}, "1")]
    figures: Annotated[list[SourceFigure], about("Signals and rules with the reason of each, most first", [])]


class SourceList(Answer):
    """The sources of the file that the server was started with."""

    sources: Annotated[list[SourceModel], about("By name", [])]
