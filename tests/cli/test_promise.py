"""`rejig promise` on the tiny plant."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Rejig


def test_a_date_as_json_and_in_words(tiny: Path, planned: Path, rejig: Rejig) -> None:
    said = rejig("promise", tiny, planned, "--material", "pin", "--quantity", 3, "--wished", "2026-03-04T12:00")
    assert said.status == 0, said.words
    told = said.json()
    assert told["date"] == "2026-03-04T12:00+00:00"
    assert told["earliest"] <= told["date"]
    assert told["curve"][0]["date"] == told["earliest"]
    assert "3 x pin by Wed 4 Mar 12:00" in said.words
    assert "Nothing is reserved" in said.words


def test_what_is_impossible_says_why_and_ends_with_1(tiny: Path, planned: Path, rejig: Rejig) -> None:
    said = rejig("promise", tiny, planned, "--material", "pin", "--quantity", 100)
    assert said.status == 1
    assert said.json()["date"] is None
    assert "no date can be promised" in said.words


def test_an_unknown_material_and_an_odd_date_are_bad_input(tiny: Path, planned: Path, rejig: Rejig) -> None:
    unknown = rejig("promise", tiny, planned, "--material", "shaf", "--quantity", 3)
    assert (unknown.status, "did you mean 'shaft'" in unknown.words) == (2, True)
    odd = rejig("promise", tiny, planned, "--material", "shaft", "--quantity", 3, "--wished", "soon")
    assert (odd.status, "--wished" in odd.words) == (2, True)
    assert rejig("promise", tiny, planned, "--material", "shaft", "--quantity", "nan").status == 2
