"""Where a scenario comes from: a folder, a zip of it, or a workbook; by path or as bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from scheduler.ingest.faults import Faults
from scheduler.ingest.rows import Allowance, Row
from scheduler.ingest.schema import PLANT_FILE, READ, SPECS
from scheduler.ingest.workbook_parts import told_parts
from scheduler.ingest.zip_ends import told_ends
from scheduler.limits import STANDARD, Limits

KNOWN_SHEETS = frozenset({*SPECS, "plant", "events"})


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was given, unread. name : of the folder or file.

    files : bytes by file name ("orders.csv"); those of files that no scenario has are left empty.
    sheets : rows of text by sheet name ("orders"), of a workbook.
    """

    name: str
    files: Mapping[str, bytes]
    sheets: Mapping[str, list[Row]] | None = None


def open_source(source: Path | bytes, faults: Faults, limits: Limits = STANDARD) -> Bundle | None:
    """The files of a scenario; None where nothing can be read, with the reason among the faults."""
    if isinstance(source, bytes):
        return _packed(io.BytesIO(source), "scenario", faults, limits)
    try:
        if source.is_dir():
            return _folder(source, faults, limits)
        if not source.is_file() and source.exists():
            raise OSError(0, "neither a file nor a folder")
        with source.open("rb") as content:
            return _packed(content, source.stem, faults, limits)
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or "an unreadable file"
        expected = "a scenario folder, a zip of it, or an .xlsx workbook"
        faults.add(str(source), None, None, found, expected, "check the path")
        return None


def _folder(folder: Path, faults: Faults, limits: Limits) -> Bundle | None:
    files: dict[str, bytes] = {}
    left = limits.unpacked_bytes
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        files[path.name] = b""
        if path.name not in READ:
            continue
        try:
            with path.open("rb") as content:
                files[path.name] = content.read(left + 1)
        except OSError as error:
            faults.add(path.name, None, None, error.strerror or "an unreadable file", "a readable file", "check it")
        left -= len(files[path.name])
        if left < 0:
            _too_large(path.name, f"more than {limits.unpacked_bytes:,} bytes up to here", faults, limits)
            return None
    return Bundle(folder.resolve().name, files)


def _too_large(name: str, found: str, faults: Faults, limits: Limits) -> None:
    expected = f"at most {limits.files:,} files of {limits.unpacked_bytes // 1_000_000} MB together"
    faults.add(name, None, None, found, expected, "leave out what is not part of the scenario")


def _packed(content: IO[bytes], name: str, faults: Faults, limits: Limits) -> Bundle | None:
    if not told_ends(content, name, faults, limits):
        return None
    try:
        archive = zipfile.ZipFile(content)
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, RuntimeError, EOFError):
        faults.add(
            name,
            None,
            None,
            "neither a zip nor a workbook",
            "a zip of a scenario folder, or an .xlsx workbook",
            "zip the folder, or save the workbook as .xlsx (not .xls or .csv)",
        )
        return None
    with archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        if not _fit(members, name, faults, limits):
            return None
        if any(m.filename == "xl/workbook.xml" for m in members):
            if not told_parts(archive, members, faults, limits):
                return None
            from scheduler.ingest.workbook import sheets_of  # openpyxl is slow to import and rarely needed

            sheets = sheets_of(content, name, faults, Allowance(limits), KNOWN_SHEETS)
            return None if sheets is None else Bundle(name, {}, sheets)
        return _unzipped(archive, members, name, faults)


def is_sound_workbook(content: bytes, name: str, faults: Faults, limits: Limits = STANDARD) -> bool:
    """Whether it is a workbook that may be opened; else why not is a fault."""
    if not told_ends(io.BytesIO(content), name, faults, limits):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            return _fit(members, name, faults, limits) and told_parts(archive, members, faults, limits)
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, RuntimeError, EOFError):
        faults.add(name, None, None, "no workbook", "an .xlsx workbook", "save it as .xlsx (not .xls)")
        return False


def _fit(members: Iterable[zipfile.ZipInfo], name: str, faults: Faults, limits: Limits) -> bool:
    """Whether what the archive's directory says may be unpacked; zipfile unpacks no more of a file than that."""
    members = list(members)
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if unpacked > limits.unpacked_bytes or len(members) > limits.files:
        _too_large(name, f"{len(members):,} files of {unpacked / 1e6:,.0f} MB unpacked", faults, limits)
        return False
    if unpacked > max(limits.ratio_from_bytes, limits.ratio * packed):
        faults.add(
            name,
            None,
            None,
            f"{unpacked / 1e6:,.0f} MB out of {packed / 1e6:,.2f} MB",
            f"at most {limits.ratio} times as much as is packed",
            "remove the rows that say nothing new",
        )
        return False
    return True


def _unzipped(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, faults: Faults) -> Bundle | None:
    paths = [
        (m, PurePosixPath(m.filename))
        for m in members
        if not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(m.filename).parts)
    ]
    homes = sorted({path.parent for _, path in paths if path.name == PLANT_FILE}, key=str)
    if len(homes) > 1:
        faults.add(
            name,
            None,
            None,
            f"{len(homes)} scenarios ({', '.join(str(h) for h in homes[:3])})",
            "one scenario in a zip",
            "zip one folder only",
        )
        return None
    folders = {path.parent for _, path in paths}
    home = homes[0] if homes else (folders.pop() if len(folders) == 1 else PurePosixPath("."))
    files: dict[str, bytes] = {}
    for member, path in paths:
        if path.parent != home:
            continue
        files[path.name] = b""
        if path.name not in READ:
            continue
        try:
            files[path.name] = archive.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            faults.add(path.name, None, None, "a damaged entry of the zip", "a whole file", "make the zip again")
        except (RuntimeError, NotImplementedError, OSError, ValueError):
            faults.add(
                path.name,
                None,
                None,
                "an entry that cannot be unpacked",
                "an ordinary zip without a password",
                "zip it again",
            )
    return Bundle(home.name or name, files)
