"""Figures as a table for people, and what is said of many at once."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def markdown(headers: Sequence[str], rows: Sequence[Sequence[object]], words: Sequence[str] = ()) -> str:
    """A table; the first column and those named in `words` to the left, all others to the right."""
    lines = [headers, ["---", *("---" if h in words else "---:" for h in headers[1:])], *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def number(value: float | None, digits: int = 0) -> str:
    """1,234.5; a dash for what is not known."""
    return "–" if value is None else f"{value:,.{digits}f}"


def geometric_mean(values: Sequence[float]) -> float:
    """Of positive numbers."""
    return math.exp(sum(math.log(v) for v in values) / len(values))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` % are not above; None of none."""
    if not values:
        return None
    return values[0] if len(values) == 1 else statistics.quantiles(values, n=100, method="inclusive")[int(share) - 1]
