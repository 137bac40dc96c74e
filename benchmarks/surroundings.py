"""What stands beside the checkout (plants, referee, plain list scheduler), and the computer that measures."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared"
RESULTS = CHECKOUT / "benchmarks" / "results"
KEPT = Path(tempfile.gettempdir()) / f"rejig-benchmarks-{os.getuid()}"
"""Plants and what the plain list scheduler makes of them, kept from run to run: they are functions of their names."""

PACKAGES = ("rejig", "numpy", "numba", "ortools", "pyjobshop", "fastapi", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the referee says."""

    feasible: bool
    violations: dict[str, int]
    cost: float


def need_shared() -> None:
    if not SHARED.is_dir():
        raise SystemExit("needs the folder 'shared' (plants, referee) beside the checkout")


def _script(*words: object, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *(str(w) for w in words)], capture_output=True, text=True, timeout=timeout, check=False
    )


def generated_plant(family: str, orders: int, seed: int, midway: bool) -> Path:
    """A plant of plantgen.py; made at the first call."""
    folder = KEPT / "plants" / f"{family}-{orders}-{seed}{'-midway' if midway else ''}"
    if not (folder / "plant.toml").exists():
        folder.mkdir(parents=True, exist_ok=True)
        more = ["--midway"] if midway else []
        made = _script(SHARED / "plants" / "plantgen.py", family, orders, seed, folder, *more)
        if made.returncode:
            raise SystemExit(f"plantgen.py: {made.stderr.strip()}")
    return folder


def classic_plant(name: str) -> Path:
    """An instance as a scenario folder; made at the first call."""
    folder = KEPT / "plants" / name
    if not (folder / "routing_machines.csv").exists():
        source = next((SHARED / "classic" / "instances").glob(f"{name}.*"))
        made = _script(SHARED / "classic" / "to_scenario.py", source, folder)
        if made.returncode:
            raise SystemExit(f"to_scenario.py: {made.stderr.strip()}")
    return folder


def best_known(name: str) -> float | None:
    """The best makespan that is published for a classic instance."""
    known = json.loads((SHARED / "classic" / "best_known.json").read_text())
    return float(known[name][1]) if name in known else None


def prototype_cost(family: str, orders: int, seed: int, midway: bool) -> float | None:
    """What the design's prototype reached in 10 s, where it is written down."""
    known = json.loads((SHARED / "plants" / "par.json").read_text())
    return known.get(f"{family}-{orders}-{seed}") if midway else None


def plain_cost(folder: Path, timeout: float) -> tuple[float | None, float, str]:
    """(cost, seconds, fault) of the plain list scheduler's ATC plan; cost None where `fault` says why there is none."""
    kept = KEPT / "atc" / f"{folder.name}.json"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as out:
            try:
                done = _script(SHARED / "referee" / "reference.py", folder, Path(out) / "plan.csv", timeout=timeout)
            except subprocess.TimeoutExpired:
                return None, timeout, f"took longer than {timeout:g} s"
        if done.returncode:
            return None, 0.0, (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(done.stdout)
    said: dict[str, Any] = json.loads(kept.read_text())
    fault = "refused: " + ", ".join(said["violations"]) if said["violations"] else ""
    return None if fault else float(said["cost"]), float(said["seconds"]), fault


def judged(folder: Path, plan: Path) -> Verdict:
    """The referee's verdict of a plan.csv; moves are counted against the folder's own plan.csv."""
    previous = folder / "plan.csv"
    more = ["--previous", previous] if previous.exists() else []
    done = _script(SHARED / "referee" / "referee.py", folder, plan, *more)
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"referee.py: {done.stderr.strip()}") from None
    if "error" in said:
        return Verdict(False, {said["error"]: 1}, float("inf"))
    return Verdict(said["feasible"], said["violations"], said["cost"])


def unzipped(content: bytes, folder: Path) -> Path:
    """A zip of a scenario as a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    zipped = folder.parent / f"{folder.name}.zip"
    zipped.write_bytes(content)
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(folder)
    return folder


def zipped_folder(folder: Path) -> bytes:
    """A scenario folder as a zip."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        with zipfile.ZipFile(file.name, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(folder.iterdir()):
                archive.write(part, part.name)
        return Path(file.name).read_bytes()


def this_machine() -> dict[str, str]:
    """What measures: processor, memory, system and versions."""
    cpu = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    return {
        "processor": f"{cpu or platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{memory / 2**20:.0f} GiB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
        "commit": commit.stdout.strip(),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
