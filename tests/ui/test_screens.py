"""The screens over the real API, run without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui import shop
from tests.ui.conftest import APP, button, clean, finished, happens, metrics, new_plant, until
from ui.answers import FINAL
from ui.client import ApiProblem, Client
from ui.parts.rows import table_key
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


def said(test: AppTest) -> str:
    """All that stands in markdown, captions and boxes, as a person reads it."""
    boxes = (*test.markdown, *test.caption, *test.success, *test.info, *test.warning, *test.error)
    return "\n".join(e.value for e in boxes).replace("\\", "")


def signs(test: AppTest, name: str | None, reason: str) -> None:
    """Fills in the step of a decision; `name` None: it is known already."""
    (field,) = [t for t in test.text_input if t.label == "Your name"]
    if name is not None:
        field.set_value(name)
    else:
        assert field.value, "it is asked once"
    next(t for t in test.text_input if t.label == "Reason").set_value(reason)
    clean(test.run())


def test_a_what_if_goes_from_line_to_adopted_and_is_taken_back(app: Any, client: Client, planned: str) -> None:
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
    columns = what_if.dataframe[0].value
    assert list(columns.columns) == ["", "In force", "Do nothing", "What-if", "What-if vs do nothing"]
    found = client.what_if(planned, idea)
    assert found["columns"]["do_nothing"] is not None
    assert found["columns"]["do_nothing"]["kpis"]["cost"] <= found["plan"]["kpis"]["cost"]  # type: ignore[index]
    assert [t.label.split(" (")[0] for t in what_if.tabs] == ["Newly late", "Rescued", "Moved operations"]
    button(what_if, "Adopt").click().run()
    assert "If it goes in now:" in said(clean(what_if))
    assert client.plant(planned)["revision"] == 1, "nothing is done yet"
    assert button(what_if, "Adopt and release").disabled, "a name and a reason are asked for"
    signs(what_if, "m.keller", "the spindle is ordered")
    button(what_if, "Adopt and release").click().run()
    number = client.plant(planned)["plan_in_force"]
    assert number is not None
    adopted = client.plan(planned, number)
    assert (adopted["decided_by"], adopted["reason"], adopted["revision"]) == ("m.keller", "the spindle is ordered", 2)
    assert f"Plan {number} is released" in said(clean(what_if))
    button(what_if, "Take back").click().run()
    signs(clean(what_if), None, "it came sooner")
    next(b for b in what_if.button if b.key == "what_if.back.go").click().run()
    assert client.plant(planned)["revision"] == 3, "turn-1 is up again"
    assert "Taken back by m.keller" in said(clean(what_if))


def test_the_history_rolls_back_to_a_plan_that_was_in_force(app: Any, client: Client, planned: str) -> None:
    happens(client, planned, "machine.down", "2026-03-02T06:10", machine="mill-1", expected_up="2026-03-02T14:00")
    second = finished(client, planned, client.ask_for_plan(planned, 1.0))
    client.release(planned, second, "test")
    older = {"selection": {"rows": [1], "columns": []}}
    runs = clean(app("runs", planned, **{table_key("runs.plans", (second, 1)): older}))
    button(runs, "Roll back to plan 1").click().run()
    signs(clean(runs), "m.keller", "too many moves")
    next(b for b in runs.button if str(b.key).endswith(".go")).click().run()
    number = client.plant(planned)["plan_in_force"]
    assert number is not None
    back = client.plan(planned, number)
    assert (back["made_from"], back["decided_by"], back["reason"]) == (1, "m.keller", "too many moves")
    runs.session_state[table_key("runs.plans", (number, second, 1))] = older  # plan 2, which had to go
    clean(runs.run())
    assert f"replaced by plan {number}, which m.keller released: too many moves" in said(runs)
    newest = runs.dataframe[0].value.iloc[0]
    assert (newest["How"], newest["Reason"]) == ("Rolled back", "too many moves")


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


def test_a_plan_of_an_earlier_moment_is_recalculated_and_released(app: Any, client: Client, planned: str) -> None:
    old = finished(client, planned, client.ask_for_plan(planned, 1.0))
    board = clean(app("board", planned, board__show=old))
    happens(client, planned, "machine.down", "2026-03-02T06:10", machine="mill-1", expected_up="2026-03-02T14:00")
    button(board, "Release").click().run()
    clean(board)
    number = client.plant(planned)["plan_in_force"]
    assert number is not None
    assert (client.plan(planned, number)["made_from"], client.plant(planned)["plan_is_current"]) == (old, True)


def test_a_plan_that_can_no_longer_hold_is_refused_in_words(app: Any, client: Client, planned: str) -> None:
    old = finished(client, planned, client.ask_for_plan(planned, 1.0))
    board = clean(app("board", planned, board__show=old))
    for order in client.orders(planned):
        happens(client, planned, "order.cancelled", "2026-03-02T06:10", order=order["order"])
    with pytest.raises(ApiProblem) as refused:
        client.release(planned, old, "test")
    assert refused.value.status == 409
    button(board, "Release").click().run()
    assert any("The plan in force stays in force" in e.value for e in clean(board).error)


def test_without_an_api_the_page_says_what_holds_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REJIG_API_URL", "http://127.0.0.1:9")
    opened = AppTest.from_file(str(APP), default_timeout=30).run()
    assert "rejig serve" in clean(opened).error[0].value


def test_plants_are_listed_chosen_and_removed_by_their_name(app: Any, client: Client, planned: str) -> None:
    plant = new_plant(client)
    screen = clean(app("plants", planned))
    table = screen.dataframe[0].value
    assert {plant, planned} <= set(table["Plant"])
    assert list(table[table["Plant"] == planned]["Plan in force"]) == ["1"]
    names = list(table["Plant"])
    chosen = {"selection": {"rows": [names.index(plant)], "columns": []}}
    screen.session_state[table_key("plants.table", names)] = chosen
    clean(screen.run())
    assert screen.session_state["plant"] == plant
    assert button(screen, f"Remove {plant}").disabled, "until its name is typed"
    screen.text_input(key="plants.typed").input(plant).run()
    screen.session_state[table_key("plants.table", names)] = {"selection": {"rows": [], "columns": []}}
    screen.button(key="plants.go").click().run()
    assert plant not in {p["plant"] for p in client.plants()}


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
