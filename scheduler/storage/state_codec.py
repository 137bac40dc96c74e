"""A PlantState as bytes and back, exactly: JSON rows (see `packing`), deflated."""

from __future__ import annotations

import json
import zlib

from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.storage.packing import header, packer, unpacker

FORMAT = 1


def encode_state(state: PlantState) -> bytes:
    """Compact bytes. Level 1: a tenth more bytes than the default for a third of the time."""
    pack = packer(PlantState)
    assert pack is not None
    document = {"format": FORMAT, "fields": header(PlantState), "state": pack(state)}
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 1)


def decode_state(blob: bytes) -> PlantState:
    """What `encode_state` was given. Raises InternalFault for bytes of a later format."""
    document = json.loads(zlib.decompress(blob))
    if document["format"] != FORMAT:
        raise InternalFault(
            f"stored state: found format {document['format']}, expected {FORMAT}; "
            "the database was written by a newer version, install that one"
        )
    unpack = unpacker(PlantState, document["fields"])
    assert unpack is not None
    state = unpack(document["state"])
    assert isinstance(state, PlantState)
    return state
