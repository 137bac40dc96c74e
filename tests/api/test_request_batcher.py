"""Posts that wait together share a commit; a fault meets only who brought it; nobody who left is in the way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from api.request_batcher import MOST_EVENTS, RequestBatcher
from scheduler.ports import Appended


class Disk:
    """Answers each post with how many events it had; the first group waits until `go`."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go = threading.Event()

    def work(self, plant: str, posts: Sequence[Sequence[object]]) -> list[Appended]:
        assert plant == "tiny"
        self.groups.append([len(post) for post in posts])
        if len(self.groups) == 1:
            self.go.wait(20)
        if any("poison" in post for post in posts):
            raise ZeroDivisionError
        return [Appended(len(post), (), (), ()) for post in posts]


async def posted(disk: Disk, posts: Sequence[Sequence[object]], leaves: int | None = None) -> list[object]:
    """The first alone is at work when all the others come."""
    batcher = RequestBatcher(disk.work)
    first = asyncio.create_task(batcher.post("tiny", posts[0]))
    while not disk.groups:
        await asyncio.sleep(0)
    others = [asyncio.create_task(batcher.post("tiny", post)) for post in posts[1:]]
    await asyncio.sleep(0)
    if leaves is not None:
        others[leaves].cancel()
    disk.go.set()
    answers = await asyncio.gather(first, *others, return_exceptions=True)
    return [answer.revision if isinstance(answer, Appended) else type(answer) for answer in answers]


def test_those_who_wait_share_one_commit() -> None:
    disk = Disk()
    assert asyncio.run(posted(disk, [["a"], ["b"], ["c", "d"], ["e"]])) == [1, 1, 2, 1]
    assert disk.groups == [[1], [1, 2, 1]]


def test_where_a_group_fails_each_is_tried_alone() -> None:
    disk = Disk()
    assert asyncio.run(posted(disk, [["a"], ["b"], ["poison"], ["e"]])) == [1, 1, ZeroDivisionError, 1]
    assert disk.groups == [[1], [1, 1, 1], [1], [1], [1]]


def test_one_who_goes_away_holds_up_nobody_and_is_taken_in_all_the_same() -> None:
    disk = Disk()
    assert asyncio.run(posted(disk, [["a"], ["b"], ["c"]], leaves=0)) == [1, asyncio.CancelledError, 1]
    assert disk.groups == [[1], [1, 1]]


@pytest.mark.parametrize(("more", "groups"), [(0, [[1], [1, MOST_EVENTS - 1]]), (1, [[1], [1], [MOST_EVENTS]])])
def test_a_commit_stays_short(more: int, groups: list[list[int]]) -> None:
    disk = Disk()
    asyncio.run(posted(disk, [["a"], ["b"], ["c"] * (MOST_EVENTS - 1 + more)]))
    assert disk.groups == groups


def test_who_was_answered_together_is_waited_for_so_that_they_go_on_together() -> None:
    """Of four clients that ask again when answered the first is alone, then there are three, and then always four."""
    disk = Disk()

    async def client(batcher: RequestBatcher[Appended]) -> None:
        for _ in range(4):
            await batcher.post("tiny", ["a"])

    async def all_clients() -> None:
        batcher = RequestBatcher(disk.work, breath=60)
        clients = [asyncio.create_task(client(batcher))]
        while not disk.groups:
            await asyncio.sleep(0)
        clients += [asyncio.create_task(client(batcher)) for _ in range(3)]
        await asyncio.sleep(0)
        disk.go.set()
        while len(disk.groups) < 4:
            await asyncio.sleep(0)
        for one in clients:
            one.cancel()

    asyncio.run(all_clients())
    assert disk.groups == [[1], [1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]


def test_nobody_waits_longer_than_a_breath_for_who_stays_away_and_one_alone_not_at_all() -> None:
    disk = Disk()
    disk.go.set()

    async def fewer_and_fewer(breath: float, *clients: int) -> None:
        batcher = RequestBatcher(disk.work, breath)
        for count in clients:
            await asyncio.gather(*(batcher.post("tiny", ["a"]) for _ in range(count)))

    asyncio.run(fewer_and_fewer(0.01, 3, 2, 1))
    asyncio.run(asyncio.wait_for(fewer_and_fewer(600.0, 1, 1), 60))
    assert disk.groups == [[1, 1, 1], [1, 1], [1], [1], [1]]
