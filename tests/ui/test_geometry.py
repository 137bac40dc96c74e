"""The board's geometry and colours and the terminal's words, judged by node; the one script that Streamlit is given."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ui.gantt.component import MODULES, script

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("what", ["geometry", "palette", "terminal"])
def test_what_node_judges_holds(what: str) -> None:
    done = subprocess.run(
        ["node", "--test", str(HERE / f"{what}.test.mjs")], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_the_joined_script_imports_nothing_and_exports_one_function() -> None:
    text = script()
    assert re.findall(r"^(?:import|export)\b.*", text, re.MULTILINE) == ["export default function (component) {"]
    names = re.findall(r"^(?:export )?(?:function|class|const|let) (\w+)", text, re.MULTILINE)
    assert len(names) == len(set(names)), "two modules use the same name"
    assert MODULES[-1] == "gantt.js"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_joined_script_can_be_parsed(tmp_path: Path) -> None:
    joined = tmp_path / "joined.mjs"
    joined.write_text(script(), encoding="utf-8")
    done = subprocess.run(["node", "--check", str(joined)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
