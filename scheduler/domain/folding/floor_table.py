"""What the floor reports is true: report -> state -> doubt, in one table.

A report is never refused for not fitting what was known. The rows of its type are gone through from first to last; each
is one small function that leaves the state alone where the row does not apply. `RULES` says what each doubt means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from scheduler.domain.folding import floor_rows as row
from scheduler.domain.folding import pauses
from scheduler.domain.folding.doubting import ALL_MADE, SUCCESSOR
from scheduler.domain.folding.leaps import LEAP
from scheduler.domain.folding.machines import END_EARLY, UP_EARLY
from scheduler.domain.folding.report import Report
from scheduler.domain.folding.reservations import NO_RESERVATION
from scheduler.domain.folding.running import LOST
from scheduler.domain.plant import PlantState

Row: TypeAlias = Callable[[PlantState, Report], PlantState]

FLOOR: Mapping[str, tuple[Row, ...]] = {
    "operation.started": (
        row.settles_what_was_open,
        row.runs_on_a_machine_its_routing_lacks,
        row.opens_finished_work_again,
        row.takes_the_machine,
        row.begins,
        row.came_too_late_to_run,
        row.takes_components,
        row.asks_for_the_rest,
        row.lets_a_cancelled_order_go,
    ),
    "operation.progressed": (
        row.settles_what_was_open,
        row.runs_on_a_machine_its_routing_lacks,
        row.goes_on_after_an_inferred_end,
        row.was_at_work_all_along,
        row.counts_pieces,
        row.says_what_is_left,
        row.corrects_finished_work,
        row.is_over_when_all_is_made,
        row.takes_components,
        row.puts_out_what_it_made,
        row.asks_for_the_rest,
        row.lets_a_cancelled_order_go,
    ),
    "operation.finished": (
        row.settles_what_was_open,
        row.runs_on_a_machine_its_routing_lacks,
        row.was_on_its_machine,
        row.counts_pieces,
        row.ends,
        row.began_no_later_than_it_ended,
        row.takes_components,
        row.ends_what_came_before,
        row.puts_out_what_it_made,
        row.asks_for_the_rest,
        row.lets_a_cancelled_order_go,
    ),
    "operation.paused": (
        row.settles_what_was_open,
        row.goes_on_after_an_inferred_end,
        row.was_at_work_all_along,
        pauses.stands_still,
        row.takes_components,
        row.lets_a_cancelled_order_go,
    ),
    "operation.resumed": (
        row.settles_what_was_open,
        row.goes_on_after_an_inferred_end,
        row.was_at_work_all_along,
        pauses.goes_on,
        row.takes_components,
        row.lets_a_cancelled_order_go,
    ),
    "operation.put_aside": (
        row.settles_what_was_open,
        row.leaves_its_machine,
        row.takes_components,
        row.lets_a_cancelled_order_go,
    ),
}

RULES: Mapping[str, str] = {
    row.ASIDE: "another operation was reported on its machine, so it was put aside; its next report brings it back",
    row.LATE: "its report came after another operation had begun on its machine, so it was put aside",
    row.BEGUN: "it was reported at work without a start, so it began then",
    row.OTHER_MACHINE: "it runs on a machine that its routing does not name, with the times of the first that it names",
    row.REOPENED: "it was started again though all its pieces were made",
    row.LOWER: "fewer pieces than before: a correction, or a source that sends increments (increment_sources)",
    ALL_MADE: "all its pieces were made, so it is over",
    SUCCESSOR: "work that follows it was finished, so it is over",
    row.TURNED: "it was finished before its start, so it began no later than it ended",
    LOST: "nobody has reported its end for lost_report_minutes; it is taken to be over, nothing waits for it",
    UP_EARLY: "its machine was reported up before it went down, so it is taken to be up since that report came",
    END_EARLY: "its machine is expected up before it went down, so nobody knows when it is up again",
    NO_RESERVATION: "an order named a reservation that is not kept any more, so it came in like any other",
    LEAP: "the report is more than max_leap_hours ahead; it waits for a second source or a person",
}
"""What each rule of a doubt means. `Doubt.rule` is one of these."""


def follow(state: PlantState, report: Report) -> PlantState:
    """The state after a report, row by row."""
    for apply in FLOOR[report.event.type]:
        state = apply(state, report)
    return state
