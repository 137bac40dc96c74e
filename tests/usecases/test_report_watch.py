"""Whether the floor's reports can be believed: the share of a day in doubt or refused, and who fell silent.

The tiny plant works Monday to Friday, 06:00 to 14:00. Its SHAFT-1/10 reports pieces again and again.
"""

from __future__ import annotations

import pytest

from scheduler.domain.events import Event
from scheduler.usecases.report_watch import ReportLimits, ReportWatch, ReportWatches
from scheduler.usecases.tools import Tools
from tests.builders import at, event
from tests.usecases.shop import Shop


def said(number: int, time: int, good: float, source: str = "mes") -> Event:
    data = {"order": "SHAFT-1", "operation": 10, "quantity_good": good}
    return event(f"{source}-{number}", "operation.progressed", time, source, **data)


def started(time: int = at(0, 6)) -> Event:
    return event("start", "operation.started", time, order="SHAFT-1", operation=10, machine="saw")


def watched(shop: Shop, limits: ReportLimits | None = None) -> ReportWatch:
    return ReportWatches(limits).of(shop.ledger, shop.tools.snapshot("tiny"))


def refused(number: int, time: int = at(0, 7)) -> Event:
    return event(f"no-{number}", "operation.started", time, order="NOBODY", operation=10, machine="saw")


@pytest.fixture
def loaded(shop: Shop) -> Shop:
    shop.load("observe")
    return shop


def test_reports_that_fit_are_counted_and_nothing_is_said(loaded: Shop) -> None:
    loaded.post(started(), *(said(n, at(0, 6, n), n) for n in range(1, 5)))
    found = watched(loaded)
    assert (found.reports, found.in_doubt, found.refused, found.too_many, found.warnings) == (5, 0, 0, False, ())


def test_more_than_the_set_share_in_doubt_or_refused_is_said(loaded: Shop) -> None:
    """Of ten reports one lowers the total and one is of an unknown order: 20 %, which is not more than 20 %."""
    loaded.post(started(), *(said(n, at(0, 6, n), n) for n in range(1, 8)), said(8, at(0, 6, 8), 3), refused(1))
    found = watched(loaded)
    assert (found.reports, found.in_doubt, found.refused, found.share) == (10, 1, 1, 0.2)
    assert (found.too_many, found.warnings) == (False, ())
    loaded.post(refused(2))
    found = watched(loaded)
    assert (found.reports, found.refused, found.too_many) == (11, 2, True)
    assert found.warnings[0].startswith(
        "27 % of the last day's 11 reports are in doubt or refused (1 and 2), more than"
    )
    assert not watched(loaded, ReportLimits(doubtful_share=0.3)).too_many


def test_of_four_reports_no_share_is_said_and_of_five_it_is(loaded: Shop) -> None:
    loaded.post(*(refused(n) for n in range(4)))
    assert (watched(loaded).share, watched(loaded).too_many) == (1.0, False)
    loaded.post(refused(4))
    assert watched(loaded).too_many


def test_a_doubt_that_is_answered_and_a_refusal_that_is_dismissed_count_no_more(loaded: Shop) -> None:
    loaded.post(started(), *(said(n, at(0, 6, n), n) for n in range(1, 4)), said(8, at(0, 6, 8), 1), refused(1))
    assert watched(loaded).too_many
    loaded.post(event("c", "doubt.confirmed", at(0, 6, 9), by="m.keller", rule="lower_total"))
    loaded.ledger.dismiss("tiny", 1, "m.keller", loaded.clock())
    found = watched(loaded)
    assert (found.reports, found.in_doubt, found.refused, found.too_many) == (5, 0, 0, False)


def test_a_day_later_they_are_of_another_day(loaded: Shop) -> None:
    loaded.post(*(refused(n) for n in range(5)), event("t", time=at(1, 6, 59)))
    assert watched(loaded).refused == 5
    loaded.post(event("u", time=at(1, 7)))
    assert (watched(loaded).reports, watched(loaded).refused) == (0, 0)


def test_a_source_that_used_to_report_is_silent_after_an_hour_of_open_time(loaded: Shop) -> None:
    """Ten reports a minute apart, the last at 13:09: 51 minutes to 14:00, the tenth after 06:00 is no more than 60."""
    loaded.post(*(said(n, at(0, 13, n), 1 + n / 10) for n in range(10)), event("t", time=at(1, 6, 9), source="erp"))
    (mes,) = watched(loaded).sources
    assert (mes.source, mes.reports, mes.last, mes.quiet, mes.silent) == ("mes", 10, at(0, 13, 9), 60, False)
    loaded.post(event("u", time=at(1, 6, 10), source="erp"))
    found = watched(loaded)
    assert found.sources[0].silent
    assert found.warnings == ("nothing from 'mes' since Mon 2 Mar 13:09, 1 h 01 min of open time: is it running?",)
    assert not watched(loaded, ReportLimits(silent_minutes=61)).sources[0].silent
    loaded.post(event("back", time=at(1, 6, 10)))
    assert watched(loaded).warnings == (), "any event of it will do"


def test_a_source_that_reports_once_an_hour_may_be_quiet_for_four(loaded: Shop) -> None:
    """07:00 to 13:00 on Monday and 06:00 to 08:00 on Tuesday: ten reports in 9 open hours, an hour apart."""
    times = [*(at(0, hour) for hour in range(7, 14)), *(at(1, hour) for hour in range(6, 9))]
    loaded.post(*(said(n, time, 1 + n / 10) for n, time in enumerate(times)), event("t", time=at(1, 12), source="erp"))
    assert watched(loaded).warnings == ()
    loaded.post(event("u", time=at(1, 12, 1), source="erp"))
    assert len(watched(loaded).warnings) == 1


def test_a_source_that_reported_nine_times_did_not_use_to(loaded: Shop) -> None:
    loaded.post(*(said(n, at(0, 6, n), 1 + n / 10) for n in range(9)), event("t", time=at(1, 13), source="erp"))
    assert [s.silent for s in watched(loaded).sources] == [False]


def test_a_report_that_is_held_for_its_time_does_not_make_its_source_speak(loaded: Shop) -> None:
    loaded.post(*(said(n, at(0, 6, n), 1 + n / 10) for n in range(10)), said(99, at(40, 6), 9))
    assert watched(loaded).sources[0].last == at(0, 6, 9)
    assert watched(loaded).in_doubt == 1


def test_the_log_is_asked_once_for_a_revision(loaded: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    heard = loaded.ledger.heard
    monkeypatch.setattr(
        loaded.ledger, "heard", lambda plant, *a: (asked.append(plant), heard(plant, *a))[1], raising=True
    )
    tools: Tools = loaded.tools
    assert tools.watch("tiny") == tools.watch("tiny")
    loaded.post(event("t"))
    tools.watch("tiny")
    assert len(asked) == 2
