"""The files of a scenario and their columns, as data: what is required, how it is read, what an empty cell means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scheduler.ingest import cells
from scheduler.ingest.cells import Reader
from scheduler.limits import STANDARD


@dataclass(frozen=True, slots=True)
class Column:
    """`default` is the value of an empty cell and of a column that is not there."""

    name: str
    read: Reader
    required: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class FileSpec:
    """`key` : the columns that tell rows apart; no two rows may agree in all of them."""

    name: str
    columns: tuple[Column, ...]
    required: bool = False
    key: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


def _name(column: str) -> Column:
    return Column(column, cells.name, required=True)


def _name_or_none(column: str) -> Column:
    return Column(column, cells.name, default="")


def _place(column: str) -> Column:
    return Column(column, cells.place, required=True)


def _text(column: str) -> Column:
    return Column(column, cells.text, default="")


_OPERATION = Column("operation", cells.operation, required=True)

FILES: tuple[FileSpec, ...] = (
    FileSpec(
        "calendars",
        (
            _name("calendar"),
            Column("weekday", cells.weekday, required=True),
            Column("start", cells.clock, required=True),
            Column("end", cells.clock, required=True),
        ),
        required=True,
    ),
    FileSpec(
        "calendar_exceptions",
        (
            _name_or_none("calendar"),
            Column("start", cells.moment, required=True),
            Column("end", cells.moment, required=True),
            Column("kind", cells.choice("closed", "open"), required=True),
            _text("reason"),
            _name_or_none("machine"),
        ),
    ),
    FileSpec(
        "machines",
        (
            _place("machine"),
            _place("work_center"),
            _name("calendar"),
            Column("efficiency", cells.number(above_zero=True), default=1.0),
            _name_or_none("initial_setup"),
            Column("cost_per_hour", cells.number(), default=0.0),
        ),
        required=True,
        key=("machine",),
    ),
    FileSpec(
        "downtimes",
        (
            _name("machine"),
            Column("start", cells.moment, required=True),
            Column("end", cells.moment),
            Column("kind", cells.choice("maintenance", "breakdown"), default="maintenance"),
            _text("reason"),
        ),
    ),
    FileSpec(
        "materials",
        (
            _name("material"),
            _text("description"),
            _text("unit"),
            Column("on_hand", cells.number(below_too=True), default=0.0),
        ),
        key=("material",),
    ),
    FileSpec(
        "receipts",
        (
            _name("receipt"),
            _name("material"),
            Column("quantity", cells.number(), required=True),
            Column("expected", cells.moment, required=True),
        ),
        key=("receipt",),
    ),
    FileSpec(
        "orders",
        (
            _name("order"),
            _name("material"),
            Column("quantity", cells.number(), required=True),
            _name_or_none("routing"),
            Column("release", cells.moment),
            Column("due", cells.moment, required=True),
            Column("priority", cells.number(), default=1.0),
            Column("status", cells.choice("planned", "released", "hold"), default="released"),
            _text("customer"),
            Column("cancelled", cells.yes_no, default=False),
            _name_or_none("reservation"),
        ),
        required=True,
        key=("order",),
    ),
    FileSpec(
        "routings",
        (
            _name("routing"),
            _OPERATION,
            _text("description"),
            Column("predecessors", cells.predecessors),
            _name_or_none("setup_family"),
            Column("pausable", cells.yes_no, default=True),
            Column("min_wait", cells.whole(math.ceil), default=0),
            Column("max_wait", cells.whole(math.floor)),
        ),
        required=True,
        key=("routing", "operation"),
    ),
    FileSpec(
        "routing_machines",
        (
            _name("routing"),
            _OPERATION,
            _name("machine"),
            Column("setup_minutes", cells.whole(), default=0),
            Column("run_minutes_per_unit", cells.number(), required=True),
            Column("run_minutes_fixed", cells.number(), default=0.0),
        ),
        required=True,
        key=("routing", "operation", "machine"),
    ),
    FileSpec(
        "bom",
        (
            _name("routing"),
            _OPERATION,
            _name("component"),
            Column("quantity_per_unit", cells.number(), required=True),
        ),
    ),
    FileSpec(
        "setup_matrix",
        (
            _name("work_center"),
            _name("from_family"),
            _name("to_family"),
            Column("minutes", cells.whole(), required=True),
        ),
        key=("work_center", "from_family", "to_family"),
    ),
    FileSpec(
        "pools",
        (_name("pool"), Column("capacity", cells.number(), required=True), Column("calendar", cells.name)),
        key=("pool",),
    ),
    FileSpec(
        "pool_exceptions",
        (
            _name("pool"),
            Column("start", cells.moment, required=True),
            Column("end", cells.moment, required=True),
            Column("capacity", cells.number(), required=True),
            _text("reason"),
        ),
    ),
    FileSpec(
        "routing_pools",
        (
            _name("routing"),
            _OPERATION,
            _name("pool"),
            Column("quantity", cells.number(), default=1.0),
        ),
    ),
    FileSpec(
        "progress",
        (
            _name("order"),
            _OPERATION,
            Column("status", cells.choice("done", "running", "paused", "aside"), required=True),
            Column("machine", cells.name),
            Column("started", cells.past_moment),
            Column("finished", cells.past_moment),
            Column("remaining_minutes", cells.whole(most=STANDARD.remaining_minutes)),
            Column("quantity_good", cells.number(), default=0.0),
            Column("quantity_scrap", cells.number(), default=0.0),
            Column("drifting_since", cells.past_moment),
            Column("passed_on", cells.number()),
            Column("told_minutes", cells.whole()),
            Column("pieces_taken", cells.number()),
            Column("counted", cells.moment),
        ),
        key=("order", "operation"),
    ),
    FileSpec(
        "issued",
        (
            _name("order"),
            _OPERATION,
            _name("material"),
            Column("quantity", cells.number(), required=True),
            Column("quantity_per_unit", cells.number(), required=True),
        ),
        key=("order", "operation", "material"),
    ),
    FileSpec(
        "doubts",
        (
            Column("doubt", cells.counted, required=True),
            _name("rule"),
            _text("words"),
            Column("since", cells.moment, required=True),
            _name_or_none("order"),
            Column("operation", cells.operation),
            _name_or_none("machine"),
            _text("event"),
            _text("source"),
            Column("status", cells.choice("open", "confirmed", "corrected", "settled"), default="open"),
            _text("by"),
            _text("reason"),
            Column("closed", cells.moment),
            Column("report", cells.report, default=""),
        ),
        key=("doubt",),
    ),
    FileSpec(
        "pins",
        (
            _name("order"),
            _OPERATION,
            Column("machine", cells.text),
            Column("start", cells.moment),
            Column("not_before", cells.moment),
            Column("not_after", cells.moment),
            _text("by"),
            _text("reason"),
        ),
        key=("order", "operation"),
    ),
    FileSpec(
        "reservations",
        (
            _name("order"),
            Column("until", cells.moment),
            _name_or_none("part_of"),
            _text("by"),
            _text("reason"),
        ),
        key=("order",),
    ),
    FileSpec(
        "plan",
        (
            _name("order"),
            _OPERATION,
            _name("machine"),
            Column("start", cells.moment, required=True),
            Column("end", cells.moment, required=True),
            Column("setup_start", cells.moment),
        ),
    ),
)

SPECS = {spec.name: spec for spec in FILES}
PLANT_FILE = "plant.toml"
EVENTS_FILE = "events.jsonl"
PLAN_FIGURES_FILE = "plan.json"
FILE_ORDER = (PLANT_FILE, *(spec.file for spec in FILES), EVENTS_FILE)
# Ours or harmless beside a scenario: no notice.
BESIDE = frozenset({PLAN_FIGURES_FILE})
# What is opened at all.
READ = frozenset({*FILE_ORDER, *BESIDE})
