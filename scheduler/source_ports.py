"""What the product asks of a source of signals: a broker or a server on the shop floor."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from scheduler.signals.codes import PLAIN, Codes
from scheduler.signals.rules import SignalRules
from scheduler.signals.signal import Signal

Emit = Callable[[Sequence[Signal]], None]


@dataclass(frozen=True, slots=True)
class SourceSetup:
    """A source as it is set up. rules_by_machine : those that differ from `rules`.   codes : what its states mean.

    books_finish : an operation whose pieces are all counted is reported finished; else that is left to a person.
    """

    name: str
    kind: str
    plant: str
    address: str
    rules: SignalRules = field(default_factory=SignalRules)
    rules_by_machine: Mapping[str, SignalRules] = field(default_factory=dict)
    codes: Codes = field(default_factory=lambda: PLAIN)
    books_finish: bool = False

    def rules_of(self, machine: str) -> SignalRules:
        return self.rules_by_machine.get(machine, self.rules)


class SignalSource(Protocol):
    """It only listens. Where the link to one machine is lost it says so by a signal; where its own is, by an error."""

    @property
    def setup(self) -> SourceSetup: ...

    @property
    def machines(self) -> frozenset[str]:
        """Those of which it is to speak, as far as that is known."""
        ...

    def run(self, emit: Emit, closing: threading.Event) -> None:
        """Listen until `closing`. Raises ConnectionAway, InvalidConnections; may then be called again."""
        ...
