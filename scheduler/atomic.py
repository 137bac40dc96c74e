"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """UTF-8 files into a folder (made where missing): all written beside their places first, then renamed.

    They are there after a power cut too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    waiting: list[tuple[str, Path]] = []
    try:
        for name, text in files.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            waiting.append((temporary, folder / name))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)  # mkstemp makes files that only their owner may read
        for temporary, place in waiting:
            os.replace(temporary, place)
        keep_names(folder)
    finally:
        for temporary, _ in waiting:
            Path(temporary).unlink(missing_ok=True)


def move_file(path: Path, target: Path) -> None:
    """In place of what is there, so that it stays moved after a power cut; on one file system."""
    os.replace(path, target)
    keep_names(target.parent)
    keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """The names in a folder are on the disk; on a share as far as its system can do that."""
    if os.name == "nt":  # folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
