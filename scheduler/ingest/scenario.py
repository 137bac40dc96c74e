"""A scenario in: every fault of every file in one pass, or a PlantState."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from scheduler.domain.events import Event
from scheduler.domain.plans import BrokenPin
from scheduler.domain.plant import PlantState
from scheduler.errors import UnreadablePlan, did_you_mean
from scheduler.ingest.assemble import assemble
from scheduler.ingest.cells import Local
from scheduler.ingest.event_log import read_events
from scheduler.ingest.faults import Faults, Nearest
from scheduler.ingest.plan_files import broken_pins_of, history_notice
from scheduler.ingest.plant_file import PlantFacts, facts_of_sheet, facts_of_toml
from scheduler.ingest.references import check_references
from scheduler.ingest.rows import Allowance, decoded
from scheduler.ingest.schema import (
    BESIDE,
    EVENTS_FILE,
    FILE_ORDER,
    FILES,
    PLAN_FIGURES_FILE,
    PLANT_FILE,
    SPECS,
    FileSpec,
)
from scheduler.ingest.sizes import told_sizes
from scheduler.ingest.sources import Bundle, open_source
from scheduler.ingest.stale_rows import without_stale_rows
from scheduler.ingest.tables import Sheet, Table, empty_table, sheet_of_csv, sheet_of_rows, table_of
from scheduler.limits import STANDARD, Limits


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a scenario says. notices : in words, what was ignored (unknown files and columns).

    broken_pins : those that a plan.json beside its plan.csv names.
    """

    state: PlantState
    events: tuple[Event, ...] = ()
    notices: tuple[str, ...] = ()
    broken_pins: tuple[BrokenPin, ...] = ()


def read_scenario(source: Path | bytes, *, name: str | None = None, limits: Limits = STANDARD) -> Scenario:
    """A scenario folder, a zip of it or an .xlsx workbook (by path or as bytes), by the data contract.

    name : of the plant where plant.toml has none; else that of the folder or file.
    Raises InvalidScenario with the faults of all files; nothing is half read.
    """
    with collector_resting():
        return _read(source, name, limits)


@contextmanager
def collector_resting() -> Iterator[None]:
    """For work that makes many objects that all live on, as reading 100,000 operations does.

    Looking for circles among a million objects in vain doubled the time (4.6 s against 2.1 s, measured).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(source: Path | bytes, name: str | None, limits: Limits) -> Scenario:
    faults = Faults(limits.faults)
    bundle = open_source(source, faults, limits)
    if bundle is None:
        raise faults.refusal(FILE_ORDER)
    facts = _facts(bundle, name or bundle.name, faults)
    tables, unreadable = _tables(bundle, facts, faults, Allowance(limits))
    if not told_sizes(tables, faults, limits):
        raise faults.refusal(FILE_ORDER)
    tables = without_stale_rows(tables, unreadable, faults)
    check_references(facts, tables, unreadable, faults)
    events = _events(bundle, facts, faults)
    _unknown_files(bundle, faults)
    if faults:
        raise faults.refusal(FILE_ORDER)
    state = assemble(facts, tables)
    plan = state.unfinished(state.plan)
    if finished := len(state.plan) - len(plan):
        faults.notice(history_notice(finished))
    broken = _broken_pins(bundle, faults) if state.pins and plan else ()
    return Scenario(replace(state, plan=plan), events, tuple(faults.notices), broken)


def _broken_pins(bundle: Bundle, faults: Faults) -> tuple[BrokenPin, ...]:
    """What a plan.json names; one that cannot be read names none, as it is no part of the plant."""
    text = bundle.files.get(PLAN_FIGURES_FILE, b"{}").decode("utf-8-sig", errors="replace")
    try:
        return broken_pins_of(text, PLAN_FIGURES_FILE)
    except UnreadablePlan as error:
        faults.notice(str(error))
        return ()


def _facts(bundle: Bundle, name: str, faults: Faults) -> PlantFacts:
    if bundle.sheets is not None and "plant" in bundle.sheets:
        return facts_of_sheet(bundle.sheets["plant"], name, faults)
    if PLANT_FILE in bundle.files:
        return facts_of_toml(bundle.files[PLANT_FILE], name, faults)
    if bundle.sheets is None:
        _missing(PLANT_FILE, bundle.files, faults)
    else:
        _missing("plant", bundle.sheets, faults)
    return PlantFacts(name, ZoneInfo("UTC"), 0)


def _missing(file: str, there: Iterable[str], faults: Faults) -> None:
    names = [n for n in there if n not in FILE_ORDER and n not in SPECS and n != "plant"]
    hint = did_you_mean(file, names)
    faults.add(
        file, None, None, "no such file or sheet", "it in the scenario", hint if hint.startswith("did") else "add it"
    )


def _tables(
    bundle: Bundle, facts: PlantFacts, faults: Faults, allowance: Allowance
) -> tuple[dict[str, Table], set[str]]:
    tables: dict[str, Table] = {}
    unreadable: set[str] = set()
    for spec in FILES:
        there, sheet = _sheet(bundle, spec, faults, allowance)
        if sheet is not None:
            tables[spec.name] = table_of(sheet, spec, Local(facts.zone, facts.now, facts.written), faults)
            if any(c.required and c.name not in sheet.columns for c in spec.columns):
                unreadable.add(spec.name)
            continue
        tables[spec.name] = empty_table(spec)
        if there or spec.required:
            unreadable.add(spec.name)
        if spec.required and not there:
            if bundle.sheets is None:
                _missing(spec.file, bundle.files, faults)
            else:
                _missing(spec.name, bundle.sheets, faults)
    return tables, unreadable


def _sheet(bundle: Bundle, spec: FileSpec, faults: Faults, allowance: Allowance) -> tuple[bool, Sheet | None]:
    """(whether it is there, its text where that can be read)."""
    if bundle.sheets is not None:
        if spec.name not in bundle.sheets:
            return False, None
        rows = bundle.sheets[spec.name]
        if not rows and not spec.required:
            return False, None
        texts = frozenset(getattr(rows, "texts", ()))
        return True, sheet_of_rows(spec, spec.file, rows, faults, texts=texts)
    if spec.file not in bundle.files:
        return False, None
    return True, sheet_of_csv(spec, spec.file, bundle.files[spec.file], faults, allowance)


def _events(bundle: Bundle, facts: PlantFacts, faults: Faults) -> tuple[Event, ...]:
    if bundle.sheets is not None:
        lines = [row[0] for row in bundle.sheets.get("events", ()) if row]
        return read_events("\n".join(lines), facts.zone, faults, facts.now)
    if EVENTS_FILE not in bundle.files:
        return ()
    text = decoded(EVENTS_FILE, bundle.files[EVENTS_FILE], faults)
    return () if text is None else read_events(text, facts.zone, faults, facts.now)


def _unknown_files(bundle: Bundle, faults: Faults) -> None:
    known = {*FILE_ORDER, *BESIDE} if bundle.sheets is None else {*SPECS, "plant", "events"}
    nearest = Nearest(known)
    for file in sorted((bundle.files if bundle.sheets is None else bundle.sheets).keys() - known):
        if file.lower().startswith("readme"):
            continue
        hint = nearest(file, "")
        faults.notice(f"{file}: not known and ignored" + (f"; {hint}" if hint.startswith("did") else ""))
