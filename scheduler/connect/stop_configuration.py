"""`[[reason]]` and `[[penalty]]` tables in the file of connections: why machines stand, and what lateness costs."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scheduler.domain.penalties import Penalty
from scheduler.signals.reasons import StopReason

Text = Annotated[str, Field(max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReasonTable(_Strict):
    """One reason. plant : whose; "": of all.   under : its branch, "unplanned/tooling".   codes : what machines say."""

    code: Annotated[str, Field(pattern=r"^[^/]{1,100}$")]
    words: Text = ""
    plant: str = ""
    under: Text = ""
    planned: bool = False
    owner: Text = ""
    cost_centre: Text = ""
    minutes: float | None = Field(default=None, gt=0, le=525_600)
    codes: list[Text] = []

    @property
    def reason(self) -> StopReason:
        return StopReason(
            code=self.code,
            words=self.words or self.code,
            under=self.under.strip("/"),
            planned=self.planned,
            owner=self.owner,
            cost_centre=self.cost_centre,
            minutes=self.minutes,
            codes=tuple(self.codes),
        )


class PenaltyTable(_Strict):
    """What a late order costs. plant : whose; "": of all.   order, customer : * stands for anything."""

    plant: str = ""
    order: str = "*"
    customer: str = "*"
    per_day: float = Field(gt=0, le=1e12)
    most: float | None = Field(default=None, gt=0, le=1e15)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.order == "*" and self.customer == "*" and not self.plant:
            raise ValueError("found neither plant nor order nor customer, expected at least one: who pays that?")
        return self

    @property
    def penalty(self) -> Penalty:
        return Penalty(self.per_day, self.currency, self.order, self.customer, self.most)
