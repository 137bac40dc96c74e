"""Plans in and out: plan.csv, and plan.json with the figures."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from scheduler.atomic import write_files
from scheduler.domain.minutes import DAY, EPOCH, Minute, iso, to_datetime
from scheduler.domain.plans import BrokenPin, EngineFailure, Plan, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.texts import sayable
from scheduler.errors import UnreadablePlan
from scheduler.ingest.assemble import planned_operations
from scheduler.ingest.cells import Local
from scheduler.ingest.csv_text import csv_text
from scheduler.ingest.faults import Faults
from scheduler.ingest.rows import Allowance
from scheduler.ingest.schema import SPECS
from scheduler.ingest.tables import sheet_of_csv, table_of
from scheduler.limits import STANDARD

PLAN_COLUMNS = ("order", "operation", "machine", "start", "end", "setup_start")
CLOCK = tuple(f"T{minute // 60:02d}:{minute % 60:02d}" for minute in range(DAY))


def read_plan(source: Path | str, state: PlantState) -> tuple[PlannedOperation, ...]:
    """The rows of a plan.csv (its path, or its text) in file order; times without an offset are plant-local.

    Rows that stand twice and names that the plant does not know are kept: the check names them. So are those of
    finished operations, which `PlantState.unfinished` leaves out.
    Raises UnreadablePlan with every row that cannot be read.
    """
    faults = Faults()
    if isinstance(source, Path):
        try:
            content, name = _content(source), source.name
        except OSError as error:
            raise UnreadablePlan(f"{source}: {error.strerror}; expected a plan.csv") from None
    else:
        content, name = source.encode("utf-8", "surrogatepass"), "plan.csv"
    sheet = sheet_of_csv(SPECS["plan"], name, content, faults, Allowance())
    table = None if sheet is None else table_of(sheet, SPECS["plan"], Local(state.zone, state.now), faults)
    if faults or table is None:
        lines = [f"  {i}" for i in faults.in_order((name,))]
        more = [f"  and {len(faults) - len(lines):,} more"] if len(faults) > len(lines) else []
        raise UnreadablePlan("the plan cannot be read:\n" + "\n".join(lines + more))
    return planned_operations(table)


def _content(file: Path) -> bytes:
    """What stands in a file. Raises OSError, and UnreadablePlan where it is larger than any plan."""
    with file.open("rb") as opened:
        content = opened.read(STANDARD.unpacked_bytes + 1)
    if len(content) > STANDARD.unpacked_bytes:
        raise UnreadablePlan(
            f"{file}: found more than {STANDARD.unpacked_bytes // 1_000_000} MB, expected at most that"
        )
    return content


def history_notice(finished: int) -> str:
    """Of so many rows of a plan that the floor has finished since."""
    return f"plan.csv: {finished} row(s) of finished operations are history, and no longer part of the plan"


def read_left_out(plan_csv_path: Path) -> tuple[Unplanned, ...] | None:
    """The orders that the plan.json beside a plan.csv names as left out; None where it says nothing of that.

    Raises UnreadablePlan for a plan.json that is none.
    """
    beside = plan_csv_path.with_suffix(".json")
    text = _text_of(beside)
    return None if text is None else left_out_of(text, str(beside))


def read_broken_pins(plan_csv_path: Path) -> tuple[BrokenPin, ...]:
    """The pins that the plan.json beside a plan.csv names as broken. Raises UnreadablePlan for one that is none."""
    beside = plan_csv_path.with_suffix(".json")
    text = _text_of(beside)
    return () if text is None else broken_pins_of(text, str(beside))


def left_out_of(text: str, name: str) -> tuple[Unplanned, ...] | None:
    """The orders left out by the text of a plan.json; None: it does not say. Raises UnreadablePlan."""
    try:
        said = json.loads(text)
        if said.keys() == {"broken_pins"}:
            return None
        rows = said.get("unplanned") or []
        return tuple(
            Unplanned(str(r["order"]), _number(r.get("operation")), sayable(str(r.get("reason", "")), 2_000))
            for r in rows
        )
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise _no_plan_json(name, "'unplanned'") from None


def broken_pins_of(text: str, name: str) -> tuple[BrokenPin, ...]:
    """The pins that the text of a plan.json names as broken. Raises UnreadablePlan."""
    try:
        rows = json.loads(text).get("broken_pins") or []
        return tuple(
            BrokenPin(str(r["order"]), int(r["operation"]), sayable(str(r.get("reason", "")), 2_000)) for r in rows
        )
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise _no_plan_json(name, "'broken_pins'") from None


def broken_pins_json(broken: Sequence[BrokenPin]) -> str:
    """A plan.json that says nothing else."""
    return json.dumps({"broken_pins": [asdict(b) for b in broken]}, indent=2, ensure_ascii=False) + "\n"


def _text_of(beside: Path) -> str | None:
    try:
        return _content(beside).decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadablePlan(f"{beside}: {error}; expected the plan.json of that plan, as UTF-8") from None


def _no_plan_json(name: str, what: str) -> UnreadablePlan:
    return UnreadablePlan(
        f"{name}: not a plan.json; expected a JSON object whose {what} lists order, operation and reason; "
        "remove it, or write the plan again"
    )


def _number(operation: object) -> int | None:
    """An operation's number. Raises TypeError for anything else."""
    if operation is not None and type(operation) is not int:
        raise TypeError
    return operation


