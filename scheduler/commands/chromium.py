"""A picture of a page, taken by the system's Chromium. Nothing is downloaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from scheduler.errors import BadRequest, RejigError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
PATIENCE_SECONDS = 120


class NoPicture(RejigError):
    """Chromium was there but took none."""


def find_chromium() -> str:
    """Its path: REJIG_CHROMIUM, else the first of its usual names. Raises BadRequest with the remedy."""
    named = os.environ.get("REJIG_CHROMIUM")
    found = named if named and Path(named).is_file() else next((p for n in NAMES if (p := shutil.which(n))), None)
    if found is None:
        raise BadRequest(
            "A PNG is drawn by Chromium, and none is here. Install it (Debian: apt-get install chromium), name it "
            "in REJIG_CHROMIUM, or write an .html file instead.",
            "--out",
        )
    return found


def take_picture(page: str, picture: Path, width: int, height: int) -> None:
    """Render the HTML text and write a PNG. Raises BadRequest without a Chromium, NoPicture where it fails."""
    chromium = find_chromium()
    with tempfile.TemporaryDirectory(prefix="rejig-") as folder:
        source, shot = Path(folder) / "page.html", Path(folder) / "page.png"
        source.write_text(page, encoding="utf-8")
        command = [
            chromium, *FLAGS, f"--user-data-dir={folder}/profile", f"--window-size={width},{height}",
            "--virtual-time-budget=20000", f"--screenshot={shot}", source.as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise NoPicture(f"Chromium took longer than {PATIENCE_SECONDS} s; write an .html file instead") from None
        if not shot.is_file():
            said = done.stderr.strip().splitlines()[-1:] or ["nothing"]
            raise NoPicture(f"Chromium ({chromium}) took no picture; it said: {said[0]}")
        picture.write_bytes(shot.read_bytes())
