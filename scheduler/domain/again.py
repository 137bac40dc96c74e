"""The id of an event that stood in the log, was set aside and comes in once more: its own is spoken for there."""

from __future__ import annotations

import re

LONGEST = 200
"""Letters of its own id that are kept."""

_AGAIN = re.compile(r"(?P<id>.*) again (?P<number>\d{1,18})\.\d+", re.DOTALL)


def again_id(id: str, number: int, tries: int) -> str:
    """number : its row in quarantine.   tries : how often it has been tried."""
    return f"{id[:LONGEST]} again {number}.{tries}"


def comes_again(id: str) -> tuple[str, int] | None:
    """(the first letters of its own id, its row in quarantine) of such an id; None for any other."""
    found = _AGAIN.fullmatch(id)
    return None if found is None else (found["id"], int(found["number"]))
