"""Keys and the audit, on both databases."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from scheduler.access.audit import Deed
from scheduler.errors import BadRequest, UnknownKey
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.keys import make_key
from scheduler.usecases.verify_audit import verify_audit

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_a_key_is_kept_without_its_secret_and_stays_when_revoked(ledger: SqlLedger) -> None:
    admin, _ = make_key(ledger, "root", ["admin"], at=NOON, by="shell")
    key, sent = make_key(
        ledger, "MES", ["floor"], at=NOON, by="root", plants=["alpine"], work_centers=["turning"],
        expires_at=NOON + dt.timedelta(days=1),
    )  # fmt: skip
    assert {k.id: k for k in ledger.api_keys()} == {admin.id: admin, key.id: key}
    assert sent.split("_")[2] not in str(ledger.api_keys())
    gone = ledger.revoke_key(key.id, NOON)
    assert gone.state(NOON) == "revoked"
    later = NOON + dt.timedelta(days=2)
    assert ledger.revoke_key(key.id, later).revoked_at == NOON, "it was revoked then"
    with pytest.raises(UnknownKey, match="no key 'abc'"):
        ledger.revoke_key("abc", NOON)


def test_the_first_key_is_an_admins(ledger: SqlLedger) -> None:
    with pytest.raises(BadRequest, match="admin for the first key"):
        make_key(ledger, "MES", ["floor"], at=NOON, by="shell")
    with pytest.raises(BadRequest, match="did you mean 'viewer'"):
        make_key(ledger, "root", ["viewr"], at=NOON, by="shell")
    assert ledger.api_keys() == []


def test_the_audit_of_many_at_once_is_one_chain_and_a_change_in_it_is_found(ledger: SqlLedger) -> None:
    def write(name: str) -> None:
        for n in range(5):
            ledger.audit(Deed(NOON, name, f"act {n}", "alpine", None, None))

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify_audit(ledger)
    assert (found.entries, found.first_break) == (15, None)
    assert [e.deed.who for e in ledger.audited(0, 100, who="b")] == ["b"] * 5
    assert [e.number for e in ledger.audited(13, 100)] == [14, 15]
    with ledger._database.writing() as connection:
        connection.execute(sa.text("UPDATE audit SET who = 'd' WHERE number = 7"))
    assert verify_audit(ledger).first_break == 7


def test_an_audit_whose_end_was_cut_off_does_not_hold(ledger: SqlLedger) -> None:
    for n in range(3):
        ledger.audit(Deed(NOON, "a", f"act {n}", None, None, None))
    with ledger._database.writing() as connection:
        connection.execute(sa.text("DELETE FROM audit WHERE number = 3"))
    assert verify_audit(ledger).first_break == 3
