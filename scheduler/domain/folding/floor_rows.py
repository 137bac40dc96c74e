"""The rows of the table of reports (`floor_table.py`): each says what one report means for the state, and its doubt."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.folding.doubting import ALL_MADE, SUCCESSOR, closed, open_doubts
from scheduler.domain.folding.issues import asking_for_the_rest
from scheduler.domain.folding.leaps import LEAP
from scheduler.domain.folding.leaving import without_finished_cancelled
from scheduler.domain.folding.own_routing import with_machine_for
from scheduler.domain.folding.quantity import opened_again, over
from scheduler.domain.folding.remaining import all_made, pieces_left, since, told_minutes, whole_minutes
from scheduler.domain.folding.report import Report, with_work, work_words
from scheduler.domain.folding.running import full_minutes, remaining_minutes, running_on, scaled, standing_in
from scheduler.domain.folding.stock import asked_by, put_in_stock, take_components
from scheduler.domain.material_flow import good_pieces
from scheduler.domain.minutes import spoken
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState

ASIDE, LATE, BEGUN, OTHER_MACHINE = "put_aside", "late_report", "begun", "other_machine"
REOPENED, LOWER, TURNED = "reopened", "lower_total", "finish_before_start"

# -- every report -------------------------------------------------------------------------------------------------


def settles_what_was_open(state: PlantState, report: Report) -> PlantState:
    """Whatever was inferred of this operation is settled by a word on it; a report that is held waits on."""
    inferred = [doubt for doubt in open_doubts(state, *report.key) if doubt.rule != LEAP]
    return closed(state, inferred, "settled", report.time, "", f"settled by {report.event.type} '{report.event.id}'")


def takes_components(state: PlantState, report: Report) -> PlantState:
    """Work that has begun has taken the components of all its pieces, those of a raised quantity too."""
    return take_components(state, *report.key) if report.key in state.progress else state


def asks_for_the_rest(state: PlantState, report: Report) -> PlantState:
    """What follows asks for the components of the pieces that come to it, less what was issued ahead."""
    return asking_for_the_rest(state, report.key[0])


def puts_out_what_it_made(state: PlantState, report: Report) -> PlantState:
    """What its last operations report good is in stock; a correction takes it out again."""
    order = report.order(state)
    return put_in_stock(state, order.material, good_pieces(state, order) - report.good_before)


# -- a start ------------------------------------------------------------------------------------------------------


def runs_on_a_machine_its_routing_lacks(state: PlantState, report: Report) -> PlantState:
    """It ran there, and counts: from now on the order has a routing of its own that names that machine too."""
    operation, order = report.operation(state), report.order(state)
    if not report.machine or operation.on(report.machine) is not None:
        return state
    able = ", ".join(f"'{m.machine}'" for m in operation.machines) or "no machine"
    words = f"it runs on '{report.machine}'; its routing '{order.routing}' names {able}, whose times are taken"
    return report.doubts(with_machine_for(state, order, operation, report.machine), OTHER_MACHINE, words)


def opens_finished_work_again(state: PlantState, report: Report) -> PlantState:
    """A start of finished work is for the rest of its pieces; one from before its end only says when it began."""
    work = report.work(state)
    if work is None or work.status != "done":
        return state
    if work.finished is None or report.time < work.finished:
        began = report.time if work.started is None else min(work.started, report.time)
        return with_work(state, replace(work, started=began, machine=work.machine or report.machine))
    after = opened_again(state, replace(work, machine=work.machine or report.machine))
    if pieces_left(after, work) > 0:
        return after
    return report.doubts(after, REOPENED, "it was started again though all its pieces were made")


def takes_the_machine(state: PlantState, report: Report) -> PlantState:
    """What runs there is put aside, unless it began later than the report says; then the report came late."""
    machine = report.machine
    if _is_done(state, report):
        return state
    for other in list(running_on(state, machine)):
        if (other.order, other.operation) == report.key or _began_later(other, report):
            continue
        words = f"{work_words(report.work(state) or _new(state, report))} began on '{machine}', so it was put aside"
        state = report.doubts(put_aside(state, other), ASIDE, words, other)
        if other.order != report.key[0]:
            state = without_finished_cancelled(state, other.order)
    return state


def begins(state: PlantState, report: Report) -> PlantState:
    """It runs there since then, with the minutes that are left; on another machine than before it has moved. Paused
    work goes on.

    Moved work keeps the share that is left, or starts again where it cannot pause. `remaining_minutes` says what is
    left where it is not that: more, where the changeover has only begun.
    """
    if _is_done(state, report):
        return state
    before, machine, reported = report.work(state), report.machine, report.data.get("remaining_minutes")
    began = report.time
    if before is not None and before.keeps_machine and before.machine == machine:
        began = report.time if before.started is None else min(before.started, report.time)
        if reported is None and before.status == "running":
            return state if began == before.started else with_work(state, replace(before, started=began))
    known = before or _new(state, report)
    work = replace(known, status="running", machine=machine, started=began, drifting_since=None)
    full = state.run_minutes(*report.key, machine) or 1
    left, told = full, work.told_minutes
    if reported is not None:
        left = told = whole_minutes(reported)
    elif before is not None and before.machine == machine:
        left = remaining_minutes(state, before)
    elif before is not None and report.operation(state).pausable:
        left = scaled(remaining_minutes(state, before), full / full_minutes(state, before))
        told = None if told is None else scaled(told, full / full_minutes(state, before))
    elif before is not None:
        told = None
    work = replace(work, told_minutes=told)
    work = replace(work, remaining_minutes=since(state, work, left, report.time))
    return standing_in(with_work(state, work), machine, report.operation(state).setup_family)


def came_too_late_to_run(state: PlantState, report: Report) -> PlantState:
    """Other work began on its machine after the time of the report: so it was at work, and put aside by that."""
    work = report.work(state)
    if work is None or work.status != "running":
        return state
    later = next((o for o in running_on(state, work.machine or "") if _began_later(o, report)), None)
    if later is None:
        return state
    words = f"{work_words(later)} began on '{work.machine}' after it, so it was put aside by then"
    after = report.doubts(put_aside(state, work), LATE, words, work)
    later_on = after.operation(later.order, later.operation)
    return standing_in(after, later.machine, later_on.setup_family if later_on else "")


# -- progress -----------------------------------------------------------------------------------------------------


def goes_on_after_an_inferred_end(state: PlantState, report: Report) -> PlantState:
    """Work that was only taken to be over is at work again where a report says that something is left."""
    work, left = report.work(state), report.data.get("remaining_minutes")
    if work is None or work.status != "done":
        return state
    good, scrap = _totals(state, report, work)
    fewer = report.inferred and good + scrap < state.quantity_of(*report.key)
    if not (fewer or (left is not None and left > 0)) or (work.finished or 0) > report.time:
        return state
    report = replace(report, machine=work.machine or _a_machine(state, report))
    state = runs_on_a_machine_its_routing_lacks(state, report)
    return opened_again(state, replace(work, machine=report.machine))


def was_at_work_all_along(state: PlantState, report: Report) -> PlantState:
    """Progress without a start is a start too; of work put aside it says that it is back on its machine."""
    work = report.work(state)
    moved = work is not None and report.machine not in ("", work.machine)
    if work is not None and (work.status == "done" or (work.keeps_machine and not moved)):
        return state
    known = work.machine if work else None
    machine = report.machine or known or _a_machine(state, report)
    begun = replace(report, machine=machine, event=replace(report.event, data=_without_remaining(report)))
    state = runs_on_a_machine_its_routing_lacks(state, begun)
    if work is None and not report.machine and any(running_on(state, machine)):
        # Nobody said where, and no other work leaves its machine for a guess.
        return _begun_somewhere(state, begun)
    after = came_too_late_to_run(begins(takes_the_machine(state, begun), begun), begun)
    if work is not None:
        return after
    return report.doubts(after, BEGUN, f"it was reported at work without a start, so it began then on '{machine}'")


def counts_pieces(state: PlantState, report: Report) -> PlantState:
    """Quantities are totals of the operation, or increments where its source sends those; a lower total corrects.

    A report from before the last one of its pieces came late, or again: it corrects nothing.
    """
    work = report.work(state) or _new(state, report)
    good, scrap = _totals(state, report, work)
    if _is_old(report):
        good, scrap = max(good, work.quantity_good), max(scrap, work.quantity_scrap)
    elif _counts(report):
        work = replace(work, counted=report.time)
        state = with_work(state, work) if report.key in state.progress else state
    if (good, scrap) == (work.quantity_good, work.quantity_scrap):
        return state if report.key in state.progress else with_work(state, work)
    after = with_work(state, replace(work, quantity_good=good, quantity_scrap=scrap))
    if report.inferred or (good >= work.quantity_good and scrap >= work.quantity_scrap):
        return after
    words = (
        f"{good:g} good and {scrap:g} scrap where {work.quantity_good:g} and {work.quantity_scrap:g} were reported; "
        f"if '{report.event.source}' sends increments, name it in increment_sources of plant.toml"
    )
    return report.doubts(after, LOWER, words)


def says_what_is_left(state: PlantState, report: Report) -> PlantState:
    """As the report says in minutes; else the run's share of the pieces that are not yet made."""
    work, said = report.work(state), report.data.get("remaining_minutes")
    if work is None or work.status == "done" or _is_old(report):
        return state
    if said is not None:
        work = replace(work, told_minutes=whole_minutes(said))
    elif report.data.get("quantity_good") is not None or report.data.get("quantity_scrap") is not None:
        work = replace(work, told_minutes=None)
    else:
        return state
    left = told_minutes(state, work)
    if work.status == "running":
        left = since(state, work, left, report.time)
    return with_work(state, replace(work, remaining_minutes=left, drifting_since=None))


