"""What the two lock files must hold for pip to install from them alone."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.files import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
PYTHONS = ("3.11", "3.12", "3.13")


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_all_that_its_packages_require_with_the_same_extras(name: str, python: str) -> None:
    assert list(unmet(pinned((ROOT / name).read_text()), python)) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_all_that_the_project_requires_with_the_same_extras(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["build-system"]["requires"]
    if name == "requirements-dev.lock":
        asked += project["dependency-groups"]["dev"]
    pins = pinned((ROOT / name).read_text())
    assert [a for a in asked if not meets(pins, Requirement(a))] == []


def test_a_lock_without_an_extra_that_a_package_requires_is_refused() -> None:
    with_extra = pinned((ROOT / "requirements-dev.lock").read_text())
    without = with_extra | {"coverage": Requirement(f"coverage{with_extra['coverage'].specifier}")}
    assert [missed.split(" requires ")[0] for missed in unmet(without, "3.11")] == ["pytest-cov"]


def pinned(lock: str) -> dict[str, Requirement]:
    """The lock's requirements by plain name."""
    lines = [line.rstrip(" \\") for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


def unmet(pins: Mapping[str, Requirement], python: str) -> Iterator[str]:
    """What installed packages of the lock require on that Python, and pip would look for beside the lock."""
    here = {str(k): str(v) for k, v in default_environment().items()}
    here |= {"python_version": python, "python_full_version": f"{python}.9"}
    for name, pin in pins.items():
        try:
            needed = [Requirement(r) for r in requires(name) or ()]
        except PackageNotFoundError:  # of another Python or another system
            continue
        for need in needed:
            marks = [here | {"extra": extra} for extra in ("", *sorted(pin.extras))]
            applies = need.marker is None or any(need.marker.evaluate(m) for m in marks)
            if applies and not meets(pins, need):
                yield f"{name} requires {need}, and the lock holds {pins.get(canonicalize_name(need.name))}"


def meets(pins: Mapping[str, Requirement], need: Requirement) -> bool:
    """True where the lock holds it, in a version that will do, with every extra."""
    pin = pins.get(canonicalize_name(need.name))
    if pin is None or not need.extras <= pin.extras:
        return False
    (version,) = (s.version for s in pin.specifier)
    return need.specifier.contains(version, prereleases=True)
