"""Compiled code is that of the sources as they are now, reads within its arrays, and does what Python would do."""

from __future__ import annotations

import shutil
from pathlib import Path

from numba.core import config

from scheduler.planning import kernels
from scheduler.planning.kernels import cache_folder, sources_digest


def test_machine_code_is_kept_for_exactly_these_sources() -> None:
    from scheduler.planning.kernels import jit

    assert jit.kernel is not None
    assert vars(config)["CACHE_DIR"] == str(cache_folder())
    assert cache_folder().name == sources_digest()


def test_a_change_in_one_kernel_or_in_the_layout_compiles_all_anew(tmp_path: Path) -> None:
    planning = Path(kernels.__file__).parents[1]
    shutil.copytree(planning / "kernels", tmp_path / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(planning / "layout.py", tmp_path)
    same = sources_digest(tmp_path / "kernels")
    assert same == sources_digest()
    with (tmp_path / "kernels" / "clock.py").open("a") as file:
        file.write("# another thought\n")
    changed = sources_digest(tmp_path / "kernels")
    assert changed != same
    with (tmp_path / "layout.py").open("a") as file:
        file.write("# another column\n")
    assert sources_digest(tmp_path / "kernels") != changed
