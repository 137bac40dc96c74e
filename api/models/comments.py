"""What people say of an order or a plan."""

from __future__ import annotations

from typing import Annotated

from api.models.fields import Answer, Request, about
from api.models.plants import NOW
from scheduler.limits import STANDARD


class CommentAsk(Request):
    """A comment, and who says it."""

    by: Annotated[str, about("Who says it", "m.keller", min_length=1, max_length=STANDARD.name_length)]
    text: Annotated[
        str, about("What", "Keller fetches it himself on Friday", min_length=1, max_length=STANDARD.text_length)
    ]


class CommentModel(Answer):
    """What somebody has said; it is never changed."""

    number: Annotated[int, about("Counts up within the plant", 17, "1")]
    by: Annotated[str, about("Who said it", "m.keller")]
    at: Annotated[str, about("When", NOW, "ISO 8601 with offset")]
    text: Annotated[str, about("What", "Keller fetches it himself on Friday")]


class CommentsAnswer(Answer):
    """The newest first."""

    comments: Annotated[list[CommentModel], about("At most `limit` of them", [])]
    more: Annotated[bool, about("Whether there are older ones: ask again with `before` the last number", False)]
