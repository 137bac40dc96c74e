"""What if …: assumptions folded on a copy of the plant, planned like the plant itself, promoted or dropped."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from scheduler.domain.ahead import refuse_far_ahead
from scheduler.domain.event_reading import parse_event
from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import iso, to_minute
from scheduler.domain.plans import Objective
from scheduler.domain.plant import PlantState
from scheduler.errors import Conflict, InvalidEvent
from scheduler.planning.lists.describe_event import name_event
from scheduler.ports import PlanRequest, WhatIfRecord
from scheduler.usecases.check_and_store import store
from scheduler.usecases.do_nothing import Side, base_of, both
from scheduler.usecases.record_task import RecordTask
from scheduler.usecases.searches import Search, Searches
from scheduler.usecases.tools import Tools

REFRESH_TRIES, REFRESH_WAIT_SECONDS = 40, 0.05

FEW_MOVES = 60.0
"""In mode "repair" a move costs at least as much as one order being this many minutes late at priority 1."""


def start_what_if(
    tools: Tools,
    searches: Searches,
    plant: str,
    raw: Sequence[Mapping[str, Any]],
    request: PlanRequest,
    name: str = "",
    mode: Literal["repair", "full"] = "full",
    frozen_minutes: int | None = None,
) -> WhatIfRecord:
    """Queue it. Assumptions may leave out specversion, id, source and time (the plant's now). The weights of `request`
    and `frozen_minutes` are assumed too; None: as the plant has them.

    Raises InvalidEvent, naming the assumption, where one cannot be taken in; nothing is queued then.
    """
    snapshot = tools.snapshot(plant)
    id = f"w-{uuid.uuid4().hex[:12]}"
    events = read_assumptions(raw, snapshot.state, f"/what-if/{id}")
    server_now = to_minute(tools.clock(), snapshot.state.zone)
    for number, event in enumerate(events, start=1):
        with numbered(number):
            refuse_far_ahead(event, snapshot.state, max(server_now, snapshot.state.now))
    assumed_state(snapshot.state, events)
    record = WhatIfRecord(
        id=id,
        plant=plant,
        name=name or _named(events),
        state="queued",
        revision=snapshot.revision,
        events=events,
        request=request,
        created_at=tools.clock(),
        mode=mode,
        frozen_minutes=frozen_minutes,
    )
    searches.start(WhatIfTask(tools, record), lambda: tools.ledger.add_what_if(record))
    return record


def refresh_what_if(tools: Tools, searches: Searches, plant: str, id: str) -> WhatIfRecord:
    """The same assumptions on the plant as it is now, searched anew, held against the plan in force now.

    Raises Conflict where it is still searched, was promoted or adopted, or an assumption can be taken in no longer.
    """
    record = tools.ledger.what_if(plant, id)
    if record.promoted:
        raise Conflict(f"what-if '{id}' has become events of the plant; start another one")
    if record.state in ("queued", "running"):
        raise Conflict(f"what-if '{id}' is {record.state}; wait for it, or stop it")
    snapshot = tools.snapshot(plant)
    try:
        assumed_state(snapshot.state, record.events)
    except InvalidEvent as refused:
        raise Conflict(f"what-if '{id}': {refused}; start another one") from refused
    anew = replace(
        record, state="queued", revision=snapshot.revision, progress=(), plan_number=None, error=None, do_nothing=None
    )
    for _ in range(REFRESH_TRIES):
        if searches.start(WhatIfTask(tools, anew), lambda: tools.ledger.save_what_if(anew)):
            return anew
        time.sleep(REFRESH_WAIT_SECONDS)  # the search that has just told that it is done still tidies up
    raise Conflict(f"what-if '{id}' is being searched already")


def stop_what_if(tools: Tools, searches: Searches, plant: str, id: str) -> WhatIfRecord:
    """Stop it; the best plan found so far stays. One that has ended stays as it is. Raises UnknownWhatIf."""
    record = tools.ledger.what_if(plant, id)
    if record.state in ("queued", "running") and not searches.stop(id):
        tools.ledger.save_what_if(replace(record, state="stopped"))
    return tools.ledger.what_if(plant, id)


def read_assumptions(raw: Sequence[Mapping[str, Any]], state: PlantState, source: str) -> tuple[Event, ...]:
    """Assumptions as events. Raises InvalidEvent with the number of the assumption before the reason."""
    events = []
    for number, item in enumerate(raw, start=1):
        whole = {"specversion": "1.0", "id": str(number), "source": source, "time": iso(state.now, state.zone)}
        with numbered(number):
            events.append(
                parse_event({**whole, **{k: v for k, v in item.items() if v is not None}}, state.zone, state.now)
            )
    return tuple(events)


@contextmanager
def numbered(number: int) -> Iterator[None]:
    """What is refused inside is said of that assumption."""
    try:
        yield
    except InvalidEvent as error:
        raise _numbered(number, error) from None


def assumed_state(state: PlantState, events: Sequence[Event]) -> PlantState:
    """The plant as it would be. Raises InvalidEvent with the number of the assumption before the reason."""
    for number, event in enumerate(events, start=1):
        with numbered(number):
            state = fold_event(state, event)
    return state


def state_behind(tools: Tools, plant: str, what_if: str | None, plan: int | None = None) -> PlantState:
    """The plant now, with the assumptions of a what-if where a plan belongs to one.

    Assumptions that have become facts since, or that no longer apply, are left out.
    plan : its number; without it, that of the assumptions and not of doing nothing.
    """
    state = tools.snapshot(plant).state
    if what_if is None:
        return state
    record = tools.ledger.what_if(plant, what_if)
    if record.promoted or (plan is not None and plan == record.do_nothing):
        return state
    return record.rules.on(with_what_applies(state, record.events))


def with_what_applies(state: PlantState, events: Sequence[Event]) -> PlantState:
    """As `assumed_state`, without those that cannot be taken in."""
    for event in events:
        try:
            state = fold_event(state, event)
        except InvalidEvent:
            continue
    return state


def few_moves(objective: Objective) -> Objective:
    """The same weights with a price on moves that only real gains are worth."""
    return replace(objective, stability=max(objective.stability, FEW_MOVES * max(objective.tardiness, 1.0)))


class WhatIfTask(RecordTask[WhatIfRecord]):
    """The work on a what-if."""

    named, news = "what_if", "what-if.progress"

    def _stored(self) -> WhatIfRecord:
        return self._tools.ledger.what_if(self.plant, self.id)

    def _store(self, record: WhatIfRecord) -> None:
        self._tools.ledger.save_what_if(record)

    def work(self, search: Search) -> int:
        tools, record = self._tools, self._record
        snapshot = tools.snapshot(self.plant)
        plain = self._side(snapshot.state)
        base = base_of(tools, snapshot, replace(snapshot.state, objective=record.rules.on(snapshot.state).objective))
        with self._saving:
            self._record = replace(self._record, revision=snapshot.revision, base=base, do_nothing=None)
        assumed = self._side(record.rules.on(assumed_state(snapshot.state, record.events)))
        found, nothing = both(tools, search, assumed, plain, record.request)
        keep = partial(store, tools, self.plant, revision=snapshot.revision, what_if=self.id)
        objective = assumed.asked.objective
        if nothing is found:
            stored = keep(found, cause=f"what if: {record.name}", objective=objective)
            number = stored.number
        else:
            number = keep(nothing, cause=f"do nothing, beside what if: {record.name}", objective=objective).number
            stored = keep(found, cause=f"what if: {record.name}", objective=objective)
        with self._saving:
            self._record = replace(self._record, do_nothing=number)
        return stored.number

    def _side(self, state: PlantState) -> Side:
        few = self._record.mode == "repair"
        return Side(state, replace(state, objective=few_moves(state.objective)) if few else state)


def _named(events: Sequence[Event]) -> str:
    if not events:
        return "nothing changes"
    more = f" and {len(events) - 1} more" if len(events) > 1 else ""
    return name_event(events[0]) + more


def _numbered(number: int, error: InvalidEvent) -> InvalidEvent:
    """The same of the assumption with that number."""
    field = f"events.{number - 1}" + (f".{error.field}" if error.field else "")
    return InvalidEvent(f"assumption {number}: {error}", field, error.found, error.expected)
