"""What the panel beside the board says of the selected operation or order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ui import format as say
from ui.answers import Board, Material


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of the chain: where, when, and how long the order waited before it."""

    label: str
    machine: str
    start: str
    status: str
    wait: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected operation in words; `facts` in the order in which they are read."""

    title: str
    headline: str
    late_minutes: int
    facts: Mapping[str, str]
    chain: tuple[Step, ...]
    materials: tuple[str, ...]


def describe(
    board: Board, label: str, materials: Sequence[Material] = (), compared: Board | None = None
) -> Selection | None:
    """`label` is an operation ("MO-12/30") or an order ("MO-12"); None where the board has no such thing."""
    order, number = _split(board, label)
    if order is None:
        return None
    o, orders = board["operations"], board["orders"]
    members = sorted(
        (i for i, x in enumerate(o["order"]) if x == order), key=lambda i: (o["start"][i], o["operation"][i])
    )
    at = next((i for i in members if o["operation"][i] == number), None)
    if not members or (number is not None and at is None):
        return None
    name, late = orders["name"][order], orders["late_minutes"][order]
    facts = _operation_facts(board, at, compared) if at is not None else {}
    due = orders["due"][order]
    facts["Order ends"] = f"{when(board, orders['end'][order])}"
    if due is not None:
        facts["Due"] = f"{when(board, due)} · {say.lateness(late)}"
    facts["Priority"] = f"{orders['priority'][order]:g}"
    made = " · ".join(
        x for x in (board["texts"][orders["material"][order]], board["texts"][orders["customer"][order]]) if x
    )
    return Selection(
        title=label,
        headline=f"{say.quantity(orders['quantity'][order])} x {made}{_pieces_short(board, order)}",
        late_minutes=late,
        facts=facts,
        chain=tuple(_step(board, i, chosen=i == at) for i in members),
        materials=tuple(_short(m) for m in materials if name in m["orders_hit"]),
    )


def order_of(board: Board, label: str) -> str | None:
    """The order that an operation or an order names; None where the board has no such thing."""
    order, _ = _split(board, label)
    return None if order is None else board["orders"]["name"][order]


def _split(board: Board, label: str) -> tuple[int | None, int | None]:
    names = board["orders"]["name"]
    if label in names:
        return names.index(label), None
    order, _, number = label.rpartition("/")
    return (names.index(order), int(number)) if order in names and number.isdigit() else (None, None)


def _operation_facts(board: Board, i: int, compared: Board | None) -> dict[str, str]:
    o, texts = board["operations"], board["texts"]
    facts = {"Operation": texts[o["description"][i]] or f"{o['operation'][i]}"}
    facts["Machine"] = f"{board['machines'][o['machine'][i]]} · {board['statuses'][o['status'][i]]}"
    facts["Start"] = when(board, o["start"][i])
    facts["End"] = f"{when(board, o['end'][i])} · {say.duration(o['end'][i] - o['start'][i])}"
    setup = o["setup_start"][i]
    if setup is not None and setup < o["start"][i]:
        family = texts[o["setup_family"][i]]
        to = f" to {family}" if family else ""
        facts["Changeover"] = f"{say.duration(o['start'][i] - setup)}{to}, from {when(board, setup)}"
    if i in board["pinned"]:
        facts["Pinned"] = "a person has fixed it; every plan keeps it"
    if i in board["in_doubt"]:
        facts["In doubt"] = "assumed from what was reported; see Today"
    facts["Slack"] = _slack(board, i)
    others = [board["machines"][m] for m in board["eligible_sets"][o["eligible"][i]] if m != o["machine"][i]]
    facts["Could also run on"] = (
        ", ".join(others[:4]) + (f" and {len(others) - 4} more" if len(others) > 4 else "") or "–"
    )
    if compared is not None:
        facts[f"In plan {compared['plan']}"] = _was(board, compared, i)
    return facts


def _slack(board: Board, i: int) -> str:
    """How long the operation could end later before the next one of the order, or its due date, is touched."""
    o = board["operations"]
    after = [o["start"][j] for j, before in enumerate(o["predecessors"]) if i in before]
    if after:
        return f"{say.duration(min(after) - o['end'][i])} to the next operation"
    due = board["orders"]["due"][o["order"][i]]
    if due is None:
        return "no due date"
    return f"{say.duration(due - o['end'][i])} to the due date"


def _was(board: Board, compared: Board, i: int) -> str:
    o, c = board["operations"], compared["operations"]
    name = board["orders"]["name"][o["order"][i]]
    for j in range(len(c["order"])):
        if c["operation"][j] == o["operation"][i] and compared["orders"]["name"][c["order"][j]] == name:
            machine, start = compared["machines"][c["machine"][j]], when(compared, c["start"][j])
            here = (board["machines"][o["machine"][i]], when(board, o["start"][i]))
            return "the same" if (machine, start) == here else f"{machine}, {start}"
    return "not in it"


def _step(board: Board, i: int, chosen: bool) -> Step:
    o = board["operations"]
    before = [o["end"][p] for p in o["predecessors"][i]]
    wait = say.duration(o["start"][i] - max(before)) if before else ""
    return Step(
        label=f"{o['operation'][i]}",
        machine=board["machines"][o["machine"][i]],
        start=when(board, o["start"][i]),
        status=board["statuses"][o["status"][i]],
        wait=wait,
        chosen=chosen,
    )


def _pieces_short(board: Board, order: int) -> str:
    short = board["orders"]["pieces_short"][order]
    return f" · {say.quantity(short)} short" if short > 0 else ""


def _short(material: Material) -> str:
    since = f" from {say.moment(material['short_from'])}" if material["short_from"] else ""
    return f"{material['material']} is short{since}"


def when(board: Board, minute: int) -> str:
    """Tue 17 Nov 13:25 on the plant's clock."""
    return say.moment(clock(board, minute))


def clock(board: Board, minute: int) -> dt.datetime:
    """What the plant's clock shows; `origin` carries an offset that may change within the plan, so the zone decides."""
    at = say.parse(board["origin"]).astimezone(dt.UTC) + dt.timedelta(minutes=minute)
    return at.astimezone(ZoneInfo(board["timezone"])).replace(tzinfo=None)
