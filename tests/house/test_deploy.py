"""What stands in deploy/ fits the product: files that are there, known variables, licences that it can keep."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.licences import LOCK, licence, packages
from tests.house.files import ROOT

DEPLOY = ROOT / "deploy"
OURS = re.compile(r"\bREJIG_[A-Z_]+")
KEPT = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Mozilla|LGPL|Zlib|CC0", re.IGNORECASE)


def _steps(word: str) -> list[str]:
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    return [line.partition(" ")[2] for line in lines if line.startswith(f"{word} ")]


def test_the_container_takes_what_is_there_and_is_nobody_of_importance() -> None:
    sources = [source for step in _steps("COPY") for source in shlex.split(step)[:-1]]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    (user,) = _steps("USER")
    assert int(user) > 0


def test_every_variable_that_is_set_is_one_of_ours() -> None:
    told = set(OURS.findall((ROOT / "docs" / "operating.md").read_text()))
    for name in ("Containerfile", "compose.yaml", "rejig.service"):
        assert set(OURS.findall((DEPLOY / name).read_text())) <= told, name


def test_two_servers_share_a_database_and_neither_may_write_its_root() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    first, second = services["first"], services["second"]
    assert first["environment"] == second["environment"]
    assert "@database/" in first["environment"]["REJIG_DATABASE_URL"]
    for server in (first, second):
        assert server["read_only"]
        assert server["cap_drop"] == ["ALL"]
        assert all(port.startswith("127.0.0.1:") for port in server["ports"])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    command = tmp_path / "rejig"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    unit = (DEPLOY / "rejig.service").read_text().replace("/opt/rejig/.venv/bin/rejig", str(command))
    (tmp_path / "rejig.service").write_text(unit)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "rejig.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "rejig.service" not in said.stderr, said.stderr


def test_every_package_that_rejig_runs_on_has_a_licence_that_it_can_keep() -> None:
    said = {name: licence(name) for name in packages(LOCK.read_text())}
    assert len(said) > 50
    assert {name: words for name, words in said.items() if not KEPT.search(words)} == {}
    assert {n for n, w in said.items() if "GPL" in w} == {"fpdf2", "psycopg", "psycopg-binary"}  # LGPL: as libraries
