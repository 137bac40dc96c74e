"""Compiled inner loops over the tables of `planning/layout.py`. No bounds checks at run time; tests turn them on."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent


def sources_digest(folder: Path = HERE) -> str:
    """What the kernels of a folder are made from: their files, and the layout beside it whose constants they hold."""
    digest = hashlib.sha256()
    for source in [*sorted(folder.glob("*.py")), folder.parent / "layout.py"]:
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where the machine code of exactly these sources is kept: in NUMBA_CACHE_DIR, or beside them.

    numba compiles a kernel anew when its own file changes, not when one does that it calls or takes a constant from:
    after such a change it would run what was compiled before. So each state of the sources has a folder of its own.
    """
    return Path(os.environ.get("NUMBA_CACHE_DIR") or HERE / "__pycache__") / sources_digest()
