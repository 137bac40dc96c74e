"""Files in and out: scenarios and plans, as a planner opens them in a spreadsheet."""

from scheduler.ingest.files import ContractFiles
from scheduler.ingest.plan_files import (
    history_notice,
    plan_csv,
    plan_json,
    read_broken_pins,
    read_left_out,
    read_plan,
    write_plan,
)
from scheduler.ingest.planners_tables import PlannersTables
from scheduler.ingest.scenario import Scenario, collector_resting, read_scenario
from scheduler.ingest.scenario_files import scenario_texts, scenario_zip, write_scenario

__all__ = [
    "ContractFiles",
    "PlannersTables",
    "Scenario",
    "collector_resting",
    "history_notice",
    "plan_csv",
    "plan_json",
    "read_broken_pins",
    "read_left_out",
    "read_plan",
    "read_scenario",
    "scenario_texts",
    "scenario_zip",
    "write_plan",
    "write_scenario",
]
