"""Which texts are taken in: what every database, file and answer can say again, as one spelling of one name."""

from __future__ import annotations

import unicodedata

from scheduler.limits import STANDARD

MOST = STANDARD.name_length


def tidy_name(text: str) -> str:
    """A name in its one spelling (Unicode NFC). Raises ValueError, in words, for one that cannot be kept."""
    if text.isascii() and text.isprintable() and len(text) <= MOST and not text.isspace() and text:
        return text
    if not text.strip():
        raise ValueError("nothing but blanks")
    _short(text, MOST)
    if text.isascii():
        raise ValueError("a control character")
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise ValueError("a control character, or half of one character")
    found = unicodedata.normalize("NFC", text)
    _short(found, MOST)
    return found


def tidy_text(text: str, most: int = STANDARD.text_length) -> str:
    """A text as it is; it may have lines. Raises ValueError, in words, for one that cannot be kept."""
    _short(text, most)
    if "\0" in text:
        raise ValueError("the character NUL")
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("half of one character (a lone surrogate)")
    return text


def _short(text: str, most: int) -> None:
    if len(text) > most:
        raise ValueError(f"{len(text):,} characters, at most {most:,} are taken")


def sayable(text: str, most: int = 300) -> str:
    """Any text as an answer can show it: what no UTF-8 says is written as its escape, the rest cut off."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return cut.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def addressable(name: str) -> bool:
    """Whether a name can stand in an address, slashes included: no step of it is empty, `.` or `..`."""
    return not {"", ".", ".."}.intersection(name.split("/"))
