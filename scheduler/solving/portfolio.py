"""Which engine works on which plant, on how many threads, with one incumbent between them."""

from __future__ import annotations

import itertools
import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from scheduler.planning.builder import Builder, Timing
from scheduler.ports import PlanRequest
from scheduler.replanning.frozen import FrozenWork
from scheduler.solving.annealing import Annealer
from scheduler.solving.dispatch_search import search_dispatches
from scheduler.solving.incumbent import Found, Incumbent
from scheduler.solving.makespan import only_makespan, search_makespan
from scheduler.solving.parameters import DEFAULTS, SearchParameters
from scheduler.solving.tabu_search import dispatches_itself


def improve(
    builder: Builder,
    frozen: FrozenWork,
    incumbent: Incumbent,
    request: PlanRequest,
    parameters: SearchParameters = DEFAULTS,
) -> None:
    """Better plans into the incumbent until the limit, a stop, or a proof. What an engine raises costs its share only
    (`Incumbent.share_of`)."""
    gaps = bool((np.diff(builder.problem.block_ptr) > 1).any())
    workers = request.workers or os.cpu_count() or 1
    shop = request.solver != "cpsat" and incumbent.best is not None and only_makespan(incumbent.best, frozen.blocks)
    if request.solver != "cpsat" and not (shop and dispatches_itself(builder.problem, parameters.tabu)):
        with incumbent.share_of("dispatch"):
            _dispatch(builder, frozen, incumbent, request, gaps, workers, parameters)
    if incumbent.stop():
        return
    if shop:
        prove = (lambda: _cpsat(incumbent, frozen, request, 1, parameters)) if request.solver == "auto" else None
        if search_makespan(incumbent, request, workers, prove, parameters.tabu) or incumbent.stop():
            return
    if request.solver == "cpsat":
        _cpsat(incumbent, frozen, request, workers, parameters)
        return
    best = incumbent.best
    assert best is not None
    proving = False
    with incumbent.share_of("cp-sat"):
        proving = provable(best, frozen, request, parameters)
    if proving:
        _prove(frozen, incumbent, best, request, workers, parameters)
        return
    if best.builder.problem.operations >= parameters.portfolio.restart_below:
        if request.budget is not None:
            request = replace(request, budget=max(1, request.budget - _dispatches(request, parameters)))
        anneal_together(frozen, incumbent, best, request, parameters=parameters)
        return
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="search") as pool:
        _await(
            incumbent, "annealing",
            [pool.submit(_anneal, frozen, incumbent, best, request, parameters, i, workers) for i in range(workers)],
        )  # fmt: skip


def provable(found: Found, frozen: FrozenWork, request: PlanRequest, parameters: SearchParameters = DEFAULTS) -> bool:
    """True where CP-SAT may be asked, likely proves within half a minute, and finds what annealing would not."""
    if request.solver != "auto" or request.budget is not None:
        return False
    if found.builder.problem.operations > parameters.portfolio.proof_operations:
        return False
    from scheduler.solving.cpsat_engine import worth_proving

    return worth_proving(found.builder, frozen, found.timing, parameters.cpsat)


def _cpsat(
    incumbent: Incumbent, frozen: FrozenWork, request: PlanRequest, workers: int, parameters: SearchParameters,
    seconds: float = float("inf"),
) -> bool:  # fmt: skip
    # OR-tools brings 80 MB and up to a second of loading, which only those plants pay that it works on
    with incumbent.share_of("cp-sat"):
        from scheduler.solving.cpsat_engine import run_cpsat

        return run_cpsat(incumbent, frozen, request.seed, workers, seconds, parameters.cpsat)
    return False


def _prove(
    frozen: FrozenWork, incumbent: Incumbent, found: Found, request: PlanRequest, workers: int,
    parameters: SearchParameters,
) -> None:  # fmt: skip
    """Small plants: annealing for a moment, then CP-SAT on the best of it, which improves and proves.

    What it has not proven after `proof_seconds` it hardly will, nor does it leave far what it began with: from then on
    the same again from elsewhere, for as long as there is time (docs/decisions/0006).
    """
    numbers = parameters.portfolio
    annealed = numbers.anneal_share * incumbent.deadline.left()
    if _anneal_and_solve(frozen, incumbent, found, request, parameters, workers, annealed, numbers.proof_seconds, 1):
        return
    for turn in itertools.count(1):
        left = incumbent.deadline.left()
        if incumbent.stop() or left <= 0 or incumbent.failures.many("cp-sat"):
            return
        again = incumbent.part(min(left, annealed + numbers.turn_seconds))
        start = _elsewhere(found, frozen, incumbent, request.seed * 64 + 1000 * turn, annealed, parameters)
        again.offer(start.builder, start.timing, start.engine)
        asked = replace(request, seed=request.seed + turn)
        _anneal_and_solve(
            frozen, again, start, asked, parameters, workers, annealed, numbers.turn_seconds, numbers.crowd
        )
        if again.best is not None:
            incumbent.offer(again.best.builder, again.best.timing, again.best.engine)
        if again.lower_bound is not None:
            incumbent.bound(again.lower_bound)


def _anneal_and_solve(
    frozen: FrozenWork, incumbent: Incumbent, found: Found, request: PlanRequest, parameters: SearchParameters,
    workers: int, annealed: float, solved: float, crowd: int,
) -> bool:  # fmt: skip
    """Annealing in every thread for so many seconds, then CP-SAT for so many, with `crowd` workers on each thread; True
    where that has come to an end by itself."""
    until = incumbent.deadline.elapsed() + annealed
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="search") as pool:
        _await(
            incumbent, "annealing",
            [
                pool.submit(_anneal, frozen, incumbent, found, request, parameters, i, workers, until)
                for i in range(workers)
            ],
        )  # fmt: skip
    return not incumbent.stop() and _cpsat(incumbent, frozen, request, workers * crowd, parameters, solved)


