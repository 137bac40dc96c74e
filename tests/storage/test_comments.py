"""Comments are kept as they were said, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest

from scheduler.errors import UnknownPlant
from scheduler.ports import Comment
from scheduler.storage.ledger import SqlLedger
from tests.builders import AT, tiny_plant

LATER = AT + dt.timedelta(minutes=5)


def test_comments_are_numbered_paged_and_go_with_their_plant(ledger: SqlLedger) -> None:
    for plant in ("tiny", "other"):
        ledger.load_plant(plant, tiny_plant(), AT)
    first = ledger.add_comment("tiny", "order", "SHAFT-1", "ada", AT, "Keller fetches it")
    ledger.add_comment("tiny", "plan", "1", "bob", AT, "too tight on Friday")
    third = ledger.add_comment("tiny", "order", "SHAFT-1", "bob", LATER, "no, on Monday")
    assert (first, third.number) == (Comment(1, "order", "SHAFT-1", "ada", AT, "Keller fetches it"), 3)
    assert ledger.comments("tiny", "order", "SHAFT-1") == [third, first]
    assert ledger.comments("tiny", "order", "SHAFT-1", before=3, limit=1) == [first]
    assert ledger.comments("other", "order", "SHAFT-1") == []
    with pytest.raises(UnknownPlant):
        ledger.add_comment("nowhere", "order", "SHAFT-1", "ada", AT, "x")
    ledger.load_plant("tiny", tiny_plant(), LATER)
    assert len(ledger.comments("tiny", "order", "SHAFT-1")) == 2, "a plant that is loaded over keeps them"
    ledger.delete_plant("tiny")
    ledger.load_plant("tiny", tiny_plant(), LATER)
    assert ledger.comments("tiny", "order", "SHAFT-1") == []
