"""`rejig connections`: a file of connections is listed, and one is tried."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Rejig

FILE = '[[connection]]\nname = "excel"\nkind = "folder"\nplant = "tiny"\naddress = "{}"\nreads = ["orders"]\n'


def test_a_connection_is_listed_and_tried(rejig: Rejig, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(FILE.format(tmp_path / "erp"))
    said = rejig("connections", "list", "--connections", file)
    assert (said.status, said.out.split()[:3]) == (0, ["excel", "folder", "tiny"])
    works = rejig("connections", "test", "excel", "--connections", file)
    assert (works.status, works.out.count("✓"), works.out.count("✗")) == (0, 6, 0)
    (tmp_path / "other").write_text("a file where a folder should be")
    file.write_text(FILE.format(tmp_path / "other"))
    assert rejig("connections", "test", "excel", "--connections", file).status == 2
    wrong = rejig("connections", "test", "exel", "--connections", file)
    assert (wrong.status, "did you mean 'excel'" in wrong.words) == (2, True)
