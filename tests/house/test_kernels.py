"""Kernels are short, take few arguments, and each of them in its place."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import numpy as np
import pytest

from scheduler.planning.kernels.arrays import capacity_of, costs_of, shop_of, stock_of
from scheduler.solving.first_plan import first_plan
from scheduler.solving.sequences import Sequences
from tests.house.files import ROOT, name_of, own_files
from tests.house.kernel_calls import Known, faults, is_kernel
from tests.solving.sequences import assembly_plant

MOST_PARAMETERS = 20
LONGEST_FUNCTION = 120
KERNELS = "scheduler/planning/kernels"


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").replace("/", ".")


def known() -> Known:
    found = Known()
    for path in own_files(f"{KERNELS}/*.py"):
        found.read(module_of(path), path.read_text())
    return found


def test_no_kernel_takes_more_than_twenty_parameters() -> None:
    wide = [
        f"{name_of(path)}: {node.name} takes {len(node.args.args)}"
        for path in own_files(f"{KERNELS}/*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and is_kernel(node) and len(node.args.args) > MOST_PARAMETERS
    ]
    assert wide == []


def test_no_function_is_longer_than_120_lines() -> None:
    long = [
        f"{name_of(path)}: {node.name} has {length}"
        for path in own_files("scheduler/*.py", "api/*.py", "ui/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long == []


def test_every_array_is_handed_over_under_its_own_name() -> None:
    there = known()
    assert sum(map(len, there.kernels.values())) > 100
    assert len(there.groups) > 10
    wrong = [
        f"{name_of(path)} {fault}"
        for path in own_files("scheduler/planning/*.py", "scheduler/replanning/*.py", "scheduler/solving/*.py")
        for fault in faults(module_of(path), path.read_text(), there)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("file", "right", "swapped"),
    [
        ("planning/kernels/sequence_anneal.py", "queue_moved(op, moves,", "queue_moved(moves, op,"),
        ("planning/kernels/moves.py", "take_out(op, machine, place, seq,", "take_out(op, place, machine, seq,"),
        ("planning/kernels/moves.py", "machine, walk.place", "machine, walk.length"),
        ("planning/kernels/retime.py", "walk.start, walk.end,", "walk.end, walk.start,"),
        ("planning/kernels/arrays.py", "ops=p.ops, modes=p.modes", "ops=p.modes, modes=p.ops"),
        ("planning/kernels/arrays.py", "receipts=s.receipts, ", "receipts=s.demands, "),
        ("planning/builder.py", "pinned, choice, bounds, gaps", "pinned, gaps, choice, bounds"),
        ("solving/sequences.py", "start=self.start, end=self.end", "start=self.end, end=self.start"),
    ],
)
def test_two_that_change_places_are_seen(file: str, right: str, swapped: str) -> None:
    path, there = ROOT / "scheduler" / file, known()
    source = path.read_text()
    assert right in source
    assert list(faults(module_of(path), source, there)) == []
    assert list(faults(module_of(path), source.replace(right, swapped, 1), there))


def test_a_group_holds_what_its_members_are_called() -> None:
    start = first_plan(assembly_plant(random.Random(3), waits=True, pools=True))
    p, walk = start.problem, Sequences(start.builder, start.first, np.empty(0, np.int64))
    counts = {"pools": p.pool_count, "consumers": capacity_of(p).consumers, "materials": len(p.supply.materials)}
    named = {"stride": p.families + 2, **counts}
    for group, source, also in (
        (shop_of(p), p, {}),
        (stock_of(p.supply), p.supply, {}),
        (capacity_of(p), p, {"steps": p.pool_steps, "free": p.pool_free}),
        (costs_of(p), p, {"objective": p.objective_weights, "prices": p.move_prices}),
        (walk.walk, walk, {}),
        (
            walk.allocation,
            walk,
            {"demands": p.supply.demands, "quantity": p.supply.demand_quantity, "output": p.supply.output},
        ),
    ):
        for name, member in group._asdict().items():
            whose = also.get(name, named.get(name))
            assert member is (getattr(source, name) if whose is None else whose) or member == whose, name
