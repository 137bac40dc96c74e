"""Topics that name a machine, and what comes back on them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

MACHINE, PLANT = "{machine}", "{plant}"
NO_LEVEL = re.compile(r"[/+#%\x00]")
"""What no level of a topic can hold, or what would be read as an escape."""


@dataclass(frozen=True, slots=True)
class MachineTopic:
    """A topic with {machine} as a level of its own, and {plant} where it is wanted. names : theirs = ours."""

    pattern: str
    plant: str
    names: Mapping[str, str] = field(default_factory=dict)

    def of(self, machine: str) -> str:
        theirs = next((name for name, ours in self.names.items() if ours == machine), machine)
        return self._filled(_level(theirs))

    @property
    def every(self) -> str:
        """A filter for all machines."""
        return self._filled("+")

    def machine(self, topic: str) -> str | None:
        """Whose topic it is; None: none of these."""
        wanted, given = self._filled(MACHINE).split("/"), topic.split("/")
        if len(wanted) != len(given):
            return None
        found = ""
        for level, said in zip(wanted, given, strict=True):
            if level == MACHINE:
                found = unquote(said)
            elif level != said:
                return None
        return self.names.get(found, found)

    def _filled(self, machine: str) -> str:
        return self.pattern.replace(PLANT, _level(self.plant)).replace(MACHINE, machine)


def _level(name: str) -> str:
    return NO_LEVEL.sub(lambda found: quote(found[0], safe=""), name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a machine says of a list. refused : why it will not work by it; "": it does."""

    version: str
    by: str = ""
    refused: str = ""


def answer_in(payload: bytes) -> Answer | None:
    """JSON with `version`, and `by` and `refused` where they are said; or the version alone. None: neither."""
    text = payload.decode("utf-8", "replace").strip()
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = text
    if isinstance(said, dict):
        version, by, refused = (said.get(name) for name in ("version", "by", "refused"))
        if not isinstance(version, str) or not version:
            return None
        return Answer(version[:200], str(by or "")[:200], str(refused or "")[:500])
    word = str(said) if isinstance(said, int) and not isinstance(said, bool) else said
    return Answer(word[:200]) if isinstance(word, str) and word else None


def revision_in(payload: bytes) -> int | None:
    """Of a list that stands on a topic; None: it is none of ours."""
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    revision = said.get("revision") if isinstance(said, dict) else None
    return revision if isinstance(revision, int) and not isinstance(revision, bool) else None
