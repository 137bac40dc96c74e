"""Requests that come while others are being served are batched: posts share a commit, readers share a reading."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

Answer = TypeVar("Answer")

BREATH_SECONDS = 0.003
"""Less than a disk takes for a commit."""
MOST_EVENTS = 2_000
"""So that a transaction stays short, however many wait; a larger batch goes alone."""


@dataclass(slots=True, eq=False)
class _Post(Generic[Answer]):
    events: Sequence[object]
    answer: asyncio.Future[Answer]


class RequestBatcher(Generic[Answer]):
    """Collects requests: `work(plant, posts)` takes in several posts in one transaction, or reads once for several
    readers.

    A commit waits for the disk, so with n clients it should carry n posts. While one group is at work, the next group
    gathers; so no answer is older than its question. Where a group fails, each post is tried alone, so that a fault
    meets only its owner.

    breath : seconds that the group after a group of several waits for as many posts again. Clients that were answered
    together mostly ask again together; without the wait they would go on in two halves, each with a commit of its own.
    A single post never waits.
    """

    def __init__(
        self, work: Callable[[str, Sequence[Sequence[object]]], Sequence[Answer]], breath: float = 0.0
    ) -> None:
        self._work = work
        self._breath = breath
        self._full: dict[str, tuple[int, asyncio.Event]] = {}
        self._waiting: dict[str, list[_Post[Answer]]] = {}
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def post(self, plant: str, events: Sequence[object] = ()) -> Answer:
        """Raises what `work` raises over these events. A caller that goes away changes nothing: they are taken in."""
        post = _Post[Answer](events, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(plant, []).append(post)
        if plant in self._full and len(self._waiting[plant]) >= self._full[plant][0]:
            self._full[plant][1].set()
        if plant not in self._at_work:
            self._at_work[plant] = asyncio.create_task(self._serve(plant))
        return await post.answer

    async def _serve(self, plant: str) -> None:
        try:
            while group := self._next(plant):
                if not await self._take_in(plant, group):
                    for post in group:
                        await self._take_in(plant, [post], alone=True)
                if self._breath and len(group) > 1:
                    await self._gather(plant, len(group) + len(self._waiting.get(plant, ())))
        finally:
            del self._at_work[plant]

    async def _gather(self, plant: str, expected: int) -> None:
        self._full[plant] = expected, asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._full[plant][1].wait(), self._breath)
        del self._full[plant]

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
