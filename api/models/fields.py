"""How a field of the HTTP contract is described: what it is, its unit, an example."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scheduler.domain.keepable import look_through


def about(description: str, example: Any, unit: str = "none", **limits: Any) -> Any:
    """A field's description, example and unit ("none": a name, a text or a choice; "1": a count).

    `limits` are pydantic's own (ge, gt, le, min_length ...).
    """
    return Field(description=description, examples=[example], json_schema_extra={"unit": unit}, **limits)


class Answer(BaseModel):
    """What leaves: built by us, so not validated twice where there are thousands of them."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Request(BaseModel):
    """What comes in: a field that nobody knows is an error, for it is a misspelt one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _can_be_kept(cls, value: Any) -> Any:
        """Not too deep, no text that no database takes. Raises ValueError, in words."""
        look_through(value)
        return value
