"""The audit: read, and checked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.common import PlantName, ToolsOf, answer, problems
from api.door import Guarded
from api.models.keys import AuditEntry, AuditPage, AuditVerdict, LogVerdict
from scheduler.usecases.verify_audit import verify_audit

router = APIRouter(route_class=Guarded, tags=["audit"])
PAGE = 500


@router.get("/v1/audit", response_model=AuditPage, responses=problems(401, 403, 422))
def read(
    tools: ToolsOf,
    after: Annotated[int, Query(description="Entries behind this number", ge=0, lt=2**63, examples=[0])] = 0,
    plant: Annotated[str | None, Query(description="Of this plant alone", max_length=100, examples=["alpine"])] = None,
    who: Annotated[str | None, Query(description="By this holder alone", max_length=80, examples=["m.keller"])] = None,
) -> Response:
    """Who did what, oldest first, 500 at a time."""
    found = tools.ledger.audited(after, PAGE + 1, plant=plant, who=who)
    entries = [
        AuditEntry(
            number=e.number, at=e.deed.at, who=e.deed.who, act=e.deed.act, plant=e.deed.plant, before=e.deed.before,
            after=e.deed.after, status=e.deed.status, asked=e.deed.asked, hash=e.hash,
        )
        for e in found[:PAGE]
    ]  # fmt: skip
    return answer(AuditPage(entries=entries, next_after=entries[-1].number if len(found) > PAGE else None))


@router.get("/v1/audit/verification", response_model=AuditVerdict, responses=problems(401, 403))
def verification(tools: ToolsOf) -> Response:
    """Whether every entry is as it was written: the chain of hashes, from the first to the last."""
    found = verify_audit(tools.ledger)
    holds = found.first_break is None
    return answer(AuditVerdict(holds=holds, entries=found.entries, first_break=found.first_break, head=found.head))


@router.get("/v1/plants/{plant}/verification", response_model=LogVerdict, responses=problems(401, 403, 404))
def log_verification(plant: PlantName, tools: ToolsOf) -> Response:
    """Whether what is stored, and what this server has in memory, is what the log says: folded anew from the load."""
    found = tools.ledger.verify_log(plant)
    return answer(
        LogVerdict(
            holds=not found.wrong, revision=found.revision, events=found.events, set_aside=found.set_aside,
            compared=found.compared, state=found.digest, wrong=list(found.wrong),
        )
    )  # fmt: skip
