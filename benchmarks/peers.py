"""Rejig beside its peers, on the same plants in one run: `python -m benchmarks.optimizer --only peers`.

Plain ATC is the slow list scheduler beside the referee, without a time limit. Raw CP-SAT and PyJobShop are told in
`benchmarks/peer_models.py`. They and Rejig have the same seconds and workers, each in a process of its own.
"""

from __future__ import annotations

import json
import signal
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import runs
from benchmarks import surroundings as beside
from benchmarks.writing import geometric_mean, markdown, number

GRACE_SECONDS = 20.0
"""For reading, importing and a solver that overruns; then a peer is ended by force."""
PLAIN_SECONDS = 900.0
CLASSIC = ("mk05", "mk10", "la21_rdata", "dpp07a", "behnke30", "ta21js", "ta41js", "dct-long-100-10000-1")
NAMES = {"cpsat": "raw CP-SAT", "pyjobshop": "PyJobShop"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one planner reached, and the seconds of its whole process.

    cost None: no plan that counts; `word` stands in the table (no plan, refused, failed), `fault` says why.
    """

    cost: float | None
    seconds: float
    word: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One plant, by planner; known : par of a generated plant, best makespan published of a classic one."""

    plant: str
    family: str
    operations: int
    limit: float
    known: float | None
    answers: dict[str, Answer]


def ask_peer(peer: str, folder: Path, limit: float, workers: int) -> Answer:
    """One peer's plan of a scenario folder, timed by our schedule builder and judged by the referee."""
    none = f"no plan in {limit:g} s"
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "plan"
        ended = runs.run(["benchmarks.peer_models", peer, folder, out, limit, workers], limit + GRACE_SECONDS)
        if ended.status == -signal.SIGKILL:
            return Answer(None, ended.seconds, none, f"no answer {GRACE_SECONDS:g} s after its time")
        if ended.status or not (out / "fault.json").exists():
            return Answer(None, ended.seconds, "failed", ended.last_words or f"status {ended.status}")
        fault = json.loads((out / "fault.json").read_text())
        if fault:
            return Answer(None, ended.seconds, none, fault)
        verdict = beside.judged(folder, out / "plan.csv")
    if not verdict.feasible:
        return Answer(None, ended.seconds, "refused", ", ".join(verdict.violations))
    return Answer(verdict.cost, ended.seconds)


def compare(
    name: str, family: str, folder: Path, known: float | None, limit: float, workers: int, tick: Callable[[str], None]
) -> Compared:
    """Everybody on one plant."""
    tick(f"{name}: ATC")
    cost, seconds, fault = beside.plain_cost(folder, PLAIN_SECONDS)
    answers = {"ATC": Answer(cost, seconds, "no plan" if fault else "", fault)}
    for peer, said in NAMES.items():
        tick(f"{name}: {said}")
        answers[said] = ask_peer(peer, folder, limit, workers)
    tick(f"{name}: Rejig")
    ours = runs.plan(name, folder, limit, workers)
    answers["Rejig"] = Answer(
        None if ours.fault else ours.cost, ours.seconds, "failed" if ours.fault else "", ours.fault
    )
    return Compared(name, family, ours.operations, limit, known, answers)


def table(compared: Sequence[Compared]) -> str:
    """Costs (makespans of classic instances) side by side, then what each family comes to."""
    planners = ("ATC", *NAMES.values(), "Rejig")

    def cell(c: Compared, planner: str) -> str:
        answer = c.answers[planner]
        return number(answer.cost) if answer.cost is not None else answer.word

    rows: list[list[Any]] = [
        [c.plant, number(c.operations), number(c.known), *(cell(c, planner) for planner in planners)] for c in compared
    ]
    text = markdown(["plant", "operations", "par or best known", *planners], rows)
    text += (
        "\nOver the cost of Rejig, geometric mean of the plants where that planner found a plan (how many of all):\n\n"
    )
    families = list(dict.fromkeys(c.family for c in compared))
    return text + markdown(
        ["family", *planners[:-1]],
        [[f, *(_over_ours(compared, f, planner) for planner in planners[:-1])] for f in families],
    )


def _over_ours(compared: Sequence[Compared], family: str, planner: str) -> str:
    pairs = [(c.answers[planner].cost, c.answers["Rejig"].cost) for c in compared if c.family == family]
    ratios = [theirs / ours for theirs, ours in pairs if theirs is not None and ours]
    mean = number(geometric_mean(ratios), 2) if ratios else "–"
    return f"{mean} ({len(ratios)} of {len(pairs)})"


def remarks(compared: Sequence[Compared]) -> str:
    """Why there is no plan where there is none."""
    lines = [
        f"* {c.plant}, {planner}: {a.word} ({a.fault}); {a.seconds:.0f} s\n"
        for c in compared
        for planner, a in c.answers.items()
        if a.cost is None
    ]
    return ("\nWhere there is none, with the seconds of the whole process:\n\n" + "".join(lines)) if lines else ""
