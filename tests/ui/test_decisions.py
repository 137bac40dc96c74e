"""What a person is told before and after a decision, without a screen."""

from __future__ import annotations

from typing import Any, cast

from tests.ui.test_views import kpis, plan
from ui.answers import Comparison, Preview, Release, WhatIfColumns
from ui.views.decisions import column_rows, columns_words, preview_words, released_words, start_rows
from ui.views.why import decision_words


def change(order: str) -> dict[str, Any]:
    return {"order": order, "end_before": None, "end_after": None, "lateness_before": -5, "lateness_after": 25}


def preview(**changes: Any) -> Preview:
    found = {
        "preview": "43-8", "plan": 9, "revision": 43, "plan_in_force": 8, "retimed": False,
        "until": "2026-03-03T06:00+01:00", "starts": [], "moved": 0, "machines": [], "newly_late": [], "rescued": [],
        "left_out": [], "taken_in": [], "rules": [], "before": kpis(), "after": kpis(),
    }  # fmt: skip
    return cast(Preview, found | changes)


def column(number: int, late: int, seconds: float | None, **changes: Any) -> dict[str, Any]:
    kept = {
        "orders": 43, "late": late, "sub_assemblies_late": 0, "minutes_late": 100 * late, "worst_minutes": 60 * late,
        "worst_order": "A", "customers": min(late, 3),
    }  # fmt: skip
    return {"plan": number, "kpis": kpis(**changes), "promises": kept, "seconds": seconds}


def test_three_plans_stand_side_by_side_and_the_last_column_is_what_the_assumption_does() -> None:
    columns = cast(
        WhatIfColumns, {"in_force": column(7, 9, None), "do_nothing": column(8, 5, 2.0), "what_if": column(9, 7, 2.0)}
    )
    rows = {row[""]: row for row in column_rows(columns)}
    assert list(rows["Late orders"].values()) == ["Late orders", "9", "5", "7", "+2"]
    assert rows["Total late"]["What-if vs do nothing"] == "+3 h 20 min"
    assert rows["Changeovers"]["What-if vs do nothing"] == "±0"
    assert rows["On time"]["What-if vs do nothing"] == "-4.7 pp"
    assert rows["Customers hit"]["What-if vs do nothing"] == "±0"
    assert "Cost" not in rows
    assert columns_words(columns) == (
        "In force: plan 7. Do nothing: plan 8, searched 2.0 s. What-if: plan 9, searched 2.0 s."
    )


def test_what_is_missing_or_was_not_counted_is_a_dash_and_no_difference() -> None:
    alone = cast(WhatIfColumns, {"in_force": None, "do_nothing": None, "what_if": column(9, 7, None)})
    row = column_rows(alone)[0]
    assert (row["In force"], row["Do nothing"], row["What-if"], row["What-if vs do nothing"]) == ("–", "–", "7", "–")
    old = cast(
        WhatIfColumns, {"in_force": None, "do_nothing": None, "what_if": column(9, 7, None) | {"promises": None}}
    )
    assert column_rows(old)[0]["What-if"] == "–"


def test_a_preview_says_what_changes_in_a_line() -> None:
    start = {
        "order": "RUSH", "operation": 10, "machine_before": None, "machine_after": "saw-1",
        "start_before": None, "start_after": "2026-03-02T10:00+01:00",
    }  # fmt: skip
    told = preview_words(
        preview(starts=[start], newly_late=[change("A"), change("B")], machines=["saw-1"], retimed=True, left_out=["C"])
    )
    assert told == [
        "Starts of the next 24 hours that change: 1",
        "2 orders newly late (A, B)",
        "0 orders rescued",
        "1 machine touched (saw-1)",
        "1 order no longer planned (C)",
        "recalculated, because the plant has moved on",
    ]
    (row,) = start_rows(preview(starts=[start])["starts"])
    assert (row["Operation"], row["Machine before"], row["Start before"], row["Start now"]) == (
        "RUSH/10", "–", "–", "Mon 2 Mar 10:00",
    )  # fmt: skip


def test_a_release_says_whether_the_plan_was_recalculated() -> None:
    as_it_stood = cast(Release, plan(9) | {"asked": 9, "retimed": False, "against_asked": None})
    assert released_words(as_it_stood) == "Plan 9 is released"
    moved = cast(Comparison, {"moved": [{}, {}, {}]})
    anew = cast(Release, plan(11) | {"asked": 9, "retimed": True, "against_asked": moved})
    assert released_words(anew) == "Plan 9 was recalculated and is released as plan 11 (3 moves)"


def test_the_history_tells_who_decided_and_what_came_of_it() -> None:
    note = {"at": "2026-03-02T07:00+01:00", "text": "a better plan was not taken: it costs 3.0% less"}
    told = decision_words(
        plan(9, decided_by="auto", kept_for="ada", made_from=7, notes=[note], decided_at="2026-03-02T06:10+01:00")
    )
    assert told == [
        "Decided by auto, Mon 2 Mar 06:10",
        "Goes on with what ada released",
        "Recalculated from plan 7",
        "Mon 2 Mar 07:00: a better plan was not taken: it costs 3.0% less",
    ]
    own = plan(9, decided_by="ada", kept_for="ada", reason="Keller waits", decided_at="2026-03-02T06:10+01:00")
    assert decision_words(own) == ["Decided by ada, Mon 2 Mar 06:10: Keller waits"]
