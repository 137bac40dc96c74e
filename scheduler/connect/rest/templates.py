"""Templates: how a data file says where a value comes from and how it is written.

`{due_date|date|at 16:00}` is the value of a path, changed by what stands behind each bar; alone it keeps its type,
among other text it is text. `|default x` stands in for nothing, `|or other` another path. A path goes through tables
and lists by dots: `lines.0.item`; `*` is each of a list; `@json` reads a text that is JSON. A whole name with dots in
it (`@odata.nextLink`) is found as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from scheduler.connect.rest.conversions import CONVERSIONS, Scope

_PLACE = re.compile(r"\{([^{}]+)\}")
EACH = "…"
"""Before a place in a list: all of that list, here."""


def looked_up(value: Any, path: str) -> Any:
    """What a path leads to; None where it leads nowhere."""
    if not path:
        return value
    if isinstance(value, Mapping) and path in value:
        return value[path]
    step, _, rest = path.partition(".")
    if step == "@json":
        try:
            return looked_up(json.loads(value), rest)
        except (TypeError, ValueError):
            return None
    if isinstance(value, Mapping):
        return looked_up(value.get(step), rest)
    if isinstance(value, list) and step == "*":
        return [found for item in value if (found := looked_up(item, rest)) is not None] or None
    if isinstance(value, list) and step.lstrip("-").isdigit():
        index = int(step)
        return looked_up(value[index], rest) if -len(value) <= index < len(value) else None
    return None


def written(text: str, scope: Scope, escaped: Callable[[str], str] | None = None) -> Any:
    """A template with its values. Raises ValueError, in words, where a value cannot be read.

    escaped : how a value is written into the text.
    """
    whole = _PLACE.fullmatch(text)
    if whole and escaped is None:
        return _value(whole[1], scope)
    as_text = _as_text if escaped is None else lambda value: escaped(_as_text(value))
    return _PLACE.sub(lambda place: as_text(_value(place[1], scope)), text)


def rendered(shape: Any, scope: Scope) -> Any:
    """Tables, lists and templates with their values. What is nothing is left out; `{"@json": …}` becomes a text."""
    match shape:
        case str():
            return written(shape, scope)
        case {"@json": inner}:
            return json.dumps(rendered(inner, scope), ensure_ascii=False)
        case dict():
            values = {name: rendered(inner, scope) for name, inner in shape.items()}
            return {name: value for name, value in values.items() if value is not None}
        case list():
            made: list[Any] = []
            for inner in shape:
                if isinstance(inner, str) and inner.startswith(EACH):
                    made += rendered(inner[len(EACH) :], scope) or []
                elif (value := rendered(inner, scope)) is not None:
                    made.append(value)
            return made
        case _:
            return shape


def faults_of(shape: Any) -> list[str]:
    """What no template may say: conversions that are not there."""
    match shape:
        case str():
            parts = [part for place in _PLACE.findall(shape) for part in place.split("|")[1:]]
            names = [part.partition(" ")[0] for part in parts]
            return [
                f"'{shape}': no conversion '{n}'" for n in names if n not in CONVERSIONS and n not in ("default", "or")
            ]
        case dict():
            return [fault for inner in shape.values() for fault in faults_of(inner)]
        case list():
            return [fault for inner in shape for fault in faults_of(inner)]
        case _:
            return []


def uses(shape: Any, name: str) -> bool:
    """Whether a value of the scope is written somewhere in it."""
    match shape:
        case str():
            return any(place.split("|")[0] == name for place in _PLACE.findall(shape))
        case dict():
            return any(uses(inner, name) for inner in shape.values())
        case list():
            return any(uses(inner, name) for inner in shape)
        case _:
            return False


def _value(place: str, scope: Scope) -> Any:
    path, *conversions = place.split("|")
    value = looked_up(scope, path)

    def look(other: str) -> Any:
        return looked_up(scope, other)

    for conversion in conversions:
        name, _, argument = conversion.partition(" ")
        empty = value is None or value is False or value == ""
        if name in ("default", "or"):
            value = (argument if name == "default" else look(argument)) if empty else value
        elif not empty or (name in ("is", "but") and value is not None):
            value = CONVERSIONS[name](value, argument, look)
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
