"""What-ifs, jobs, acknowledgements and the stream are there after a restart, and wrong names are said."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, replace

import pytest

from scheduler.domain.plans import Objective
from scheduler.errors import Conflict, UnknownJob, UnknownPlant, UnknownWhatIf
from scheduler.messages import Acknowledgement, StreamMessage
from scheduler.planning.lists.list_changes import ShownRow
from scheduler.ports import JobRecord, MoveLimits, PlanRequest, Policy, SolveProgress, WhatIfRecord
from scheduler.storage import records
from scheduler.storage.ledger import SqlLedger
from scheduler.storage.request_repository import JOBS, WHAT_IFS, Kept
from tests.builders import AT, down, event, tiny_plant

REQUEST = PlanRequest(3.5, 2, 7, 1000, Objective(setup=0.5), "search", MoveLimits(5, 60))
PROGRESS = (SolveProgress(0.5, 120.0, None, "list"), SolveProgress(1.5, 100.0, 80.0, "cpsat"))
WHAT_IF = WhatIfRecord("w-1", "tiny", "saw down", "queued", 1, (down("a1", "saw"), event("a2")), REQUEST, created_at=AT)
JOB = JobRecord("j-1", "tiny", "queued", REQUEST, created_at=AT)


@pytest.fixture
def loaded(ledger: SqlLedger) -> SqlLedger:
    ledger.load_plant("tiny", tiny_plant(), AT)
    return ledger


def test_limits_on_moves_stand_among_the_other_fields_as_they_always_have() -> None:
    limits = MoveLimits(3, 240, True)
    for stored, read in (
        (records.write_limited(PlanRequest(7.0, limits=limits)), records.read_request),
        (records.write_limited(Policy(time_limit_seconds=7.0, limits=limits)), records.read_policy),
    ):
        fields = json.loads(stored)
        assert "limits" not in fields
        assert (fields["max_moves"], fields["time_fence_minutes"], fields["keep_machines"]) == (3, 240, True)
        assert read(stored).limits == limits
        assert read('{"max_moves": 3, "time_limit_seconds": 7.0}').limits == MoveLimits(3)
        assert read("{}").limits == MoveLimits()


def test_a_what_if_reads_back_and_moves_on(loaded: SqlLedger) -> None:
    loaded.add_what_if(WHAT_IF)
    assert loaded.what_if("tiny", "w-1") == WHAT_IF
    later = replace(WHAT_IF, state="done", progress=PROGRESS, plan_number=4, promoted=True, error="none")
    loaded.save_what_if(later)
    assert loaded.what_if("tiny", "w-1") == later
    assert loaded.what_ifs("tiny") == [later]


def test_what_ifs_are_listed_newest_first(loaded: SqlLedger) -> None:
    for n in range(3):
        loaded.add_what_if(replace(WHAT_IF, id=f"w-{n}", created_at=AT + dt.timedelta(minutes=n)))
    assert [w.id for w in loaded.what_ifs("tiny")] == ["w-2", "w-1", "w-0"]


def test_a_job_reads_back_and_moves_on(loaded: SqlLedger) -> None:
    loaded.add_job(JOB)
    later = replace(JOB, state="failed", progress=PROGRESS, error="the worker died")
    loaded.save_job(later)
    assert loaded.job("tiny", "j-1") == later


def test_what_has_not_ended_is_found_again_oldest_first(loaded: SqlLedger, database_url: str) -> None:
    for n, state in enumerate(("running", "done", "queued", "failed", "stopped")):
        created = AT - dt.timedelta(minutes=n)
        loaded.add_job(replace(JOB, id=f"j-{n}", state=state, created_at=created))  # type: ignore[arg-type]
        loaded.add_what_if(replace(WHAT_IF, id=f"w-{n}", state=state, created_at=created))  # type: ignore[arg-type]
    restarted = SqlLedger.open(database_url)
    jobs, what_ifs = restarted.unfinished()
    assert [j.id for j in jobs] == ["j-2", "j-0"]
    assert [w.id for w in what_ifs] == ["w-2", "w-0"]
    restarted.close()


def test_an_id_is_used_once(loaded: SqlLedger) -> None:
    loaded.add_what_if(WHAT_IF)
    loaded.add_job(JOB)
    with pytest.raises(Conflict, match="already has a what-if 'w-1'"):
        loaded.add_what_if(WHAT_IF)
    with pytest.raises(Conflict, match="already has a job 'j-1'"):
        loaded.add_job(JOB)


@pytest.mark.parametrize("kept", [JOBS, WHAT_IFS], ids=["jobs", "what-ifs"])
def test_a_record_has_a_column_for_each_of_its_fields_and_no_other(kept: Kept[JobRecord] | Kept[WhatIfRecord]) -> None:
    assert {f.name for f in fields(kept.kind)} == {column.name for column in kept.table.c}


def test_unknown_ids_are_answered_with_the_nearest(loaded: SqlLedger) -> None:
    loaded.add_what_if(WHAT_IF)
    for ask in (lambda: loaded.what_if("tiny", "w-2"), lambda: loaded.save_what_if(replace(WHAT_IF, id="w-2"))):
        with pytest.raises(UnknownWhatIf, match=r"no what-if 'w-2'; did you mean 'w-1'\?"):
            ask()
    for ask_job in (lambda: loaded.job("tiny", "j-2"), lambda: loaded.save_job(replace(JOB, id="j-2"))):
        with pytest.raises(UnknownJob, match="there is none yet"):
            ask_job()
    with pytest.raises(UnknownPlant):
        loaded.add_job(replace(JOB, plant="tony"))
    with pytest.raises(UnknownPlant):
        loaded.what_ifs("tony")


def test_the_newest_acknowledgement_of_each_target_stands(loaded: SqlLedger) -> None:
    first = Acknowledgement("tiny", "saw", "v1", "terminal 4", AT)
    second = Acknowledgement("tiny", "saw", "v2", "terminal 4", AT + dt.timedelta(minutes=1))
    lathe = Acknowledgement("tiny", "lathe", "v1", "terminal 5", AT)
    for one in (second, first, lathe):
        loaded.acknowledge(one)
    assert loaded.acknowledgements("tiny") == [lathe, second]
    assert loaded.acknowledgement("tiny", "saw") == second
    assert loaded.acknowledgement("tiny", "sawing") is None
    told = [(m.data["target"], m.data["version"]) for m in loaded.stream("tiny", after=0)]
    assert told == [("saw", "v2"), ("lathe", "v1")]
    assert loaded.plant("tiny").last_message == 2


def test_a_confirmation_keeps_the_rows_that_were_shown(loaded: SqlLedger, database_url: str) -> None:
    rows = (ShownRow("SHAFT-1", 10, "saw", 1, 13_762_440, "next"),)
    said = Acknowledgement("tiny", "saw", "v1", "terminal 4", AT, 7, rows)
    loaded.acknowledge(said)
    restarted = SqlLedger.open(database_url)
    assert restarted.acknowledgement("tiny", "saw") == said
    restarted.close()


def test_the_stream_counts_and_resumes(loaded: SqlLedger) -> None:
    told = [loaded.publish("tiny", "plan.released", {"number": n}) for n in range(3)]
    assert told[0] == StreamMessage(1, "tiny", "plan.released", {"number": 0})
    assert loaded.stream("tiny", after=0) == told
    assert loaded.stream("tiny", after=1, limit=1) == [told[1]]
    assert loaded.stream("tiny", after=3) == []


def test_the_stream_keeps_only_the_newest(loaded: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.storage.outbox.MESSAGES_KEPT", 3)
    for n in range(5):
        loaded.publish("tiny", "event.accepted", {"n": n})
    assert [m.number for m in loaded.stream("tiny", after=0)] == [3, 4, 5]
