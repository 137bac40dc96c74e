"""A server with keys shows its screens to who has one."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import APP, clean, serve


def test_the_screens_ask_for_a_key_once_and_open_with_a_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = serve(tmp_path)
    api = next(serving)
    monkeypatch.setenv("REJIG_API_URL", api)
    monkeypatch.delenv("REJIG_API_KEY", raising=False)
    key = httpx.post(f"{api}/v1/keys", json={"name": "m.keller", "roles": ["admin"]}).json()["key"]
    test = clean(AppTest.from_file(str(APP), default_timeout=60).run())
    assert [s.value for s in test.subheader] == ["Sign in"]
    assert not test.error
    test.text_input[0].set_value("rejig_0_0")
    clean(test.button[0].click().run())
    assert [s.value for s in test.subheader] == ["Sign in"]
    assert [e.value for e in test.error] == ["the key is not known here; ask who made it for another"]
    test.text_input[0].set_value(f" {key} ")
    clean(test.button[0].click().run())
    assert "Sign in" not in [s.value for s in test.subheader]
    clean(test.run())
    assert "Sign in" not in [s.value for s in test.subheader], "it is asked for once"
    for _ in serving:
        pass
