"""Stops that last, and what they cost, in words."""

from __future__ import annotations

from collections.abc import Sequence

from ui import format as say
from ui.answers import Stop


def stop_lines(stops: Sequence[Stop]) -> list[tuple[str, str]]:
    """(what stands and until when, what it costs) of each machine that is down."""
    return [(_what(one), _cost(one)) for one in stops if one["lasts"]]


def _what(one: Stop) -> str:
    reason = one["reason"]
    named = reason["words"] if reason is not None else one["words"]
    parts = [f"{one['machine']} stands since {say.moment(one['since'])}", named]
    if reason is not None and reason["owner"]:
        parts.append(f"for {reason['owner']}")
    if one["until"] is None:
        parts.append("end unknown")
    else:
        why = f" ({one['expected_by']})" if one["expected_by"] else ""
        parts.append(f"expected up {say.moment(one['until'])}{why}")
    return " · ".join(part for part in parts if part)


def _cost(one: Stop) -> str:
    if one["waits"]:
        return "not yet planned"
    if not one["cost"]:
        return "no order becomes late"
    money = ", ".join(f"{amount:,.0f} {currency}" for currency, amount in sorted(one["money"].items()))
    others = f", with {say.count(one['others'], 'other event')}" if one["others"] else ""
    return f"{one['cost']}{f'; in all {money}' if money else ''}{others} · plan {one['plan_after']}"
