"""The chain of an order as an answer."""

from __future__ import annotations

from api.models.lateness import CauseModel, LatenessModel, WaitModel
from api.present.times import Times
from scheduler.domain.plant import PlantState
from scheduler.planning.lists.lateness import Lateness
from scheduler.planning.lists.lateness_words import said, sentence, totals
from scheduler.planning.lists.waits import Wait


def lateness_model(plan: int, chain: Lateness, state: PlantState) -> LatenessModel:
    times = Times(state.zone)
    return LatenessModel(
        plan=plan,
        order=chain.order,
        sentence=sentence(chain, state.zone),
        due=times(chain.due),
        since=times(chain.since),
        delivery=times(chain.delivery),
        late_minutes=chain.late_minutes,
        minutes=chain.minutes,
        through=list(chain.through),
        waits=[_wait(wait, times) for wait in chain.waits],
        causes=[CauseModel(cause=t.cause, words=t.words, minutes=t.minutes) for t in totals(chain.waits)],
    )


def _wait(wait: Wait, times: Times) -> WaitModel:
    return WaitModel(
        start=times(wait.start),
        end=times(wait.end),
        minutes=wait.minutes,
        cause=wait.cause,
        words=said(wait),
        order=wait.order,
        operation=wait.operation,
        machine=wait.machine,
        by_order=wait.other[0] if wait.other else None,
        by_operation=wait.other[1] if wait.other else None,
        held=wait.held,
        material=wait.name if wait.cause == "material" else None,
        receipt=wait.supply or None,
        pool=wait.name if wait.cause == "pool" else None,
        reason=wait.reason,
    )
