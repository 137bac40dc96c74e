"""What people say of orders and plans."""

from __future__ import annotations

from typing import TypedDict


class Comment(TypedDict):
    number: int
    by: str
    at: str
    text: str


class Comments(TypedDict):
    """The newest first."""

    comments: list[Comment]
    more: bool
