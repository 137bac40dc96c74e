"""Compiled code is that of the sources as they are now, reads within its arrays, and does what Python would do."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from numba.core import config

from scheduler.planning import kernels
from scheduler.planning import layout as c
from scheduler.planning.builder import Builder, DispatchParameters, Timing
from scheduler.planning.kernels import cache_folder, sources_digest
from scheduler.replanning.repair import repair
from scheduler.solving.annealing import Annealer
from scheduler.solving.deadline import Deadline
from scheduler.solving.elites import Elites
from scheduler.solving.first_plan import first_plan
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.tabu_search import TabuSearch
from tests.planning.random_plants import random_choice, random_order, random_plant, with_disturbance
from tests.solving.shops import makespan_shop

CHECKOUT = Path(__file__).resolve().parents[2]
SEEDS = (1, 5, 8, 72, 93, 358)


def test_machine_code_is_kept_for_exactly_these_sources() -> None:
    from scheduler.planning.kernels import jit

    assert jit.kernel is not None
    assert vars(config)["CACHE_DIR"] == str(cache_folder())
    assert cache_folder().name == sources_digest()


def test_a_change_in_one_kernel_or_in_the_layout_compiles_all_anew(tmp_path: Path) -> None:
    planning = Path(kernels.__file__).parents[1]
    shutil.copytree(planning / "kernels", tmp_path / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(planning / "layout.py", tmp_path)
    same = sources_digest(tmp_path / "kernels")
    assert same == sources_digest()
    with (tmp_path / "kernels" / "clock.py").open("a") as file:
        file.write("# another thought\n")
    changed = sources_digest(tmp_path / "kernels")
    assert changed != same
    with (tmp_path / "layout.py").open("a") as file:
        file.write("# another column\n")
    assert sources_digest(tmp_path / "kernels") != changed


def plans_of(seeds: tuple[int, ...]) -> list[list[object]]:
    """Status, cost and starts of plans made in every way that draws no random numbers; and a search, for its reads."""
    found: list[list[object]] = []

    def tell(timing: Timing) -> None:
        found.append(
            [timing.status, str(timing.cost), timing.times[:, c.PLACED_START].tolist() if timing.status == 0 else []]
        )

    for seed in seeds:
        rng = random.Random(seed)
        state = random_plant(rng, orders=3)
        start = first_plan(state)
        tell(start.first)
        p, builder = start.problem, start.builder
        if not p.operations:
            continue
        for gaps in (False, True):
            tell(builder.build(random_order(rng, p), random_choice(rng, p), gaps))
            tell(builder.dispatch(DispatchParameters(setup_dread=0.3, patience=0.5, waiting=30.0, gaps=gaps)))
        planned = replace(state, plan=builder.operations(start.first))
        again = first_plan(with_disturbance(rng, planned))
        repaired = repair(again.builder, again.frozen)
        if repaired is not None:
            tell(repaired[1])
        searched: Builder = builder.repegged(start.first)
        Annealer(Incumbent(Deadline()), seed, start.frozen.blocks).run(searched, start.first, seconds=None, budget=60)
        shop = first_plan(makespan_shop(rng, jobs=4))
        mixing = TabuSearch(Incumbent(Deadline()), seed, Elites(2))
        mixing.run(shop.builder, shop.first, budget=60)
    return found


def test_compiled_and_interpreted_kernels_make_the_same_plans() -> None:
    """Interpreted, numpy checks every index; tables of the grid are made small by few orders."""
    asked = f"import json; from tests.planning.test_compiled import plans_of; print(json.dumps(plans_of({SEEDS})))"
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=CHECKOUT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == plans_of(SEEDS)
