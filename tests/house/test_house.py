"""What holds for every file of the house."""

from __future__ import annotations

import ast
import re
import sys
import tomllib

import pytest

from tests.house.files import ROOT, name_of, own_files

MOST_LINES = 400
TEXT = ("*.py", "*.js", "*.mjs", "*.css", "*.md", "*.toml", "*.lock", "*.csv", "Makefile", ".ci/run", ".importlinter")

# Put together from pieces, so that this file does not hold them.
INDEX_HOSTS = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "--index" + "-url",
    "--extra-index" + "-url",
    "--find" + "-links",
]
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me)/[a-z]")


def test_the_settings_of_the_screens_can_be_read() -> None:
    """Streamlit passes over a file that is no TOML, and the screens lose their colours without a word."""
    settings = tomllib.loads((ROOT / "ui" / ".streamlit" / "config.toml").read_text())
    assert settings["theme"]["base"] == "light"
    assert settings["runner"]["magicEnabled"] is False


def test_no_file_needs_more_than_400_lines() -> None:
    long = {
        name_of(p): n for p in own_files("*.py", "*.js", "*.mjs") if (n := len(p.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_file_names_a_path_of_one_machine() -> None:
    named = [f"{name_of(p)}: {hit.group()}" for p in own_files(*TEXT) if (hit := MACHINE_PATHS.search(p.read_text()))]
    assert named == []


def test_no_file_names_where_packages_come_from() -> None:
    named = [
        f"{name_of(path)}: {host}"
        for path in own_files(*TEXT)
        for host in INDEX_HOSTS
        if re.search(rf"(?<!no-emit-){re.escape(host)}", path.read_text())
    ]
    assert named == []


def test_the_domain_imports_nothing_but_the_standard_library() -> None:
    allowed = sys.stdlib_module_names | {"scheduler"}
    strangers = [
        f"{name_of(path)}: {name}"
        for path in own_files("scheduler/domain/*.py", "scheduler/errors.py")
        for name in imported(path.read_text())
        if name.split(".")[0] not in allowed
    ]
    assert strangers == []


def test_no_page_has_a_text_that_streamlit_would_show() -> None:
    """It draws every bare text of a page file but the first."""
    shown = {
        name_of(path): [node.lineno for node in ast.parse(path.read_text()).body[1:] if _is_text(node)]
        for path in own_files("ui/screens/*.py", "ui/app.py")
    }
    assert {page: lines for page, lines in shown.items() if lines} == {}
    assert len(shown) > 4


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_the_screens_import_only_what_screens_need() -> None:
    allowed = sys.stdlib_module_names | {"ui", "streamlit", "plotly", "pandas", "httpx"}
    strangers = [
        f"{name_of(path)}: {name}"
        for path in own_files("ui/*.py")
        for name in imported(path.read_text())
        if name.split(".")[0] not in allowed
    ]
    assert strangers == []


def imported(source: str) -> list[str]:
    """Every module that the source imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return names


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_versions_and_hashes_alone(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    others = [
        x for x in lines if x not in packages and not re.fullmatch(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?|#.*", x)
    ]
    assert others == []
    assert all(
        re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[\w.]+( ; sys_platform != \"win32\")? \\", p) for p in packages
    )
    hashed = [lines[lines.index(p) + 1].startswith("    --hash=") for p in packages]
    assert all(hashed)
    assert len(packages) > 40


def test_both_locks_agree_and_hold_what_the_project_asks_for() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run, dev = (pins((ROOT / f).read_text()) for f in ("requirements.lock", "requirements-dev.lock"))
    asked = {plain(d) for d in project["project"]["dependencies"]}
    assert asked <= run.keys()
    assert run.items() <= dev.items()
    assert {plain(d) for d in project["dependency-groups"]["dev"]} <= dev.keys()


def pins(lock: str) -> dict[str, str]:
    return dict(m.groups() for m in re.finditer(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([\w.]+)", lock, re.MULTILINE))  # type: ignore[misc]


def plain(requirement: str) -> str:
    """'psycopg[binary]>=3.2' is psycopg."""
    found = re.match(r"[A-Za-z0-9_.-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found.group()).lower()
