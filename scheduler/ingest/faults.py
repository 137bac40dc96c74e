"""The list of everything that is wrong with what was given, gathered in one pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from scheduler.errors import Issue, did_you_mean

# Nearest names are worth their time for the first few unknown names of a column; a column that is wrong
# throughout (20,000 names against 20,000 others) would otherwise take minutes to explain.
EXPLAINED = 20
EXPLAINED_OF_MANY = 3
MANY = 2000


class Faults:
    """Issues in the order they were found, and notices of what was ignored."""

    def __init__(self) -> None:
        self._issues: list[Issue] = []
        self.notices: list[str] = []

    def add(self, file: str, row: int | None, column: str | None, found: str, expected: str, remedy: str) -> None:
        self._issues.append(Issue(file, row, column, found, expected, remedy))

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def of(self, file: str) -> list[Issue]:
        return [issue for issue in self._issues if issue.file == file]

    def __len__(self) -> int:
        return len(self._issues)

    def in_order(self, files: Iterable[str]) -> tuple[Issue, ...]:
        """By file as listed, then by row; faults of a whole file come first."""
        rank = {name: i for i, name in enumerate(files)}
        return tuple(sorted(self._issues, key=lambda i: (rank.get(i.file, len(rank)), i.row or 0)))


class Nearest:
    """`did_you_mean` for a column of names, with an end to its patience."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._left = EXPLAINED if len(known) <= MANY else EXPLAINED_OF_MANY
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
