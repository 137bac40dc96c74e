"""Which licences what Rejig runs on has: `make licences`, a line for each package that requirements.lock names."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
NAMED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)")
CLASSIFIER = "License :: OSI Approved :: "


def packages(lock: str) -> dict[str, str]:
    """Name and version of each."""
    return {found[1]: found[2] for line in lock.splitlines() if (found := NAMED.match(line))}


def licence(name: str) -> str:
    """As the package says it itself: an SPDX expression, a classifier, or the first line of its text; "" : nothing, or
    it is not installed here."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    classified = [c.removeprefix(CLASSIFIER) for c in said.get_all("Classifier") or [] if c.startswith(CLASSIFIER)]
    text = (said.get("License") or "").strip().splitlines()
    return said.get("License-Expression") or " and ".join(classified) or (text[0][:100] if text else "")


def main() -> None:
    for name, version in packages(LOCK.read_text()).items():
        print(f"{name:32}{version:16}{licence(name) or 'not said, or not installed here'}")


if __name__ == "__main__":
    main()
