"""What VirtualiZarr makes of an HDF5 or NetCDF-3 file, in the form of `vdp inspect FILE --json`.

As a script: `virtualizarr_document.py FILE` prints the document.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from obspec_utils.registry import ObjectStoreRegistry
from obstore.store import LocalStore
from virtualizarr.manifests import ChunkManifest, ManifestArray, ManifestGroup
from virtualizarr.parsers import HDFParser, NetCDF3Parser

MAX_CHUNKS = 20_000  # above this, chunks are a digest
FILE_MARK = "{file}"


def virtualizarr_document(file: Path) -> dict[str, Any]:
    """Raises what VirtualiZarr raises where it cannot parse the file."""
    url = f"file://{file.resolve()}"
    is_classic = file.read_bytes()[:3] == b"CDF"
    parser = NetCDF3Parser() if is_classic else HDFParser()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = parser(url, ObjectStoreRegistry({"file://": LocalStore()}))._group
        groups, arrays = {}, {}
        for path, group in _groups(root, "/"):
            groups[path] = {"attributes": _json(dict(group.metadata.attributes))}
            for name, array in group.arrays.items():
                arrays[f"{path.rstrip('/')}/{name}"] = _array(array, url)
    return {"format": "netcdf3" if is_classic else "hdf5", "groups": groups, "arrays": arrays, "skipped": []}


def _groups(group: ManifestGroup, path: str) -> Iterator[tuple[str, ManifestGroup]]:
    yield path, group
    for name, child in group.groups.items():
        yield from _groups(child, f"{path.rstrip('/')}/{name}")


def _array(array: ManifestArray, url: str) -> dict[str, Any]:
    metadata = _json(array.metadata.to_dict())
    attributes = metadata.pop("attributes", {})
    chunks = dict(_chunks(array.manifest, url))
    return {
        "metadata": metadata,
        "attributes": attributes,
        "grid": list(array.manifest.shape_chunk_grid),
        "nchunks": len(chunks),
        "chunks": chunks if len(chunks) <= MAX_CHUNKS else {"sha256": _digest(chunks)},
    }


def _chunks(manifest: ChunkManifest, url: str) -> Iterator[tuple[str, Any]]:
    """Present chunks in C order; the key of a scalar's chunk is `c`."""
    for key, entry in sorted(manifest.dict().items(), key=lambda item: _index(item[0])):
        if "data" in entry:
            yield key or "c", {"inline": base64.b64encode(entry["data"]).decode()}
        else:
            path = FILE_MARK if entry["path"] == url else entry["path"]
            yield key or "c", [path, entry["offset"], entry["length"]]


def _index(key: str) -> list[int]:
    return [int(part) for part in key.split(".") if part.isdigit()]


def _digest(chunks: dict[str, Any]) -> str:
    lines = (f"{key} {' '.join(map(str, place))}\n" for key, place in chunks.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _json(value: Any) -> Any:
    """Any value of metadata or of an attribute as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(item) for item in value]
    if isinstance(value, np.ndarray):
        return _json(value.tolist())
    if isinstance(value, np.generic):
        return _json(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if hasattr(value, "to_dict"):
        return _json(value.to_dict())
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return {"$unserialisable": type(value).__name__}


if __name__ == "__main__":
    print(json.dumps(virtualizarr_document(Path(sys.argv[1])), sort_keys=True, indent=1, ensure_ascii=False))
