"""`rejig check`, `rejig compare`, `rejig why` and `rejig gantt` on plans of the tiny plant."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Rejig


def rewrite(plan: Path, to: Path, order: str, operation: str, **cells: str) -> Path:
    """The plan with other cells in one operation's row."""
    with plan.open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if (row["order"], row["operation"]) == (order, operation):
            row.update(cells)
    with to.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return to


def test_a_planned_plan_passes_the_check(tiny: Path, planned: Path, rejig: Rejig) -> None:
    said = rejig("check", tiny, planned)
    assert said.status == 0
    verdict = said.json()
    assert verdict["feasible"] is True
    assert verdict["violations"] == {}
    assert verdict["operations"] == 5
    assert "Feasible" in said.words


def test_a_plan_with_rows_of_finished_work_passes_with_a_notice(tiny: Path, planned: Path, rejig: Rejig) -> None:
    (tiny / "progress.csv").write_text(
        "order,operation,status,machine,started,finished,remaining_minutes,quantity_good\n"
        "PIN-1,10,done,lathe,2026-03-02T05:00Z,2026-03-02T05:30Z,,10\n"
    )
    said = rejig("check", tiny, planned)
    assert "plan.csv: 1 row(s) of finished operations are history" in said.words
    assert (said.status, said.json()["operations"]) == (0, 4)


def test_a_plan_with_an_operation_missing_is_not_feasible(tiny: Path, planned: Path, rejig: Rejig) -> None:
    lines = [x for x in planned.read_text().splitlines() if not x.startswith("SHAFT-2,20")]
    planned.write_text("\n".join(lines) + "\n")
    said = rejig("check", tiny, planned)
    assert said.status == 1
    verdict = said.json()
    assert verdict["feasible"] is False
    assert sum(verdict["violations"].values()) == 1
    assert "SHAFT-2" in said.words


def test_an_operation_outside_the_shift_is_not_feasible(
    tiny: Path, planned: Path, tmp_path: Path, rejig: Rejig
) -> None:
    late = rewrite(planned, tmp_path / "b.csv", "SHAFT-2", "20", start="2026-03-03T15:00Z", end="2026-03-03T15:50Z")
    assert rejig("check", tiny, late).status == 1


def test_compare_says_what_moved_and_who_is_late_now(tiny: Path, planned: Path, tmp_path: Path, rejig: Rejig) -> None:
    # SHAFT-1 is due Monday 14:00; on Tuesday 06:15 to 07:05 its turning ends 17 h 05 min after that: 1,025 minutes.
    b = rewrite(
        planned, tmp_path / "b.csv", "SHAFT-1", "20", start="2026-03-03T06:15Z", end="2026-03-03T07:05Z", setup_start=""
    )
    said = rejig("compare", tiny, planned, b)
    assert said.status == 0
    change = said.json()
    assert [(m["order"], m["operation"]) for m in change["moved"]] == [("SHAFT-1", 20)]
    assert [(c["order"], c["lateness_after"]) for c in change["newly_late"]] == [("SHAFT-1", 1025)]
    assert change["deltas"]["cost"] == 1025.0
    assert change["moved"][0]["start_after"] == "2026-03-03T06:15+00:00"
    assert "newly late: SHAFT-1, 17 h 05 min after due" in said.words


def test_a_plan_compared_with_itself_has_not_changed(tiny: Path, planned: Path, rejig: Rejig) -> None:
    change = rejig("compare", tiny, planned, planned).json()
    assert (change["moved"], change["newly_late"], change["rescued"]) == ([], [], [])
    assert set(change["deltas"].values()) <= {0}


def test_why_says_what_an_order_waits_for(tiny: Path, planned: Path, rejig: Rejig) -> None:
    said = rejig("why", tiny, planned, "PIN-1")
    assert said.status == 0
    chain = said.json()
    first = chain["waits"][0]
    assert (first["cause"], first["receipt"], first["minutes"]) == ("material", "PO-7", 1440)
    assert chain["minutes"] == sum(w["minutes"] for w in chain["waits"])
    assert "PIN-1 ends Tue 3 Mar 08:30" in said.words
    assert "waits for bar, PO-7" in said.words
    unknown = rejig("why", tiny, planned, "PIN-2")
    assert unknown.status == 2
    assert "did you mean 'PIN-1'?" in unknown.words


def test_the_gantt_page_works_offline_and_shows_every_operation(
    tiny: Path, planned: Path, tmp_path: Path, rejig: Rejig
) -> None:
    out = tmp_path / "pictures" / "plan.html"
    said = rejig("gantt", tiny, planned, "--out", out)
    assert (said.status, said.out) == (0, "")
    page = out.read_text()
    assert not re.search(r"<script[^>]+src=", page)
    # plotly writes a slash inside its data as \\u002f.
    assert all(label in page.replace("\\u002f", "/") for label in ("SHAFT-1/10", "SHAFT-2/20", "PIN-1/10"))


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="draws with Chromium, which is not installed here")
def test_the_gantt_picture_is_a_png(tiny: Path, planned: Path, tmp_path: Path, rejig: Rejig) -> None:
    assert rejig("gantt", tiny, planned, "--out", tmp_path / "plan.png").status == 0
    assert (tmp_path / "plan.png").read_bytes().startswith(b"\x89PNG")


def test_without_chromium_a_picture_is_refused_with_the_remedy(
    tiny: Path, planned: Path, tmp_path: Path, rejig: Rejig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("REJIG_CHROMIUM", raising=False)
    said = rejig("gantt", tiny, planned, "--out", tmp_path / "plan.png")
    assert said.status == 2
    assert "REJIG_CHROMIUM" in said.words
    assert not (tmp_path / "plan.png").exists()
