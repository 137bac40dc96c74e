"""The command line ends in words and with a documented status, whatever it is given."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scheduler.cli import BAD_INPUT, OUR_FAULT, app
from scheduler.ingest import write_scenario
from tests.builders import tiny_plant
from tests.odd.measured import ROOT

PLAN = "order,operation,machine,start,end\nSHAFT-1,10,saw,2026-03-02T06:00,2026-03-02T06:20\n"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    write_scenario(tiny_plant(), tmp_path / "tiny")
    (tmp_path / "plan.csv").write_text(PLAN)
    return tmp_path / "tiny"


def said(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(a) for a in arguments], prog_name="rejig")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr


Spoil = Callable[[Path], object]
SPOILT: dict[str, Spoil] = {
    "a plan of nothing": lambda t: (t.parent / "plan.csv").write_bytes(b""),
    "a plan of bytes": lambda t: (t.parent / "plan.csv").write_bytes(bytes(range(256)) * 50),
    "a plan that is a folder": lambda t: ((t.parent / "plan.csv").unlink(), (t.parent / "plan.csv").mkdir()),
    "a plan without end": lambda t: ((t.parent / "plan.csv").unlink(), (t.parent / "plan.csv").symlink_to("/dev/zero")),
    "a plan of the year 1": lambda t: (t.parent / "plan.csv").write_text(PLAN.replace("2026", "0001")),
    "a plan.json of digits": lambda t: (t.parent / "plan.json").write_text('{"unplanned": ' + "9" * 5_000 + "}"),
    "a plan.json nested deep": lambda t: (t.parent / "plan.json").write_text("[" * 100_000),
    "a plan.json of odd rows": lambda t: (t.parent / "plan.json").write_text(
        '{"unplanned": [{"order": "A", "operation": []}]}'
    ),
    "a plan.json of bytes": lambda t: (t.parent / "plan.json").write_bytes(b"\xff\xfe\x00"),
    "orders of bytes": lambda t: (t / "orders.csv").write_bytes(bytes(range(256)) * 50),
    "orders with a quotation mark": lambda t: (t / "orders.csv").write_text('order,material\n"a,b\n'),
    "a huge cell": lambda t: (t / "orders.csv").write_text(
        "order,material,quantity,due\n" + "x" * 200_000 + ",a,1,2026-03-02\n"
    ),
    "a toml nested deep": lambda t: (t / "plant.toml").write_text("x = " + "[" * 20_000),
    "a scenario without files": lambda t: [p.unlink() for p in t.iterdir()],
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("command", ["check", "compare", "gantt"])
def test_spoilt_files_are_bad_input(tiny: Path, how: str, command: str) -> None:
    SPOILT[how](tiny)
    plan = tiny.parent / "plan.csv"
    more = {"check": (), "compare": (plan,), "gantt": ("--out", tiny.parent / "out.html")}[command]
    status, words = said(command, tiny, plan, *more)
    told_by_json = "plan.json" in how and command != "check"
    assert status == (0 if told_by_json else BAD_INPUT), words
    assert words or told_by_json
    assert len(words) < 20_000


@pytest.mark.parametrize(
    "arguments",
    [
        ("--time-limit", "nan"),
        ("--time-limit", "inf"),
        ("--seed", "9" * 40),
        ("--workers", "100000"),
        ("--budget", "9" * 40),
        ("--max-moves", "9" * 40),
        ("--time-fence", "9" * 40),
        ("--previous", "/dev/null/plan.csv"),
        ("--out", "/dev/null/out"),
    ],
)
def test_odd_options_are_bad_input(tiny: Path, arguments: tuple[str, str]) -> None:
    given = {"--budget": "20", "--workers": "1", "--out": str(tiny.parent / "out")} | dict([arguments])
    status, words = said("plan", tiny, *(word for pair in given.items() for word in pair))
    assert (status, bool(words)) == (BAD_INPUT, True)


def test_a_fault_of_ours_is_said_in_a_line_and_its_traceback_kept(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("scheduler.ingest.read_scenario", lambda _: 1 / 0)
    status, words = said("check", tiny, tiny.parent / "plan.csv")
    assert status == OUR_FAULT
    assert "This is a fault of Rejig's: ZeroDivisionError: division by zero" in words
    (kept,) = tmp_path.glob("rejig-fault-*.txt")
    assert "in <lambda>" in kept.read_text()
    assert "Traceback" not in words


def test_a_terminal_that_cannot_show_a_name_ends_nothing(tiny: Path) -> None:
    orders = (tiny / "orders.csv").read_text().replace("SHAFT-1", "Wéllé-日")
    (tiny / "orders.csv").write_text(orders + "é,shaft\n")
    done = subprocess.run(
        [sys.executable, "-m", "scheduler.cli", "check", str(tiny), str(tiny.parent / "plan.csv")],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == BAD_INPUT
    assert b"Traceback" not in done.stderr
