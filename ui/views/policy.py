"""How a plant is planned, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ui import format as say
from ui.answers import DispatchTarget, Limits, Mode, Policy

AS_PLANT = "as the plant"
MODES: Mapping[Mode, str] = {
    "observe": "observe: nothing by itself",
    "advise": "advise: plans are proposed",
    "auto": "auto: plans are released",
}

MODE_WORDS: Mapping[Mode, str] = {
    "observe": "plans only when asked",
    "advise": "proposes plans",
    "auto": "plans by itself",
}
"""The same in a few words."""


def limits_words(limits: Limits) -> str:
    """At most 40 moves, next 4 h frozen, machines kept; "no limits"."""
    parts = []
    if limits["max_moves"] is not None:
        parts.append(f"at most {say.count(limits['max_moves'], 'move')}")
    if limits["time_fence_minutes"]:
        parts.append(f"next {say.duration(limits['time_fence_minutes'])} frozen")
    if limits["keep_machines"]:
        parts.append("machines kept")
    return ", ".join(parts) or "no limits"


def limits_of(policy: Policy) -> Limits:
    return Limits(
        max_moves=policy["max_moves"],
        time_fence_minutes=policy["time_fence_minutes"],
        keep_machines=policy["keep_machines"],
    )


def work_centers(targets: Sequence[DispatchTarget]) -> list[str]:
    return [t["target"] for t in targets if t["kind"] == "work center"]


def changed_modes(before: Mapping[str, Mode], chosen: Mapping[str, str]) -> dict[str, Mode | None]:
    """What to send: only work centers whose mode is another now; None: the plant's again."""
    known: dict[str, Mode] = {m: m for m in MODES}
    return {name: known.get(mode) for name, mode in chosen.items() if known.get(mode) != before.get(name)}


def changed_limits(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What to send of the policy: only what is another now."""
    return {name: value for name, value in wanted.items() if value != before.get(name)}
