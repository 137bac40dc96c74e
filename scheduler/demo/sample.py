"""The plant that the demo shows."""

from __future__ import annotations

from pathlib import Path

from scheduler.errors import BadRequest

SAMPLE = "machine-shop"


def sample_plant() -> Path:
    """The sample machine shop of the checkout. Raises BadRequest with the remedy where there is none."""
    folder = Path(__file__).resolve().parents[2] / "scenarios" / SAMPLE
    if not (folder / "plant.toml").is_file():
        raise BadRequest(
            f"The sample plant is not here ({folder}). Name one of your own: rejig demo --scenario FOLDER",
            "--scenario",
        )
    return folder
