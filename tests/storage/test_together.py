"""Whoever comes first takes along all who wait; a fault meets only who brought it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from scheduler.storage.together import Together


class Slow:
    """Doubles numbers; the first group waits until `go`."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def work(self, key: str, items: Sequence[int]) -> list[int]:
        assert key == "a"
        self.groups.append(list(items))
        if len(self.groups) == 1:
            self.begun.set()
            self.go.wait(20)
        if 0 in items:
            raise ZeroDivisionError
        return [2 * item for item in items]


def ask(together: Together[int, int], items: Sequence[int], slow: Slow) -> dict[int, int | BaseException]:
    """The first item alone is at work while all the others come to wait."""
    answers: dict[int, int | BaseException] = {}

    def one(item: int) -> None:
        try:
            answers[item] = together.do("a", item)
        except ZeroDivisionError as fault:
            answers[item] = fault

    threads = [threading.Thread(target=one, args=(item,)) for item in items]
    threads[0].start()
    slow.begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting["a"]) < len(items) - 1:
        pass
    slow.go.set()
    for thread in threads:
        thread.join()
    return answers


def test_those_who_wait_share_one_go() -> None:
    slow = Slow()
    assert ask(Together(slow.work), [1, 2, 3, 4], slow) == {1: 2, 2: 4, 3: 6, 4: 8}
    assert [sorted(group) for group in slow.groups] == [[1], [2, 3, 4]]


def test_where_a_group_fails_each_is_tried_alone() -> None:
    slow = Slow()
    answers = ask(Together(slow.work), [1, 2, 0, 4], slow)
    assert isinstance(answers.pop(0), ZeroDivisionError)
    assert answers == {1: 2, 2: 4, 4: 8}
    assert sorted(map(len, slow.groups)) == [1, 1, 1, 1, 3]


def test_a_fault_of_one_alone_is_raised_to_it() -> None:
    slow = Slow()
    slow.go.set()
    together = Together(slow.work)
    with pytest.raises(ZeroDivisionError):
        together.do("a", 0)
    assert together.do("a", 21) == 42
