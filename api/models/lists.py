"""Dispatch lists on their way to machines: what each has, and by which it works."""

from __future__ import annotations

from typing import Annotated

from api.models.fields import Answer, about
from api.models.plants import NOW


class CarriedList(Answer):
    """A machine's list and how far it has come."""

    machine: Annotated[str, about("Machine", "DMG-01")]
    revision: Annotated[int, about("Of the newest; rises, so the larger is the newer", 812, "1")]
    version: Annotated[str, about("Of the newest", "4c1f0a9be2")]
    since: Annotated[str, about("When the newest was made", NOW, "ISO 8601 with offset")]
    carried: Annotated[str, about("Version that the other side has; empty: none", "4c1f0a9be2")]
    carried_at: Annotated[str | None, about("When it got it; null: it has none", NOW, "ISO 8601 with offset")]
    confirmed: Annotated[str, about("Version that the machine has confirmed; empty: none", "4c1f0a9be2")]
    refused: Annotated[str, about("Version that the machine will not work by; empty: none", "")]
    by: Annotated[str, about("Who confirmed or refused; empty: nobody", "panel-3")]
    why: Annotated[str, about("Why it was refused or not carried; empty: it was", "")]
    old: Annotated[
        bool,
        about("It works by an old list: refused, or not confirmed for longer than agreed", False),
    ]


class CarrierModel(Answer):
    """What carries a plant's lists, as this process sees it."""

    name: Annotated[str, about("Its name", "hall-2-lists")]
    kind: Annotated[str, about("By what it carries: mqtt, sparkplug, webhook", "mqtt")]
    plant: Annotated[str, about("Whose lists", "alpine")]
    carries: Annotated[bool, about("Whether this process does; of several one does", True)]
    trouble: Annotated[str, about("Why the other side cannot be reached; empty: it can", "")]
    answers: Annotated[bool, about("Whether machines are to say which list they work by", True)]
    lists: Annotated[list[CarriedList], about("By machine", [])]


class CarrierList(Answer):
    """The `[[list]]` tables of the file that the server was started with."""

    carriers: Annotated[list[CarrierModel], about("By name", [])]
