"""Problems and health."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from api.models.fields import Answer, about
from scheduler.domain.texts import sayable


def _sayable(value: Any) -> Any:
    return sayable(value, 2_000) if isinstance(value, str) else value


Said = Annotated[str, BeforeValidator(_sayable)]
"""Text that tells of what came in: what no answer can hold of that is written as its escape."""


class Fault(Answer):
    """One thing that is wrong, where it is and what would be right."""

    file: Annotated[Said | None, about("File or sheet", "orders.csv")] = None
    row: Annotated[int | None, about("Line as an editor counts it (header = 1)", 17, "1")] = None
    column: Annotated[Said | None, about("Column", "due")] = None
    field: Annotated[Said | None, about("Field of the request", "policy.frozen_minutes")] = None
    found: Annotated[Said | None, about("What is there", "'31.2.2026'")] = None
    expected: Annotated[Said | None, about("What would be right", "a date as ISO 8601")] = None
    remedy: Annotated[Said | None, about("What to do", "write 2026-03-03T14:00")] = None


class Problem(Answer):
    """RFC 9457 problem details."""

    type: Annotated[str, about("What kind of problem, as an address of its description", "/problems/unknown-plant")]
    title: Annotated[str, about("The kind in words", "Unknown plant")]
    status: Annotated[int, about("HTTP status", 404, "1")]
    detail: Annotated[Said, about("What is wrong here", "no plant 'alpin'; did you mean 'alpine'?")]
    instance: Annotated[Said, about("The call", "/v1/plants/alpin")]
    errors: Annotated[list[Fault], about("Every fault, where there are several", [])] = Field(default_factory=list)


class Health(Answer):
    """The process is alive."""

    status: Annotated[Literal["ok"], about("Always ok", "ok")]


class DeskHealth(Answer):
    """The desk of one plant."""

    plant: Annotated[str, about("Plant", "alpine")]
    here: Annotated[bool, about("True where this process holds the plant's lease", True)]
    doing: Annotated[str, about("What it does", "improving plan 8")]
    error: Annotated[str | None, about("Its last error; null: none since it last succeeded", None)]
    settled: Annotated[
        int | None,
        about("Revision up to which it has planned and looks for nothing better any more; null: none", 41, "1"),
    ] = None


class PlantWarning(Answer):
    """A plant whose reports from the floor cannot be believed as they are."""

    plant: Annotated[str, about("Plant", "alpine")]
    words: Annotated[str, about("What is wrong", "nothing from '/mes/hall-1' since Mon 2 Mar 06:00, 3 h of open time")]


class Readiness(Answer):
    """Whether calls are answered as they should be."""

    status: Annotated[Literal["ready", "degraded"], about("degraded: see what stands below", "ready")]
    storage: Annotated[str, about("ok, or what is wrong with it", "ok")]
    desks: Annotated[list[DeskHealth], about("One per plant", [])]
    warnings: Annotated[list[PlantWarning], about("Reports in doubt or refused, sources that fell silent", [])]
