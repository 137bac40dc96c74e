"""Doubts as a planner sees them: grouped and said, marked on the board, answered on Today."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any, cast

import httpx
from streamlit.testing.v1 import AppTest

from scheduler.domain.folding.floor_table import RULES
from tests.ui.conftest import button, clean, happens
from tests.ui.small_plant import board, machines
from tests.ui.test_reasons import posted_wrongly, words
from ui.answers import Doubt
from ui.client import Client
from ui.views.doubts import CAUSES, doubt_rows, grouped
from ui.views.payload import board_payload
from ui.views.selection import describe
from ui.views.tables import short_words


def doubt(id: str, rule: str, order: str = "MO-1", machine: str = "saw-1", operation: int | None = 10) -> Doubt:
    made = {
        "id": id,
        "rule": rule,
        "words": "it was put aside",
        "since": "2026-03-02T08:15+01:00",
        "order": order,
        "operation": operation,
        "machine": machine,
        "event": f"mes-{id}",
        "source": "/mes",
        "status": "open",
    }
    return cast(Doubt, made)


FIVE = [
    doubt("9", "put_aside", "MO-5"),
    doubt("8", "put_aside", "MO-4"),
    doubt("7", "all_made", "MO-4", "mill-1", 20),
    doubt("6", "put_aside", "MO-2"),
    doubt("5", "put_aside", "MO-1"),
]


def test_every_rule_of_a_doubt_has_words() -> None:
    assert set(CAUSES) == set(RULES)


def test_doubts_of_a_cause_are_one_group_the_largest_first() -> None:
    first, second = grouped(FIVE)
    assert (first.title, first.count) == (CAUSES["put_aside"], 4)
    assert first.ids == ("9", "8", "6", "5")
    assert first.examples == "MO-5/10 on saw-1, MO-4/10 on saw-1, MO-2/10 on saw-1 and 1 more"
    assert (second.title, second.examples, second.ids) == (CAUSES["all_made"], "MO-4/20 on mill-1", ("7",))


def test_they_are_grouped_by_machine_and_by_order_as_well() -> None:
    assert [(g.title, g.count) for g in grouped(FIVE, "machine")] == [("saw-1", 4), ("mill-1", 1)]
    assert next((g.title, g.ids) for g in grouped(FIVE, "order")) == ("MO-4", ("8", "7"))
    (odd,) = grouped([doubt("1", "leap", "", "", None)], "machine")
    assert (odd.title, odd.examples) == ("–", "mes-1")


def test_a_doubt_is_a_line_with_its_time_work_and_cause() -> None:
    (row,) = doubt_rows([doubt("9", "put_aside")])
    assert (row["Since"], row["Work"], row["Machine"], row["Cause"]) == (
        dt.datetime(2026, 3, 2, 8, 15),
        "MO-1/10",
        "saw-1",
        "Interrupted: other work was reported on its machine",
    )


def test_the_bar_of_an_operation_in_doubt_is_marked_and_its_panel_says_so() -> None:
    shown = board(in_doubt=[1, 2])
    flags = board_payload(shown, machines())["op"]["flags"]
    assert flags == [0, 8, 9, 0], "MO-1/20 is frozen too"
    assert board_payload(shown, machines(), work_center="mill")["op"]["flags"] == [9, 0]
    said, clear = describe(shown, "MO-2/10"), describe(shown, "MO-2/20")
    assert said is not None
    assert clear is not None
    assert "In doubt" in said.facts
    assert "In doubt" not in clear.facts


def test_an_order_that_is_short_says_by_how_many() -> None:
    shown = copy.deepcopy(board())
    assert short_words(shown) == []
    shown["orders"]["pieces_short"] = [5.0, 4.0]
    assert short_words(shown) == ["MO-2 is 4 short (6 of 10)", "MO-1 is 5 short (20 of 25)"], (
        "by share, the worst first"
    )
    found = describe(shown, "MO-1")
    assert found is not None
    assert found.headline == "25 x gear-17 · Keller AG · 5 short"


def toggle(test: AppTest, label: str) -> Any:
    return next(t for t in test.toggle if t.label == label)


def started(client: Client, plant: str, order: str, time: str) -> None:
    happens(client, plant, "operation.started", time, order=order, operation=10, machine="saw-1")


def test_doubts_stand_on_today_and_are_answered_by_a_named_person(app: Any, client: Client, planned: str) -> None:
    assert not any("in doubt" in e.label for e in clean(app("today", planned)).toggle)
    for minute, order in enumerate(("A-100", "A-101", "A-102"), 10):
        started(client, planned, order, f"2026-03-02T06:{minute}")
    today = clean(app("today", planned))
    toggle(today, "2 reports in doubt").set_value(True).run()
    assert CAUSES["put_aside"] in words(today).replace("\\", "")
    assert button(today, "Confirm").disabled, "nobody has said who decides"
    next(t for t in today.text_input if t.label == "Your name").set_value("m.keller").run()
    button(clean(today), "Confirm").click().run()
    assert not any("in doubt" in e.label for e in clean(today).toggle)
    assert client.doubts(planned) == []
    page = httpx.get(f"{client.url}/v1/plants/{planned}/doubts", params={"status": "confirmed"}).json()
    assert [d["by"] for d in page["doubts"]] == ["m.keller", "m.keller"]


def test_what_was_taken_as_done_is_open_again_when_it_is_corrected(app: Any, client: Client, planned: str) -> None:
    started(client, planned, "A-100", "2026-03-02T06:10")
    happens(client, planned, "operation.progressed", "2026-03-02T06:20", order="A-100", operation=10, quantity_good=10)
    assert [d["rule"] for d in client.doubts(planned)] == ["all_made"]
    today = clean(app("today", planned))
    toggle(today, "1 report in doubt").set_value(True).run()
    next(t for t in clean(today).text_input if t.label == "Your name").set_value("m.keller").run()
    button(clean(today), "Correct").click().run()
    clean(today)
    assert client.doubts(planned) == []
    order = next(o for o in client.orders(planned) if o["order"] == "A-100")
    assert order["operations_done"] == 0


def test_an_order_that_comes_short_is_said_on_today_and_in_the_list_of_orders(
    app: Any, client: Client, planned: str
) -> None:
    started(client, planned, "A-100", "2026-03-02T06:10")
    happens(client, planned, "operation.finished", "2026-03-02T06:50", order="A-100", operation=10, quantity_good=6)
    assert any(
        "A\\-100 is 4 short" in c.value or "A-100 is 4 short" in c.value for c in clean(app("today", planned)).caption
    )
    assert [(o["order"], o["pieces_short"]) for o in client.orders(planned) if o["pieces_short"]] == [("A-100", 4.0)]


def test_too_many_refused_reports_are_said_on_today(app: Any, client: Client, planned: str) -> None:
    for number in range(5):
        wrong = {
            "specversion": "1.0",
            "id": f"w{number}",
            "source": "mes",
            "type": "operation.started",
            "time": "2026-03-02T06:10",
            "data": {"order": f"NO-{number}", "operation": 10, "machine": "saw-1"},
        }
        httpx.post(f"{client.url}/v1/plants/{planned}/events", json=wrong)
    today = clean(app("today", planned))
    assert any(w.value.startswith("100 % of the last day's 5 reports are in doubt or refused") for w in today.warning)


def test_all_of_a_cause_are_dismissed_at_once_by_a_named_person(app: Any, client: Client, planned: str) -> None:
    for number in range(3):
        posted_wrongly(client, planned, f"q{number}", f"mill-{7 + number}")
    runs = clean(app("runs", planned, runs__part="Rejected reports"))
    assert "3 reports from" in words(runs)
    assert button(runs, "Dismiss 3").disabled
    next(t for t in runs.text_input if t.label == "Your name").set_value("m.keller").run()
    button(clean(runs), "Try 3 again").click().run()
    assert [k["tries"] for k in client.quarantine(planned)] == [2, 2, 2]
    button(clean(runs), "Dismiss 3").click().run()
    assert client.quarantine(planned) == []
    assert "Nothing waits" in words(clean(runs))
