"""What is stored as bytes comes back exactly, whatever stands in it, and old bytes stay readable."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars import Calendar
from scheduler.domain.doubts import Doubt
from scheduler.domain.minutes import Minute
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.storage.packing import header, packer, unpacker
from scheduler.storage.plan_codec import decode_operations, encode_operations
from scheduler.storage.state_codec import decode_state, encode_state
from tests.builders import big_plan, full_plant, tiny_plant

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(-(10**9), 10**9),
    float: st.floats(allow_nan=False) | st.integers(0, 100),
    str: st.text(max_size=6),
    bool: st.booleans(),
    type(None): st.none(),
    ZoneInfo: st.sampled_from([ZoneInfo("Europe/Zurich"), ZoneInfo("America/New_York")]),
}
NAMES = st.text(max_size=6)
MINUTES = st.integers(-(10**9), 10**9)
OPERATIONS = st.builds(PlannedOperation, NAMES, st.integers(0, 990), NAMES, MINUTES, MINUTES, st.none() | MINUTES)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any values of a type, from its hints and not from sense: a field that is added is tried too."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is Doubt:  # its id is a whole number, as text: doubts stand in that order
        fields = {name: values_of(inner) for name, inner in get_type_hints(hint).items()}
        return st.builds(Doubt, **fields | {"id": st.integers(1, 10**6).map(str)})
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return st.builds(hint, **{name: values_of(inner) for name, inner in get_type_hints(hint).items()})
    if origin is Literal:
        return st.sampled_from(args)
    if origin is Mapping:
        return st.dictionaries(values_of(args[0]), values_of(args[1]), max_size=2)
    if origin is tuple and args[-1] is ...:
        return st.lists(values_of(args[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, args))
    if origin is UnionType:
        return st.one_of(*map(values_of, args))
    return PLAIN[hint]


@settings(max_examples=40, deadline=None)
@given(values_of(PlantState))
def test_any_state_comes_back_exactly(state: PlantState) -> None:
    back = decode_state(encode_state(state))
    assert back == state
    assert repr(back) == repr(state)  # 1 is not 1.0, a tuple is not a list


def test_a_plant_with_something_in_every_field_comes_back() -> None:
    state = full_plant()
    empty = [f.name for f in dataclasses.fields(state) if not getattr(state, f.name)]
    assert empty == []
    assert repr(decode_state(encode_state(state))) == repr(state)


@given(st.lists(OPERATIONS, max_size=20).map(tuple))
def test_any_operations_come_back_in_their_order(operations: tuple[PlannedOperation, ...]) -> None:
    assert decode_operations(encode_operations(operations)) == operations


def test_a_big_plan_is_small() -> None:
    plan = big_plan(10_000)
    blob = encode_operations(plan.operations)
    assert decode_operations(blob) == plan.operations
    assert len(blob) < 200_000


@dataclass(frozen=True)
class Yesterday:
    name: str
    gone: int
    start: Minute


@dataclass(frozen=True)
class Today:
    name: str
    start: Minute
    colour: str | None = "green"


def test_a_text_of_an_older_version_takes_defaults_for_what_it_lacks() -> None:
    pack = packer(Yesterday)
    assert pack is not None
    row = json.loads(json.dumps(pack(Yesterday("saw", 7, 42))))
    unpack = unpacker(Today, {"Today": header(Yesterday)["Yesterday"]})
    assert unpack is not None
    assert unpack(row) == Today("saw", 42, "green")


def test_a_type_that_cannot_be_packed_is_named() -> None:
    with pytest.raises(TypeError, match="no way to pack"):
        packer(set[int])
    with pytest.raises(TypeError, match="several types"):
        packer(int | Calendar)


def test_bytes_of_a_later_format_are_refused_in_words() -> None:
    document = json.loads(zlib.decompress(encode_state(tiny_plant())))
    with pytest.raises(InternalFault, match="found format 2, expected 1"):
        decode_state(zlib.compress(json.dumps({**document, "format": 2}).encode()))
