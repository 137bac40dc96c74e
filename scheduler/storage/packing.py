"""Frozen dataclasses as compact JSON rows and back, exactly, driven by their own type hints.

A value of a dataclass becomes the list of its fields; the names of the fields stand once per class in a header, so a
field that is added later takes its default when an older text is read, and one that was taken away is passed over.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

Pack: TypeAlias = Callable[[Any], Any]
Header: TypeAlias = Mapping[str, list[str]]
PLAIN = (int, float, str, bool, type(None))


def header(kind: type) -> dict[str, list[str]]:
    """The field names of `kind` and of every dataclass inside it, by class name."""
    found: dict[str, list[str]] = {}

    def visit(hint: Any) -> None:
        if dataclasses.is_dataclass(hint) and isinstance(hint, type) and hint.__name__ not in found:
            found[hint.__name__] = [f.name for f in dataclasses.fields(hint)]
            for inner in get_type_hints(hint).values():
                visit(inner)
        for inner in get_args(hint):
            visit(inner)

    visit(kind)
    return found


@cache
def packer(hint: Any) -> Pack | None:
    """How a value of that type becomes JSON; None where it is JSON already."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        names = [f.name for f in dataclasses.fields(hint)]
        inner = [(i, packer(hints[n])) for i, n in enumerate(names) if packer(hints[n]) is not None]
        rows = attrgetter(*names) if len(names) > 1 else (lambda value: (getattr(value, names[0]),))
        return (lambda value: _packed_row(rows(value), inner)) if inner else rows
    if hint is ZoneInfo:
        return lambda zone: zone.key
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple and len(args) == 2 and args[1] is ...:
        each = packer(args[0])
        return _each_to_list(each) if each else None
    if origin in (dict, Mapping):
        return _mapping_packer(args[0], packer(args[1]))
    if origin in (Union, types.UnionType):
        each = packer(_the_one_inside(hint))
        return _unless_none(each) if each else None
    if hint in PLAIN or origin is Literal or (origin is tuple and all(a in PLAIN for a in args)):
        return None
    raise TypeError(f"no way to pack {hint!r}")


def unpacker(hint: Any, header: Header) -> Pack | None:
    """The inverse of `packer` for a text with that header."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _row_unpacker(hint, header)
    if hint is ZoneInfo:
        return ZoneInfo
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple and len(args) == 2 and args[1] is ...:
        each = unpacker(args[0], header)
        return _each_to_tuple(each) if each else tuple
    if origin is tuple:
        return tuple
    if origin in (dict, Mapping):
        return _mapping_unpacker(args[0], unpacker(args[1], header))
    if origin in (Union, types.UnionType):
        each = unpacker(_the_one_inside(hint), header)
        return _unless_none(each) if each else None
    return None


def _each_to_list(each: Pack) -> Pack:
    return lambda values: [each(v) for v in values]


def _each_to_tuple(each: Pack) -> Pack:
    return lambda values: tuple([each(v) for v in values])


def _unless_none(each: Pack) -> Pack:
    return lambda value: None if value is None else each(value)


def _packed_row(row: tuple[Any, ...], inner: list[tuple[int, Any]]) -> list[Any]:
    packed = list(row)
    for i, pack in inner:
        packed[i] = pack(packed[i])
    return packed


def _row_unpacker(kind: type, header: Header) -> Pack:
    hints = get_type_hints(kind)
    known = [f.name for f in dataclasses.fields(kind)]
    written = header[kind.__name__]
    inner = [(i, unpacker(hints[n], header)) for i, n in enumerate(written) if n in hints]
    inner = [(i, unpack) for i, unpack in inner if unpack is not None]
    if written == known:
        return (lambda row: kind(*_packed_row(row, inner))) if inner else (lambda row: kind(*row))

    def by_name(row: list[Any]) -> Any:
        return kind(**{n: v for n, v in zip(written, _packed_row(tuple(row), inner), strict=True) if n in hints})

    return by_name


def _mapping_packer(key: Any, each: Pack | None) -> Pack:
    """Names as an object; keys of several parts as a list of pairs."""
    if key is str:
        return (lambda values: {k: each(v) for k, v in values.items()}) if each else dict
    return lambda values: [(k, each(v) if each else v) for k, v in values.items()]


def _mapping_unpacker(key: Any, each: Pack | None) -> Pack:
    if key is str:
        return (lambda values: {k: each(v) for k, v in values.items()}) if each else dict
    return lambda pairs: {tuple(k): each(v) if each else v for k, v in pairs}


def _the_one_inside(hint: Any) -> Any:
    """X of `X | None`."""
    inside = [a for a in get_args(hint) if a is not type(None)]
    if len(inside) != 1:
        raise TypeError(f"no way to pack a union of several types: {hint!r}")
    return inside[0]