def _dispatch(
    builder: Builder, frozen: FrozenWork, incumbent: Incumbent, request: PlanRequest, gaps: bool, threads: int,
    parameters: SearchParameters,
) -> None:  # fmt: skip
    """By budget in one thread, whose plans are the same each time; else in all of them."""
    search = partial(
        search_dispatches, builder, incumbent, seed=request.seed, first=frozen.first, choice=frozen.choice, gaps=gaps,
        parameters=parameters.dispatching,
    )  # fmt: skip
    if request.budget is not None:
        search(tries=_dispatches(request, parameters), seconds=float("inf"))
        return
    limit, numbers = request.time_limit_seconds, parameters.portfolio
    timed = partial(
        search, tries=numbers.most_dispatches, seconds=limit * numbers.dispatch_share,
        enough=numbers.enough_dispatches, longest=limit * numbers.longest_share,
    )  # fmt: skip
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="dispatch") as pool:
        _await(
            incumbent, "dispatch",
            [pool.submit(timed, seed=request.seed * 64 + i, share=(i, threads)) for i in range(threads)],
        )  # fmt: skip


def _await(incumbent: Incumbent, engine: str, jobs: list[Future[Any]]) -> None:
    """What one thread raises costs no other."""
    for job in jobs:
        with incumbent.share_of(engine):
            job.result()


def _dispatches(request: PlanRequest, parameters: SearchParameters) -> int:
    """How many plans of a budget are dispatched; the rest are moves."""
    budget = request.budget or 1
    wanted = budget // 10 if request.dispatches is None else min(request.dispatches, budget)
    return min(parameters.portfolio.most_dispatches, max(1, wanted))


def anneal_together(
    frozen: FrozenWork, incumbent: Incumbent, found: Found, request: PlanRequest, heat: float = 1.0,
    home: float | None = None, parameters: SearchParameters = DEFAULTS,
) -> None:  # fmt: skip
    """One anneal by all threads, over all the time that is left or all the moves that are asked for.

    heat : times the first temperature that finds a good plan from a poor one; the less, the more of `found` it keeps.
    home : share of the moves that go back to the plan in force, where moves have a price; None: as usual.
    """
    left = min(request.time_limit_seconds, incumbent.deadline.left())
    with incumbent.share_of("annealing"):
        threads = request.workers or os.cpu_count() or 1
        annealer = Annealer(incumbent, request.seed * 64, frozen.blocks, 1, threads, parameters.annealing)
        annealer.run(*_repegged(found), seconds=left, budget=request.budget, heat=heat, home=home)


def _anneal(
    frozen: FrozenWork, incumbent: Incumbent, found: Found, request: PlanRequest, parameters: SearchParameters,
    number: int, searchers: int, until: float = float("inf"),
) -> None:  # fmt: skip
    """Short anneals: one hot, then in turns one from elsewhere and one, gentle or hot, from the best plan, re-pegged.

    By budget only once from `found`, whatever other threads find meanwhile: it must repeat exactly.
    until : seconds of the incumbent's clock.
    """
    numbers = parameters.portfolio
    annealer = Annealer(
        incumbent, request.seed * 64 + number, frozen.blocks, 1 + number, parameters=parameters.annealing
    )  # fmt: skip
    if request.budget is not None:
        budget = max(1, (request.budget - _dispatches(request, parameters)) // searchers)
        with incumbent.share_of("annealing"):
            annealer.run(*_repegged(found), seconds=None, budget=budget)
        return
    shortest, longest = numbers.restart_seconds
    turn_seconds = max(shortest, numbers.restart_share * request.time_limit_seconds)  # the first is the longest
    rng = np.random.default_rng(request.seed * 64 + number)
    for turn in itertools.count():
        left = min(until - incumbent.deadline.elapsed(), incumbent.deadline.left())
        if incumbent.stop() or left <= 0 or incumbent.failures.many("annealing"):
            return
        found, excess = incumbent.best or found, None
        if turn:
            turn_seconds = min(turn_seconds, longest)
        before = annealer.trials
        with incumbent.share_of("annealing"):
            if turn % 2 and incumbent.deadline.elapsed() < numbers.elsewhere_until * incumbent.deadline.seconds:
                seed = request.seed * 64 + number + 1000 * turn
                found = _elsewhere(found, frozen, incumbent, seed, turn_seconds, parameters)
            elif turn:
                excess = float(np.exp(rng.uniform(*np.log(numbers.reheat))))
            annealer.run(*_repegged(found), seconds=min(left, turn_seconds), budget=None, excess=excess)
        if annealer.trials == before:
            return


def _elsewhere(
    found: Found, frozen: FrozenWork, incumbent: Incumbent, seed: int, anneal_seconds: float,
    parameters: SearchParameters,
) -> Found:  # fmt: skip
    """Another start by dispatching rules, as far from the best plan as it may be, for an anneal of so many seconds."""
    start, numbers = incumbent.part(float("inf")), parameters.portfolio
    gaps = bool((np.diff(found.builder.problem.block_ptr) > 1).any())
    builder = found.builder.with_pegs(found.builder.first_pegs())
    with incumbent.share_of("dispatch"):
        search_dispatches(
            builder, start, seed=seed, tries=numbers.most_dispatches,
            seconds=anneal_seconds * numbers.dispatch_share, first=frozen.first, choice=frozen.choice, gaps=gaps,
            parameters=parameters.dispatching,
        )  # fmt: skip
    return start.best or found


def _repegged(found: Found) -> tuple[Builder, Timing]:
    """The plan with pegs by its own times, which it keeps and which may leave it more room."""
    return found.builder.repegged(found.timing), found.timing
