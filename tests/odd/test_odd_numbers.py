"""A number or moment that cannot be meant is refused where it comes in; one that fits no plan costs its order alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from scheduler.errors import InvalidScenario
from scheduler.ingest import read_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.ingest.workshop import zipped

SHORT = PlanRequest(time_limit_seconds=5.0, workers=1, budget=30)

ROWS: Mapping[str, tuple[dict[str, str], ...]] = {
    "calendars": tuple(
        {"calendar": "day", "weekday": day, "start": "06:00", "end": "22:00"} for day in ("mon", "tue", "wed", "thu")
    ),
    "machines": (
        {"machine": "M1", "work_center": "wc", "calendar": "day", "efficiency": "1", "cost_per_hour": "1"},
        {"machine": "M2", "work_center": "wc", "calendar": "day", "efficiency": "1", "cost_per_hour": "1"},
        {"machine": "M3", "work_center": "other", "calendar": "day", "efficiency": "1", "cost_per_hour": "1"},
    ),
    "orders": (
        {
            "order": "ODD",
            "material": "odd",
            "quantity": "10",
            "due": "2026-03-04T12:00",
            "release": "",
            "priority": "1",
        },
        {
            "order": "GOOD",
            "material": "good",
            "quantity": "10",
            "due": "2026-03-04T12:00",
            "release": "",
            "priority": "1",
        },
    ),
    "routings": (
        {"routing": "odd", "operation": "10", "pausable": "yes", "min_wait": "", "max_wait": ""},
        {"routing": "odd", "operation": "20", "pausable": "yes", "min_wait": "5", "max_wait": ""},
        {"routing": "good", "operation": "10", "pausable": "yes", "min_wait": "", "max_wait": ""},
    ),
    "routing_machines": (
        {
            "routing": "odd",
            "operation": "10",
            "machine": "M1",
            "run_minutes_per_unit": "5",
            "run_minutes_fixed": "0",
            "setup_minutes": "0",
        },
        {
            "routing": "odd",
            "operation": "20",
            "machine": "M3",
            "run_minutes_per_unit": "5",
            "run_minutes_fixed": "0",
            "setup_minutes": "0",
        },
        {
            "routing": "good",
            "operation": "10",
            "machine": "M2",
            "run_minutes_per_unit": "5",
            "run_minutes_fixed": "0",
            "setup_minutes": "0",
        },
    ),
    "materials": ({"material": "bar", "on_hand": "100"},),
    "bom": ({"routing": "odd", "operation": "10", "component": "bar", "quantity_per_unit": "1"},),
    "receipts": ({"receipt": "PO", "material": "bar", "quantity": "5", "expected": "2026-03-03T12:00"},),
    "pools": ({"pool": "crew", "capacity": "2"},),
    "routing_pools": ({"routing": "odd", "operation": "10", "pool": "crew", "quantity": "1"},),
    "pool_exceptions": ({"pool": "crew", "start": "2026-03-03T12:00", "end": "2026-03-03T13:00", "capacity": "1"},),
    "downtimes": ({"machine": "M1", "start": "2026-03-02T05:00", "end": "2026-03-02T08:00"},),
    "calendar_exceptions": (
        {"calendar": "", "machine": "M1", "start": "2026-03-06T05:00", "end": "2026-03-06T08:00", "kind": "open"},
    ),
    "progress": (),
    "setup_matrix": (),
    "plan": (),
}
MATRIX = tuple(
    {"work_center": "other", "from_family": a, "to_family": b, "minutes": "5"} for a, b in (("*", "*"), ("a", "*"))
)
RUNNING = {
    "order": "ODD",
    "operation": "10",
    "status": "running",
    "machine": "M1",
    "started": "2026-03-02T05:30",
    "remaining_minutes": "30",
    "quantity_good": "1",
}
PLANNED = {"order": "ODD", "operation": "10", "machine": "M1", "start": "2026-03-02T09:00", "end": "2026-03-02T09:50"}
PLANT = {"horizon_days": "30", "frozen_minutes": "60", "default_repair_minutes": "120", "lost_report_minutes": "480"}
WEIGHTS = {"tardiness": "1.0", "setup": "0.1", "makespan": "0.1", "flow": "0.1", "stability": "1.0"}

NUMBERS = ("0", "1e-300", "0.5", "99999", "1000000", "1e9", "1e18", "1e308", "-1", "nan", "inf", "9" * 5000)
MOMENTS = (
    "0001-01-01T00:00",
    "1969-01-01T00:00",
    "1999-12-31T24:00",
    "2020-01-01T00:00",
    "2099-12-31T23:59",
    "9999-12-31T23:59",
    "9999-12-31T23:59-12:00",
    "2026-03-04",
    "2026-W10-1",
)
COLUMNS = [
    (table, column, values)
    for table, columns, values in (
        ("orders", ("quantity", "priority"), NUMBERS),
        ("orders", ("due", "release"), MOMENTS),
        ("machines", ("efficiency", "cost_per_hour"), NUMBERS),
        ("routings", ("min_wait", "max_wait"), NUMBERS),
        ("routing_machines", ("run_minutes_per_unit", "run_minutes_fixed", "setup_minutes"), NUMBERS),
        ("materials", ("on_hand",), NUMBERS),
        ("bom", ("quantity_per_unit",), NUMBERS),
        ("receipts", ("quantity",), NUMBERS),
        ("receipts", ("expected",), MOMENTS),
        ("pools", ("capacity",), NUMBERS),
        ("routing_pools", ("quantity",), NUMBERS),
        ("pool_exceptions", ("capacity",), NUMBERS),
        ("pool_exceptions", ("end",), MOMENTS),
        ("downtimes", ("start", "end"), MOMENTS),
        ("calendar_exceptions", ("start", "end"), MOMENTS),
        ("progress", ("remaining_minutes", "quantity_good"), NUMBERS),
        ("progress", ("started",), MOMENTS),
        ("setup_matrix", ("minutes",), NUMBERS),
        ("plan", ("start", "end"), MOMENTS),
    )
    for column in columns
]


def files(changed: Mapping[str, tuple[dict[str, str], ...]], **facts: str) -> dict[str, str]:
    """The plant as files, some tables of it changed; facts : of plant.toml, its weights among them."""
    plant, weights = (
        PLANT | {k: v for k, v in facts.items() if k in PLANT},
        WEIGHTS | {k: v for k, v in facts.items() if k in WEIGHTS},
    )
    lines = ['name = "P"', 'timezone = "Europe/Zurich"', f"now = {facts.get('now', '2026-03-02T06:00:00')}"]
    lines += [f"{name} = {value}" for name, value in plant.items()]
    lines += ["[objective]", *(f"{name} = {value}" for name, value in weights.items())]
    texts = {"plant.toml": "\n".join(lines) + "\n"}
    for name, rows in (dict(ROWS) | dict(changed)).items():
        if rows:
            header = ",".join(rows[0])
            texts[f"{name}.csv"] = "\n".join([header, *(",".join(row.values()) for row in rows)]) + "\n"
    return texts


def comes_out_well(texts: Mapping[str, str], alone: bool = True) -> None:
    """Refused in words; or planned, and whatever is left out has its reason. alone : GOOD is planned in any case."""
    try:
        state = read_scenario(zipped(texts)).state
    except InvalidScenario as error:
        refused = error.issues
    else:
        refused = ()
    if refused:
        assert all(i.found and i.expected and i.remedy and len(str(i)) < 1000 for i in refused)
        return
    plan = RejigPlanner().plan(state, SHORT)
    assert plan.engine_failures == ()
    verdict = check_plan(state, plan.operations, plan.unplanned)
    assert verdict.feasible, verdict.violations[:3]
    assert all(u.reason for u in plan.unplanned)
    left_out = {u.order for u in plan.unplanned}
    assert {o.order for o in plan.operations} | left_out == {"ODD", "GOOD"}
    assert verdict.kpis.cost == verdict.kpis.cost < float("inf")
    if alone:
        assert "GOOD" not in left_out


@pytest.mark.parametrize(("table", "column", "values"), COLUMNS, ids=[f"{t}.{c}" for t, c, _ in COLUMNS])
def test_any_number_and_moment_in_any_column(table: str, column: str, values: tuple[str, ...]) -> None:
    rows = ROWS[table] or {"progress": (RUNNING,), "setup_matrix": MATRIX, "plan": (PLANNED,)}[table]
    for value in values:
        at = 1 if (table, column) in (("routings", "min_wait"), ("routings", "max_wait")) else 0
        changed = tuple({**row, column: value} if i == at else row for i, row in enumerate(rows))
        try:
            comes_out_well(files({table: changed}))
        except Exception as fault:
            raise AssertionError(f"{table}.{column} = {value[:20]}: {type(fault).__name__}: {fault}") from fault


@pytest.mark.parametrize("name", [*PLANT, *WEIGHTS])
def test_any_number_in_plant_toml(name: str) -> None:
    values = (*NUMBERS, "-1e308", "0xffffffffffffffff", "true", "[]", '"many"', "2026-01-01", "[" * 90 + "]" * 90)
    for value in values:
        try:
            comes_out_well(files({}, **{name: value}))
        except Exception as fault:
            raise AssertionError(f"{name} = {value[:20]}: {type(fault).__name__}: {fault}") from fault


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "2099-12-31T23:59:00", '"soon"']
)
def test_any_now(moment: str) -> None:
    comes_out_well(files({}, now=moment), alone=False)


def test_all_weights_and_priorities_as_large_as_they_may_be() -> None:
    orders = tuple({**row, "priority": "1e9", "due": "1971-01-01T00:00"} for row in ROWS["orders"])
    comes_out_well(files({"orders": orders}, **dict.fromkeys(WEIGHTS, "1e9")))


def test_quantity_and_minutes_as_large_as_they_may_be() -> None:
    orders = tuple({**row, "quantity": "1e9"} if row["order"] == "ODD" else row for row in ROWS["orders"])
    runs = tuple(
        {**row, "run_minutes_per_unit": "1e9"} if row["routing"] == "odd" else row for row in ROWS["routing_machines"]
    )
    machines = ({**ROWS["machines"][0], "efficiency": "1e-6"}, *ROWS["machines"][1:])
    comes_out_well(files({"orders": orders, "routing_machines": runs, "machines": machines}))


def test_an_order_with_ten_million_pieces_is_named_and_the_rest_is_planned() -> None:
    orders = ({**ROWS["orders"][0], "quantity": "10000000"}, ROWS["orders"][1])
    state = read_scenario(zipped(files({"orders": orders, "bom": ()}))).state
    plan = RejigPlanner().plan(state, SHORT)
    assert [u.order for u in plan.unplanned] == ["ODD"]
    assert "more than the 2000 that a plan has for one order; is its quantity right?" in plan.unplanned[0].reason
    assert {o.order for o in plan.operations} == {"GOOD"}


def test_an_order_that_waits_for_ten_years_is_named_and_the_rest_is_planned() -> None:
    routings = (ROWS["routings"][0], {**ROWS["routings"][1], "min_wait": "5256000"}, ROWS["routings"][2])
    state = read_scenario(zipped(files({"routings": routings}))).state
    plan = RejigPlanner().plan(state, SHORT)
    assert [u.order for u in plan.unplanned] == ["ODD"]
    assert "3,650 days of waiting between them" in plan.unplanned[0].reason
    assert {o.order for o in plan.operations} == {"GOOD"}
