"""Pins on the command line: planned, named where they cannot be kept, judged, and replayed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Rejig

PINS = "order,operation,machine,start,not_before,not_after,by,reason\n"


def test_a_plan_keeps_pins_and_says_in_words_which_it_cannot_keep(tiny: Path, tmp_path: Path, rejig: Rejig) -> None:
    (tiny / "pins.csv").write_text(
        f"{PINS}SHAFT-1,20,,2026-03-02T09:00Z,,,anna,\nSHAFT-2,20,saw,,,,,\n", encoding="utf-8"
    )
    out = tmp_path / "out"
    said = rejig("plan", tiny, "--out", out, "--budget", 50, "--workers", 1)
    assert said.status == 0
    assert "1 pin(s) cannot be kept:" in said.words
    assert "SHAFT-2/20: pinned to 'saw'; planned on 'lathe'" in said.words
    assert [b["operation"] for b in said.json()["broken_pins"]] == [20]
    assert "SHAFT-1,20,lathe,2026-03-02T09:00+00:00" in (out / "plan.csv").read_text()
    named = json.loads((out / "plan.json").read_text())
    assert [(b["order"], b["operation"]) for b in named["broken_pins"]] == [("SHAFT-2", 20)]
    judged = rejig("check", tiny, out / "plan.csv")
    assert (judged.status, judged.json()["feasible"]) == (0, True)
    assert "'saw' cannot do it" in judged.words
    (out / "plan.json").write_text(json.dumps({**named, "broken_pins": []}))
    refused = rejig("check", tiny, out / "plan.csv")
    assert (refused.status, refused.json()["violations"]) == (1, {"9 pin": 1})


def test_a_plan_json_that_is_none_is_told(tiny: Path, planned: Path, rejig: Rejig) -> None:
    planned.with_suffix(".json").write_text('{"broken_pins": [{"order": "SHAFT-1"}]}')
    said = rejig("check", tiny, planned)
    assert said.status == 2
    assert "'broken_pins' lists order, operation and reason" in said.words


def test_a_replay_puts_work_where_it_is_pinned_and_lets_it_go(tiny: Path, rejig: Rejig) -> None:
    head = {"specversion": "1.0", "source": "/board", "time": "2026-03-02T06:00Z"}
    pin = {"order": "SHAFT-2", "operation": 20, "start": "2026-03-04T09:00Z"}
    events = [
        {**head, "id": "p", "type": "operation.pinned", "data": pin},
        {**head, "id": "u", "type": "operation.unpinned", "data": {"order": "SHAFT-2", "operation": 20}},
    ]
    (tiny / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
    said = rejig("replay", tiny, "--time-limit", 0.3, "--workers", 1, "--json")
    assert said.status == 0
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["type"] for line in lines if line.get("type")] == ["operation.pinned", "operation.unpinned"]