def corrects_finished_work(state: PlantState, report: Report) -> PlantState:
    """What finished work hands on is what came out of it, as corrected."""
    work = report.work(state)
    if work is None or work.status != "done" or report.data.get("quantity_good") is None:
        return state
    return with_work(state, replace(work, passed_on=work.quantity_good))


def is_over_when_all_is_made(state: PlantState, report: Report) -> PlantState:
    """No piece is left, and no report says that minutes are."""
    work = report.work(state)
    if work is None or work.status == "done" or work.told_minutes is not None or not all_made(state, work):
        return state
    words = f"all pieces were made ({work.quantity_good:g} good, {work.quantity_scrap:g} scrap), so it is over"
    after = over(state, work, report.time, work.quantity_good)
    return ends_what_came_before(report.doubts(after, ALL_MADE, words, work), report)


# -- an end -------------------------------------------------------------------------------------------------------


def was_on_its_machine(state: PlantState, report: Report) -> PlantState:
    """A finish without a start on its machine is a start there too: what began there before it was put aside for it."""
    before = report.before
    if not report.machine or (before is not None and before.status == "done"):
        return state
    if before is not None and before.status == "running" and before.machine == report.machine:
        return state
    if all((other.started or 0) >= report.time for other in running_on(state, report.machine)):
        return state
    return takes_the_machine(state, report)


