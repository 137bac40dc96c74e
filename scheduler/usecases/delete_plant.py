"""Take a plant out for good: its log, plans, what-ifs, jobs and webhooks."""

from __future__ import annotations

from scheduler.usecases.searches import Searches
from scheduler.usecases.tools import Tools


def delete_plant(tools: Tools, searches: Searches, plant: str) -> None:
    """Its searches are stopped and its desk ends. Raises UnknownPlant.

    Loaded again under its name it is a new plant, whose revisions and plans are numbered on: no number means two
    things, whoever has kept one.
    """
    tools.ledger.delete_plant(plant)
    searches.stop_all(plant)
    tools.meters.count("plants_deleted")
    tools.bell.ring(plant)
