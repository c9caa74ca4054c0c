"""What a Python writer does to a store of Mur files: by hand, with the official library."""

from __future__ import annotations

from pathlib import Path

import icechunk
import zarr

from archives.mur import TIME_EPOCH, Mur
from golden.virtualizarr_document import virtualizarr_document
from remote_archive import RemoteArchive

VARIABLES = ("analysed_sst", "analysis_error", "sea_ice_fraction", "mask")


def append_officially(remote: RemoteArchive, file: Path, index: int, message: str) -> str:
    """Resizes every array along time, sets the references of one more step, commits."""
    session = remote.open().writable_session("main")
    group = zarr.open_group(session.store, mode="r+")
    steps = group["time"].shape[0]
    document = virtualizarr_document(file)
    for name in VARIABLES:
        array = group[name]
        array.resize((steps + 1, *array.shape[1:]))
        references = [
            icechunk.VirtualChunkSpec(
                index=[steps, *map(int, key.split(".")[1:])],
                location=remote.url(file),
                offset=offset,
                length=length,
                **remote.version(file),
            )
            for key, (_, offset, length) in document["arrays"][f"/{name}"]["chunks"].items()
        ]
        assert session.store.set_virtual_refs(name, references, validate_containers=True) is None
    product = remote.archive.product
    assert isinstance(product, Mur)
    group["time"].resize((steps + 1,))
    group["time"][steps] = int((product.time(index) - TIME_EPOCH).total_seconds())
    return session.commit(message)


def deliver_by_hand(remote: RemoteArchive, index: int) -> Path:
    """A file beside the archive's own, which the pattern does not match."""
    path = remote.archive.data / f"by-hand-{index}.nc"
    remote.archive.product.write(path, index)
    remote.upload(path)
    return path
