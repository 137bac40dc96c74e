"""Inbox and outbox: what comes in comes once, what goes out goes in order, and is written with its cause."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from scheduler.connect_ports import Arrived, Link
from scheduler.domain.imports import NOTHING, Imported, ImportedTable, RejectedRow
from scheduler.storage.ledger import SqlLedger
from tests.builders import AT, event, tiny_plant

ERP = Link("erp", "folder", "tiny", "/nowhere", ("orders",), ("confirmations", "stock"))


def connected(ledger: SqlLedger, link: Link = ERP) -> SqlLedger:
    ledger.load_plant("tiny", tiny_plant(), AT)
    assert ledger.keep_connections([link, replace(link, name="far", plant="elsewhere")]) == [link]
    return ledger


def reports(*numbers: int) -> list[object]:
    """PIN-1 and SHAFT-1 are begun and reported on in turn."""
    started = [
        event("s1", "operation.started", order="PIN-1", operation=10, machine="lathe"),
        event("s2", "operation.started", order="SHAFT-1", operation=10, machine="saw"),
        event("p1", "operation.progressed", order="PIN-1", operation=10, quantity_good=4.0),
        event("p2", "operation.progressed", order="SHAFT-1", operation=10, quantity_good=5.0),
    ]
    return [started[n] for n in numbers]


def test_a_message_is_received_once_and_remembered(ledger: SqlLedger) -> None:
    connected(ledger)
    first = ledger.receive(ERP, Arrived("orders.csv@1", b"a", AT), AT)
    assert (first.number, first.state, first.content, first.spoken_at) == (1, "waiting", b"a", AT)
    known = Imported({"orders": ImportedTable({"A": {"due": 7, "customer": "Ä"}}, True, ("order", "due"), AT)})
    rows = [RejectedRow("orders", "B", "orders.due", "no date", 3, {"due": None})]
    ledger.settle_message(first, "done", "read", AT, known=known, rejected=rows, vanished=["C"])
    again = ledger.receive(ERP, Arrived("orders.csv@1", b"a"), AT)
    assert (again.number, again.state, again.said) == (1, "done", "read")
    assert ledger.receive(ERP, Arrived("orders.csv@1", b"b"), AT).number == 2
    assert ledger.imported(ERP) == known
    assert ledger.rejected_rows("erp") == [(1, rows[0])]
    assert [m.number for m in ledger.inbox("erp")] == [2, 1]
    (state,) = ledger.connection_states()
    assert (state.read_at, state.data_at, state.vanished, state.rejected) == (AT, AT, ("C",), 1)
    ledger.load_plant("tiny", tiny_plant(), AT)
    assert (ledger.imported(ERP), ledger.connection_states()[0].vanished) == (NOTHING, ())


def test_reports_are_in_the_outbox_with_the_event_and_go_out_in_order_per_order(ledger: SqlLedger) -> None:
    connected(ledger)
    ledger.append("tiny", reports(0, 1, 2, 3), AT)
    ledger.append("tiny", reports(0, 1, 2, 3), AT)
    said = [
        (m.number, m.kind, m.subject, m.body.get("what"), m.body["quantity_good"])
        for m in ledger.outbox("erp")
        if m.kind == "confirmations"
    ]
    assert said == [
        (1, "confirmations", "PIN-1", "started", 0.0),
        (3, "confirmations", "SHAFT-1", "started", 0.0),
        (4, "confirmations", "PIN-1", "progressed", 4.0),
        (6, "confirmations", "SHAFT-1", "progressed", 5.0),
    ]
    stock = [m for m in ledger.outbox("erp") if m.kind == "stock"]
    assert [(m.number, m.body["material"], m.body["quantity"], m.body["on_hand"]) for m in stock] == [
        (2, "bar", -10.0, -5.0),
        (5, "pin", 4.0, 4.0),
    ]
    pin, bar, shaft, made = ledger.due_outgoing("erp", AT)
    assert [m.number for m in (pin, bar, shaft, made)] == [1, 2, 3, 5]
    ledger.sent(pin, AT)
    ledger.not_sent(shaft, "it is away", AT, AT + dt.timedelta(minutes=1))
    assert [m.number for m in ledger.due_outgoing("erp", AT)] == [2, 4, 5]
    (later,) = [m for m in ledger.due_outgoing("erp", AT + dt.timedelta(minutes=1)) if m.subject == "SHAFT-1"]
    ledger.not_sent(later, "never", AT, None)
    assert (ledger.connection_states()[0].dead, [m.reason for m in ledger.outbox("erp", ["dead"])]) == (1, ["never"])
    assert 6 not in [m.number for m in ledger.due_outgoing("erp", AT + dt.timedelta(days=9))]
    assert ledger.send_again("erp", [3], AT) == 1
    assert [(m.number, m.key) for m in ledger.due_outgoing("erp", AT) if m.number == 3] == [(3, shaft.key)]
    assert ledger.drop_outgoing("erp", [3], "ann", "told by phone") == 1
    assert 6 in [m.number for m in ledger.due_outgoing("erp", AT)]


def test_a_connection_that_leads_to_another_plant_and_back_goes_on_counting(ledger: SqlLedger) -> None:
    connected(ledger)
    ledger.load_plant("other", tiny_plant(), AT)
    ledger.receive(ERP, Arrived("orders.csv@1", b"a"), AT)
    ledger.append("tiny", reports(0), AT)
    started, bars = ledger.due_outgoing("erp", AT)
    ledger.sent(started, AT)
    ledger.sent(bars, AT)
    for plant in ("other", "tiny"):
        ledger.keep_connections([replace(ERP, plant=plant)])
    ledger.append("tiny", reports(1), AT)
    assert [m.number for m in ledger.due_outgoing("erp", AT)] == [3]
    assert ledger.receive(ERP, Arrived("orders.csv@1", b"b"), AT).number == 2


def test_what_a_connection_has_said_itself_is_not_told_back_and_what_a_person_approves_waits(ledger: SqlLedger) -> None:
    connected(ledger, replace(ERP, policy="approved"))
    own = event("c1", "material.counted", source="/connections/erp", material="bar", on_hand=7.0)
    ledger.append("tiny", [own], AT)
    assert ledger.outbox("erp") == []
    ledger.append("tiny", [event("c2", "material.counted", material="bar", on_hand=8.0)], AT)
    assert [(m.state, m.body["quantity"]) for m in ledger.outbox("erp")] == [("held", 1.0)]
    assert ledger.due_outgoing("erp", AT) == []
    ledger.send_again("erp", None, AT)
    assert len(ledger.due_outgoing("erp", AT)) == 1
