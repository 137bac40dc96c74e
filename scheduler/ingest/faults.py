"""The list of everything that is wrong with what was given, gathered in one pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from scheduler.domain.texts import sayable
from scheduler.errors import InvalidScenario, Issue, did_you_mean
from scheduler.limits import STANDARD

# Nearest names are worth their time for the first few unknown names of a column; a column that is wrong
# throughout (20,000 names against 20,000 others) would otherwise take minutes to explain.
EXPLAINED = 20
EXPLAINED_OF_MANY = 3
MANY = 2000
NOTICES = 200
"""So many are told; a folder may hold anything beside a scenario."""
FOUND, REMEDY = 120, 400
"""Characters that are told of what was found, and of the remedy."""


class Faults:
    """Issues in the order they were found, and notices of what was ignored.

    Of each file the first `most` issues are kept, the others are counted: a file that is wrong throughout has a
    million, and nobody reads them.
    """

    def __init__(self, most: int = STANDARD.faults) -> None:
        self._most = most
        self._issues: dict[str, list[Issue]] = {}
        self._count = 0
        self.notices: list[str] = []

    def add(self, file: str, row: int | None, column: str | None, found: str, expected: str, remedy: str) -> None:
        self._count += 1
        kept = self._issues.setdefault(file, [])
        if len(kept) < self._most:
            file, said = sayable(file, FOUND), sayable(found, FOUND)
            kept.append(Issue(file, row, column and sayable(column, FOUND), said, expected, sayable(remedy, REMEDY)))

    def notice(self, text: str) -> None:
        if len(self.notices) < NOTICES:
            self.notices.append(sayable(text, REMEDY))

    def of(self, file: str) -> list[Issue]:
        return self._issues.get(file, [])

    def __len__(self) -> int:
        return self._count

    def in_order(self, files: Iterable[str]) -> tuple[Issue, ...]:
        """By file as listed, then by row; faults of a whole file come first."""
        rank = {name: i for i, name in enumerate(files)}
        issues = [issue for kept in self._issues.values() for issue in kept]
        return tuple(sorted(issues, key=lambda i: (rank.get(i.file, len(rank)), i.row or 0))[: self._most])

    def refusal(self, files: Iterable[str]) -> InvalidScenario:
        """The first of them in that order, and how many there are in all."""
        return InvalidScenario(self.in_order(files), self._count)


class Nearest:
    """`did_you_mean` for a column of names, with an end to its patience."""

    def __init__(self, known: Iterable[str | None]) -> None:
        self._known = [name for name in known if name]
        self._left = EXPLAINED if len(self._known) <= MANY else EXPLAINED_OF_MANY
        self._said: dict[str, str] = {}

    def __call__(self, name: str, otherwise: str) -> str:
        if name not in self._said:
            if self._left <= 0:
                return otherwise
            self._left -= 1
            self._said[name] = did_you_mean(name, self._known)
        return self._said[name]


def where_unknown(column: Sequence[str | None], known: Collection[str]) -> Iterator[tuple[int, str]]:
    """(index, name) of every name that is not known; empty and unreadable cells are somebody else's fault."""
    unknown = {name for name in set(column) if name and name not in known}
    if unknown:
        for index, name in enumerate(column):
            if name in unknown and name is not None:
                yield index, name
