"""Millions of virtual references with the official library: what src/icechunk/upkeep/scale_driver.cc does with ours.

usage: official_refs.py write STORE FILES | read STORE | append STORE STEPS | history STORE COMMITS | collect STORE

Prints the seconds that each step took, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import icechunk
import numpy as np
import zarr

CHUNKS_PER_FILE, FILES_PER_BATCH = 100, 1000
MODIFIED = datetime(2035, 1, 1, tzinfo=UTC)


class Stopwatch:
    def __init__(self) -> None:
        self.last = time.perf_counter()

    def lap_s(self) -> float:
        last, self.last = self.last, time.perf_counter()
        return self.last - last


def location(number: int) -> str:
    day = number // 48 % 366
    name = f"3B-HHR.MS.MRG.3IMERG.2020{day:04d}-S{number % 48:02d}0000.{number:06d}.V07B.HDF5"
    return f"file:///archive/2020/{day:03d}/{name}"


References = tuple[list[str], np.ndarray, np.ndarray]


def references(first: int, files: int) -> References:
    """Locations, offsets and lengths; the same as the driver's."""
    numbers = np.arange(first * CHUNKS_PER_FILE, (first + files) * CHUNKS_PER_FILE, dtype="u8")
    lengths = (10_000 + numbers * np.uint64(2_654_435_761) % np.uint64(2**32) % np.uint64(50_000)).astype("u8")
    ends = np.cumsum(lengths.reshape(files, CHUNKS_PER_FILE), axis=1)
    offsets = (ends - lengths.reshape(files, CHUNKS_PER_FILE) + 30_000).astype("u8").ravel()
    return [location(first + file) for file in range(files) for _ in range(CHUNKS_PER_FILE)], offsets, lengths


def set_references(store: icechunk.IcechunkStore, first: int, files: int, data: References) -> None:
    store.set_virtual_refs_arr(
        "a", (files, CHUNKS_PER_FILE, 1), *data, validate_containers=False, arr_offset=(first, 0, 0), checksum=MODIFIED
    )


def storage(store: Path) -> icechunk.Storage:
    return icechunk.local_filesystem_storage(str(store))


def create_array(session: icechunk.Session, files: int) -> None:
    group = zarr.create_group(session.store)
    group.create_array("a", shape=(files, CHUNKS_PER_FILE, 10), chunks=(1, 1, 10), dtype="i1", compressors=None)


def write(store: Path, files: int) -> dict[str, float]:
    session = icechunk.Repository.create(storage(store)).writable_session("main")
    create_array(session, files)
    make_s = set_s = 0.0
    watch = Stopwatch()
    for first in range(0, files, FILES_PER_BATCH):
        data = references(first, min(FILES_PER_BATCH, files - first))
        make_s += watch.lap_s()
        set_references(session.store, first, min(FILES_PER_BATCH, files - first), data)
        set_s += watch.lap_s()
    session.commit("refs")
    return {"make_s": make_s, "set_s": set_s, "commit_s": watch.lap_s()}


def read(store: Path) -> dict[str, float]:
    """The reference itself cannot be asked for: reading its chunk fails once it is found, as there is no such file."""
    watch = Stopwatch()
    session = icechunk.Repository.open(storage(store)).readonly_session("main")
    array = zarr.open_group(session.store, mode="r")["a"]
    open_s = watch.lap_s()
    times = []
    for index in ((array.shape[0] // 2, 0), (array.shape[0] // 3, 1)):
        try:
            array[index]
            raise RuntimeError("the chunk was read")
        except icechunk.IcechunkError:
            times.append(watch.lap_s())
    return {"open_s": open_s, "first_s": times[0], "second_s": times[1]}


def append(store: Path, steps: int) -> dict[str, list[float]]:
    watch = Stopwatch()
    repository = icechunk.Repository.open(storage(store))
    commits_s = []
    for _ in range(steps):
        session = repository.writable_session("main")
        array = zarr.open_group(session.store, mode="r+")["a"]
        files = array.shape[0]
        array.resize((files + 1, *array.shape[1:]))
        set_references(session.store, files, 1, references(files, 1))
        session.commit("step")
        commits_s.append(watch.lap_s())
    return {"commits_s": commits_s}


def history(store: Path, commits: int) -> dict[str, float]:
    watch = Stopwatch()
    repository = icechunk.Repository.create(storage(store))
    session = repository.writable_session("main")
    group = zarr.create_group(session.store)
    group.create_array("a", shape=(commits, 1000), chunks=(1, 1000), dtype="u1", compressors=None)
    session.commit("array")
    for number in range(commits):
        session = repository.writable_session("main")
        zarr.open_group(session.store, mode="r+")["a"][number] = number % 255 + 1
        session.commit("chunk")
    return {"commits_s": watch.lap_s()}


def collect(store: Path) -> dict[str, float]:
    repository = icechunk.Repository.open(storage(store))
    watch = Stopwatch()
    released = repository.expire_snapshots(older_than=datetime.now(UTC))
    expire_s = watch.lap_s()
    repository.garbage_collect(datetime.now(UTC))
    return {"expire_s": expire_s, "collect_s": watch.lap_s(), "released": len(released)}


def main(verb: str, store: str, *count: str) -> None:
    verbs = {"write": write, "read": read, "append": append, "history": history, "collect": collect}
    print(json.dumps(verbs[verb](Path(store), *map(int, count))))


if __name__ == "__main__":
    main(*sys.argv[1:])
