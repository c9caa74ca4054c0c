"""Arrays of a document of `vdp inspect`, read by official zarr from the file that it describes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import zarr
from zarr.core.buffer import default_buffer_prototype
from zarr.core.sync import sync
from zarr.storage import MemoryStore


def read_through_zarr(array: Mapping, file: Path) -> np.ndarray:
    """`array`: its entry in the document, which must list its chunks."""
    store = MemoryStore()

    def put(key: str, stored: bytes) -> None:
        sync(store.set(key, default_buffer_prototype().buffer.from_bytes(stored)))

    put("zarr.json", json.dumps(array["metadata"] | {"attributes": {}}).encode())
    with file.open("rb") as opened:
        for key, place in array["chunks"].items():
            put("c" if key == "c" else f"c/{key.replace('.', '/')}", _stored(opened, place, key))
    return np.asarray(zarr.open_array(store, mode="r", zarr_format=3)[...])


def _stored(opened, place: list | dict, key: str) -> bytes:
    if isinstance(place, dict):
        return base64.b64decode(place["inline"])
    _, offset, length = place
    opened.seek(offset)
    stored = opened.read(length)
    assert length > 0 and len(stored) == length, f"chunk {key} is not in the file"
    return stored
