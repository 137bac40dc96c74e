"""What-ifs side by side: their figures, and the screen that holds them against each other."""

from __future__ import annotations

from typing import Any, cast

from tests.ui.conftest import button, clean, until
from tests.ui.test_decisions import change, column
from ui.answers import FINAL, WhatIf
from ui.client import Client
from ui.views.assumed_lines import lines_of
from ui.views.side_by_side import chosen_ids, figure_rows, of_one_moment, order_rows


def idea(id: str, late: int, revision: int = 3, **more: Any) -> WhatIf:
    found = {
        "id": id, "name": id.upper(), "revision": revision, "plan_id": 9, "behind": 0, "overtime_minutes": 0,
        "columns": {"in_force": column(7, 6, None), "do_nothing": column(8, 4, 2.0), "what_if": column(9, late, 2.0)},
        "against_do_nothing": {"newly_late": [], "rescued": []},
    }  # fmt: skip
    return cast(WhatIf, found | more)


def test_each_what_if_says_what_it_changes_beside_doing_nothing() -> None:
    rows = {row.pop(""): row for row in figure_rows([idea("a", 3), idea("b", 4, overtime_minutes=90)])}
    assert rows["Late orders"] == {"In force": "6", "Do nothing": "4", "1 · A": "3 (-1)", "2 · B": "4 (±0)"}
    assert rows["Worst"]["1 · A"] == "3 h (-1 h)"
    assert (rows["Overtime"]["1 · A"], rows["Overtime"]["2 · B"]) == ("0.0 h", "1.5 h")


def test_of_different_moments_the_newest_says_what_is_in_force() -> None:
    old, new = idea("a", 3, revision=2, behind=1), idea("b", 4)
    old["columns"]["in_force"] = None
    rows = {row.pop(""): row for row in figure_rows([old, new])}
    assert rows["Late orders"]["In force"] == "6"
    assert (rows["Calculated"]["1 · A"], rows["Calculated"]["2 · B"]) == ("1 event ago", "now")
    assert not of_one_moment([old, new])
    assert of_one_moment([new, new])


def test_orders_that_no_what_if_touches_are_not_told() -> None:
    a = idea("a", 3, against_do_nothing={"newly_late": [change("X"), change("Y")], "rescued": []})
    b = idea("b", 3, against_do_nothing={"newly_late": [], "rescued": [change("Y")]})
    assert order_rows([a, b]) == [
        {"Order": "Y", "1 · A": "late, 25 min", "2 · B": "rescued"},
        {"Order": "X", "1 · A": "late, 25 min", "2 · B": "as it was"},
    ]


def test_an_address_names_at_most_four_and_says_which_are_unknown() -> None:
    known = {f"w-{n}": idea(f"w-{n}", 1, plan_id=n or None) for n in range(6)}
    assert chosen_ids("w-5,w-9,w-5,w-0", known) == (["w-5", "w-0"], ["w-9"])
    assert chosen_ids("w-1,w-2,w-3,w-4,w-5", known) == (["w-1", "w-2", "w-3", "w-4"], [])
    assert chosen_ids("", known) == (["w-1", "w-2", "w-3", "w-4"], []), "the first that have a plan"


def test_what_was_assumed_reads_as_a_line_again() -> None:
    data = {"machine": "saw", "expected_up": "2026-03-02T10:00+00:00", "reason": "spindle", "rows": [1, 2], "no": None}
    (line,) = lines_of([{"id": "1", "source": "s", "type": "machine.down", "time": "", "data": data}])
    assert line.words == "Machine down: saw, until Mon 2 Mar 10:00, reason spindle, rows 2 rows"
    assert line.event() == {"type": "machine.down", "data": data}


def test_two_stand_side_by_side_are_renamed_and_become_a_draft_again(app: Any, client: Client, planned: str) -> None:
    down = {"type": "machine.down", "data": {"machine": "saw-1", "expected_up": "2026-03-02T20:00"}}
    asked = [client.ask_what_if(planned, name, [down], "repair", 0.5, iterations=50)["id"] for name in ("one", "two")]
    for id in asked:
        until(lambda id=id: client.what_if(planned, id)["state"] in FINAL, "the what-if")
    client.rename_what_if(planned, asked[0], "no saw")
    screen = clean(app("scenarios", planned))
    table = screen.dataframe[0].value
    assert sorted(name.split(" · ")[-1] for name in table.columns[3:]) == ["no saw", "two"]
    assert list(table[""])[:4] == ["Late orders", "Worst", "Total days late", "Customers hit"]
    assert sorted(screen.multiselect[0].value) == sorted(asked)
    button(screen, "Adopt").click().run()
    assert button(clean(screen), "Adopt and release").disabled, "a name and a reason are asked for"
    next(b for b in screen.button if b.key == f"scenarios.copy-{asked[0]}").click().run()
    assert [line.type for line in clean(screen).session_state["what_if.lines"]] == ["machine.down"]
    assert screen.session_state["what_if.name"] == "no saw (copy)"
