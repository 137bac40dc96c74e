"""How many XML elements a workbook has, counted before any is read: each becomes an object, or some microseconds."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable

from scheduler.ingest.faults import Faults
from scheduler.limits import Limits

PIECE = 1_000_000
TABLES = ("xl/worksheets/", "xl/sharedStrings")
READ = (".xml", ".rels")


def told_parts(archive: zipfile.ZipFile, members: Iterable[zipfile.ZipInfo], faults: Faults, limits: Limits) -> bool:
    """Whether sheets and texts, and styles and the rest, each stay within their limit; if not, that is a fault.

    Styles cost most: five bytes of them are an object of a kilobyte. A part that defines entities is none of a
    spreadsheet program's.
    """
    tables = others = 0
    for member in members:
        if not member.filename.lower().endswith(READ):
            continue
        try:
            count = _elements(archive, member)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError):
            faults.add(member.filename, None, None, "a damaged part", "a whole workbook", "save the workbook again")
            return False
        if count < 0:
            faults.add(member.filename, None, None, "a document type", "plain tables", "save the workbook again")
            return False
        if member.filename.startswith(TABLES):
            tables += count
        else:
            others += count
    for count, most, what in (
        (tables, limits.table_elements, "elements of sheets and texts"),
        (others, limits.other_elements, "elements of styles and the like"),
    ):
        if count > most:
            remedy = "save the tables alone, without formats, or as CSV files"
            faults.add("the workbook", None, None, f"{count:,} {what}", f"at most {most:,}", remedy)
            return False
    return True


def _elements(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Tags of a part; -1 where it has a document type, by which a few bytes can say millions."""
    count, tail = 0, b""
    with archive.open(member) as part:
        while piece := part.read(PIECE):
            if b"<!DOCTYPE" in tail + piece or b"<\0!\0D\0O\0C\0T\0Y\0P\0E" in tail + piece:
                return -1
            count += piece.count(b"<")
            tail = piece[-20:]
    return count
