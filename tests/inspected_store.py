"""The Zarr store that `vdp inspect FILE --json` describes, in memory: official zarr reads the values through it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import zarr
from zarr.core.buffer import default_buffer_prototype
from zarr.storage import MemoryStore

FILE_MARK = "{file}"


def open_inspected(document: dict[str, Any], file: Path) -> zarr.Group:
    content = {FILE_MARK: file.read_bytes()}
    entries: dict[str, bytes] = {}
    for path, group in document["groups"].items():
        metadata = {"zarr_format": 3, "node_type": "group", "attributes": _plain(group["attributes"])}
        entries[_key(path, "zarr.json")] = json.dumps(metadata).encode()
    for path, array in document["arrays"].items():
        metadata = array["metadata"] | {"attributes": _plain(array["attributes"])}
        if not array["grid"]:
            metadata = {name: value for name, value in metadata.items() if name != "dimension_names"}
        entries[_key(path, "zarr.json")] = json.dumps(metadata).encode()
        for key, place in array["chunks"].items():
            entries[_key(path, _chunk_key(key))] = _chunk(place, content)
    make = default_buffer_prototype().buffer.from_bytes
    store = MemoryStore({key: make(value) for key, value in entries.items()})
    return zarr.open_group(store, mode="r", zarr_format=3, use_consolidated=False)


def _key(path: str, name: str) -> str:
    return f"{path.strip('/')}/{name}".strip("/")


def _chunk_key(key: str) -> str:
    return "c" if key == "c" else "c/" + key.replace(".", "/")


def _chunk(place: list | dict, content: dict[str, bytes]) -> bytes:
    if isinstance(place, dict):
        return base64.b64decode(place["inline"])
    path, offset, length = place
    if path not in content:
        content[path] = Path(unquote(urlparse(path).path)).read_bytes()
    assert offset + length <= len(content[path]), f"{place} reaches beyond {len(content[path])} bytes"
    return content[path][offset : offset + length]


def _plain(attributes: Any) -> Any:
    """Non-finite numbers as JSON has none; attributes are compared in the document, not through zarr."""
    if isinstance(attributes, dict):
        return None if "$float" in attributes else {key: _plain(value) for key, value in attributes.items()}
    return [_plain(item) for item in attributes] if isinstance(attributes, list) else attributes
