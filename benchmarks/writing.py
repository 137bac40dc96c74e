"""Results as JSON for machines and as a table for people."""

from __future__ import annotations

import datetime as dt
import json
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.surroundings import this_machine


def write_results(
    out: Path, name: str, rows: Sequence[Mapping[str, Any]], settings: Mapping[str, Any], text: str
) -> None:
    """`<name>-<date>.json` and `<name>.md` in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    content = {"date": today, "machine": this_machine(), "settings": dict(settings), "rows": list(rows)}
    (out / f"{name}-{today}.json").write_text(json.dumps(content, indent=1) + "\n")
    about = "".join(f"| {key} | {value} |\n" for key, value in {**this_machine(), **settings}.items())
    (out / f"{name}.md").write_text(f"{text}\nMeasured on {today}.\n\n| | |\n|---|---|\n{about}")


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
