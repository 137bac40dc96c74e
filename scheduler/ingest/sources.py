"""Where a scenario comes from: a folder, a zip of it, or a workbook; by path or as bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from scheduler.ingest.faults import Faults
from scheduler.ingest.schema import PLANT_FILE

# A plant of 100,000 operations is 12 MB unpacked. Far more than that is a mistake or an attack.
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_MEMBERS = 10_000

Row: TypeAlias = list[str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was given, unread. name : of the folder or file.

    files : bytes by file name ("orders.csv").   sheets : rows of text by sheet name ("orders"), of a workbook.
    """

    name: str
    files: Mapping[str, bytes]
    sheets: Mapping[str, list[Row]] | None = None


def open_source(source: Path | bytes, faults: Faults) -> Bundle | None:
    """The files of a scenario; None where nothing can be read, with the reason among the faults."""
    if isinstance(source, bytes):
        return _packed(source, "scenario", faults)
    if source.is_dir():
        return _folder(source, faults)
    try:
        content = source.read_bytes()
    except OSError as error:
        faults.add(
            str(source),
            None,
            None,
            error.strerror or "an unreadable file",
            "a scenario folder, a zip of it, or an .xlsx workbook",
            "check the path",
        )
        return None
    return _packed(content, source.stem, faults)


def _folder(folder: Path, faults: Faults) -> Bundle:
    files: dict[str, bytes] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            try:
                files[path.name] = path.read_bytes()
            except OSError as error:
                faults.add(path.name, None, None, error.strerror or "an unreadable file", "a readable file", "check it")
    return Bundle(folder.resolve().name, files)


def _packed(content: bytes, name: str, faults: Faults) -> Bundle | None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
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
        unpacked = sum(m.file_size for m in members)
        if unpacked > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
            faults.add(
                name,
                None,
                None,
                f"{len(members):,} files of {unpacked / 2**20:,.0f} MB unpacked",
                f"at most {MAX_MEMBERS:,} files of {MAX_UNPACKED_BYTES // 2**20} MB together",
                "leave out what is not part of the scenario",
            )
            return None
        if any(m.filename == "xl/workbook.xml" for m in members):
            from scheduler.ingest.workbook import sheets_of  # openpyxl is slow to import and rarely needed

            sheets = sheets_of(content, name, faults)
            return None if sheets is None else Bundle(name, {}, sheets)
        return _unzipped(archive, members, name, faults)


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
        try:
            files[path.name] = archive.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            faults.add(path.name, None, None, "a damaged entry of the zip", "a whole file", "make the zip again")
        except (RuntimeError, NotImplementedError, OSError):
            faults.add(
                path.name,
                None,
                None,
                "an entry that cannot be unpacked",
                "an ordinary zip without a password",
                "zip it again",
            )
    return Bundle(home.name or name, files)
