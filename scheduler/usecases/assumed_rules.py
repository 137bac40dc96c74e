"""Weights and frozen zone that a what-if assumes: what they change of the plant's policy, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from scheduler.domain.plant import PlantState
from scheduler.ports import Adoption, Policy, Rules, WhatIfRecord

WORDS: Mapping[str, str] = {"objective": "the weights have", "frozen_minutes": "the frozen zone has"}


@dataclass(frozen=True, slots=True)
class RuleChange:
    """rule : a weight's name, or frozen_minutes."""

    rule: str
    before: float
    after: float


def rule_changes(before: PlantState, after: PlantState) -> tuple[RuleChange, ...]:
    """Weights and frozen zone that differ."""
    old, new = (asdict(s.objective) | {"frozen_minutes": s.frozen_minutes} for s in (before, after))
    return tuple(RuleChange(name, old[name], new[name]) for name in new if old[name] != new[name])


def assumed(policy: Policy, rules: Rules) -> Policy:
    """The policy with them."""
    return replace(
        policy,
        objective=rules.objective or policy.objective,
        frozen_minutes=policy.frozen_minutes if rules.frozen_minutes is None else rules.frozen_minutes,
    )


def kept_before(policy: Policy, rules: Rules) -> Rules | None:
    """What an adoption keeps of the policy; None where it changes nothing of it."""
    return None if assumed(policy, rules) == policy else Rules(policy.objective, policy.frozen_minutes)


def restored(policy: Policy, record: WhatIfRecord, adoption: Adoption) -> tuple[Policy, tuple[str, ...]]:
    """The policy with what the adoption has changed taken back, and what has been changed since, in words."""
    was, became = adoption.rules_before, assumed(Policy(), record.rules)
    if was is None:
        return policy, ()
    left = []
    for name, words in WORDS.items():
        if getattr(became, name) is None:
            continue
        if getattr(policy, name) == getattr(became, name):
            policy = replace(policy, **{name: getattr(was, name)})
        else:
            left.append(f"{words} been changed since")
    return policy, tuple(left)
