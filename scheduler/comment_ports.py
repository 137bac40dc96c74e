"""What the product asks to remember of what people say of orders and plans. Each method is one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

Subject: TypeAlias = Literal["order", "plan"]


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody has said; nothing of it changes any more.

    number : counts from 1 per plant.   of, name : what it is about; of a plan its number.
    """

    number: int
    of: Subject
    name: str
    by: str
    at: dt.datetime
    text: str


class CommentReader(Protocol):
    """Looks at comments. Unknown plants raise UnknownPlant."""

    def comments(
        self, plant: str, of: Subject, name: str, before: int | None = None, limit: int | None = None
    ) -> list[Comment]:
        """The newest first, numbers < `before`."""
        ...


class CommentBook(CommentReader, Protocol):
    """Keeps them; none is changed or taken away but with its plant."""

    def add_comment(self, plant: str, of: Subject, name: str, by: str, at: dt.datetime, text: str) -> Comment:
        """With the plant's next number."""
        ...
