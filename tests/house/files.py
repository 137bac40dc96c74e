"""The checkout's own files."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def own_files(*patterns: str) -> list[Path]:
    """Files of the project (those that git knows or would take in), by patterns such as '*.py'."""
    said = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return sorted(p for name in said.split("\0") if name and (p := ROOT / name).is_file())


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
