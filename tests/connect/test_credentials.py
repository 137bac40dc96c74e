"""Credentials stand in the environment or in a file, and show nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.connect.credentials import Login, login_of
from scheduler.errors import InvalidConnections


def test_they_are_read_anew_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_LOGIN", "ada:a:b")
    assert login_of("env:ERP_LOGIN") == Login("ada", "a:b")
    (tmp_path / "login").write_text("ada:old\n")
    assert login_of(f"file:{tmp_path / 'login'}").password == "old"
    (tmp_path / "login").write_text("ada:new\n")
    assert login_of(f"file:{tmp_path / 'login'}").password == "new"


def test_what_is_missing_is_told_without_what_is_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ERP_LOGIN", raising=False)
    monkeypatch.setenv("ODD_LOGIN", "s3cret")
    for where, words in (
        ("env:ERP_LOGIN", "the environment has no ERP_LOGIN"),
        (f"file:{tmp_path / 'none'}", "No such file"),
        ("env:ODD_LOGIN", "what ODD_LOGIN holds is not user:password"),
        ("s3cret", 'expected "env:NAME"'),
    ):
        with pytest.raises(InvalidConnections) as caught:
            login_of(where)
        assert words in str(caught.value)
        assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(Login("ada", "s3cret"))
