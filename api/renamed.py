"""Fields of requests that had another name: they are refused, and the answer says the new one."""

from __future__ import annotations

from collections.abc import Mapping

from api.models.health import Fault

RENAMED: Mapping[str, str] = {
    "improve_moves": "improve_iterations",
    "nothing_inside_minutes": "time_fence_minutes",
}


def with_new_name(fault: Fault) -> Fault:
    """The same, with the field's new name as what is expected, where it is refused for having the old one."""
    new = RENAMED.get((fault.field or "").rpartition(".")[2])
    if new is None or fault.expected != "no field of that name":
        return fault
    return fault.model_copy(update={"expected": f"'{new}', which is its name now"})
