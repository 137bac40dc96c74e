"""The small parts: settings, bell, meters, and re-basing a plan on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import BadRequest, StalePlan
from scheduler.ports import NewPlan
from scheduler.settings import read_settings
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.bell import Bell
from scheduler.usecases.meters import Meters
from tests.builders import AT, approval, ticks, tiny_plan, tiny_plant


def test_settings_come_from_the_environment() -> None:
    settings = read_settings({"REJIG_DATA": "/somewhere", "REJIG_WORKERS": "3", "REJIG_DESKS": "off"})
    assert (settings.data, settings.workers, settings.desks) == (Path("/somewhere"), 3, False)
    assert settings.url == "sqlite:////somewhere/rejig.db"
    assert read_settings({"REJIG_DATABASE_URL": "postgresql://db/rejig"}).url == "postgresql://db/rejig"


@pytest.mark.parametrize(("name", "value"), [("REJIG_WORKERS", "0"), ("REJIG_WORKERS", "two"), ("REJIG_DESKS", "no")])
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(BadRequest, match=f"{name}: found '{value}'"):
        read_settings({name: value})


def test_the_bell_rings_for_whoever_still_listens() -> None:
    bell, heard = Bell(), []
    stop = bell.listen(heard.append)
    bell.ring("a")
    stop()
    bell.ring("b")
    assert heard == ["a"]


def test_meters_add_up_by_label() -> None:
    meters = Meters()
    meters.count("events", 2, plant="a")
    meters.count("events", plant="b")
    meters.took("reaction", 0.5, plant="a")
    assert (meters.total("events"), meters.total("events", plant="a")) == (3, 2)
    assert (meters.total("reaction_seconds_sum"), meters.latest("reaction")) == (0.5, (0.5,))


def test_a_plan_that_still_holds_takes_a_newer_base(ledger: SqlLedger) -> None:
    ledger.load_plant("p", tiny_plant(), AT)
    plan = tiny_plan()
    for release_by in ("anna", None):
        new = NewPlan(plan, approval(plan), 1, "test", tiny_plant().objective)
        ledger.add_plan("p", new, AT, release_by=release_by)
    ledger.append("p", ticks(["a", "b"]), AT)
    assert ledger.rebase_plan("p", 1, 3).revision == 3
    assert ledger.plant("p").plan_in_force_revision == 3
    assert ledger.rebase_plan("p", 1, 2).revision == 3  # never back
    with pytest.raises(StalePlan):
        ledger.release_plan("p", 2, "anna", AT)  # its base was left behind
    ledger.rebase_plan("p", 2, 3)
    assert ledger.plant("p").plan_in_force == 1
    assert ledger.release_plan("p", 2, "anna", AT).status == "released"
    with pytest.raises(StalePlan, match="superseded"):
        ledger.rebase_plan("p", 1, 3)
