"""Dispatch lists as a PDF: A4 or A3 landscape, each list from a new page, with a box to tick and room to sign."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from scheduler.domain.minutes import Minute, spoken, spoken_duration
from scheduler.planning.lists.dispatch_list import DispatchRow
from scheduler.planning.lists.drift import drift_note
from scheduler.usecases.dispatch_lists import ServedList

Paper = Literal["A4", "A3"]

FONTS = Path(__file__).parent / "fonts"
FAMILY = "DejaVu"
MARGIN, LINE, HEAD = 10.0, 6.5, 7.0
"""Millimetres."""
SIZE = {"A4": 8.5, "A3": 11.0}
"""Points of a row's text."""


@dataclass(frozen=True, slots=True)
class Column:
    """width : millimetres on A4, of 277 in all.   text : of a row, its times said by the plant's clock."""

    title: str
    width: float
    text: Callable[[DispatchRow, Callable[[Minute], str]], str]
    align: Literal["L", "R"] = "L"


COLUMNS = (
    Column("#", 8, lambda row, _: str(row.position), "R"),
    Column("Machine", 30, lambda row, _: row.machine),
    Column("Order", 28, lambda row, _: row.order),
    Column("Op", 10, lambda row, _: str(row.operation), "R"),
    Column("What", 34, lambda row, _: row.description),
    Column("Product", 36, lambda row, _: row.material),
    Column("Quantity", 17, lambda row, _: f"{row.quantity:g}", "R"),
    Column("Family", 22, lambda row, _: row.setup_family),
    Column("Start", 30, lambda row, say: row.state if row.state != "next" else say(row.start)),
    Column("End", 30, lambda row, say: say(row.end)),
    Column("Due", 30, lambda row, say: say(row.due)),
    Column("Done", 12, lambda *_: "☐"),
)

SET_UP = Column("Set up from", COLUMNS[1].width, lambda row, say: _set_up(row, say))
"""In place of the machine, where the list is of one."""


def dispatch_pdf(plant: str, lists: Iterable[ServedList], paper: Paper, until: Minute) -> bytes:
    """A PDF of one list after the other.

    plant : what the plant is called.   until : rows that start later stay off the paper, and are counted below it.
    A character that the font lacks (it holds Latin, Greek and Cyrillic) is an empty box.
    """
    page = _Page(paper)
    for served in lists:
        page.list_of(plant, served, until)
    return bytes(page.output())


class _Page(FPDF):
    def __init__(self, paper: Paper) -> None:
        super().__init__(orientation="landscape", unit="mm", format=paper)
        self.paper = paper
        self.add_font(FAMILY, fname=FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(FAMILY, style="B", fname=FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(False)
        self.alias_nb_pages()
        self.wide = (self.w - 2 * MARGIN) / sum(column.width for column in COLUMNS)
        self.title_of_page, self.note, self.columns = "", "", COLUMNS

    def list_of(self, plant: str, served: ServedList, until: Minute) -> None:
        say, of_machine = _clock(served.zone), served.listing.kind == "machine"
        self.columns = (COLUMNS[0], SET_UP, *COLUMNS[2:]) if of_machine else COLUMNS
        rows = [row for row in served.listing.rows if row.status == "running" or row.start < until]
        plan = "no plan in force" if served.plan is None else f"plan {served.plan}"
        self.title_of_page = f"{plant} · {served.listing.target}"
        self.note = f"{plan} · as of {say(served.now)} · version {served.listing.version[:10]}"
        self.add_page()
        self._heads()
        for row in rows:
            below = _below(row, say, served.zone, not of_machine)
            if self.get_y() + LINE * (2 if below else 1) > self.h - 2 * MARGIN:
                self.add_page()
                self._heads()
            self._row(row, say)
            if below:
                self._below(below)
        left = len(served.listing.rows) - len(rows)
        words = f"{left} more start after {say(until)}." if left else "That is all that is planned here."
        self._write(words if rows or left else "Nothing is planned here.", "", SIZE[self.paper])

    def header(self) -> None:
        self.set_font(FAMILY, "B", 14)
        self.cell(self.epw / 2, 8, self._fitting(self.title_of_page, self.epw / 2))
        self.set_font(FAMILY, "", 9)
        self.cell(self.epw / 2, 8, self.note, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def footer(self) -> None:
        self.set_y(-MARGIN - 4)
        self.set_font(FAMILY, "", 8)
        self.cell(self.epw / 2, 5, "Signed: ______________________    at: ______________")
        self.cell(self.epw / 2, 5, f"page {self.page_no()} of {{nb}}", align="R")

    def _heads(self) -> None:
        self.set_font(FAMILY, "B", SIZE[self.paper])
        self.set_fill_color(225)
        self._cells([(column, column.title) for column in self.columns], HEAD, fill=True)

    def _row(self, row: DispatchRow, say: Callable[[Minute], str]) -> None:
        self.set_font(FAMILY, "B" if row.late_minutes else "", SIZE[self.paper])
        self._cells([(column, column.text(row, say)) for column in self.columns], LINE, fill=False)

    def _cells(self, cells: Sequence[tuple[Column, str]], height: float, fill: bool) -> None:
        for column, text in cells:
            width = column.width * self.wide
            self.cell(width, height, self._fitting(text, width - 2), border=1, align=column.align, fill=fill)
        self.ln(height)

    def _below(self, words: str) -> None:
        self.set_x(MARGIN + COLUMNS[0].width * self.wide)
        self._write(words, "", SIZE[self.paper] - 1)

    def _write(self, words: str, style: Literal["", "B"], size: float) -> None:
        self.set_font(FAMILY, style, size)
        fitting = self._fitting(words, self.w - MARGIN - self.get_x() - 2)
        self.cell(0, LINE, fitting, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _fitting(self, text: str, width: float) -> str:
        """As much of the text as there is room for."""
        text = " ".join(text.split())
        if self.get_string_width(text) <= width:
            return text
        few, many = 0, len(text)
        while few < many:
            middle = (few + many + 1) // 2
            few, many = (middle, many) if self.get_string_width(text[:middle] + "…") <= width else (few, middle - 1)
        return text[:few] + "…"


def _set_up(row: DispatchRow, say: Callable[[Minute], str]) -> str:
    return say(row.setup_start) if row.setup_start is not None and row.setup_start < row.start else ""


def _below(row: DispatchRow, say: Callable[[Minute], str], zone: ZoneInfo, with_set_up: bool) -> str:
    """What the people at the machine must know besides; mostly nothing."""
    words = []
    if with_set_up and (begins := _set_up(row, say)):
        words.append(f"set up from {begins}")
    for lack in row.missing:
        what = f"{lack.quantity:g} {lack.material}"
        source = f", {lack.source}" if lack.source else ""
        words.append(f"missing {what}" if lack.expected is None else f"{what} arrives {say(lack.expected)}{source}")
    if row.late_minutes:
        words.append(f"the order will be {spoken_duration(row.late_minutes)} late")
    if note := drift_note(row.drifting_since, zone):
        words.append(note)
    return " · ".join(words)


def _clock(zone: ZoneInfo) -> Callable[[Minute], str]:
    return lambda minute: spoken(minute, zone)
