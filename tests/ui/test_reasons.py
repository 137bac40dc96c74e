"""Why plans change, what waits for a person, and how a plant is planned: on the screens, over the real API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from tests.connect.receiver import receiving
from tests.ui.conftest import button, clean, happens, until
from ui.answers import FINAL, Limits
from ui.client import ApiProblem, Client

NO_LIMITS = Limits(max_moves=None, time_fence_minutes=0, keep_machines=False)


@pytest.fixture
def auto(client: Client, planned: str) -> str:
    """A shop that repairs its plan by itself, and leaves it at that."""
    client.change_plant(planned, mode="auto", policy={"improve_seconds": 0})
    return planned


def breaks(client: Client, plant: str) -> None:
    """mill-1 goes down, and the plan follows."""
    happens(
        client,
        plant,
        "machine.down",
        "2026-03-02T06:10",
        machine="mill-1",
        expected_up="2026-03-02T20:00",
        reason="oil",
    )
    until(lambda: client.plant(plant)["plan_is_current"], "the repair")


def words(test: AppTest) -> str:
    """All that stands in markdown and captions, as a person reads it."""
    return "\n".join(e.value for e in (*test.markdown, *test.caption)).replace("\\", "")


def posted_wrongly(client: Client, plant: str, id: str, machine: str) -> None:
    event = {"specversion": "1.0", "id": id, "source": "mes", "type": "machine.up", "time": "2026-03-02T06:20"}
    answer = httpx.post(f"{client.url}/v1/plants/{plant}/events", json=event | {"data": {"machine": machine}})
    assert answer.json()["rejected"], answer.text


def test_today_says_why_the_plan_in_force_was_made(app: Any, client: Client, auto: str) -> None:
    assert "Why plan 1 · Requested." in words(clean(app("today", auto))).replace("**", "")
    breaks(client, auto)
    number = client.plant(auto)["plan_in_force"]
    said = words(clean(app("today", auto))).replace("**", "")
    assert f"Why plan {number} · Repaired after mill-1 is down until Mon 2 Mar 20:00 (oil): its work is delayed" in said


def test_every_plan_in_the_history_has_its_reason_and_its_events(app: Any, client: Client, auto: str) -> None:
    breaks(client, auto)
    runs = clean(app("runs", auto))
    table = runs.dataframe[0].value
    assert list(table["How"]) == ["Repaired", "Requested"]
    assert table["Why"][0] == "its work is delayed or moved"
    assert "The rules ask to repair, then look for a better plan." in words(runs)
    assert list(runs.dataframe[1].value["Kind"]) == ["Machine down"]
    assert "Cost" not in table.columns


def test_the_reactions_are_shown_as_the_table_has_them(app: Any, client: Client, planned: str) -> None:
    table = clean(app("runs", planned, runs__part="Rules")).dataframe[0].value
    assert len(table) == len(client.reactions())
    down = table[table["Event"] == "Machine down"].iloc[0]
    assert (down["Reaction"], down["Because"]) == (
        "repair, then look for a better plan",
        "its work is delayed or moved",
    )


def test_a_confirmed_list_names_the_rows_that_changed_and_why(app: Any, client: Client, auto: str) -> None:
    shown = client.dispatch_list(auto, "mill-1")
    assert shown["lines"]
    client.acknowledge(auto, "mill-1", shown["version"], "hall-1")
    breaks(client, auto)
    dispatch = clean(app("dispatch", auto, dispatch__machine="mill-1"))
    assert dispatch.expander[0].label.endswith(" changed since this list was confirmed")
    changed = dispatch.dataframe[0].value
    number = client.plant(auto)["plan_in_force"]
    assert set(changed["Why"]) == {f"plan {number}: repaired after mill-1 down: its work is delayed or moved"}
    assert set(changed["What"]) <= {"other machine", "overtaken", "other start"}
    first = next(row for _, row in changed.iterrows() if row["What"] != "overtaken")
    assert first["Confirmed"].startswith("no. ")
    assert "mill-1" in first["Confirmed"]


def test_an_event_in_quarantine_is_tried_again_or_dismissed(app: Any, client: Client, planned: str) -> None:
    posted_wrongly(client, planned, "q1", "mill-9")
    assert any("1 report rejected" in link.label for link in clean(app("today", planned)).get("page_link"))
    runs = clean(app("runs", planned, runs__part="Rejected reports"))
    assert "no machine 'mill-9' in the plant; did you mean" in words(runs)
    button(runs, "Try again").click().run()
    assert any("Could not take in report 1" in e.value.replace("\\", "") for e in clean(runs).error)
    button(runs, "Dismiss").click().run()
    assert client.quarantine(planned) == []
    assert "Nothing waits" in words(clean(runs))


def test_a_webhook_that_was_given_up_is_made_active_and_sent_again(app: Any, client: Client, planned: str) -> None:
    with receiving() as mes:
        mes.answers = [410]
        path = f"{client.url}/v1/plants/{planned}/webhooks"
        hook = httpx.post(path, json={"url": mes.url, "description": "MES of hall 1"}).json()["id"]
        httpx.post(f"{path}/{hook}/ping")
        until(lambda: client.webhooks(planned)[0]["state"] == "disabled", "the address to be given up")
        runs = clean(app("runs", planned, runs__part="Webhooks"))
        assert "MES of hall 1 · disabled: it answered 410 Gone" in words(runs).replace("**", "")
        assert runs.expander[0].label == "1 message not delivered"
        assert runs.dataframe[0].value["Why"][0] == "given up after 1 attempt: answered 410"
        mes.answers = [204]
        button(runs, "Make active").click().run()
        button(clean(runs), "Send 1 again").click().run()
        until(lambda: client.webhooks(planned)[0]["delivered_at"], "the message to be taken")
        assert "last delivered" in words(clean(app("runs", planned, runs__part="Webhooks")))


def test_modes_and_limits_are_saved_and_only_what_changed_is_sent(app: Any, client: Client, planned: str) -> None:
    runs = clean(app("runs", planned, runs__part="Modes and limits"))
    runs.radio[0].set_value("advise")
    next(s for s in runs.selectbox if s.label == "mill").set_value("auto")
    button(runs, "Save modes").click().run()
    detail = client.plant(planned)
    assert (detail["mode"], detail["work_center_modes"]) == ("advise", {"mill": "auto"})
    next(s for s in clean(runs).selectbox if s.label == "mill").set_value("as the plant")
    button(runs, "Save modes").click().run()
    assert client.plant(planned)["work_center_modes"] == {}
    next(n for n in clean(runs).number_input if n.label == "Maximum moves").set_value(12)
    next(n for n in runs.number_input if n.label.startswith("Freeze the next")).set_value(4.0)
    runs.checkbox[0].set_value(True)
    button(runs, "Save limits").click().run()
    policy = client.plant(planned)["policy"]
    assert (policy["max_moves"], policy["time_fence_minutes"], policy["keep_machines"]) == (12, 240, True)


def test_a_what_if_keeps_the_limits_that_it_is_given(app: Any, client: Client, planned: str) -> None:
    rush = {"order": "A-1", "material": "flange", "quantity": 2, "due": "2026-03-02T12:00", "priority": 50}
    asked = client.ask_what_if(planned, "rush", [{"type": "order.created", "data": rush}], "full", 1.0, NO_LIMITS)
    until(lambda: client.what_if(planned, asked["id"])["state"] in FINAL, "the what-if")
    free = client.what_if(planned, asked["id"])["comparison"]
    assert free is not None
    assert free["moved"]
    what_if = clean(app("what_if", planned))
    assert "no limits" not in words(what_if)
    button(what_if, "A rush order").click().run()
    button(clean(what_if), "Add to the what-if").click().run()
    assert "Against the plan in force: no limits." in words(clean(what_if))
    next(n for n in what_if.number_input if n.label == "Maximum moves").set_value(0)
    clean(what_if.run())
    assert "Against the plan in force: at most 0 moves." in words(what_if)
    what_if.slider[0].set_value(2)
    button(what_if, "Calculate").click().run()
    idea = clean(what_if).session_state["what_if.id"]
    until(lambda: client.what_if(planned, idea)["state"] in FINAL, "the limited what-if")
    bound = client.what_if(planned, idea)["comparison"]
    assert bound is not None
    assert bound["moved"] == []


def test_an_unknown_machine_stays_in_quarantine_for_the_api_too(client: Client, planned: str) -> None:
    posted_wrongly(client, planned, "q1", "mill-9")
    with pytest.raises(ApiProblem, match="no machine 'mill-9'"):
        client.retry_event(planned, 1, "test")
    assert client.quarantine(planned)[0]["tries"] == 2
