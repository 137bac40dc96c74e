"""Results of a benchmark, part by part: a part that is measured again replaces what was kept of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.surroundings import this_machine
from benchmarks.writing import markdown, number


def keep(
    out: Path,
    name: str,
    parts: Iterable[str],
    part: str,
    content: Mapping[str, Any],
    page: Callable[[Mapping[str, Any]], str],
) -> None:
    """Put a part's results in the place of its older ones, in `<name>.json` and, as `page` tells them, `<name>.md`."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{name}.json"
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    today = dt.datetime.now(dt.UTC).date().isoformat()
    kept[part] = {"date": today, "machine": this_machine(), **content}
    kept = {name: kept[name] for name in parts if name in kept}
    file.write_text(json.dumps(kept, indent=1) + "\n")
    (out / f"{name}.md").write_text(page(kept))


def when_and_where(kept: Mapping[str, Any]) -> str:
    """What all parts share in a list, then a line per part."""
    keys = list(dict.fromkeys(k for said in kept.values() for k in said["machine"]))
    told = {k: [said["machine"].get(k, "") for said in kept.values()] for k in keys}
    shared = [f"* {k}: {values[0]}" for k, values in told.items() if len(set(values)) == 1]
    differ = [k for k, values in told.items() if len(set(values)) > 1]
    lines = [
        [name, said["date"], number(said["took"]), *(told[k][i] for k in differ), _spoken(said["settings"])]
        for i, (name, said) in enumerate(kept.items())
    ]
    headers = ["part", "date", "took s", *differ, "settings"]
    return "\n".join(["", "## When and where", "", *shared, "", markdown(headers, lines, words=[*differ, "settings"])])


def _spoken(settings: Mapping[str, Any]) -> str:
    return "; ".join(f"{k} {', '.join(map(str, v)) if isinstance(v, list) else v}" for k, v in settings.items())


def parts_of(words: str, parts: Iterable[str]) -> list[str]:
    """The parts that are named, by commas; 'costs' stands for all that begin so, unless a part has that name itself.

    Raises ValueError.
    """
    known, found = list(parts), []
    for word in words.split(","):
        here = [word] if word in known else [name for name in known if name.startswith(f"{word}-")]
        if not here:
            raise ValueError(f"no part '{word}'; there are {', '.join(known)}")
        found += here
    return found
