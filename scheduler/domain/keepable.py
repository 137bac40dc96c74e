"""What comes in as JSON is looked through once: so deep, so long and so large as can be kept, said and read back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from scheduler.domain.texts import tidy_text
from scheduler.limits import STANDARD

INSIDE = (dict, list, tuple, Mapping)
SHORT = STANDARD.name_length
LARGEST = 10**STANDARD.digits


class NotKeepable(ValueError):
    """`where` it stands (a.b.3), and what is wrong with it, in words."""

    def __init__(self, where: str, wrong: str) -> None:
        self.where, self.wrong = where, wrong
        super().__init__(f"{where}: found {wrong}" if where else f"found {wrong}")


def look_through(value: Any, where: str = "", most_text: int = STANDARD.text_length) -> None:
    """Raises NotKeepable where a database, an answer or a file could not say it again.

    That is: nested more than `json_depth` deep, a text too long or with NUL or half a character in it, a number that
    is none or has too many digits, a key that is no text.
    """
    _look(value, where, most_text, STANDARD.json_depth)


def _look(value: Any, where: str, most_text: int, depth: int) -> None:
    kind = type(value)
    if kind is str:
        if len(value) <= most_text and value.isascii() and "\0" not in value:
            return
        try:
            tidy_text(value, most_text)
        except ValueError as fault:
            raise NotKeepable(where, str(fault)) from None
    elif kind is int:
        if not -LARGEST < value < LARGEST:
            raise NotKeepable(where, f"a number of more than {STANDARD.digits} digits")
    elif kind is float:
        if not math.isfinite(value):
            raise NotKeepable(where, "a number that is none, or too large for one")
    elif isinstance(value, INSIDE):
        if depth == 0:
            raise NotKeepable("", f"lists or objects nested more than {STANDARD.json_depth} deep")
        pairs: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, Mapping) else enumerate(value)
        of_names = isinstance(value, Mapping)
        for key, inner in pairs:
            if of_names and not (type(key) is str and key.isidentifier() and key.isascii() and len(key) <= SHORT):
                _look_at_key(key, where)
            if inner is not None:
                _look(inner, f"{where}.{key}" if where else str(key), most_text, depth - 1)


def _look_at_key(key: object, where: str) -> None:
    if not isinstance(key, str):
        raise NotKeepable(where, "a key that is no text")
    try:
        tidy_text(key, STANDARD.name_length)
    except ValueError as fault:
        raise NotKeepable(where, f"a key with {fault}") from None
