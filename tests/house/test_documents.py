"""What README and docs say exists."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest
import typer

from scheduler.cli import app
from tests.house.files import ROOT, name_of, own_files

DOCUMENTS = own_files("*.md")
BY_NAME = {name_of(p): p for p in DOCUMENTS}


def code_lines(path: Path) -> list[str]:
    """The shell lines of a document's code blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@cache
def options_of(command: str) -> frozenset[str]:
    """The options that a command of `rejig` knows."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    known = {name for p in commands[command].params for name in (*p.opts, *p.secondary_opts)}
    return frozenset(known | {"--help", "-h"})


@pytest.mark.parametrize("name", BY_NAME)
def test_every_link_leads_somewhere(name: str) -> None:
    path = BY_NAME[name]
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text())
    local = [t for t in targets if "://" not in t and not t.startswith("mailto:")]
    assert [t for t in local if not (path.parent / t).exists()] == []


@pytest.mark.parametrize("name", BY_NAME)
def test_every_rejig_line_uses_commands_and_options_that_exist(name: str) -> None:
    wrong = []
    for line in code_lines(BY_NAME[name]):
        if not re.match(r"(?:[A-Z_]+=\S+ )?(?:\S*/)?rejig ", line):
            continue
        words = shlex.split(line, comments=True)
        at = next(i for i, w in enumerate(words) if Path(w).name == "rejig")
        command, rest = words[at + 1], words[at + 2 :]
        commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
        if command not in commands:
            wrong.append(line)
            continue
        wrong += [f"{line}: {w}" for w in rest if w.startswith("-") and w.split("=")[0] not in options_of(command)]
    assert wrong == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {t for p in DOCUMENTS for t in re.findall(r"(?:`|^)make ([a-z-]+)", p.read_text(), re.MULTILINE)}
    assert {"demo", "test", "install"} <= named <= targets


def test_readme_shows_the_main_job_in_five_lines_each() -> None:
    lines = code_lines(ROOT / "README.md")
    assert sum(line.startswith("rejig ") for line in lines) == 5
    assert sum(line.startswith(("curl ", "  ")) for line in lines) == 5


def test_every_variable_that_is_read_is_described() -> None:
    described = set(re.findall(r"REJIG_[A-Z_]+", (ROOT / "docs" / "operating.md").read_text()))
    read = {
        name
        for path in own_files("scheduler/*.py", "api/*.py", "ui/*.py")
        for name in re.findall(r"\"(REJIG_[A-Z_]+)\"", path.read_text())
    }
    assert read <= described
    assert described <= read | {"REJIG_CHROMIUM"}


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [p.name.split("-")[0] for p in own_files("docs/decisions/*.md")]
    assert numbers == sorted(set(numbers))
    assert all(re.fullmatch(r"\d{4}", n) for n in numbers)


def test_every_decision_is_headed_by_its_number_and_named_by_its_file() -> None:
    decisions = own_files("docs/decisions/*.md")
    assert [p.read_text().split()[1] for p in decisions] == [p.name.split("-")[0] for p in decisions]
    said = {
        (path.name, number, file)
        for path in own_files("docs/*.md", "docs/decisions/*.md")
        for number, file in re.findall(r"\[(\d{4})\]\((?:decisions/)?([^)]+)\)", path.read_text())
    }
    assert said
    assert [link for link in said if not link[2].startswith(f"{link[1]}-")] == []
