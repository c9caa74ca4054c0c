"""What is in a store beside its values, as the official library sees it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import icechunk
import zarr
from zarr.core.buffer import default_buffer_prototype


def open_repository(store: Path, authorized: Path | None = None) -> icechunk.Repository:
    """With the folder below which virtual references may be followed."""
    access = {f"{authorized.as_uri()}/": icechunk.Credentials.LocalFileSystemAccess()} if authorized else None
    storage = icechunk.local_filesystem_storage(str(store))
    return icechunk.Repository.open(storage, authorize_virtual_chunk_access=access)


def records(store: Path) -> list[dict | None]:
    """Provenance, one record for each slot; None where the slot is empty."""
    group = zarr.open_group(open_repository(store).readonly_session("main").store, path="_vdp", mode="r")
    return [json.loads(str(text)) if text else None for text in group["granules"][...]]


def source_names(store: Path) -> list[str | None]:
    """The name of the file that fills each slot."""
    return [Path(record["uri"]).name if record else None for record in records(store)]


def chunk_count(store: Path, array: str) -> int:
    """Chunks that are there, native or referenced."""
    session = open_repository(store).readonly_session("main")

    async def count() -> int:
        return len([indices async for indices in session.chunk_coordinates(f"/{array}")])

    return asyncio.run(count())


def read_object(store: Path, key: str) -> bytes:
    """As a zarr reader gets it: metadata, for example."""
    session = open_repository(store).readonly_session("main")
    buffer = asyncio.run(session.store.get(key, prototype=default_buffer_prototype()))
    assert buffer is not None, f"there is no {key}"
    return buffer.to_bytes()
