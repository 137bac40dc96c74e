"""A search in legs: how long the next one is, and when there is none. Pure: no clock, no workers, no plans.

Events do not end a leg. A call (an event that asks for a better plan) gives the chain its whole effort anew; without
calls it ends when that is spent, so the chain is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.ports import Policy
from scheduler.replanning.reactions import Need

FIRST_LEG_SECONDS = 0.5
"""Of the first leg after a call: what it finds is on the list soon. Each next one is twice as long."""
SHORT_LEGS = 3
"""So many short legs; the next one gets the rest of the effort, as a search finds more in one go than in pieces."""
LONGEST_LEG_SECONDS = 10.0
"""Of a leg, also of one that looks everywhere."""
AS_PLANNED = 0.4
"""Of the effort measured in moves: what goes to the leg that minds planned costs alone."""
LONGEST_WAIT_SECONDS = 0.5
"""A leg longer than this ends with what it has when a better plan is asked for: the next one knows of the event."""
SHORTEST_LEG_SECONDS = 0.25
"""What is left of the effort below this is not worth reading the plant for."""
MORE_FOR_A_GAIN = 0.5
"""Of the effort: what a chain measured in seconds may spend beyond it while its legs gain what is worth the moves."""
MOST_FAILURES = 3
"""Legs that fail one after the other; the chain then ends, and the next call begins another."""


@dataclass(frozen=True, slots=True)
class Call:
    """What asks for a better plan, in words, and the events behind it: those after one revision until another."""

    cause: str
    need: Need
    after: int
    until: int

    def joined(self, newer: Call) -> Call:
        """Both as one: the stronger need speaks, of equal ones the newer."""
        speaker = newer if newer.need >= self.need else self
        return replace(speaker, after=min(self.after, newer.after), until=max(self.until, newer.until))


@dataclass(frozen=True, slots=True)
class Leg:
    """One search. share : of the policy's effort.   moves : None: by time.   fresh : it looks everywhere.

    as_planned : it goes by planned costs alone; the others also by what is expected to go wrong.
    """

    number: int
    share: float
    seconds: float
    moves: int | None
    fresh: bool
    as_planned: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """What is wanted, and what was spent on it.

    call : what the next leg, or the one at work, is for.   since : what has called while that was at work.
    fresh : the next leg is to look everywhere.   legs : begun, in all.   step : ended since the last call.
    spent : of the policy's effort since the last call.   gained : the last leg found a plan that was taken.
    failures : legs that failed since one went well.
    """

    call: Call
    fresh: bool
    since: Call | None = None
    at_work: bool = False
    legs: int = 0
    step: int = 0
    spent: float = 0.0
    gained: bool = False
    failures: int = 0


def called(chain: Chain | None, call: Call, fresh: bool) -> Chain:
    """The chain after a call: its whole effort is there again. What a leg has answered already is not joined to it."""
    if chain is None:
        return Chain(call, fresh)
    chain = replace(chain, fresh=chain.fresh or fresh, failures=0)
    if chain.at_work:
        return replace(chain, since=chain.since.joined(call) if chain.since else call)
    joined = call if chain.step else chain.call.joined(call)
    return replace(chain, call=joined, step=0, spent=0.0, gained=False)


def begun(chain: Chain) -> Chain:
    """With its next leg at work."""
    return replace(chain, at_work=True, fresh=False, legs=chain.legs + 1)


def next_leg(chain: Chain, policy: Policy) -> Leg | None:
    """None: the chain has ended."""
    if not searches(policy) or chain.failures >= MOST_FAILURES:
        return None
    by_time = policy.improve_iterations is None
    whole = policy.improve_seconds
    left = 1.0 - chain.spent + (MORE_FOR_A_GAIN if by_time and chain.gained else 0.0)
    if by_time:
        if left * whole < min(SHORTEST_LEG_SECONDS, whole):
            return None
        short = not chain.fresh and chain.step < SHORT_LEGS
        longest = FIRST_LEG_SECONDS * 2.0**chain.step if short else LONGEST_LEG_SECONDS
        share = min(left, longest / whole)
        as_planned = short and chain.step == SHORT_LEGS - 1
    else:
        if left <= 1e-9:
            return None
        # counted in moves all goes in lockstep: nobody waits for a first leg, nothing goes by the clock
        as_planned = chain.step > 0
        share = left if as_planned or chain.fresh else (1.0 - AS_PLANNED) * left
    moves = None if policy.improve_iterations is None else max(1, round(policy.improve_iterations * share))
    return Leg(chain.legs, share, share * whole, moves, chain.fresh, as_planned)


def ended(chain: Chain, leg: Leg) -> Chain:
    """After a leg that went well. Where something has called since, the effort for that begins."""
    after = replace(chain, at_work=False, failures=0, gained=False, since=None)
    if chain.since is not None:
        return replace(after, call=chain.since, step=0, spent=0.0)
    return replace(after, step=chain.step + 1, spent=chain.spent + leg.share)


def failed(chain: Chain, leg: Leg) -> Chain:
    """After a leg that raised: it is tried again, with another seed, a few times."""
    call = chain.call.joined(chain.since) if chain.since else chain.call
    fresh = chain.fresh or leg.fresh
    return replace(chain, call=call, since=None, at_work=False, fresh=fresh, failures=chain.failures + 1)


def searches(policy: Policy) -> bool:
    """Whether the policy leaves the background any effort."""
    return policy.improve_seconds > 0 and policy.improve_iterations != 0
