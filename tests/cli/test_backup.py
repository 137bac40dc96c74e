"""A copy of all data while a server takes in events; put back it is whole, and knows all that was answered before."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from scheduler.solving.warm import warm_kernels
from scheduler.storage.leases import occupy
from scheduler.storage.ledger import SqlLedger
from tests.api.processes import Server, started
from tests.api.served import load_tiny, planned, wait_until
from tests.builders import AT, event, tiny_plant
from tests.cli.conftest import Rejig


@pytest.fixture
def data(tmp_path: Path) -> Path:
    ledger = SqlLedger.open(f"sqlite:///{tmp_path / 'data' / 'rejig.db'}")
    ledger.load_plant("tiny", tiny_plant(), AT)
    ledger.append("tiny", [event("e1")], AT)
    ledger.close()
    return tmp_path / "data"


class Floor(threading.Thread):
    """Posts one event after the other until it is told to end.   answered : ids that were taken in, in order."""

    def __init__(self, server: Server, path: str) -> None:
        super().__init__()
        self._server, self._path = server, path
        self._now = server.client.get(path).json()["now"]
        self._end = threading.Event()
        self.answered: list[str] = []

    def run(self) -> None:
        tick = {"specversion": "1.0", "source": "mes", "type": "clock.ticked", "time": self._now}
        while not self._end.is_set():
            id = f"t{len(self.answered)}"
            answer = self._server.client.post(f"{self._path}/events", json={**tick, "id": id})
            assert answer.status_code == 202, answer.text
            self.answered.append(id)

    def end(self) -> None:
        self._end.set()
        self.join()


def test_a_backup_under_load_holds_all_that_was_answered_before_and_can_be_served(rejig: Rejig, tmp_path: Path) -> None:
    warm_kernels()
    data, kept, anew = tmp_path / "data", tmp_path / "kept.db", tmp_path / "anew"
    with started({"REJIG_DATA": str(data), "REJIG_WORKERS": "1"}) as server:
        path = load_tiny(server.client, "shop", "auto")
        plan = planned(server.client, path)
        floor = Floor(server, path)
        floor.start()
        try:
            wait_until(lambda: len(floor.answered) > 100)
            before = len(floor.answered)
            done = rejig("backup", kept, "--data", data)
            assert done.status == 0, done.words
            after = len(floor.answered)
            wait_until(lambda: len(floor.answered) > after)
            assert (rejig("restore", kept, "--data", data).status, after > before) == (2, True)  # it is being served
            assert rejig("verify", "--data", data).status == 0
        finally:
            floor.end()
        verdict = server.client.get(f"{path}/verification").json()
        assert (verdict["holds"], verdict["events"], verdict["wrong"]) == (True, len(floor.answered), [])
        assert verdict["compared"] > 1
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.glob("*kept*")] == ["kept.db"]

    restored = rejig("restore", kept, "--data", anew)
    assert restored.status == 0, restored.words
    verified = rejig("verify", "--data", anew)
    assert (verified.status, verified.out.split()[0]) == (0, "shop"), verified.words
    ledger = SqlLedger.open(f"sqlite:///{anew / 'rejig.db'}")
    ids = [logged.event.id for logged in ledger.events("shop", limit=100_000)]
    ledger.close()
    assert ids[:before] == floor.answered[:before]
    assert ids == floor.answered[: len(ids)]  # one moment of it, without a gap
    with started({"REJIG_DATA": str(anew), "REJIG_WORKERS": "1"}) as server:
        assert planned(server.client, path)["id"] >= plan["id"]
        again = {"specversion": "1.0", "source": "mes", "type": "clock.ticked", "time": floor._now, "id": "t0"}
        assert len(server.client.post(f"{path}/events", json=again).json()["duplicates"]) == 1


def test_a_restore_keeps_what_was_there_and_changes_nothing_where_it_fails(
    rejig: Rejig, data: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.db"
    assert rejig("backup", kept, "--data", data).status == 0
    assert rejig("backup", kept, "--data", data).status == 2  # a backup replaces nothing
    ledger = SqlLedger.open(f"sqlite:///{data / 'rejig.db'}")
    ledger.append("tiny", [event("e2")], AT)
    ledger.close()
    newer = (data / "rejig.db").read_bytes()

    (tmp_path / "bytes.db").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "cut.db").write_bytes(kept.read_bytes()[:-40_960])
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE songs (name)")
    for wrong in ("bytes.db", "cut.db", "other.db", "none.db", "."):
        answer = rejig("restore", tmp_path / wrong, "--data", data)
        assert (answer.status, bool(answer.words)) == (2, True), wrong
    assert (data / "rejig.db").read_bytes() == newer
    assert rejig("verify", "--data", data).out.split()[:2] == ["tiny", "3"]

    assert rejig("restore", kept, "--data", data).status == 0
    assert rejig("verify", "--data", data).out.split()[:2] == ["tiny", "2"]
    old = SqlLedger.open(f"sqlite:///{data / 'rejig.db.before-restore-1'}")
    assert [logged.event.id for logged in old.events("tiny")] == ["e1", "e2"]
    old.close()
    assert [p for p in data.iterdir() if p.name.startswith(".")] == []


def test_while_somebody_serves_nothing_is_restored(rejig: Rejig, data: Path, tmp_path: Path) -> None:
    assert rejig("backup", tmp_path / "kept.db", "--data", data).status == 0
    ledger = SqlLedger(f"sqlite:///{data / 'rejig.db'}")
    lease = occupy(ledger._database)
    assert lease is not None
    answer = rejig("restore", tmp_path / "kept.db", "--data", data)
    lease.release()
    ledger.close()
    assert (answer.status, "served by another process" in answer.words) == (2, True)


def test_postgresql_is_told_its_own_tools(rejig: Rejig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REJIG_DATABASE_URL", "postgresql://nobody@nowhere/none")
    for command, tool in (("backup", "pg_dump"), ("restore", "pg_restore")):
        answer = rejig(command, tmp_path / "kept.db")
        assert (answer.status, tool in answer.words) == (2, True)


def test_verify_says_what_differs(rejig: Rejig, data: Path, postgres: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(data / "rejig.db") as database:
        database.execute("DELETE FROM events")
    answer = rejig("verify", "--data", data)
    assert (answer.status, "tiny: revision 2 is missing in the log" in answer.words) == (1, True)
    assert rejig("verify", "nowhere", "--data", data).status == 2
    monkeypatch.setenv("REJIG_DATABASE_URL", postgres.get_uri())
    assert rejig("verify").status == 0
