"""The files of the terminal page as they are sent. They hold nothing of any plant: that the page asks the API for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent

PAGE = "page.html"
WORKER = "worker.js"
"""The service worker: what is sent holds the names and the version of all other files, so that a device takes a new
version whole or not at all."""

KINDS: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing from elsewhere, nothing written into the page, and no other page around it."""


@dataclass(frozen=True, slots=True)
class ShellFile:
    """etag : of its content, as HTTP quotes it."""

    content: bytes
    kind: str
    etag: str


@cache
def shell_files() -> Mapping[str, ShellFile]:
    """By name."""
    found = {path.name: path.read_bytes() for path in sorted(HERE.iterdir()) if path.suffix in KINDS}
    version = hashlib.sha256(repr(found).encode()).hexdigest()[:16]
    names = json.dumps([name for name in found if name != WORKER])
    found[WORKER] = found[WORKER].replace(b'"VERSION"', f'"{version}"'.encode()).replace(b'"FILES"', names.encode())
    return {
        name: ShellFile(content, KINDS[Path(name).suffix], f'"{hashlib.sha256(content).hexdigest()[:20]}"')
        for name, content in found.items()
    }
