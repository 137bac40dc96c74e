"""The screen on which a date is promised, and its rows and words."""

from __future__ import annotations

from typing import Any

from tests.ui.conftest import button, clean
from ui.answers import Promise, PromisedDate, Reservation
from ui.client import Client
from ui.views.promise import basis_rows, cost_chart, curve_rows, reservation_rows


def point(day: int, later: int, late: list[str]) -> PromisedDate:
    at = f"2026-03-0{day}T14:00+01:00"
    return PromisedDate(
        date=at,
        delivery=at,
        work_begins=at,
        newly_late=late,
        without_material=[],
        orders_later=len(late),
        minutes_later=later,
        minutes_late=later,
    )


def promise() -> Promise:
    curve = [point(3, 300, ["A", "B", "C", "D"]), point(4, 0, [])]
    return Promise(
        material="shaft",
        quantity=10.0,
        priority=1.0,
        wished=None,
        date=curve[0]["date"],
        earliest=curve[0]["date"],
        reason=None,
        sentence="",
        notices=[],
        curve=curve,
        components=[],
        rests_on=[
            {"kind": "stock", "name": "", "material": "bar", "quantity": 5.0, "at": curve[0]["date"]},
            {"kind": "receipt", "name": "PO-7", "material": "bar", "quantity": 2.5, "at": curve[0]["date"]},
        ],
        as_of=1,
        plan=1,
        now="2026-03-02T06:00+01:00",
        reservation=None,
        until=None,
        revision=None,
    )


def test_each_date_says_what_it_costs() -> None:
    first, second = curve_rows(promise())
    assert first["Date"] == "Tue 3 Mar 14:00"
    assert (first["Newly late"], first["Others later by"]) == ("A, B, C and 1 more", "5 h")
    assert (second["Newly late"], second["Others later by"]) == ("–", "–")


def test_the_chart_has_a_bar_for_each_date_and_the_promised_one_stands_out() -> None:
    (bars,) = cost_chart(promise()).data
    assert list(bars.x) == ["Tue 3 Mar 14:00", "Wed 4 Mar 14:00"]
    assert list(bars.y) == [5.0, 0.0]
    assert list(bars.text) == ["4 newly late", "none late"]
    assert bars.marker.color[0] != bars.marker.color[1]


def test_what_it_stands_on_and_what_is_reserved() -> None:
    assert [(row["From"], row["Quantity"], row["There"]) for row in basis_rows(promise()["rests_on"])] == [
        ("stock", "5", "now"),
        ("PO-7", "2.5", "Tue 3 Mar 14:00"),
    ]
    kept = Reservation(
        reservation="PR-2",
        material="shaft",
        quantity=4.0,
        due="2026-03-03T14:00+01:00",
        priority=1.0,
        customer="",
        until=None,
        part_of="SO-1",
        by="",
        reason="",
        planned_end=None,
        late_minutes=None,
    )
    (row,) = reservation_rows([kept])
    assert (row["Promised"], row["Planned"], row["Reserved until"]) == (
        "Tue 3 Mar 14:00",
        "not planned",
        "SO-1 is made",
    )


def test_a_date_is_found_reserved_and_released(app: Any, client: Client, planned: str) -> None:
    screen = clean(app("promise", planned))
    assert {s.label for s in screen.selectbox} >= {"Product"}
    button(screen, "Find a date").click().run()
    assert any("no other order is later" in m.value or "later together" in m.value for m in clean(screen).markdown)
    assert any("Nothing is reserved" in c.value for c in screen.caption)
    assert len(screen.dataframe[0].value) == 5
    button(screen, "Reserve until").click().run()
    (kept,) = client.reservations(planned)
    assert kept["by"] == "planner"
    assert any(f"Reserved as {kept['reservation']}" in s.value.replace("\\", "") for s in clean(screen).success)
    button(screen, "Release it").click().run()
    assert client.reservations(planned) == []
    clean(screen)
