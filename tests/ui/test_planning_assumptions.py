"""Crews, weights and the frozen zone as lines of a what-if."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from scheduler.ingest import scenario_zip
from tests.builders import full_plant
from tests.ui.conftest import button, clean, until
from ui.answers import FINAL, PlantDetail, WhatIf
from ui.client import Client
from ui.views.assumptions import Prefill, breakdown, crew_changed
from ui.views.rules import change_words, lines_of_rules, rules_line, split

EVENING = dt.datetime(2026, 3, 2, 18)
OWN = {"tardiness": 1.0, "setup": 0.1, "makespan": 0.0, "flow": 0.0, "stability": 5.0}


def test_rules_are_no_events_and_the_later_line_counts() -> None:
    down = breakdown("saw", EVENING)
    lines = [rules_line(60, {"setup": 2.0, "flow": 1.0}), down, rules_line(None, {"setup": 3.0})]
    assert lines[0].words == (
        "Planned otherwise: frozen zone 1 h, a minute of changeover weighs 2, a minute in the shop weighs 1"
    )
    assert split(lines) == ([down.event()], {"frozen_minutes": 60, "objective": {"setup": 3.0, "flow": 1.0}})
    assert split([down]) == ([down.event()], {})


def test_a_crew_is_changed_for_a_while() -> None:
    line = crew_changed("setters", 1.0, EVENING, EVENING + dt.timedelta(hours=8))
    assert line.words == "setters: 1 from Mon 2 Mar 18:00 to Tue 3 Mar 02:00"
    assert line.data["capacity"] == 1.0


def test_a_duplicate_assumes_what_differs_from_the_plant_now() -> None:
    plant = cast(PlantDetail, {"policy": {"objective": OWN, "frozen_minutes": 60}})
    idea = cast(WhatIf, {"objective": OWN | {"setup": 2.0}, "frozen_minutes": 60})
    (line,) = lines_of_rules(idea, plant)
    assert line.data == {"objective": {"setup": 2.0}}
    assert lines_of_rules(cast(WhatIf, {"objective": None, "frozen_minutes": None}), plant) == []


def test_a_preview_says_which_rules_change() -> None:
    assert change_words({"rule": "frozen_minutes", "before": 60, "after": 240}) == "Frozen zone 4 h instead of 1 h"
    assert (
        change_words({"rule": "setup", "before": 0.1, "after": 2}) == "A minute of changeover weighs 2 instead of 0.1"
    )


def test_a_longer_frozen_zone_is_tried_from_its_form(app: Any, client: Client, planned: str) -> None:
    screen = clean(app("what_if", planned, what_if__form=Prefill("rules"), what_if__seconds=2))
    assert button(screen, "Add to the what-if").disabled, "nothing is changed yet"
    next(n for n in screen.number_input if n.label.startswith("Freeze the next")).set_value(4.0).run()
    button(screen, "Add to the what-if").click().run()
    assert any("frozen zone 4 h" in t.value for t in clean(screen).text)
    button(screen, "Calculate").click().run()
    idea = clean(screen).session_state["what_if.id"]
    done = until(lambda: (w := client.what_if(planned, idea))["state"] in FINAL and w, "the what-if")
    assert (done["state"], done["frozen_minutes"], done["events"]) == ("done", 240, [])
    button(clean(screen.run()), "Adopt").click().run()
    assert any("Frozen zone 4 h instead of" in m.value for m in clean(screen).markdown)


def test_a_crew_is_changed_from_its_form(app: Any, client: Client) -> None:
    client.load_plant("crews", scenario_zip(full_plant()))
    screen = clean(app("what_if", "crews", what_if__form=Prefill("crew")))
    (pool,) = [s.value for s in screen.selectbox if s.label == "Crew or tools"]
    assert button(screen, "Add to the what-if").disabled, "as many as now"
    next(n for n in screen.number_input if n.label == "How many").set_value(0.0).run()
    button(screen, "Add to the what-if").click().run()
    (line,) = clean(screen).session_state["what_if.lines"]
    assert (line.type, line.data["pool"], line.data["capacity"]) == ("pool.changed", pool, 0.0)


def test_one_more_machine_is_tried_and_stands_on_the_board(app: Any, client: Client, planned: str) -> None:
    screen = clean(app("what_if", planned, what_if__form=Prefill("new machine"), what_if__seconds=2))
    next(s for s in screen.selectbox if s.label == "Like").set_value("saw-1").run()
    button(screen, "Add to the what-if").click().run()
    (line,) = clean(screen).session_state["what_if.lines"]
    assert line.data == {"machine": "saw-1-2", "like": "saw-1"}
    button(screen, "Calculate").click().run()
    idea = clean(screen).session_state["what_if.id"]
    done = until(lambda: (w := client.what_if(planned, idea))["state"] in FINAL and w, "the what-if")
    assert done["state"] == "done", done["error"]
    clean(screen.run())
    assert done["plan_id"] is not None
    assert "saw-1-2" in client.board(planned, done["plan_id"])["machines"]