def ends(state: PlantState, report: Report) -> PlantState:
    """It is done and hands on what is good of it. Without `quantity_good`, everything that was not scrapped is good.

    Work that was done already keeps its end, unless that was inferred, or more has been made since.
    """
    work, before = report.work(state) or _new(state, report), report.before
    good, again = work.quantity_good, before is not None and before.status == "done"
    if report.data.get("quantity_good") is None and not again:
        good = max(good, state.quantity_of(*report.key) - work.quantity_scrap)
    finished = report.time
    if again and before is not None and before.finished is not None and not report.inferred:
        finished = max(before.finished, report.time) if good > before.quantity_good else before.finished
    work = replace(work, quantity_good=good, machine=report.machine or work.machine)
    after = over(state, work, finished, good)
    return standing_in(after, work.machine, report.operation(state).setup_family) if not again else after


def began_no_later_than_it_ended(state: PlantState, report: Report) -> PlantState:
    """A finish before its start corrects the start."""
    work, began = report.work(state), report.before.started if report.before else None
    if work is None or began is None or work.finished is None or began <= work.finished:
        return state
    words = f"it was finished at {spoken(work.finished, state.zone)}, before its start, so it began no later"
    return report.doubts(state, TURNED, words, work)


def ends_what_came_before(state: PlantState, report: Report) -> PlantState:
    """All its pieces finished, or the order's last operation: what stands open before it is over, for so many."""
    work, order = report.work(state), report.order(state)
    if work is None or work.status != "done":
        return state
    last = work.operation in state.routings[order.routing].last_operations()
    made = work.quantity_good + work.quantity_scrap
    if not last and not (made > 0 and all_made(state, work)):
        return state
    began = work.finished if work.started is None else work.started
    end = report.time if began is None else began
    for number in _open_before(state, order.name, work.operation):
        before = state.progress.get((order.name, number)) or _unseen(state, order.name, number)
        pieces = max(before.quantity_good, made)
        before = replace(before, quantity_good=pieces)
        state = take_components(over(state, before, end, pieces), order.name, number)
        words = f"operation {work.operation} was finished, which follows it, so it is over with {pieces:g} pieces"
        state = report.doubts(state, SUCCESSOR, words, before)
    return state


