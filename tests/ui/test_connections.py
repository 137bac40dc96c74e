"""The Connections screen and Today's line of a silent feed, over a server with a folder."""

from __future__ import annotations

from typing import Any

from tests.ui.conftest import clean
from ui.answers import CarriedList, Carrier, Connection, Source
from ui.views.connections import abilities, feed_lines, needed, standing
from ui.views.lists import carrier_words, list_lines, list_rows
from ui.views.sources import decided, figure_rows, machine_rows, source_lines, standing_of

WELL: Connection = {
    "name": "excel",
    "kind": "folder",
    "plant": "shop",
    "reads": ["orders", "stock"],
    "writes": ["confirmations"],
    "policy": "auto",
    "can": ["write_back_start"],
    "state": "well",
    "trouble": "",
    "read_at": "2026-03-02T06:00+01:00",
    "data_at": "2026-03-01T18:00+01:00",
    "data_age_minutes": 720,
    "silent": False,
    "wrote_at": None,
    "waiting": 2,
    "held": 0,
    "dead_letters": 0,
    "rejected_rows": 0,
    "asked": 0,
    "vanished": [],
}


def but(**changes: Any) -> Connection:
    return {**WELL, **changes}  # type: ignore[typeddict-item]


def test_a_feed_is_told_of_where_it_is_silent_fails_or_needs_somebody() -> None:
    assert feed_lines([WELL]) == []
    stock = but(reads=["stock"], silent=True)
    assert feed_lines([stock, but(silent=True)]) == [
        "excel: stock is from Sun 1 Mar 18:00",
        "excel: orders, stock are from Sun 1 Mar 18:00",
    ]
    assert feed_lines([but(state="failing", trouble="no such folder")]) == ["excel cannot be reached: no such folder"]
    assert feed_lines([but(asked=1, vanished=["A", "B"])]) == [
        "excel: 1 file to be answered, 2 orders no longer listed"
    ]


def test_how_it_stands_and_what_it_can_do() -> None:
    assert standing(WELL) == "last read Mon 2 Mar 06:00 · last sent – · 2 messages waiting"
    assert abilities(WELL) == "in: orders, stock · back: confirmations · can: write back start"
    assert needed(but(held=3, dead_letters=1)) == "1 message not sent, 3 messages for approval"


def test_without_a_connection_the_screen_says_how_to_get_one(app: Any, plant: str) -> None:
    screen = clean(app("connections", plant))
    assert screen.subheader[0].value == "No other system is connected"


HEARD: Source = {
    "name": "hall",
    "kind": "mqtt",
    "plant": "shop",
    "listens": True,
    "trouble": "",
    "machines": [
        {"machine": "lathe", "state": "RUNNING", "since": "2026-03-02T06:00+01:00"},
        {"machine": "saw", "state": "UNKNOWN", "since": "2026-03-02T05:30+01:00"},
    ],
    "signals": {"taken": 1200, "repeat": 34},
    "rules": {"micro_stop": 12, "told_down": 1},
    "figures": [
        {"name": "taken", "count": 1200, "fate": "taken", "why": "counts"},
        {"name": "micro_stop", "count": 12, "fate": "kept back", "why": "a stop too short to be a breakdown"},
    ],
}


def test_a_source_is_told_of_where_machines_are_not_heard() -> None:
    assert source_lines([HEARD]) == ["Not heard: saw since Mon 2 Mar 05:30"]
    assert source_lines([{**HEARD, "machines": HEARD["machines"][:1]}]) == []
    assert source_lines([{**HEARD, "machines": [], "trouble": "mqtt://b: refused"}]) == [
        "hall cannot be reached: mqtt://b: refused"
    ]
    many = [{**HEARD["machines"][1], "machine": f"m{n}"} for n in range(5)]
    assert source_lines([{**HEARD, "machines": many}])[0].endswith(" and 2 more")  # type: ignore[typeddict-item]


def test_how_a_source_stands_and_what_its_rules_made() -> None:
    assert standing_of(HEARD) == "1 of 2 machines heard"
    assert standing_of({**HEARD, "machines": []}) == "nothing was heard yet"
    assert decided(HEARD) == "1,234 signals · 1 breakdown told · 12 short stops kept back"
    assert machine_rows(HEARD)[1] == {"Machine": "saw", "State": "not heard", "Since": "Mon 2 Mar 05:30"}
    assert figure_rows(HEARD) == [
        {"What": "Taken", "Count": 1200, "Why": "Counts"},
        {"What": "Kept back", "Count": 12, "Why": "A stop too short to be a breakdown"},
    ]


LISTED: CarriedList = {
    "machine": "lathe",
    "revision": 812,
    "version": "4c1f",
    "since": "2026-03-02T06:00+01:00",
    "carried": "4c1f",
    "carried_at": "2026-03-02T06:00+01:00",
    "confirmed": "4c1f",
    "refused": "",
    "by": "panel",
    "why": "",
    "old": False,
}
BRINGS: Carrier = {
    "name": "hall-lists",
    "kind": "mqtt",
    "plant": "shop",
    "carries": True,
    "trouble": "",
    "answers": True,
    "lists": [LISTED, {**LISTED, "machine": "saw", "confirmed": "33aa", "old": True}],
}


def test_a_machine_that_works_by_an_old_list_is_told_of() -> None:
    assert list_lines([BRINGS]) == ["Work by an old list: saw (not confirmed since Mon 2 Mar 06:00)"]
    refused: CarriedList = {**LISTED, "refused": "4c1f", "why": "refused: no such order", "old": True}
    assert list_lines([{**BRINGS, "lists": [refused]}]) == ["Work by an old list: lathe (refused: no such order)"]
    assert list_lines([{**BRINGS, "lists": [LISTED], "trouble": "mqtt://b: refused"}]) == [
        "hall-lists brings no lists: mqtt://b: refused"
    ]
    many: list[CarriedList] = [{**LISTED, "machine": f"m{n}", "old": True} for n in range(5)]
    assert list_lines([{**BRINGS, "lists": many}])[0].endswith(" and 2 more")


def test_how_lists_stand_on_their_way() -> None:
    assert carrier_words(BRINGS) == "2 of 2 lists brought, 1 confirmed"
    assert carrier_words({**BRINGS, "answers": False}) == "2 of 2 lists brought"
    assert carrier_words({**BRINGS, "lists": []}) == "no list yet"
    assert [(row["Brought"], row["Confirmed"]) for row in list_rows(BRINGS)] == [("yes", "yes"), ("yes", "an old one")]
