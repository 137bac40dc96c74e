"""The screens over the real API, run without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui import shop
from tests.ui.conftest import APP, button, clean, finished, happens, metrics, until
from ui.answers import FINAL
from ui.client import ApiProblem, Client
from ui.views.assumptions import Prefill


def test_today_without_a_plan_says_how_to_get_one(app: Any, plant: str) -> None:
    today = clean(app("today", plant))
    assert "Press Re-plan" in today.info[0].value or "press Re-plan" in today.info[0].value


def test_an_order_on_hand_becomes_a_plan_then_a_dispatch_list(app: Any, client: Client, plant: str) -> None:
    board = clean(app("board", plant, board__seconds=2))
    assert "There is no plan yet" in board.info[0].value
    button(board, "Re-plan").click().run()
    _, job = board.session_state["board.job"]
    until(lambda: client.job(plant, job)["state"] in FINAL, "the plan")
    clean(board.run())
    assert metrics(board)["Moved operations"] == "0 of 42"
    button(board, "Release").click().run()
    assert client.plant(plant)["plan_in_force"] == 1
    dispatch = clean(app("dispatch", plant))
    table = dispatch.dataframe[0].value
    assert list(table["#"]) == list(range(1, len(table) + 1))
    assert set(table["Material"]) <= {"✓ ready"} | {m for m in table["Material"] if m.startswith(("✗", "arrives"))}
    assert table["Start"].is_monotonic_increasing, "moments sort as moments"
    assert str(table["Start"].dtype).startswith("datetime64")


def test_a_confirmed_list_says_so_until_it_changes(app: Any, client: Client, planned: str) -> None:
    dispatch = clean(app("dispatch", planned))
    assert any("Nobody has confirmed" in m.value for m in dispatch.markdown)
    button(dispatch, "Acknowledge").click().run()
    assert any("has confirmed this list" in m.value for m in clean(dispatch).markdown)
    target = client.dispatch_targets(planned)
    machine = next(t["target"] for t in target if t["kind"] == "machine")
    assert client.dispatch_list(planned, machine)["acknowledged"] == client.dispatch_list(planned, machine)["version"]


def test_a_breakdown_stands_in_the_inbox_and_opens_a_what_if(app: Any, client: Client, planned: str) -> None:
    happens(
        client,
        planned,
        "machine.down",
        "2026-03-02T06:10",
        machine="mill-1",
        expected_up="2026-03-02T14:00",
        reason="oil",
    )
    today = clean(app("today", planned))
    assert any("mill\\-1 is down" in m.value or "mill-1 is down" in m.value for m in today.markdown)
    assert any("not yet planned" in m.value for m in today.markdown)
    assert any("What if" in b.label for b in today.button)


def test_a_what_if_goes_from_line_to_promoted_and_released_plan(app: Any, client: Client, planned: str) -> None:
    given = Prefill("breakdown", {"machine": "turn-1", "until": "2026-03-03T12:00+01:00"})
    what_if = clean(app("what_if", planned, what_if__prefill=given, what_if__seconds=2))
    assert [s.value for s in what_if.selectbox if s.label == "Machine"] == ["turn-1"]
    button(what_if, "Add to the what-if").click().run()
    assert any("turn-1 is down until Tue 3 Mar 12:00" in t.value for t in clean(what_if).text)
    button(what_if, "Calculate").click().run()
    idea = what_if.session_state["what_if.id"]
    until(lambda: client.what_if(planned, idea)["state"] in FINAL, "the what-if")
    clean(what_if.run())
    assert metrics(what_if)["Moved operations"] != "0 of 42"
    assert [t.label.split(" (")[0] for t in what_if.tabs] == ["Newly late", "Rescued", "Moved operations"]
    button(what_if, "Adopt").click().run()
    assert client.plant(planned)["revision"] == 2, "its assumption is an event now"
    button(clean(what_if), "Release plan").click().run()
    number = client.plant(planned)["plan_in_force"]
    assert number is not None
    assert number > 1
    assert any(f"Plan {number} is released" in s.value for s in clean(what_if).success)


def test_a_dropped_what_if_leaves_the_plant_as_it_was(app: Any, client: Client, planned: str) -> None:
    lines = [{"type": "machine.down", "data": {"machine": "saw-1", "expected_up": "2026-03-02T10:00"}}]
    asked = client.ask_what_if(planned, "saw down", lines, "repair", 2.0)
    until(lambda: client.what_if(planned, asked["id"])["state"] in FINAL, "the what-if")
    what_if = clean(app("what_if", planned, what_if__id=asked["id"]))
    button(what_if, "Discard").click().run()
    assert "what_if.id" not in clean(what_if).session_state
    assert client.plant(planned)["revision"] == 1
    assert client.plant(planned)["plan_in_force"] == 1


def test_a_line_of_a_what_if_can_be_removed(app: Any, planned: str) -> None:
    what_if = clean(app("what_if", planned, what_if__form=Prefill("rush order", {"material": "flange", "quantity": 6})))
    assert [n.value for n in what_if.number_input if n.label == "Quantity"] == [6.0]
    button(what_if, "Add to the what-if").click().run()
    assert len(clean(what_if).session_state["what_if.lines"]) == 1
    button(what_if, "Remove").click().run()
    assert clean(what_if).session_state["what_if.lines"] == []


def test_a_late_delivery_starts_from_what_is_expected(app: Any, planned: str) -> None:
    what_if = clean(app("what_if", planned, what_if__form=Prefill("late material")))
    button(what_if, "Add to the what-if").click().run()
    (line,) = clean(what_if).session_state["what_if.lines"]
    assert line.words == "PO-7 (bar-40) comes Thu 5 Mar 10:00", "two days after Tuesday 10:00"


def test_a_stale_plan_is_refused_in_words(app: Any, client: Client, planned: str) -> None:
    old = finished(client, planned, client.ask_for_plan(planned, 1.0))
    happens(client, planned, "machine.down", "2026-03-02T06:10", machine="mill-1", expected_up="2026-03-02T14:00")
    new = finished(client, planned, client.ask_for_plan(planned, 1.0))
    board = clean(app("board", planned, board__show=old))
    release = button(board, "Release")
    assert not release.disabled
    client.release(planned, new, "test")  # somebody else is quicker
    with pytest.raises(ApiProblem) as refused:
        client.release(planned, old, "test")
    assert refused.value.status == 409
    release.click().run()
    assert any("The plan in force stays in force" in e.value for e in clean(board).error)


def test_without_an_api_the_page_says_what_holds_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REJIG_API_URL", "http://127.0.0.1:9")
    opened = AppTest.from_file(str(APP), default_timeout=30).run()
    assert "rejig serve" in clean(opened).error[0].value


def test_an_empty_product_says_how_to_load_a_plant(empty_api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REJIG_API_URL", empty_api)
    opened = clean(AppTest.from_file(str(APP), default_timeout=30).run())
    assert opened.subheader[0].value == "No plant is loaded yet"
    assert f"{empty_api}/v1/plants/my-plant" in opened.markdown[0].value
    assert button(opened, "Load").disabled


def test_a_broken_scenario_is_refused_with_every_fault(client: Client) -> None:
    broken = shop.files() | {"machines.csv": "machine,work_center,calendar\nsaw-1,saw,nights\nmill-1,mill,shift\n"}
    with pytest.raises(ApiProblem) as refused:
        client.load_plant("broken", shop.as_zip(broken))
    assert refused.value.status == 422
    assert any(f.startswith("machines.csv row 2, calendar") for f in refused.value.faults)
    assert len(refused.value.faults) > 1