def _open_before(state: PlantState, order: str, operation: int) -> list[int]:
    """What an operation waits for, straight or through others, and is not done; the last of it first."""
    routing = state.routings[state.orders[order].routing]
    above, look = set[int](), [operation]
    while look:
        step = routing.operation(look.pop())
        new = [p for p in (step.predecessors if step else ()) if p not in above]
        above.update(new)
        look += new
    left = {n for n in above if state.status_of(order, n) != "done" and routing.operation(n) is not None}
    return [n for n in reversed(routing.in_sequence()) if n in left] if left else []


def lets_a_cancelled_order_go(state: PlantState, report: Report) -> PlantState:
    return without_finished_cancelled(state, report.key[0])


# -- put aside ----------------------------------------------------------------------------------------------------


def leaves_its_machine(state: PlantState, report: Report) -> PlantState:
    """Begun, and taken off its machine; work that nobody saw begin has begun."""
    work = report.work(state)
    if work is not None and not work.keeps_machine:
        return state
    if work is None:
        report = replace(report, machine=report.machine or _a_machine(state, report))
        state = runs_on_a_machine_its_routing_lacks(state, report)
        work = replace(_new(state, report), machine=report.machine, started=report.time)
        state = report.doubts(with_work(state, work), BEGUN, "it was put aside without a start, so it had begun", work)
    return put_aside(state, work)


def put_aside(state: PlantState, work: Progress) -> PlantState:
    """Off its machine, with what was left by the last word on it: of paused work its minutes, else pieces before
    minutes."""
    left = remaining_minutes(state, work) if work.status == "paused" else told_minutes(state, work)
    return with_work(state, replace(work, status="aside", remaining_minutes=left, drifting_since=None))


def _begun_somewhere(state: PlantState, report: Report) -> PlantState:
    after = with_work(state, replace(_new(state, report), status="aside", started=report.time))
    work = after.progress[report.key]
    after = with_work(after, replace(work, remaining_minutes=told_minutes(after, work)))
    words = "it was reported at work, nobody said where, and its machines do other work; it counts as begun"
    return report.doubts(after, BEGUN, words, work)


# -- small things -------------------------------------------------------------------------------------------------


def _new(state: PlantState, report: Report) -> Progress:
    takes = 0.0 if asked_by(state, *report.key) else None
    return Progress(*report.key, "running", report.machine or None, pieces_taken=takes)


def _unseen(state: PlantState, order: str, number: int) -> Progress:
    """Work that nobody has spoken of."""
    return Progress(order, number, "aside", pieces_taken=0.0 if asked_by(state, order, number) else None)


def _is_done(state: PlantState, report: Report) -> bool:
    work = report.work(state)
    return work is not None and work.status == "done"


def _began_later(other: Progress, report: Report) -> bool:
    return (other.order, other.operation) != report.key and (other.started or 0) > report.time


def _counts(report: Report) -> bool:
    """Whether it tells of pieces."""
    return report.data.get("quantity_good") is not None or report.data.get("quantity_scrap") is not None


def _is_old(report: Report) -> bool:
    """Whether pieces have been reported since."""
    counted = report.before.counted if report.before else None
    return counted is not None and report.time < counted


def _totals(state: PlantState, report: Report, work: Progress) -> tuple[float, float]:
    """(good, scrap) of the operation after the report."""
    good, scrap = report.data.get("quantity_good"), report.data.get("quantity_scrap")
    if report.event.source in state.increment_sources:
        return work.quantity_good + float(good or 0.0), work.quantity_scrap + float(scrap or 0.0)
    return (
        work.quantity_good if good is None else float(good),
        work.quantity_scrap if scrap is None else float(scrap),
    )


def _a_machine(state: PlantState, report: Report) -> str:
    """One of its machines on which nothing runs, the first where all do."""
    able = [row.machine for row in report.operation(state).machines]
    busy = {p.machine for p in state.progress.values() if p.keeps_machine}
    return next((m for m in able if m not in busy), able[0] if able else next(iter(state.machines)))


def _without_remaining(report: Report) -> dict[str, object]:
    return {name: value for name, value in report.data.items() if name != "remaining_minutes"}
