"""What a row of targets says, and what is kept of a part that is measured again."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.kept import keep, parts_of
from benchmarks.optimizer_page import page
from benchmarks.parts import FAMILIES, PARTS
from benchmarks.targets import Row, table
from benchmarks.writing import geometric_mean


@pytest.mark.parametrize(
    ("measured", "met"), [(0.81, "aim"), (0.82, "aim"), (0.83, "must"), (0.97, "must"), (0.98, "no"), (None, "–")]
)
def test_less_is_better_and_the_limit_itself_is_met(measured: float | None, met: str) -> None:
    assert Row("cost", measured, must=0.97, aim=0.82).met == met


@pytest.mark.parametrize(("measured", "met"), [(80_000.0, "aim"), (79_999.0, "must"), (20_000.0, "must"), (1.0, "no")])
def test_of_speed_more_is_better(measured: float, met: str) -> None:
    assert Row("moves", measured, must=20_000.0, aim=80_000.0, more_is_better=True).met == met


def test_a_row_is_told_with_its_unit() -> None:
    told = table([Row("makespan", 1.26, 2.5, 1.2, "%", 1, note="worst ta41js")]).splitlines()
    assert told[-1] == "| makespan | 1.3 % | 2.5 % | 1.2 % | must | worst ta41js |"


def test_twice_as_dear_and_half_as_dear_come_to_the_same() -> None:
    assert geometric_mean([2.0, 0.5]) == pytest.approx(1.0)


def test_a_part_that_is_measured_again_takes_the_place_of_the_older_and_leaves_the_others(tmp_path: Path) -> None:
    def content(measured: float) -> dict[str, object]:
        row = asdict(Row("one of its rows", measured, 3.0, 2.0))
        return {"took": 1, "settings": {"workers": 2}, "rows": [row], "runs": [], "text": ""}

    for part, measured in (("speed", 5.0), ("makespans", 1.0), ("speed", 2.5)):
        keep(tmp_path, "optimizer", PARTS, part, content(measured), page)
    kept = json.loads((tmp_path / "optimizer.json").read_text())
    assert {part: kept[part]["rows"][0]["measured"] for part in kept} == {"makespans": 1.0, "speed": 2.5}
    said = (tmp_path / "optimizer.md").read_text()
    # In the order of the table of targets, whatever was measured first.
    assert [line.split(" | ")[1] for line in said.splitlines() if "one of its rows" in line] == ["1.00", "2.50"]


def test_a_word_stands_for_all_parts_that_begin_with_it() -> None:
    every = [f"costs-{limit}-{family}" for limit in (1, 10, 60) for family in FAMILIES]
    assert parts_of("speed,costs", PARTS) == ["speed", *every]
    assert parts_of("costs-60-food,costs-1", PARTS)[:2] == ["costs-60-food", "costs-1-shop"]
    assert parts_of(",".join(PARTS), PARTS) == list(PARTS)
    assert parts_of("a", ["a", "a-60", "b"]) == ["a"], "a part of that name is meant alone"
    with pytest.raises(ValueError, match="no part 'cost'; there are costs-1-shop, "):
        parts_of("cost", PARTS)
