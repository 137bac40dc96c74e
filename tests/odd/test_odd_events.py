"""An event that could not be kept or said again is refused alone; what is taken reads back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.ahead import refuse_far_ahead
from scheduler.domain.event_reading import event_json, parse_event
from scheduler.domain.folding.lookup import MOST
from scheduler.domain.keepable import NotKeepable, look_through
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent
from scheduler.limits import STANDARD, Limits
from scheduler.storage.event_texts import storable
from scheduler.storage.ledger import SqlLedger
from tests.builders import AT, MONDAY_SIX, UTC, tiny_plant


def event(type: str = "machine.down", id: str = "e-1", **data: Any) -> dict[str, Any]:
    data = {"machine": "saw", **data} if type == "machine.down" else data
    whole = {"specversion": "1.0", "id": id, "source": "/mes", "time": "2026-03-02T06:00Z"}
    return whole | {"type": type, "data": data}


def nested(depth: int) -> list[Any]:
    deep: list[Any] = []
    for _ in range(depth):
        deep = [deep]
    return deep


@pytest.mark.parametrize(
    ("raw", "field", "words"),
    [
        (event(reason="\ud800"), "data.reason", "half of one character"),
        (event(reason="a\0b"), "data.reason", "the character NUL"),
        (event(reason="x" * 2_001), "data.reason", "2,001 characters, at most 2,000"),
        (event(more={"deep": nested(300)}), "data", "nested more than 16 deep"),
        (event(more=float("nan")), "data.more", "a number that is none"),
        (event(more=10**61), "data.more", "more than 60 digits"),
        (event(more={"\0": 1}), "data.more", "a key with the character NUL"),
        (event(machine="a\x07"), "data.machine", "none of them a control character"),
        (event(machine="x" * 201), "data.machine", "at most 200 characters"),
        (event(expected_up="0001-01-01T00:00"), "data.expected_up", "of the years 1970 to 2100"),
        (event(expected_up="9999-12-31T23:59-12:00"), "data.expected_up", "of the years 1970 to 2100"),
        (event() | {"time": "0001-01-01T00:00"}, "time", "of the years 1970 to 2100"),
        (event("order.changed", order="PIN-1", quantity=1e308), "data.quantity", "to a thousand million"),
        (event("routing.changed", routing="pin", routing_rows=[{}] * 1_001), "data.routing_rows", "a list of 1,001"),
        (event("doubt.confirmed", by="m", doubts=["d"] * 1_001), "data.doubts", "a list of 1,001"),
    ],
)
def test_what_cannot_be_kept_is_named(raw: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidEvent) as said:
        parse_event(raw, UTC, MONDAY_SIX)
    assert said.value.field == field
    assert words in str(said.value)
    assert len(str(said.value)) < 500


def test_names_are_read_in_one_spelling_also_in_rows_and_texts_as_they_are() -> None:
    read = parse_event(event(machine="scie\u0301", reason="e\u0301"), UTC, MONDAY_SIX)
    assert (read.data["machine"], read.data["reason"]) == ("scié", "e\u0301")
    rows = [{"operation": 10, "machine": "e\u0301", "run_minutes_per_unit": 1, "description": "e\u0301"}]
    read = parse_event(event("routing.changed", routing="pin", machine_rows=rows), UTC, MONDAY_SIX)
    assert read.data["machine_rows"] == [rows[0] | {"machine": "é"}]


def test_an_event_is_small() -> None:
    rows = [{"operation": n, "description": "x" * 1_500} for n in range(100)]
    read = parse_event(event("routing.changed", routing="pin", routing_rows=rows), UTC, MONDAY_SIX)
    with pytest.raises(InvalidEvent, match="expected at most 128,000; send what is new alone"):
        storable(read)


def far(state: PlantState, minutes: Minute, type: str = "clock.ticked", **data: Any) -> None:
    """An event so many minutes after the plant's now, which is the server's too."""
    read = parse_event(event(type, **data), UTC, MONDAY_SIX)
    refuse_far_ahead(replace(read, time=MONDAY_SIX + minutes), state, MONDAY_SIX)


def test_a_clock_far_ahead_is_refused_with_the_remedy() -> None:
    by_events, by_wall = tiny_plant(), tiny_plant(clock="wall")
    far(by_events, 60 * DAY)
    with pytest.raises(InvalidEvent, match=r"at most 60 days after the plant's now.*post clock.corrected"):
        far(by_events, 60 * DAY + 1)
    far(by_wall, DAY)
    with pytest.raises(InvalidEvent, match="at most 24 hours after the server's clock"):
        far(by_wall, DAY + 1)


def test_a_person_may_say_that_so_much_time_has_passed_but_not_more_than_the_server_knows_of() -> None:
    far(tiny_plant(), 90 * DAY, "clock.corrected", now="2026-05-31T06:00Z")
    with pytest.raises(InvalidEvent, match="server's clock"):
        far(tiny_plant(clock="wall"), 0, "clock.corrected", now="2026-05-31T06:00Z")


def test_a_wrong_clock_that_was_believed_is_set_right(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    ledger.append("tiny", [event("clock.ticked", id="ahead") | {"time": "2026-04-15T06:00Z"}], AT)
    assert ledger.state("tiny")[1].now == MONDAY_SIX + 44 * DAY
    assert ledger.append("tiny", [event("clock.ticked", id="2036") | {"time": "2036-01-01T00:00Z"}], AT).rejected
    ledger.append("tiny", [event("clock.corrected", id="right", now="2026-03-02T06:05Z")], AT)
    assert ledger.state("tiny")[1].now == MONDAY_SIX + 5


ODD: list[Any] = [
    event(id="deep", more=nested(300)),
    event(id="half", reason="\udc80"),
    event(id="nul", reason="\0"),
    event(id="first") | {"time": "0001-01-01T00:00"},
    event("clock.ticked", id="later") | {"time": "2036-01-01T00:00Z"},
    event(id="huge", more=["x" * 1_900] * 500),
    event(id="\ud800"),
    event(id="x" * 300),
    event(id="digits", more=10**4_000),
    event(id="type") | {"type": "\ud800" * 500},
    event(id="named") | {"id": {"a": nested(200)}},
    nested(200),
    None,
    7,
    "text",
]


def test_one_bad_event_stops_none_of_its_batch_and_every_list_can_be_read(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    batch = [x for i, odd in enumerate(ODD) for x in (odd, event(id=f"good-{i}"))]
    done = ledger.append("tiny", batch, AT)
    assert [e.event.id for e in done.accepted] == [f"good-{i}" for i in range(len(ODD))]
    assert len(done.rejected) == len(ODD)
    for refused in done.rejected:
        json.dumps([refused.id, refused.source, refused.reason], ensure_ascii=False).encode()
        assert 0 < len(refused.reason) <= 2_000
    kept = ledger.quarantine("tiny")
    assert {k.id for k in kept} == {"first", "later"}
    for one in kept:
        json.dumps([dict(one.event), one.reason, one.type], ensure_ascii=False).encode()
    assert len(ledger.events("tiny")) == len(ODD)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
FIELDS = ("machine", "order", "operation", "quantity", "due", "reason", "expected_up", "routing_rows", "machine_rows")
TYPES = ("machine.down", "order.created", "order.changed", "routing.changed", "clock.ticked", "doubt.confirmed")


@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4))
@settings(max_examples=300, deadline=None)
def test_whatever_is_posted_is_refused_in_words_or_can_be_said_again(type: str, data: dict[str, Any]) -> None:
    try:
        read = parse_event(event(type) | {"data": data}, UTC, MONDAY_SIX)
    except InvalidEvent:
        return
    text = json.dumps(event_json(read, UTC), ensure_ascii=False, allow_nan=False)
    assert parse_event(json.loads(text.encode()), UTC, MONDAY_SIX) == read


def test_the_limits_are_one_set() -> None:
    assert STANDARD.number == MOST
    for value in (0, -1, None, True, float("nan")):
        with pytest.raises(ValueError, match="limit rows"):
            Limits(rows=value)  # type: ignore[arg-type]
    look_through(nested(STANDARD.json_depth - 1))
    with pytest.raises(NotKeepable):
        look_through(nested(STANDARD.json_depth))
