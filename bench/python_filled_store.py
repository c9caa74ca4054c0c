"""Makes the store that the Python loop would have after many files, without parsing them: the first file is written as
ever, and the references of the others are set in one commit, as arrays.

usage: python_filled_store.py DATA_FOLDER STORE STEPS
"""

from __future__ import annotations

import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path

import icechunk
import numpy as np
import zarr
from obspec_utils.registry import ObjectStoreRegistry
from obstore.store import LocalStore
from python_loop import create_repository
from virtualizarr import open_virtual_dataset
from virtualizarr.parsers import HDFParser

FIELDS = ("precipitation", "precipitationUncal", "randomError")


def main(data: Path, store: Path, steps: int) -> None:
    warnings.simplefilter("ignore")
    repository = create_repository(store, data)
    files = sorted(data.rglob("*.HDF5"))[:steps]
    registry = ObjectStoreRegistry({"file://": LocalStore()})
    session = repository.writable_session("main")
    first = open_virtual_dataset(files[0].as_uri(), registry=registry, parser=HDFParser(group="Grid"))
    first.vz.to_icechunk(session.store)
    group = zarr.open_group(session.store, mode="r+")
    for name, array in group.arrays():
        if array.metadata.dimension_names[0] == "time":
            array.resize((steps, *array.shape[1:]))
    for name in FIELDS:
        set_references(session.store, name, group[name].cdata_shape[1:], files)
    group["time"][...] = group["time"][0] + 1800 * np.arange(steps)
    session.commit(f"{steps} steps")


def set_references(store: icechunk.IcechunkStore, name: str, grid: tuple[int, ...], files: list[Path]) -> None:
    """Every file has its chunks at the same few places, which is what makes the references alike, and not equal."""
    chunks = int(np.prod(grid))
    locations = [file.as_uri() for file in files for _ in range(chunks)]
    offsets = np.tile(30_000 + 1_500 * np.arange(chunks, dtype="u8"), len(files))
    lengths = np.full(len(locations), 1_400, "u8") + np.arange(len(locations), dtype="u8") % 97
    store.set_virtual_refs_arr(
        name,
        (len(files), *grid),
        locations,
        offsets,
        lengths,
        validate_containers=False,
        checksum=datetime(2024, 1, 1, tzinfo=UTC),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), int(sys.argv[3]))
