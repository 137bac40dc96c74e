"""What goes wrong on the floor, in words, as the floor reports it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute, parse_minute, spoken, spoken_duration
from scheduler.domain.plant import PlantState
from scheduler.simulation.shop import ControlPolicy, Shop

AS_EXPECTED = 5
"""Minutes by which a machine may be back early or late without a word."""

Announce = Callable[[str], None]


class Told:
    """A policy that is another one; each trouble is announced before that one hears of it."""

    def __init__(self, policy: ControlPolicy, state: PlantState, announce: Announce) -> None:
        self._policy, self._announce = policy, announce
        self._zone = state.zone
        self._back = {d.machine: d.end for d in state.downtimes if d.kind == "breakdown" and d.start <= state.now}
        self._expected = {r.name: r.expected for r in state.receipts.values()}
        self._receipts = state.receipts

    def hear(self, reports: list[Event]) -> None:
        for words in self._words(reports):
            self._announce(words)
        self._policy.hear(reports)

    def direct(self, shop: Shop) -> None:
        self._policy.direct(shop)

    def next_moment(self, shop: Shop) -> Minute | None:
        return self._policy.next_moment(shop)

    def _words(self, reports: Sequence[Event]) -> list[str]:
        told = {
            "machine.down": self._down,
            "machine.up": self._up,
            "order.created": self._order,
            "receipt.changed": self._slip,
        }
        return [told[event.type](event) for event in reports if event.type in told]

    def _down(self, event: Event) -> str:
        machine = str(event.data["machine"])
        longer = machine in self._back
        back = self._back[machine] = self._minute(event.data["expected_up"])
        until = "nobody knows until when" if back is None else f"expected back {spoken(back, self._zone)}"
        what = "needs longer" if longer else "breaks down"
        return f"{machine} {what} ({event.data['reason']}), {until}"

    def _up(self, event: Event) -> str:
        machine = str(event.data["machine"])
        expected = self._back.pop(machine, None)
        early = 0 if expected is None else expected - event.time
        if abs(early) < AS_EXPECTED:
            return f"{machine} works again"
        return f"{machine} works again, {spoken_duration(abs(early))} {'early' if early > 0 else 'late'}"

    def _order(self, event: Event) -> str:
        data = event.data
        due = self._minute(data["due"])
        by = "" if due is None else f", due {spoken(due, self._zone)}"
        return (
            f"rush order {data['order']}: {data['quantity']:g} {data['material']} for "
            f"{data['customer'] or 'a good customer'}{by}"
        )

    def _slip(self, event: Event) -> str:
        name = str(event.data["receipt"])
        old, new = self._expected[name], self._minute(event.data["expected"])
        assert new is not None, name
        self._expected[name] = new
        what = self._receipts[name]
        return (
            f"delivery {name} ({what.quantity:g} {what.material}) slips from {spoken(old, self._zone)} to "
            f"{spoken(new, self._zone)}"
        )

    def _minute(self, iso: object) -> Minute | None:
        return None if iso is None else parse_minute(str(iso), self._zone)
