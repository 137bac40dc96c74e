"""The clocks change: shifts by the plant's clock are an hour shorter or longer, moments with an offset stay."""

from __future__ import annotations

import pytest

from scheduler.domain.event_reading import parse_event
from scheduler.domain.minutes import WEEKDAYS, parse_minute
from scheduler.ingest import read_scenario
from tests.ingest.workshop import FILES, read, workshop, zipped

# Night shift Saturday 22:00 to Sunday 06:00, and the noon after; the clocks change between them.
NIGHTS = [
    ("Europe/Zurich", "2026-03-28", "2026-03-29", 7 * 60),
    ("Europe/Zurich", "2026-10-24", "2026-10-25", 9 * 60),
    ("Europe/Zurich", "2026-06-27", "2026-06-28", 8 * 60),
    ("America/New_York", "2026-03-07", "2026-03-08", 7 * 60),
    ("America/New_York", "2026-10-31", "2026-11-01", 9 * 60),
]


@pytest.mark.parametrize(("zone", "saturday", "sunday", "minutes"), NIGHTS)
def test_a_night_shift_over_the_change_is_as_long_as_the_night(
    zone: str, saturday: str, sunday: str, minutes: int
) -> None:
    plant = f'timezone = "{zone}"\nnow = {saturday}T12:00:00\n'
    state = read(plant=plant, calendars="calendar,weekday,start,end\nday,sat,22:00,06:00\n").state
    noon = parse_minute(f"{sunday}T12:00", state.zone)
    assert state.machine_time("mill-1", state.now, noon).between(state.now, noon) == minutes


@pytest.mark.parametrize(("zone", "saturday", "sunday", "minutes"), NIGHTS)
def test_a_due_date_by_the_clock_is_as_far_as_the_night_is_long(
    zone: str, saturday: str, sunday: str, minutes: int
) -> None:
    plant = f'timezone = "{zone}"\nnow = {saturday}T22:00:00\n'
    orders = f"order,material,quantity,due\nMO-1,shaft,1,{sunday}T06:00\n"
    state = read(plant=plant, orders=orders).state
    assert state.orders["MO-1"].due - state.now == minutes


def test_a_moment_with_an_offset_is_the_same_moment_in_every_zone() -> None:
    due = {
        read(plant=FILES["plant.toml"].replace("Europe/Zurich", zone)).state.orders["MO-2"].due
        for zone in ("Europe/Zurich", "America/New_York", "UTC")
    }
    assert due == {parse_minute("2026-03-03T11:00Z", read().state.zone)}


def test_a_whole_day_closed_at_the_change_closes_23_hours_in_spring() -> None:
    plant = 'timezone = "Europe/Zurich"\nnow = 2026-03-28T00:00:00\n'
    always = "".join(f"day,{d},00:00,24:00\n" for d in WEEKDAYS)
    calendars = "calendar,weekday,start,end\n" + always
    open_state = read(plant=plant, calendars=calendars).state
    first, last = open_state.now, parse_minute("2026-03-31T00:00", open_state.zone)
    assert open_state.machine_time("mill-1", first, last).between(first, last) == (24 + 23 + 24) * 60
    closed = "calendar,start,end,kind\nday,2026-03-29T00:00,2026-03-30T00:00,closed\n"
    files = {**workshop(plant=plant, calendars=calendars), "calendar_exceptions.csv": closed}
    state = read_scenario(zipped(files)).state
    assert state.machine_time("mill-1", first, last).between(first, last) == 48 * 60


@pytest.mark.parametrize(
    ("now", "meant"),
    [
        ("2026-10-25T01:30+02:00", "2026-10-25T02:30+02:00"),  # neither reading has passed: the first
        ("2026-10-25T02:30+02:00", "2026-10-25T02:30+02:00"),  # it is just that moment
        ("2026-10-25T02:31+02:00", "2026-10-25T02:30+01:00"),  # the first has passed by a minute
        ("2026-10-25T02:45+01:00", "2026-10-25T02:30+01:00"),  # both have passed
    ],
)
def test_a_time_of_the_hour_that_comes_twice_is_the_second_once_the_first_has_passed(now: str, meant: str) -> None:
    plant = f'timezone = "Europe/Zurich"\nnow = {now[:16]}:00{now[16:]}\n'
    orders = "order,material,quantity,due\nMO-1,shaft,1,2026-10-25T02:30\n"
    state = read(plant=plant, orders=orders).state
    assert state.orders["MO-1"].due == parse_minute(meant, state.zone)
    said = {"specversion": "1.0", "id": "1", "source": "/erp", "type": "order.changed", "time": now}
    event = parse_event({**said, "data": {"order": "MO-1", "due": "2026-10-25T02:30"}}, state.zone, state.now)
    assert parse_minute(event.data["due"], state.zone) == state.orders["MO-1"].due


def test_what_has_happened_in_the_hour_that_comes_twice_is_not_after_now() -> None:
    now = 'timezone = "Europe/Zurich"\nnow = {}\n'
    progress = "order,operation,status,finished\nMO-1,10,done,2026-10-25T02:30\n"
    early = read(plant=now.format("2026-10-25T02:15:00+01:00"), progress=progress).state
    assert early.progress["MO-1", 10].finished == parse_minute("2026-10-25T02:30+02:00", early.zone)
    late = read(plant=now.format("2026-10-25T02:45:00+01:00"), progress=progress).state
    assert late.progress["MO-1", 10].finished == parse_minute("2026-10-25T02:30+01:00", late.zone)


def test_an_event_is_timed_by_the_second_reading_once_the_first_has_passed() -> None:
    zone = read().state.zone
    said = {"specversion": "1.0", "id": "1", "source": "/mes", "type": "clock.ticked", "time": "2026-10-25T02:10"}
    first, second = (parse_minute(f"2026-10-25T02:10{offset}", zone) for offset in ("+02:00", "+01:00"))
    assert parse_event(said, zone, first).time == first
    assert parse_event(said, zone, first + 1).time == second
