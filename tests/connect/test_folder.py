"""When a file of a folder is whole, and that what is moved stays moved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scheduler.atomic import move_file, write_files
from scheduler.connect.folder import FolderAdapter
from scheduler.connect_ports import FileMapping, Link
from scheduler.ingest.planners_tables import PlannersTables

NOW = 1_772_400_000.0


def test_what_was_written_and_moved_is_on_the_disk_by_name_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the folder is on the disk, a power cut leaves the file without its name, or with the old one."""
    kept: list[os.stat_result] = []
    fsync = os.fsync

    def watched(handle: int) -> None:
        fsync(handle)
        kept.append(os.fstat(handle))

    monkeypatch.setattr(os, "fsync", watched)
    write_files(tmp_path / "a", {"x": "1"})
    assert os.path.samestat(kept[-1], (tmp_path / "a").stat())
    (tmp_path / "b").mkdir()
    move_file(tmp_path / "a" / "x", tmp_path / "b" / "x")
    assert [os.path.samestat(k, (tmp_path / f).stat()) for k, f in zip(kept[-2:], "ba", strict=True)] == [True, True]


def test_a_file_is_whole_when_it_has_been_left_alone_for_a_while_by_its_clock_or_by_ours(tmp_path: Path) -> None:
    clock = [NOW]
    link = Link("excel", "folder", "tiny", str(tmp_path), ("orders",))
    adapter = FolderAdapter(link, FileMapping(), PlannersTables(), lambda: clock[0])
    (tmp_path / "in").mkdir()

    def looks(moment: float) -> list[str]:
        clock[0] = moment
        return [message.outer_id.partition("@")[0] for message in adapter.arrived()]

    for name, changed in (("fresh.csv", NOW - 1.0), ("old.csv", NOW - 60.0), ("ahead.csv", NOW + 3600.0)):
        (tmp_path / "in" / name).write_text("order")
        os.utime(tmp_path / "in" / name, (changed, changed))
    assert looks(NOW) == []
    assert looks(NOW + 0.5) == ["old.csv"]
    assert looks(NOW + 1.5) == ["old.csv", "fresh.csv"]
    assert looks(NOW + 2.5) == ["old.csv", "fresh.csv", "ahead.csv"]
    (tmp_path / "in" / "old.csv").write_text("order;material")
    os.utime(tmp_path / "in" / "old.csv", (NOW + 2.0, NOW + 2.0))
    assert "old.csv" not in looks(NOW + 9.0)
