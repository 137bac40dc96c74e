"""Stock of two systems, whatever happens in between: movements are booked once here and once there."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scheduler.connect_ports import Link
from scheduler.domain.imports import NOTHING, Imported, ImportedTable, difference
from scheduler.storage.ledger import SqlLedger
from tests.builders import AT, event, tiny_plant

_numbers = itertools.count(1)
WHAT = st.sampled_from(["issue", "send", "correct", "export", "import"])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlLedger]:
    opened = SqlLedger.open(f"sqlite:///{tmp_path_factory.mktemp('stock') / 'rejig.db'}")
    yield opened
    opened.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["export", "import", "correct", "issue", "send", "export", "import"])
@example(["issue", "export", "send", "import"])
@given(st.lists(WHAT, max_size=14))
def test_after_each_list_ours_is_what_was_there_less_what_was_taken(book: SqlLedger, story: list[str]) -> None:
    """The model: 5 bars, less 1 each time one is issued, more 2 for each correction over there that a list has told."""
    name = f"plant-{next(_numbers)}"
    link = Link(f"of-{name}", "folder", name, "/nowhere", ("stock",), ("stock",))
    book.load_plant(name, tiny_plant(), AT)
    book.keep_connections([link])
    clock, theirs, issued, corrected, listed, known = AT, 5.0, 0, 0, (5.0, AT, 0), NOTHING
    for number, what in enumerate(story):
        clock += dt.timedelta(seconds=1)
        match what:
            case "issue":
                issued += 1
                book.append(name, [event(f"i{number}", "material.issued", material="bar", quantity=1.0)], clock)
            case "send":
                for message in book.due_outgoing(link.name, clock):
                    theirs += message.body["quantity"]
                    book.sent(message, clock)
            case "correct":
                theirs, corrected = theirs + 2.0, corrected + 1
            case "export":
                listed = theirs, clock, corrected
            case _:
                said = Imported({"stock": ImportedTable({"bar": {"on_hand": listed[0]}})})
                state, unseen = book.state(name)[1], book.unbooked(link.name, listed[1])
                change = difference(
                    state, said, known, source=link.source, message=str(number), unseen=unseen, exact=True
                )
                book.append(name, change.events, clock)
                known = said
                assert book.state(name)[1].materials["bar"].on_hand == 5.0 - issued + 2.0 * listed[2]
    while due := book.due_outgoing(link.name, clock):
        for message in due:
            theirs += message.body["quantity"]
            book.sent(message, clock)
    assert theirs == 5.0 - issued + 2.0 * corrected
