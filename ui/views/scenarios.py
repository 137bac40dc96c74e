"""Which plans can be shown, and against which; said so that a planner tells them apart."""

from __future__ import annotations

from collections.abc import Sequence

from ui import format as say
from ui.answers import Plan, Plant, WhatIfSummary
from ui.views.why import headline, why

DEFAULT = 0
NOTHING = -1


def former_plan(plans: Sequence[Plan], current: int | None) -> Plan | None:
    """The plan that was in force before the last events came in; without such a one, the one before `current`.

    A repair is improved within seconds, so the version right before says little about what the events have cost.
    """
    now = next((p for p in plans if p["id"] == current), None)
    if now is None:
        return None
    older = [p for p in plans if p["id"] < now["id"] and p["status"] == "superseded" and p["decided_at"]]
    wiser = [p for p in older if p["revision"] < now["revision"]]
    return max(wiser or older, key=lambda p: p["id"], default=None)


def plan_label(plant: Plant, plan: Plan) -> str:
    """plan in force, or plan 8."""
    return "plan in force" if plan["id"] == plant["plan_in_force"] else f"plan {plan['id']}"


def of_the_plant(plan: Plan) -> bool:
    """Whether it rests on no assumption: it is the plant's own, or what a what-if found for doing nothing."""
    return plan["what_if"] is None or plan["cause"].startswith("do nothing")


def plan_facts(plan: Plan) -> dict[str, str]:
    """What there is to know of a plan version besides its figures."""
    told = why(plan, ())
    facts = {"Status": plan["status"], "Made because": told.sentence()}
    if told.asked:
        facts["The rules ask to"] = told.asked
    if told.since():
        facts["Since then"] = told.since()
    if plan["decided_by"]:
        facts["Decided by"] = plan["decided_by"]
    if plan["kpis"]["solve_seconds"] is not None:
        facts["Search took"] = f"{plan['kpis']['solve_seconds']:.1f} s"
    facts["Cost"] = say.cost(plan["kpis"]["cost"])
    bound = plan["lower_bound"]
    facts["Proven bound"] = "none" if bound is None else f"{say.cost(bound)} · gap {say.percent(plan['gap'] or 0.0)}"
    if plan["unplanned"]:
        facts["Not planned"] = say.count(len(plan["unplanned"]), "order")
    return facts


def scenario_choices(plans: Sequence[Plan], ideas: Sequence[WhatIfSummary]) -> dict[int, str]:
    """Plan numbers with their words; `DEFAULT` comes first and follows whatever is in force.

    The words of a choice never change: the browser remembers a choice by its words.
    """
    found: dict[int, str] = {DEFAULT: "Plan in force (or the newest)"} if plans else {}
    names = {idea["id"]: idea["name"] for idea in ideas}
    for plan in plans:
        if plan["what_if"]:
            how = "Do nothing" if of_the_plant(plan) else "What-if"
            found[plan["id"]] = f"{how} · {names.get(plan['what_if'], plan['what_if'])} · plan {plan['id']}"
        else:
            found[plan["id"]] = f"Plan {plan['id']} · {headline(plan)}"
    return found


def compare_choices(plans: Sequence[Plan], shown: Plan | None) -> dict[int, str]:
    """`DEFAULT` first (the plan in force, or the one before it when that is shown), then nothing, then every other."""
    found = {DEFAULT: "The plan that it replaces"}
    found[NOTHING] = "Nothing"
    for plan in plans:
        if shown is None or plan["id"] != shown["id"]:
            found[plan["id"]] = f"Plan {plan['id']} · {headline(plan)}"
    return found


def pick(plant: Plant, plans: Sequence[Plan], number: int | None, *, shown: Plan | None = None) -> Plan | None:
    """The plan behind a choice; with `shown` the choice is one of `compare_choices`."""
    if number is None or number == NOTHING:
        return None
    if number != DEFAULT:
        return next((p for p in plans if p["id"] == number and (shown is None or p["id"] != shown["id"])), None)
    if shown is not None:
        return _usual(plant, plans, shown)
    in_force = next((p for p in plans if p["id"] == plant["plan_in_force"]), None)
    return in_force or (plans[0] if plans else None)


def _usual(plant: Plant, plans: Sequence[Plan], shown: Plan | None) -> Plan | None:
    if shown is None:
        return None
    if shown["id"] != plant["plan_in_force"]:
        return next((p for p in plans if p["id"] == plant["plan_in_force"]), None)
    return former_plan(plans, shown["id"])
