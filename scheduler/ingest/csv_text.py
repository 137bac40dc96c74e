"""Rows to comma separated text that reads back cell by cell as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Literal


def csv_text(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """UTF-8 CSV with a header, lines ended by a line feed."""
    rows = [tuple(row) for row in rows]
    text = _written(header, rows, csv.QUOTE_MINIMAL)
    # Python before 3.13 leaves a lone carriage return unquoted, and readers take it for the end of a row.
    return _written(header, rows, csv.QUOTE_ALL) if "\r" in text else text


def _written(header: Sequence[str], rows: Iterable[Iterable[Any]], quoting: Literal[0, 1]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=quoting)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
