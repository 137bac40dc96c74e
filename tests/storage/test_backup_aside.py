"""What is restored stands alone: no journal of another database is left beside it."""

from __future__ import annotations

from pathlib import Path

from scheduler.storage.backup import _set_aside


def test_a_journal_whose_database_is_gone_is_set_aside_too(tmp_path: Path) -> None:
    database = tmp_path / "rejig.db"
    for turn in (1, 2):
        Path(f"{database}-wal").write_text("of another database")
        assert _set_aside(database) == Path(f"{database}.before-restore-{turn}")
        assert not Path(f"{database}-wal").exists()
        assert Path(f"{database}.before-restore-{turn}-wal").exists()
    assert _set_aside(database) is None
