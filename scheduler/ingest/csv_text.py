"""Rows to comma separated text that reads back cell by cell as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any


def csv_text(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """UTF-8 CSV with a header, lines ended by a line feed."""
    rows = [tuple(row) for row in rows]
    # Python before 3.13 leaves a lone carriage return unquoted, and readers take it for the end of a row.
    broken = any(isinstance(cell, str) and "\r" in cell for row in rows for cell in row)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if broken else csv.QUOTE_MINIMAL)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
