"""`rejig simulate`: the floor works by the lists of a real server, and what comes out is told."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cli.conftest import Rejig
from tests.cli.serving import free_port

CALM = ("--spread", 0, "--seed", 5, "--first", 1000, "--improve", 200)


def test_every_policy_is_played_on_the_same_futures(tiny: Path, tmp_path: Path, rejig: Rejig) -> None:
    """All events of the floor are taken by the API, all orders end, and each policy meets the same rush order."""
    out = tmp_path / "runs.csv"
    said = rejig("simulate", tiny, "--policy", "all", "--futures", 2, *CALM, "--json", "--out", out)
    assert said.status == 0, said.words
    found = said.json()
    runs = found["runs"]
    assert [(r["future"], r["policy"]) for r in runs] == [
        (seed, policy) for seed in (5, 6) for policy in ("atc", "right-shift", "rejig")
    ]
    assert all(r["unfinished"] == 0 and r["refused"] == 0 for r in runs)
    assert len({r["orders"] for r in runs}) == 1
    assert runs[0]["orders"] == 4
    by_lists = [r for r in runs if r["policy"] == "rejig"]
    assert all(r["events"] >= 2 * 5 + 1 and r["list_changes"] >= 2 for r in by_lists)
    assert set(found["ratios"]) == {"atc", "right-shift"}
    with out.open() as file:
        assert [(row["policy"], float(row["weighted_tardiness"])) for row in csv.DictReader(file)] == [
            (r["policy"], r["weighted_tardiness"]) for r in runs
        ]


def test_a_seed_tells_all_that_rejig_delivers(tiny: Path, rejig: Rejig) -> None:
    """Two runs on servers of their own: every figure is the same, but for the seconds that it took."""
    ask = ("simulate", tiny, "--policy", "rejig", "--seed", 3, "--first", 1000, "--improve", 200, "--json")
    first, again = (rejig(*ask).json()["runs"][0] for _ in range(2))
    assert first["events"] >= 11
    assert {**first, "seconds": 0} == {**again, "seconds": 0}


def test_without_a_plan_no_server_is_needed(tiny: Path, rejig: Rejig) -> None:
    said = rejig("simulate", tiny, "--policy", "atc", "--futures", 3)
    assert said.status == 0
    assert "Tiny Works: means of 3 futures" in said.out
    assert said.out == rejig("simulate", tiny, "--policy", "atc", "--futures", 3).out


def test_the_story_until_its_first_trouble(tiny: Path, rejig: Rejig) -> None:
    """At 07:00 nothing has gone wrong and no order has ended: by plan all three will be in time. A rule has no plan."""
    said = rejig("simulate", tiny, "--story", "--until", "2026-03-02T07:00", "--policy", "atc,right-shift", "--json")
    assert said.status == 0, said.words
    found = {run["policy"]: run for run in said.json()["runs"]}
    assert {name: run["unfinished"] for name, run in found.items()} == {"atc": 3, "right-shift": 3}
    assert (found["atc"]["on_time"], found["right-shift"]["on_time"]) == (0.0, 1.0)


def test_rejig_meets_the_same_story_as_who_keeps_its_plan(tiny: Path, rejig: Rejig) -> None:
    """Until Monday at noon one machine breaks down and one rush order comes; both end with the four orders of that."""
    ask = ("simulate", tiny, "--story", "--until", "2026-03-02T13:00", "--policy", "right-shift,rejig", *CALM, "--json")
    runs = rejig(*ask).json()["runs"]
    assert [run["orders"] for run in runs] == [4, 4]
    assert [run["refused"] for run in runs] == [0, 0]
    assert runs[1]["weighted_tardiness"] <= runs[0]["weighted_tardiness"]


def test_an_end_that_is_past_or_no_moment_is_said_in_words(tiny: Path, rejig: Rejig) -> None:
    for until in ("2026-03-02T06:00", "noon"):
        said = rejig("simulate", tiny, "--until", until)
        assert said.status == 2
        assert (
            f"--until: found '{until}', expected a moment after the plant's now (2026-03-02T06:00+00:00)" in said.words
        )


def test_an_unknown_policy_is_said_with_the_nearest(tiny: Path, rejig: Rejig) -> None:
    said = rejig("simulate", tiny, "--policy", "right-shit")
    assert said.status == 2
    assert "did you mean 'right-shift'?" in said.words


def test_a_server_that_does_not_answer_is_said_in_words(tiny: Path, rejig: Rejig) -> None:
    said = rejig("simulate", tiny, "--url", f"http://127.0.0.1:{free_port()}")
    assert said.status == 2
    assert "the API does not answer" in said.words


def test_a_scenario_that_is_not_there_is_said(tmp_path: Path, rejig: Rejig) -> None:
    assert rejig("simulate", tmp_path / "none").status == 2
