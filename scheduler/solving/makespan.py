"""Shops where nothing but the end of the last operation counts, and who searches them on how many threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from scheduler.planning import layout as c
from scheduler.planning.problem import Ints
from scheduler.ports import PlanRequest
from scheduler.solving.elites import Elites
from scheduler.solving.incumbent import Found, Incumbent
from scheduler.solving.parameters import DEFAULTS, TabuParameters
from scheduler.solving.tabu_search import TabuSearch


def only_makespan(found: Found, frozen: Ints) -> bool:
    """True where the cost of every better plan is its makespan alone, and machines work through without changeovers.

    frozen : blocks that may not move.
    """
    p, best = found.builder.problem, found.timing
    tardiness, _, makespan, flow = p.objective_weights.tolist()
    end = int(best.times[:, c.PLACED_END].max(initial=0))
    punctual = tardiness == 0 or int(p.orders[:, c.DUE].min(initial=c.FAR)) >= end
    planned = bool(p.move_prices.any())
    windows = p.machines[:, c.WIN1] - p.machines[:, c.WIN0]
    return (
        makespan > 0
        and flow == 0
        and punctual
        and not planned
        and not len(frozen)
        and not len(p.pins)
        and not len(p.pool_needs)
        and not len(p.supply.demands)
        and not p.ops[:, c.FIXED].any()
        and bool((p.ops[:, c.MAX_WAIT] == c.NONE).all())
        and not p.changeovers.any()
        and not p.modes[:, c.SETUP].any()
        and bool((windows == 1).all())
        and int(p.windows[p.machines[:, c.WIN0], c.END].min()) >= end
    )


def search_makespan(
    incumbent: Incumbent, request: PlanRequest, workers: int, prove: Callable[[], object] | None = None,
    parameters: TabuParameters = DEFAULTS.tabu,
) -> bool:  # fmt: skip
    """Tabu search on so many threads until the limit, a stop, or a proof. False where it has failed in every thread.

    Threads share their elites, but not by budget: then each must repeat exactly, whatever the others do meanwhile.
    prove : what the last of several threads does after a while in a tiny shop.
    """
    found = incumbent.best
    assert found is not None
    shared = Elites(parameters.elites)
    budget = None if request.budget is None else max(1, request.budget * 9 // 10 // workers)  # dispatches took a tenth
    tiny = budget is None and workers > 1 and found.builder.problem.operations <= parameters.proven_operations

    def work(number: int) -> bool:
        with incumbent.share_of("tabu search"):
            search_in(number)
            return True
        return False

    def search_in(number: int) -> None:
        elites = shared if budget is None else Elites(parameters.elites)
        search = TabuSearch(
            incumbent, request.seed * 64 + number, elites, first=number == 0, rank=1 + number, parameters=parameters
        )
        if not tiny or prove is None or number < workers - 1:
            search.run(found.builder, found.timing, budget=budget)
            return
        search.run(found.builder, found.timing, until=parameters.searched_first * incumbent.deadline.seconds)
        if not incumbent.stop():
            prove()

    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="search") as pool:
        return any(job.result() for job in [pool.submit(work, number) for number in range(workers)])
