"""Sources of signals, as rows and words."""

from __future__ import annotations

from collections.abc import Sequence

from ui import format as say
from ui.answers import Source
from ui.views.tables import Row

BLIND = "UNKNOWN"
STATES = {
    "RUNNING": "running",
    "IDLE": "idle",
    "SETUP": "set-up",
    "DOWN": "down",
    "PLANNED_STOP": "planned stop",
    BLIND: "not heard",
}
RULES = {
    "told_down": ("breakdown", "told"),
    "told_up": ("end", "told"),
    "told_count": ("count", "told"),
    "micro_stop": ("short stop", "kept back"),
    "calendar": ("stop in closed time", "kept back"),
    "hysteresis": ("short run", "kept back"),
    "silent": ("silence", "noticed"),
    "wrong_clock": ("wrong time", "set right"),
}
"""What each rule has done: to what, and what."""
NAMED = 3


def source_lines(sources: Sequence[Source]) -> list[str]:
    """A line for each that a planner should know of: it cannot be reached, or machines of it are not heard."""
    lines = []
    for one in sources:
        blind = sorted((m for m in one["machines"] if m["state"] == BLIND), key=lambda m: m["since"])
        if one["trouble"]:
            lines.append(f"{one['name']} cannot be reached: {one['trouble']}")
        if blind:
            named = ", ".join(f"{m['machine']} since {say.moment(m['since'])}" for m in blind[:NAMED])
            more = f" and {len(blind) - NAMED} more" if len(blind) > NAMED else ""
            lines.append(f"Not heard: {named}{more}")
    return lines


def standing_of(one: Source) -> str:
    """How it stands, in one line."""
    if one["trouble"]:
        return f"cannot be reached: {one['trouble']}"
    if not one["machines"]:
        return "nothing was heard yet" if one["listens"] else "another process listens, or its plant is not loaded"
    heard = sum(m["state"] != BLIND for m in one["machines"])
    return f"{heard} of {say.count(len(one['machines']), 'machine')} heard"


def decided(one: Source) -> str:
    """What came in and what the rules made of it."""
    taken = say.count(sum(one["signals"].values()), "signal")
    rules = [
        f"{say.count(one['rules'][name], noun)} {done}"
        for name, (noun, done) in RULES.items()
        if one["rules"].get(name)
    ]
    return " · ".join([taken, *rules])


def machine_rows(one: Source) -> list[Row]:
    return [
        {"Machine": m["machine"], "State": STATES.get(m["state"], m["state"]), "Since": say.moment(m["since"])}
        for m in one["machines"]
    ]


def figure_rows(one: Source) -> list[Row]:
    """Each rule's figure: taken, dropped, and why."""
    return [
        {"What": f["fate"].capitalize(), "Count": f["count"], "Why": f["why"][:1].upper() + f["why"][1:]}
        for f in one["figures"]
    ]
