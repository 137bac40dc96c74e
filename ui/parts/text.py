"""Words from the data, put into markdown."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """The same, with nothing in it that markdown would take for its own."""
    return re.sub(r"([\\`*_\[\]<>#|~$:])", r"\\\1", text)
