"""Nodes as both libraries are given them: zarr.json byte for byte, keys of chunks, chunk grids."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Index = tuple[int, ...]
#: What a Zarr reader gets of one snapshot: every key with its bytes.
Content = dict[str, bytes]


def node_key(path: str) -> str:
    """Key of a node's metadata; the path is absolute."""
    return f"{path}/zarr.json".lstrip("/")


def chunk_key(path: str, index: Index) -> str:
    return "/".join([path.lstrip("/"), "c", *map(str, index)])


def key_prefix(path: str) -> str:
    """Of all keys below a node, its own among them."""
    return "" if path == "/" else path.lstrip("/") + "/"


def node_paths(content: Content) -> dict[str, str]:
    """Path of each node with its kind, "group" or "array"."""
    found = {}
    for key, value in content.items():
        if key == "zarr.json" or key.endswith("/zarr.json"):
            found["/" + key.removesuffix("zarr.json").rstrip("/")] = json.loads(value)["node_type"]
    return found


def chunk_indices(content: Content, path: str) -> list[Index]:
    """Of the chunks of an array that are present, in order."""
    prefix = key_prefix(path) + "c"
    return sorted(
        tuple(int(part) for part in key.removeprefix(prefix).split("/")[1:])
        for key in content
        if key == prefix or key.startswith(prefix + "/")
    )


def grid_of(content: Content, path: str) -> Index:
    """Number of chunks per dimension of an array of a regular grid."""
    document = json.loads(content[node_key(path)])
    chunks = document["chunk_grid"]["configuration"]["chunk_shape"]
    return tuple(-(-length // chunk) for length, chunk in zip(document["shape"], chunks, strict=True))


def kind_of(content: Content, path: str) -> tuple[str, Index]:
    """Data type and lengths of the chunks of an array of a regular grid."""
    document = json.loads(content[node_key(path)])
    return document["data_type"], tuple(document["chunk_grid"]["configuration"]["chunk_shape"])


def array_bytes(kind: tuple[str, Index]) -> int:
    """Of one chunk."""
    dtype, chunks = kind
    return math.prod(chunks) * int(dtype.strip("intfloa")) // 8


def group(attributes: dict[str, Any] | None = None) -> bytes:
    document = {"zarr_format": 3, "node_type": "group", "attributes": attributes or {}}
    return json.dumps(document, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Array:
    """An array of plain little-endian numbers. `chunks` are a length per dimension, or all lengths of it."""

    shape: Index
    chunks: tuple[int | tuple[int, ...], ...]
    dtype: str = "int32"
    names: tuple[str | None, ...] | None = None
    fill: int = 0
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def grid(self) -> Index:
        """Number of chunks per dimension."""
        return tuple(
            len(chunk) if isinstance(chunk, tuple) else -(-length // chunk)
            for length, chunk in zip(self.shape, self.chunks, strict=True)
        )

    def indices(self) -> Iterable[Index]:
        return itertools.product(*map(range, self.grid))

    def zarr_json(self) -> bytes:
        document: dict[str, Any] = {
            "zarr_format": 3,
            "node_type": "array",
            "shape": self.shape,
            "data_type": self.dtype,
            "chunk_grid": self._chunk_grid(),
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": self.fill,
            "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
            "attributes": self.attributes,
        }
        if self.names is not None:
            document["dimension_names"] = self.names
        return json.dumps(document, ensure_ascii=False).encode()

    def _chunk_grid(self) -> dict[str, Any]:
        if any(isinstance(chunk, tuple) for chunk in self.chunks):
            configuration = {"kind": "inline", "chunk_shapes": self.chunks}
            return {"name": "rectilinear", "configuration": configuration}
        return {"name": "regular", "configuration": {"chunk_shape": self.chunks}}
