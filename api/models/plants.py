"""Plants: what is loaded, and how it is planned."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, Request, about
from api.models.policy import PolicyChange, PolicyModel

NOW = "2026-03-02T06:00+01:00"


LATER = "2026-03-02T09:30+01:00"


Mode = Literal["observe", "advise", "auto"]


class PlantChange(Request):
    """PATCH of a plant."""

    mode: Annotated[
        Mode | None, about("observe: nothing is planned by itself; advise: proposed; auto: released", "auto")
    ] = None
    work_center_modes: Annotated[
        dict[str, Mode | None] | None,
        about(
            "Modes of work centers that differ from the plant's; null for one: the plant's again", {"milling": "advise"}
        ),
    ] = None
    policy: Annotated[PolicyChange | None, about("What to change of the policy", {"improve_seconds": 20})] = None


class PlantSummary(Answer):
    """A plant that is loaded."""

    plant: Annotated[str, about("Its name in every address", "alpine")]
    name: Annotated[str, about("Its name as plant.toml has it", "Alpine Gearworks")]
    mode: Annotated[Mode, about("What happens by itself after an event", "auto")]
    now: Annotated[str, about("The plant's now: the latest time of its events", NOW, "ISO 8601 with offset")]
    timezone: Annotated[str, about("The plant's time zone", "Europe/Zurich", "IANA name")]
    clock: Annotated[
        Literal["events", "wall"], about("events: now moves with events; wall: also each minute", "events")
    ]
    revision: Annotated[int, about("The number of events taken in, loading counted as one", 42, "1")]
    loaded_at: Annotated[str, about("When it was loaded", NOW, "ISO 8601 with offset")]
    last_event_at: Annotated[
        str | None, about("When the last event was taken in; null: none yet", LATER, "ISO 8601 with offset")
    ]
    data_age_seconds: Annotated[float, about("Since the last event, or since loading", 12.5, "seconds")]
    plan_in_force: Annotated[int | None, about("Number of the plan in force; null: none", 7, "1")]
    plan_in_force_revision: Annotated[int | None, about("The revision that plan is based on", 41, "1")]
    plan_is_current: Annotated[bool, about("True where the plan in force knows of every event", True)]
    orders: Annotated[int, about("Orders known", 200, "1")]
    open_orders: Annotated[int, about("Orders with work left that are not on hold", 180, "1")]
    operations: Annotated[int, about("Operations of all orders", 1460, "1")]
    machines: Annotated[int, about("Machines", 20, "1")]
    materials: Annotated[int, about("Materials", 60, "1")]


class PlantDetail(PlantSummary):
    """A plant with its policy."""

    work_center_modes: Annotated[
        dict[str, Mode], about("Modes of work centers that differ from the plant's", {"milling": "advise"})
    ]
    policy: Annotated[PolicyModel, about("How it is planned", {"improve_seconds": 10.0})]
    horizon_days: Annotated[int, about("How far plans reach", 60, "days")]
    default_repair_minutes: Annotated[int, about("Assumed outage where its end is not known", 120, "minutes")]
    notices: Annotated[
        list[str], about("What was read but not used (unknown files or columns)", ["orders.csv: column 'colour' kept"])
    ]


class PlantList(Answer):
    """Every plant that is loaded."""

    plants: Annotated[list[PlantSummary], about("By name", [])]
