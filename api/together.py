"""What is asked for while others are being served is served together: posts share a commit, readers a reading."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

Answer = TypeVar("Answer")

MOST_EVENTS = 2_000
"""So that a transaction stays short, however many wait; a larger batch goes alone."""


@dataclass(slots=True, eq=False)
class _Post(Generic[Answer]):
    events: Sequence[object]
    answer: asyncio.Future[Answer]


class Together(Generic[Answer]):
    """`work(plant, posts)` takes in several posts in one transaction, or reads once for several who ask.

    A commit waits for the disk, so with n clients it should carry n posts: while one group is at work the next one
    gathers, so no answer is older than its question. Nobody waits for a timer. Where a group fails each post is tried
    alone: a fault meets only its owner.
    """

    def __init__(self, work: Callable[[str, Sequence[Sequence[object]]], Sequence[Answer]]) -> None:
        self._work = work
        self._waiting: dict[str, list[_Post[Answer]]] = {}
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def post(self, plant: str, events: Sequence[object] = ()) -> Answer:
        """Raises what `work` raises over these events. A caller that goes away changes nothing: they are taken in."""
        post = _Post[Answer](events, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(plant, []).append(post)
        if plant not in self._at_work:
            self._at_work[plant] = asyncio.create_task(self._serve(plant))
        return await post.answer

    async def _serve(self, plant: str) -> None:
        try:
            while group := self._next(plant):
                if not await self._take_in(plant, group):
                    for post in group:
                        await self._take_in(plant, [post], alone=True)
        finally:
            del self._at_work[plant]

    def _next(self, plant: str) -> list[_Post[Answer]]:
        waiting = self._waiting.pop(plant, [])
        group, events = waiting[:1], len(waiting[0].events) if waiting else 0
        for post in waiting[1:]:
            events += len(post.events)
            if events > MOST_EVENTS:
                break
            group.append(post)
        if len(group) < len(waiting):
            self._waiting[plant] = waiting[len(group) :]
        return group

    async def _take_in(self, plant: str, group: Sequence[_Post[Answer]], alone: bool = False) -> bool:
        """Answers everybody of the group; False where that failed and each is to be tried alone."""
        try:
            answers = await run_in_threadpool(self._work, plant, [post.events for post in group])
        except Exception as fault:
            if not alone and len(group) > 1:
                return False
            for post in group:
                if not post.answer.done():
                    post.answer.set_exception(fault)
            return True
        for post, answer in zip(group, answers, strict=True):
            if not post.answer.done():
                post.answer.set_result(answer)
        return True
