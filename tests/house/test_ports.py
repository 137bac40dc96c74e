"""Who may do what with the ledger."""

from __future__ import annotations

import ast
from pathlib import Path

from scheduler import ports
from tests.house.files import name_of, own_files

MOST_METHODS = 12
PARTS = (
    ports.PlantReader, ports.PlantBook, ports.PlanReader, ports.PlanBook, ports.RequestReader, ports.RequestBook,
    ports.DecisionBook, ports.CommentReader, ports.CommentBook,
    ports.LogReader, ports.LogTracer, ports.EventLog, ports.MessageReader, ports.MessageBook, ports.WebhookReader,
    ports.WebhookBook, ports.DeliveryBook, ports.ConnectionReader, ports.ConnectionBook, ports.Outbox, ports.Leases,
    ports.KeyReader, ports.KeyBook, ports.AuditReader, ports.AuditBook,
)  # fmt: skip


def methods(port: type) -> set[str]:
    """With those of what it builds on."""
    return {name for name in dir(port) if not name.startswith("_")}


def asked_of_the_ledger(path: Path) -> list[str]:
    """The methods that a file calls, or hands on, of something called ledger."""
    return [
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, (ast.Attribute, ast.Name))
        and (node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id) == "ledger"
    ]


def test_the_api_only_looks_at_the_ledger() -> None:
    asked = {name_of(path): asked_of_the_ledger(path) for path in own_files("api/*.py")}
    looks = methods(ports.LedgerReader)
    assert {file: wrong for file, names in asked.items() if (wrong := [n for n in names if n not in looks])} == {}
    assert sum(map(len, asked.values())) > 10


def test_no_part_of_the_ledger_asks_for_more_than_one_can_take_in() -> None:
    assert {port.__name__: len(names) for port in PARTS if len(names := methods(port)) > MOST_METHODS} == {}
    assert set().union(*map(methods, PARTS)) == methods(ports.Ledger)
