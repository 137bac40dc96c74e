"""Weights and frozen zone as a what-if assumes them: a line of it, and words for what changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ui import format as say
from ui.answers import PlantDetail, RuleChange, WhatIfSummary
from ui.views.assumptions import Assumption

RULES = "policy"
"""The type of a line that is no event: it changes how the plant is planned."""
FROZEN = "frozen_minutes"
WEIGHTS: Mapping[str, str] = {
    "tardiness": "A minute late",
    "setup": "A minute of changeover",
    "makespan": "A minute to the last end",
    "flow": "A minute in the shop",
    "stability": "An operation moved",
}


def rules_line(frozen_minutes: int | None, weights: Mapping[str, float]) -> Assumption:
    """frozen_minutes None, weights that are left out: as the plant has them."""
    data: dict[str, Any] = {}
    words = []
    if frozen_minutes is not None:
        data[FROZEN] = frozen_minutes
        words.append(f"frozen zone {say.duration(frozen_minutes)}")
    if weights:
        data["objective"] = dict(weights)
        words += [f"{WEIGHTS[name].lower()} weighs {value:g}" for name, value in weights.items()]
    return Assumption(f"Planned otherwise: {', '.join(words)}", RULES, data)


def split(lines: Sequence[Assumption]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The events of a what-if, and what it assumes of the rules; of two lines about one rule the later counts."""
    rules: dict[str, Any] = {}
    for line in lines:
        if line.type == RULES:
            weights = {**rules.get("objective", {}), **line.data.get("objective", {})}
            rules |= dict(line.data) | ({"objective": weights} if weights else {})
    return [line.event() for line in lines if line.type != RULES], rules


def lines_of_rules(idea: WhatIfSummary, plant: PlantDetail) -> list[Assumption]:
    """What it assumes otherwise than the plant now."""
    now = plant["policy"]
    weights = {} if idea["objective"] is None else cast(dict[str, float], dict(idea["objective"]))
    other = {name: value for name, value in weights.items() if value != dict(now["objective"])[name]}
    frozen = idea["frozen_minutes"] if idea["frozen_minutes"] != now["frozen_minutes"] else None
    return [rules_line(frozen, other)] if other or frozen is not None else []


def change_words(change: RuleChange) -> str:
    """Frozen zone 4 h instead of 1 h; A minute of changeover weighs 2 instead of 0.1."""
    before, after = change["before"], change["after"]
    if change["rule"] == FROZEN:
        return f"Frozen zone {say.duration(after)} instead of {say.duration(before)}"
    return f"{WEIGHTS[change['rule']]} weighs {after:g} instead of {before:g}"
