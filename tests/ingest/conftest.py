"""Generated plants, made once for all tests."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

FAMILIES = ("shop", "gear", "food", "assembly")
PLANTS = list(itertools.product(FAMILIES, (1, 2)))


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def referee(shared_dir: Path) -> ModuleType:
    return load(shared_dir / "referee" / "referee.py")


@pytest.fixture(scope="session")
def generated(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Path]:
    """(family, seed) to the folder of a plant of 30 orders in the middle of its work."""
    maker = load(shared_dir / "plants" / "plantgen.py")
    made: dict[tuple[str, int], Path] = {}

    def plant(family: str, seed: int) -> Path:
        if (family, seed) not in made:
            made[family, seed] = tmp_path_factory.mktemp(f"{family}-{seed}")
            maker.Plant(family, 30, seed).make(made[family, seed], 6, True)
        return made[family, seed]

    return plant
