"""Whether the stored plants are what their logs say."""

from __future__ import annotations

from scheduler.log_ports import LogCheck
from scheduler.ports import Ledger


def verify_plants(ledger: Ledger, plant: str | None = None) -> list[LogCheck]:
    """One of each plant, or of that one. Raises UnknownPlant; UnfoldableEvent where the log makes no state at all."""
    names = [record.plant for record in ledger.plants()] if plant is None else [plant]
    return [ledger.verify_log(name) for name in names]
