"""How a zip ends, looked at before it is opened: its directory is read whole, however long it is."""

from __future__ import annotations

import os
import struct
from typing import IO

from scheduler.ingest.faults import Faults
from scheduler.limits import Limits

END, END_LENGTH = b"PK\x05\x06", 22
ZIP64, ZIP64_LENGTH = b"PK\x06\x07", 20
LONGEST_COMMENT = 65_535
ENTRY_BYTES = 1_000
"""Of the directory for one file: its name, its times, and what a tool adds."""


def told_ends(content: IO[bytes], name: str, faults: Faults, limits: Limits) -> bool:
    """Whether its directory is one of at most `limits.files` files; if not, that is a fault.

    A directory of 50 MB makes a million objects of a kilobyte each. What is no zip at all passes: who opens it says so.
    """
    size = content.seek(0, os.SEEK_END)
    content.seek(max(0, size - END_LENGTH - ZIP64_LENGTH - LONGEST_COMMENT))
    tail = content.read()
    content.seek(0)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_LENGTH:
        return True
    if tail[max(0, at - ZIP64_LENGTH) : at].startswith(ZIP64):
        found, remedy = "a zip64 archive", "zip it with an ordinary tool; a scenario needs none of that"
        faults.add(name, None, None, found, "an ordinary zip", remedy)
        return False
    entries, length = struct.unpack_from("<HI", tail, at + 10)
    if entries > limits.files or length > limits.files * ENTRY_BYTES:
        found = f"a directory of {entries:,} files in {length:,} bytes"
        faults.add(name, None, None, found, f"at most {limits.files:,} files", "leave out what is no part of it")
        return False
    return True
