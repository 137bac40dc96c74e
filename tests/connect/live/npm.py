"""Packages of npm in a folder of their own, in the user's cache; `make itest` (REJIG_ITEST) installs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rejig"


def npm_folder(name: str, *packages: str) -> Path:
    """The folder with the packages. Skips the test where they are not there and shall not be installed."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs node and npm")
    folder = CACHE / name
    done = folder / "rejig-installed"
    if not done.exists() and not os.environ.get("REJIG_ITEST"):
        pytest.skip(f"needs npm's {packages[0]}, which `make itest` installs")
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not done.exists():
            subprocess.run(["npm", "install", "--silent", *packages], cwd=folder, check=True)
            done.touch()
    return folder
