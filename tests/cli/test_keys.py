"""`rejig keys` and `rejig audit`: made, listed and revoked where the data lies; a server is locked by the first."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from scheduler.access.keys import parted
from scheduler.storage.ledger import SqlLedger
from tests.cli.conftest import Rejig


def test_a_key_is_made_listed_and_revoked_and_the_audit_knows(rejig: Rejig, tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = rejig("keys", "create", "MES", "--role", "floor", "--data", data)
    assert (first.status, "admin for the first key" in first.words) == (2, True)
    made = rejig("keys", "create", "m.keller", "--role", "admin", "--data", data)
    assert made.status == 0, made.words
    parts = parted(made.out.strip())
    assert parts is not None
    listed = rejig("keys", "list", "--data", data)
    assert parts[0] in listed.out
    assert parts[1] not in listed.out
    assert rejig("keys", "revoke", "abc", "--data", data).status == 2
    assert rejig("keys", "revoke", parts[0], "--data", data).status == 0
    assert "revoked" in rejig("keys", "list", "--data", data).out
    holds = rejig("audit", "verify", "--data", data)
    assert (holds.status, "2 entries" in holds.words) == (0, True)
    with closing(SqlLedger.open(f"sqlite:///{data / 'rejig.db'}")) as ledger, ledger._database.writing() as connection:
        connection.execute(sa.text("UPDATE audit SET who = 'nobody' WHERE number = 1"))
    broken = rejig("audit", "verify", "--data", data)
    assert (broken.status, "Entry 1 is not as it was written" in broken.words) == (1, True)


def test_without_a_key_no_other_computer_is_listened_to(rejig: Rejig, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    refused = rejig("serve", "--host", "0.0.0.0", "--port", port, "--no-ui", "--data", tmp_path / "data")
    assert (refused.status, "rejig keys create" in refused.words) == (2, True)