def plan_csv(operations: Sequence[PlannedOperation], state: PlantState) -> str:
    """The columns of plan.csv, times as ISO 8601 with the plant's offset; without what is finished."""
    said = _clock(state.zone)
    return csv_text(
        PLAN_COLUMNS,
        (
            (o.order, o.operation, o.machine, said(o.start), said(o.end), said(o.setup_start))
            for o in state.unfinished(operations)
        ),
    )


def plan_json(plan: Plan) -> str:
    """The figures by the contract's names, who found the plan, what was left out, how good it was when, and which
    engines failed on the way."""
    said = {
        **asdict(plan.kpis),
        "proven": plan.proven,
        "engine": plan.engine,
        "unplanned": [asdict(u) for u in plan.unplanned],
        "broken_pins": [asdict(b) for b in plan.broken_pins],
        "cost_at": [asdict(m) for m in plan.cost_at],
        "history": [asdict(m) for m in plan.history],
        "engine_failures": [failure_said(f) for f in plan.engine_failures],
    }
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def failure_said(failure: EngineFailure) -> dict[str, object]:
    """Without the trace, which is for the log."""
    return {name: value for name, value in asdict(failure).items() if name != "trace"}


def write_plan(folder: Path, plan: Plan, state: PlantState) -> None:
    """plan.csv and plan.json into a folder, made where missing; a reader never sees half a file."""
    write_files(folder, {"plan.csv": plan_csv(plan.operations, state), "plan.json": plan_json(plan)})


def _clock(zone: ZoneInfo) -> Callable[[Minute | None], str]:
    """`iso` for many moments: days on which the clock is not changed are looked up once."""
    days: dict[int, tuple[int, str] | None] = {}
    dates: dict[int, str] = {}

    def day_of(number: int) -> tuple[int, str] | None:
        """(minutes ahead of UTC, as ISO 8601 says it) all through a day of UTC; None: it changes, or has seconds."""
        first, last = (to_datetime(number * DAY + minute, zone) for minute in (0, DAY))
        ahead = first.utcoffset()
        if ahead is None or ahead != last.utcoffset() or ahead.seconds % 60:
            return None
        return ahead.days * DAY + ahead.seconds // 60, first.isoformat(timespec="minutes")[16:]

    def said(minute: Minute | None) -> str:
        if minute is None:
            return ""
        number = minute // DAY
        if number not in days:
            days[number] = day_of(number)
        day = days[number]
        if day is None:
            return iso(minute, zone)
        date, clock = divmod(minute + day[0], DAY)
        if date not in dates:
            dates[date] = (EPOCH.date() + dt.timedelta(days=date)).isoformat()
        return dates[date] + CLOCK[clock] + day[1]

    return said
