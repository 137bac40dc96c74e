"""Crews and tools that machines share."""

from __future__ import annotations

from typing import Annotated

from api.models.fields import Answer, about


class PoolModel(Answer):
    """A crew, or tools, that several machines share."""

    pool: Annotated[str, about("Pool", "setters")]
    capacity: Annotated[float, about("How many there are at the plant's now, on duty or not", 2.0, "1")]
    usual: Annotated[float, about("How many there are where nothing was changed for a while", 2.0, "1")]
    calendar: Annotated[str | None, about("When they are on duty; null: always", "two-shift")]


class PoolsAnswer(Answer):
    """All of a plant."""

    pools: Annotated[list[PoolModel], about("By name", [])]
