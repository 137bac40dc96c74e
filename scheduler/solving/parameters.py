"""The numbers of the searches: each with its default, its limits, and why it is what it is.

Frozen; one is changed by `dataclasses.replace`, and given to `RejigPlanner(SearchParameters(...))` or to one search. A
value outside its limits is refused where it is made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np

from scheduler.errors import BadInput
from scheduler.planning.kernels.arrays import MoveParameters
from scheduler.planning.problem import Floats


def within(default: Any, least: float, most: float = math.inf) -> Any:
    """A field that lies between two limits, both included; of a tuple each number, and they ascend."""
    return field(default=default, metadata={"least": least, "most": most})


def share(default: Any) -> Any:
    """A field, or a tuple, from 0 to 1."""
    return within(default, 0.0, 1.0)


@dataclass(frozen=True)
class Parameters:
    """What holds for all of them: BadInput where a value lies outside its limits."""

    def __post_init__(self) -> None:
        for each in fields(self):
            if "least" not in each.metadata:
                continue
            value, least, most = getattr(self, each.name), each.metadata["least"], each.metadata["most"]
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(least <= number <= most for number in numbers) or list(numbers) != sorted(numbers):
                expected = f"at least {least:g}" if most == math.inf else f"{least:g} to {most:g}"
                ascending = ", ascending" if isinstance(value, tuple) else ""
                raise BadInput(f"{type(self).__name__}.{each.name}: found {value}, expected {expected}{ascending}")


@dataclass(frozen=True)
class Mix(Parameters):
    """How moves are drawn (see `kernels/proposals.py`). shift, rush, swap, home: shares of all moves, together at most
    1; the rest moves one operation. late : chance that an operation of an order in time is drawn again.

    Of single moves: critical : chance to go back along what the order's end waits for.   other_machine : of another
    machine, where there is one.   far : to go any distance on the same one.
    """

    late: float = share(0.8)
    critical: float = share(0.3)
    other_machine: float = share(0.4)
    far: float = share(0.1)
    shift: float = share(0.01)
    rush: float = share(0.09)
    swap: float = share(0.1)
    home: float = share(0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shift + self.rush + self.swap + self.home > 1.0 + 1e-9:
            raise BadInput("Mix: found shares of more than all moves, expected shift + rush + swap + home of 1 at most")

    def row(self) -> Floats:
        """As the kernels take it."""
        drawn = np.cumsum([self.shift, self.rush, self.swap, self.home])
        return np.array([self.late, self.critical, self.other_machine, self.far, *drawn])


@dataclass(frozen=True)
class AnnealingParameters(Parameters):
    """Of `annealing.py`, `sequences.py` and their kernels. Measured in docs/decisions/0008, 0009 and 0022."""

    round_seconds: float = within(0.08, 1e-3)  # short enough that a stop is heard at once, long enough to share plans
    peg_every: float = within(0.02, 0.0)  # of a run: who takes which supply is settled anew
    cooling: float = within(200.0, 1.0)  # the first temperature over the last
    round_cooling: float = share(0.98)  # the last temperature of a round over its first
    hot: float = within(3.0, 0.0)  # the first temperature over the cheaper worsenings of the start
    chained_hot: float = within(1.5, 0.0)  # the same where max_waits tie operations: most moves are refused there
    quiet_hot: float = within(0.5, 0.0)  # and where there is little time: the start must not be lost
    ample_hot: float = within(2.0, 0.0)  # or much: then what a hot start would find is found anyway
    moves_per_second: int = within(100_000, 1)  # of a thread, about, to tell whether there is little time
    few_moves: int = within(150, 0)  # for each operation: less is little time,
    many_moves: int = within(2000, 0)  # and more is much
    samples: int = within(1000, 1)  # worsenings of the start: of 100 the lower quartile differs manyfold between seeds
    sampled_share: float = share(0.005)  # of a thread's moves are made for them,
    sampled_moves: tuple[int, int] = within((200, 2000), 1)  # so many at least, and at most
    free_mix: Mix = Mix()  # without chains single moves find most
    chained_mix: Mix = Mix(shift=0.1, rush=0.2, swap=0.2)  # a chain moves as a whole, or not at all
    home_share: float = share(0.15)  # of the moves, where moves have a price: more finds less of what is worth moving
    most_recorded: int = within(20_000, 1)  # rows of a script: kept moves of one round, about ten times what is usual
    redraws: int = within(8, 0)  # times another operation is drawn: nearly all late ones are hit, and no endless loop
    partners: int = within(6, 1)  # orders looked at for a swap: of one or two none is worth it, of all it is too slow
    reach: int = within(8, 1)  # places that a single move goes at most, mostly: farther is seldom kept
    back: int = within(30, 1)  # operations along what an order's end waits for
    neighbours: int = within(8, 1)  # operations of a machine that go home together, at most
    most_touched: int = within(600, 1)  # blocks; a move that shakes more costs too much time to be tried to its end
    surely_touched: int = within(10, 0)  # blocks before a move is given up: what it costs first may still come back
    hopeless: float = within(30.0, 0.0)  # temperatures that it may cost on the way beyond what is accepted at its end

    @property
    def moves(self) -> MoveParameters:
        """What the kernels draw moves by."""
        return MoveParameters(
            redraws=self.redraws, partners=self.partners, reach=self.reach, back=self.back,
            neighbours=self.neighbours, most_touched=self.most_touched, surely_touched=self.surely_touched,
            hopeless=self.hopeless,
        )  # fmt: skip


@dataclass(frozen=True)
class DispatchSearchParameters(Parameters):
    """Of `dispatch_search.py`."""

    same_parameters: float = share(0.6)  # chance to keep the best, so that weights are compared by the same rule
    other_weights: float = share(0.8)  # chance to shake the weights
    shaken: float = within(3, 0.0)  # orders, on average: more, and nothing is learned of any
    anywhere: float = share(0.4)  # of new parameters, drawn without regard to the best
    spread: float = within(0.35, 0.0)  # of the others' factors around the best, as a lognormal's sigma


@dataclass(frozen=True)
class TabuParameters(Parameters):
    """Of `tabu_search.py`. Measured in docs/decisions/0007."""

    round_seconds: float = within(0.02, 1e-3)  # short enough that a stop is heard at once
    first_round: int = within(200_000, 1)  # moves times operations, before it is known how long they take
    most_dispatched: int = within(20_000_000, 0)  # operations times orders: what a start by tails may look at
    beams: tuple[int, ...] = within((32, 128, 256), 1)  # half plans at once: wider and wider while it finds something
    beam_states: int = within(2_560_000, 1)  # operations in all of them: some hundred MB
    beam_step: int = within(10, 1)  # operations per call of the kernel, between two looks at the clock
    most_idle: float = within(0.1, 0.0)  # of the minutes worked; half plans that idle more are left to other searches
    patience: int = within(3_000, 1)  # moves without a better plan before a search goes on from elsewhere
    tenures: tuple[int, int] = within((2, 8), 1)  # iterations, and as many as a machine has orders; drawn for each run,
    row_tenures: tuple[int, int] = within((2, 12), 1)  # since shops differ; the same for modes
    mixed: tuple[float, float] = share((0.4, 0.6))  # share of the first of two elites: about as far from both
    stay: float = share(0.9)  # chance to go on with the same of the two
    elites: int = within(10, 2)  # plans that are mixed: fewer are soon alike
    proven_operations: int = within(90, 0)  # CP-SAT on one thread proves the optimum of many such shops within seconds
    searched_first: float = share(0.1)  # of the time, before that


@dataclass(frozen=True)
class PortfolioParameters(Parameters):
    """Of `portfolio.py`: who gets how much of the time. Measured in docs/decisions/0003 and 0006."""

    dispatch_share: float = share(0.12)  # of the time; a poor start is not repaired later, more than this is not used
    enough_dispatches: int = within(10, 1)  # plans of each thread, longer where the limit is short and the plant large,
    longest_share: float = share(0.3)  # but no larger share of the time
    most_dispatches: int = within(3000, 1)  # plans: later ones hardly ever are the best
    restart_below: int = within(500, 0)  # operations: short anneals from the best beat one long one
    restart_share: float = share(0.15)  # of the time is one of them,
    restart_seconds: tuple[float, float] = within((0.15, 3.0), 1e-3)  # at least, and but for the first at most
    elsewhere_until: float = share(0.5)  # of the time, every other of them begins elsewhere
    reheat: tuple[float, float] = within((0.015, 0.15), 1e-6)  # one from the best begins as warm as a whole anneal was
    # when its plan was so much dearer than at its end
    proof_operations: int = within(100, 0)  # up to so many CP-SAT may prove the optimum within half a minute
    anneal_share: float = share(0.1)  # of the time, where CP-SAT can prove the rest
    proof_seconds: float = within(25.0, 0.0)  # that it has for it: what it has not proven by then it hardly will
    turn_seconds: float = within(15.0, 0.0)  # and again on what is annealed elsewhere
    crowd: int = within(3, 1)  # with so many workers on each thread more kinds of neighborhoods are looked at


@dataclass(frozen=True)
class FirstPlanParameters(Parameters):
    """Of `first_plan.py` and `conflicts.py`."""

    most_lifted: int = within(10, 0)  # blocks that would break a wait, tried ahead of all others before one is left out
    conflict_operations: int = within(40, 0)  # of one order: a longer one is left out without this reason
    conflict_seconds: float = within(2.0, 0.01)  # for each family of rules that is lifted: the first plan waits for it


@dataclass(frozen=True)
class CpSatParameters(Parameters):
    """Of the `cpsat_*.py` files. Measured in docs/decisions/0006."""

    proof_literals: int = within(3000, 0)  # of a model: a larger one is seldom proven within half a minute
    watch_seconds: float = within(0.05, 1e-3)  # between two looks at the wish to stop, which is heard so soon
    most_rounds: int = within(30, 1)  # in which heads and tails narrow each other; they end once nothing changes
    longest_scale: int = within(10_000, 1)  # steps of a cost: finer weights are rounded, and nothing is proven then
    quantity_parts: int = within(1000, 1)  # steps of a piece, or of one of a pool; rounded in the plan's favour


@dataclass(frozen=True)
class Part(Parameters):
    """One part of a stability search. share : of the search.   heat : see `anneal_together`.   home : share of moves.

    begins : with the best plan so far at the price ("best"), with it where no move costs anything ("freed"), with
    what that came to, at the price again ("back"); or it is a search from nothing at the price ("anew"), which needs
    neither heat nor home.
    """

    share: float = within(1.0, 0.0, 1.0)
    heat: float = within(1.0, 0.0)
    begins: Literal["best", "freed", "back", "anew"] = "best"
    home: float = within(0.15, 0.0, 1.0)


@dataclass(frozen=True)
class FewMovesParameters(Parameters):
    """Of `stability_search.py`."""

    parts: tuple[Part, ...] = (
        Part(0.4, 0.5, "best"), Part(0.2, 0.5, "freed"), Part(0.2, 0.2, "back", 0.5), Part(0.2, 0.2, "best"),
    )  # fmt: skip
    """A stability search, measured in docs/decisions/0022."""
    small_parts: tuple[Part, ...] = (
        Part(0.25, 0.5, "best"), Part(0.45, 1.0, "anew"), Part(0.15, 0.2, "best", 0.5), Part(0.15, 0.2, "best"),
    )  # fmt: skip
    """The same of a small plant. After a few events the plan in force lies in a valley that no anneal from it leaves,
    and whose shares of material (pegs) it keeps; the dispatching rules begin elsewhere (docs/decisions/0026)."""
    turn_seconds: float = within(2.0, 1e-3)  # small plants: each turn so long at least, as short anneals from the best
    most_turns: int = within(3, 1)  # beat one long one, but not for ever
    rounds: int = within(4, 1)  # searches that share the time, each at the price that the last one's moves ask for


@dataclass(frozen=True)
class SearchParameters:
    """All of them."""

    first_plan: FirstPlanParameters = FirstPlanParameters()
    annealing: AnnealingParameters = AnnealingParameters()
    dispatching: DispatchSearchParameters = DispatchSearchParameters()
    tabu: TabuParameters = TabuParameters()
    portfolio: PortfolioParameters = PortfolioParameters()
    cpsat: CpSatParameters = CpSatParameters()
    few_moves: FewMovesParameters = FewMovesParameters()


DEFAULTS = SearchParameters()
