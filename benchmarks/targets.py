"""A row of the table of targets: what was measured beside what must be reached and what is aimed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.writing import markdown, number


@dataclass(frozen=True, slots=True)
class Row:
    """One target. measured : None where nothing could be measured; `note` then says why."""

    measure: str
    measured: float | None
    must: float
    aim: float
    unit: str = ""
    digits: int = 2
    more_is_better: bool = False
    note: str = ""

    @property
    def met(self) -> str:
        """'aim', 'must', 'no', or a dash where nothing was measured."""
        if self.measured is None:
            return "–"
        sign = -1 if self.more_is_better else 1
        if sign * self.measured <= sign * self.aim:
            return "aim"
        return "must" if sign * self.measured <= sign * self.must else "no"


def table(rows: Sequence[Row]) -> str:
    def said(value: float | None, row: Row) -> str:
        return number(value, row.digits) + (f" {row.unit}" if row.unit and value is not None else "")

    headers = ["measure", "measured", "must", "aim", "met", "remarks"]
    cells = [[r.measure, said(r.measured, r), said(r.must, r), said(r.aim, r), r.met, r.note] for r in rows]
    return markdown(headers, cells, words=("met", "remarks"))
