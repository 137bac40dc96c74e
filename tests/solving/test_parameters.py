"""The searches' numbers: refused outside their limits, and changed for one search without touching any other."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from scheduler.errors import BadInput
from scheduler.planning.kernels.moves import KINDS
from scheduler.planning.kernels.seeding import seed_kernels
from scheduler.ports import PlanRequest
from scheduler.solving import planner, portfolio
from scheduler.solving.first_plan import first_plan
from scheduler.solving.parameters import (
    DEFAULTS,
    AnnealingParameters,
    FewMovesParameters,
    Mix,
    Parameters,
    Part,
    PortfolioParameters,
    SearchParameters,
    TabuParameters,
)
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.sequences import Sequences
from tests.solving.sequences import assembly_plant

EACH = [*(getattr(DEFAULTS, f.name) for f in fields(DEFAULTS)), Mix(), Part()]
WHOLE = {"free_mix", "chained_mix", "begins", "parts", "small_parts"}  # not numbers, or they look after themselves


@pytest.mark.parametrize("one", EACH, ids=lambda one: type(one).__name__)
def test_every_number_has_limits_and_is_refused_below_them(one: Parameters) -> None:
    for each in fields(one):
        if each.name in WHOLE:
            continue
        least = each.metadata["least"]
        low: Any = least - 1
        given = (low, *getattr(one, each.name)[1:]) if isinstance(getattr(one, each.name), tuple) else low
        with pytest.raises(BadInput, match=rf"{type(one).__name__}\.{each.name}: found .*, expected .*{least:g}"):
            replace(one, **{each.name: given})


def test_a_share_is_refused_above_one_and_a_range_that_falls() -> None:
    assert PortfolioParameters(anneal_share=1.0).anneal_share == 1.0
    with pytest.raises(BadInput, match=r"anneal_share: found 1.01, expected 0 to 1"):
        PortfolioParameters(anneal_share=1.01)
    with pytest.raises(BadInput, match="ascending"):
        TabuParameters(tenures=(8, 2))


def test_shares_of_moves_are_together_no_more_than_all() -> None:
    assert Mix(shift=0.5, rush=0.25, swap=0.25).row()[6] == 1.0
    with pytest.raises(BadInput, match="1 at most"):
        Mix(shift=0.5, rush=0.25, swap=0.26)


def test_a_calm_search_shares_all_of_its_time() -> None:
    for parts in (FewMovesParameters().parts, FewMovesParameters().small_parts):
        assert sum(part.share for part in parts) == pytest.approx(1.0)


def kept(numbers: AnnealingParameters) -> int:
    start = first_plan(assembly_plant(random.Random(2)))
    walk = Sequences(start.builder, start.first, np.empty(0, np.int64), parameters=numbers)
    counts = np.zeros((KINDS, 2), np.int64)
    seed_kernels(1)
    walk.anneal(1000, 100.0, numbers.free_mix.row(), counts)
    return int(counts[:, 1].sum())


def test_a_move_that_may_shake_one_block_only_is_seldom_kept() -> None:
    assert kept(AnnealingParameters(most_touched=1)) < kept(AnnealingParameters()) / 2


def test_a_planner_searches_by_its_own_numbers_and_leaves_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[SearchParameters] = []
    monkeypatch.setattr(planner, "improve", lambda *asked: given.append(asked[-1]))
    numbers = SearchParameters(annealing=replace(DEFAULTS.annealing, most_touched=1))
    for one in (RejigPlanner(numbers), RejigPlanner()):
        one.plan(assembly_plant(random.Random(4)), PlanRequest(budget=600, workers=1, solver="search"))
    assert given == [numbers, DEFAULTS]


@pytest.mark.parametrize(
    ("budget", "wish", "dispatched"), [(100, None, 10), (5, None, 1), (100, 3, 3), (2, 3, 2), (9, 0, 1)]
)
def test_a_tenth_of_a_budget_is_dispatched_or_as_many_as_are_wished_for(
    budget: int, wish: int | None, dispatched: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []
    whole = portfolio.search_dispatches
    monkeypatch.setattr(
        portfolio, "search_dispatches", lambda *a, **more: tries.append(more["tries"]) or whole(*a, **more)
    )
    RejigPlanner().plan(
        assembly_plant(random.Random(1)), PlanRequest(budget=budget, workers=1, solver="search", dispatches=wish)
    )
    assert tries == [dispatched]
