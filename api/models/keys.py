"""API keys and the audit, as they are said over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime

from api.models.fields import Answer, Request, about
from scheduler.access.roles import Role

MOMENT = "2026-03-02T06:00:00Z"


class KeyAsk(Request):
    """A key to be made."""

    name: Annotated[str, about("Who holds it", "MES line 2", min_length=1, max_length=80)]
    roles: Annotated[list[Role], about("What it may do", ["floor"], min_length=1, max_length=8)]
    plants: Annotated[tuple[str, ...], about("Plants it opens; none: all", ["alpine"], max_length=100)] = ()
    work_centers: Annotated[
        tuple[str, ...],
        about("For the floor: whose lists it opens; none: all", ["turning"], max_length=100),
    ] = ()
    expires_at: Annotated[AwareDatetime | None, about("When it ends; null: never", MOMENT, "ISO 8601")] = None


class KeyModel(Answer):
    """A key, without its secret."""

    id: Annotated[str, about("Its id, no secret", "a1b2c3d4e5f6")]
    name: Annotated[str, about("Who holds it", "MES line 2")]
    roles: Annotated[list[Role], about("What it may do", ["floor"])]
    plants: Annotated[list[str], about("Plants it opens; none: all", ["alpine"])]
    work_centers: Annotated[list[str], about("Work centers whose lists it opens; none: all", ["turning"])]
    state: Annotated[Literal["valid", "expired", "revoked"], about("Whether it opens anything", "valid")]
    created_at: Annotated[AwareDatetime, about("When it was made", MOMENT, "ISO 8601")]
    created_by: Annotated[str, about("Who has made it", "m.keller")]
    expires_at: Annotated[AwareDatetime | None, about("When it ends; null: never", MOMENT, "ISO 8601")]
    revoked_at: Annotated[AwareDatetime | None, about("When it was revoked; null: it was not", MOMENT, "ISO 8601")]


class KeyMade(KeyModel):
    """A key that was just made."""

    key: Annotated[str, about("What its holder sends; shown this once", "rejig_a1b2c3d4e5f6_…")]


class KeyList(Answer):
    """All keys, the revoked ones too."""

    keys: Annotated[list[KeyModel], about("By the moment they were made", [])]


class AuditEntry(Answer):
    """One entry of the audit."""

    number: Annotated[int, about("Counts from 1, without gaps", 17, "1")]
    at: Annotated[AwareDatetime, about("When", MOMENT, "ISO 8601")]
    who: Annotated[str, about("Holder of the key; `anybody`: no key was made yet", "m.keller")]
    act: Annotated[str, about("The call", "POST /v1/plants/alpine/plans/57/release")]
    plant: Annotated[str | None, about("The plant; null: it is about none", "alpine")]
    before: Annotated[str | None, about("JSON: how the plant stood; null: not told", '{"revision": 9, "plan": 56}')]
    after: Annotated[str | None, about("JSON: what was asked, or how the plant stood then", '{"by": "m.keller"}')]
    status: Annotated[int | None, about("Of the answer; null: it was asked for, or raised", 200, "1")]
    asked: Annotated[int | None, about("Entry in which it was asked for; null: this one", 16, "1")]
    hash: Annotated[str, about("SHA-256 over this entry and the hash before it", "9f86d081884c7d65")]


class AuditPage(Answer):
    """Entries, oldest first."""

    entries: Annotated[list[AuditEntry], about("At most 500", [])]
    next_after: Annotated[int | None, about("Ask again with `after` of this; null: that was all", 500, "1")]


class AuditVerdict(Answer):
    """Whether the audit is as it was written."""

    holds: Annotated[bool, about("False: an entry was changed or removed", True)]
    entries: Annotated[int, about("How many there are", 1200, "1")]
    first_break: Annotated[int | None, about("The first entry that is not as it was written; null: all are", 7, "1")]
    head: Annotated[str, about("The newest hash; kept elsewhere it shows a cut end", "9f86d081884c7d65")]


class LogVerdict(Answer):
    """Whether what is kept of a plant is what its log says."""

    holds: Annotated[bool, about("Whether all that was compared is as the log says", True)]
    revision: Annotated[int, about("Up to which the log was folded", 812, "1")]
    events: Annotated[int, about("Events in the log since the plant was loaded", 811, "1")]
    set_aside: Annotated[int, about("Those of them that were set aside and do not count", 0, "1")]
    compared: Annotated[int, about("States that were there to compare with, stored or in memory", 2, "1")]
    state: Annotated[str, about("SHA-256 of the state that the log makes", "9f86d081884c7d65")]
    wrong: Annotated[list[str], about("What is not as the log says, in words", ["revision 17 is missing in the log"])]
