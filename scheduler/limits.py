"""Everything that comes in has a limit, and all of them stand here; docs/operating.md tells them.

A reader that meets one stops and says what was found, what is taken at most, and the remedy. Those that a server may be
given otherwise (`settings.py`) come in as an argument, the rest is STANDARD's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of everything; each is above 0.

    Bodies of requests, in bytes: upload_bytes of a scenario, events_bytes of a batch, body_bytes of any other;
    of all that come in at one time: uploads_held_bytes of scenarios (on disk), bodies_held_bytes of the rest. Waiting
    for one: body_wait_seconds and what it takes at body_bytes_a_second. head_bytes and head_seconds of address and
    headers. Of one key, or one address without: calls_a_second and events_a_second, over ten seconds.
    Scenarios: unpacked_bytes of all files together, ratio unpacked to packed (of more than `ratio_from_bytes`), files,
    rows and columns of a file, cells of all files, table_elements (XML, of a workbook's sheets and texts),
    other_elements (of all else in it), faults told (the others are counted). What they come to: operations of all
    orders, choices (rows of machines, parts and pools of each of these), operations_of_a_routing, predecessors of one,
    machines, pools, windows_of_a_calendar, changes (outages, exceptions of calendars and of pools), and
    changeover_pairs (work centers with a matrix x families x families).
    Texts, in characters: name_length, text_length of descriptions and reasons, report_length of a held report.
    Events: event_bytes of the data of one, events_of_a_batch and events_of_a_file (events.jsonl), json_depth,
    rows_of_an_event, digits of a number.
    Numbers: number (quantities, minutes, weights), least_positive, minutes of plant.toml, remaining_minutes of work
    that runs, horizon_days, first_year and last_year of every moment.
    Clocks: server_ahead_minutes of an event before the server's clock (clock = "wall"), plant_ahead_days before the
    plant's now.
    Searches: open_per_plant and open_in_all (jobs and what-ifs that wait or run), search_seconds and search_moves of
    one, assumptions of a what-if, fixes_seconds of asking what would help.
    printed_rows of all dispatch lists in a PDF.   plants : that are loaded.
    """

    upload_bytes: int = 50_000_000
    events_bytes: int = 8_000_000
    body_bytes: int = 2_000_000
    bodies_held_bytes: int = 64_000_000
    uploads_held_bytes: int = 500_000_000
    body_wait_seconds: int = 20
    body_bytes_a_second: int = 10_000
    head_bytes: int = 64_000
    head_seconds: int = 20
    calls_a_second: int = 3_000
    events_a_second: int = 20_000

    unpacked_bytes: int = 64_000_000
    ratio: int = 200
    ratio_from_bytes: int = 10_000_000
    files: int = 500
    rows: int = 300_000
    columns: int = 200
    cells: int = 3_000_000
    table_elements: int = 6_000_000
    other_elements: int = 50_000
    faults: int = 100
    operations: int = 200_000
    choices: int = 2_000_000
    operations_of_a_routing: int = 500
    predecessors: int = 200
    machines: int = 5_000
    pools: int = 1_000
    windows_of_a_calendar: int = 200
    changes: int = 20_000
    changeover_pairs: int = 10_000_000

    name_length: int = 200
    text_length: int = 2_000
    report_length: int = 150_000

    event_bytes: int = 128_000
    events_of_a_batch: int = 10_000
    events_of_a_file: int = 100_000
    json_depth: int = 16
    rows_of_an_event: int = 1_000
    digits: int = 60

    number: float = 1e9
    least_positive: float = 1e-6
    minutes: int = 1_000_000
    remaining_minutes: int = 150_000
    horizon_days: int = 3_650
    first_year: int = 1970
    last_year: int = 2100

    server_ahead_minutes: int = 1_440
    plant_ahead_days: int = 60

    open_per_plant: int = 20
    open_in_all: int = 100
    search_seconds: int = 3_600
    search_moves: int = 10_000_000
    assumptions: int = 1_000
    fixes_seconds: int = 60
    printed_rows: int = 20_000
    plants: int = 500

    def __post_init__(self) -> None:
        """Raises ValueError naming the limit that is none."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise ValueError(f"limit {field.name}: found {value!r}, expected a number above 0")


STANDARD = Limits()
