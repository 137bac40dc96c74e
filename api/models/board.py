"""A plan in compact columns, as the board draws it."""

from __future__ import annotations

from typing import Annotated

from api.models.fields import Answer, about
from api.models.plants import NOW


class BoardOperations(Answer):
    """Operations as columns of equal length; row i is the same operation in each."""

    order: Annotated[list[int], about("Index into `orders.name`", [0], "index")]
    operation: Annotated[list[int], about("Operation number", [20], "1")]
    machine: Annotated[list[int], about("Index into `machines`", [3], "index")]
    setup_start: Annotated[list[int | None], about("Changeover begins; null: none", [None], "minutes since origin")]
    start: Annotated[list[int], about("Work begins", [45], "minutes since origin")]
    end: Annotated[list[int], about("Work ends", [105], "minutes since origin")]
    status: Annotated[list[int], about("Index into `statuses`", [3], "index")]
    description: Annotated[list[int], about("Index into `texts`", [0], "index")]
    setup_family: Annotated[list[int], about("Index into `texts`", [1], "index")]
    eligible: Annotated[list[int], about("Index into `eligible_sets`", [0], "index")]
    predecessors: Annotated[
        list[list[int]], about("Rows of this table that come right before in the same order", [[0]], "index")
    ]


class BoardOrders(Answer):
    """Orders as columns of equal length."""

    name: Annotated[list[str], about("Order", ["SO-1042"])]
    customer: Annotated[list[int], about("Index into `texts`", [2], "index")]
    material: Annotated[list[int], about("Index into `texts`", [3], "index")]
    quantity: Annotated[list[float], about("How many", [25.0], "the material's unit")]
    due: Annotated[list[int | None], about("Due date", [480], "minutes since origin")]
    priority: Annotated[list[float], about("Weight of one minute late", [1.0], "1")]
    end: Annotated[list[int], about("Planned end", [505], "minutes since origin")]
    late_minutes: Annotated[list[int], about("Planned end less due; negative: early", [25], "minutes")]
    sub_assembly: Annotated[
        list[bool], about("True where it makes what other orders take and no customer waits for it", [False])
    ]
    pieces_short: Annotated[
        list[float], about("What will come of it falls short of its quantity by", [0.0], "the material's unit")
    ]


class Board(Answer):
    """A plan in compact columns for drawing: integers in minutes since `origin`, names in tables."""

    plant: Annotated[str, about("Plant", "alpine")]
    plan: Annotated[int, about("Plan version", 8, "1")]
    revision: Annotated[int, about("The revision that the plan is based on", 43, "1")]
    timezone: Annotated[str, about("The plant's time zone", "Europe/Zurich", "IANA name")]
    origin: Annotated[
        str, about("Minute 0 of every column: a midnight (UTC) before the plan's first minute", NOW, "ISO 8601")
    ]
    now: Annotated[int, about("The plant's now", 360, "minutes since origin")]
    frozen_until: Annotated[int, about("End of the frozen zone", 420, "minutes since origin")]
    end: Annotated[int, about("Last end of the plan", 14000, "minutes since origin")]
    statuses: Annotated[list[str], about("Table of statuses", ["done", "running", "frozen", "planned", "paused"])]
    texts: Annotated[list[str], about("Table of texts", ["Mill face", "alu", "Keller AG", "gear-17"])]
    machines: Annotated[list[str], about("Table of machines, by work center, then name", ["DMG-01"])]
    work_centers: Annotated[list[str], about("Work center of each machine of `machines`", ["milling"])]
    eligible_sets: Annotated[
        list[list[int]], about("Sets of machines that can do an operation: indexes into `machines`", [[0, 1]], "index")
    ]
    operations: Annotated[BoardOperations, about("The operations", {"order": [0]})]
    in_doubt: Annotated[list[int], about("Rows of `operations` of which a doubt is open", [0], "index")]
    pinned: Annotated[list[int], about("Rows of `operations` that a person has pinned", [0], "index")]
    orders: Annotated[BoardOrders, about("The orders", {"name": ["SO-1042"]})]
