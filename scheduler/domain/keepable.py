"""What comes in as JSON is looked through once: so deep, so long and so large as can be kept, said and read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from scheduler.domain.texts import tidy_text
from scheduler.limits import STANDARD

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
    if isinstance(value, str):
        try:
            tidy_text(value, most_text)
        except ValueError as fault:
            raise NotKeepable(where, str(fault)) from None
    elif isinstance(value, Mapping | list | tuple):
        if depth == 0:
            raise NotKeepable("", f"lists or objects nested more than {STANDARD.json_depth} deep")
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in pairs:
            if isinstance(value, Mapping):
                if not isinstance(key, str):
                    raise NotKeepable(where, "a key that is no text")
                if not (key.isascii() and key.isprintable() and len(key) <= STANDARD.name_length):
                    _look_at_key(key, where)
            if inner is not None:
                _look(inner, f"{where}.{key}" if where else str(key), most_text, depth - 1)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise NotKeepable(where, "a number that is none, or too large for one")
    elif isinstance(value, int) and not -LARGEST < value < LARGEST:
        raise NotKeepable(where, f"a number of more than {STANDARD.digits} digits")


def _look_at_key(key: str, where: str) -> None:
    try:
        tidy_text(key, STANDARD.name_length)
    except ValueError as fault:
        raise NotKeepable(where, f"a key with {fault}") from None
