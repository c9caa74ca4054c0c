"""A million references of ours, and references of every kind in one array, as the official library reads them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

import icechunk_driver as ours
import icechunk_repositories as official

SCALE = ours.BUILD / "src" / "icechunk" / "upkeep" / "vdp_icechunk_scale"
FILES, CHUNKS_PER_FILE = 10_001, 100


def test_a_million_references_are_read_and_compared_officially(tmp_path: Path) -> None:
    """More than one manifest holds, so that they are divided."""
    store = tmp_path / "many"
    done = subprocess.run([SCALE, "write", store, str(FILES)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["commit_s"] > 0
    repository = official.reopen(store)
    locations = repository.readonly_session("main").all_virtual_chunk_locations()
    assert len(locations) == FILES * CHUNKS_PER_FILE
    assert len(set(locations)) == FILES
    root, tip = (list(repository.ancestry(branch="main"))[i].id for i in (-1, 0))
    changes = repository.diff(from_snapshot_id=root, to_snapshot_id=tip)
    assert {path: len(chunks) for path, chunks in changes.updated_chunks.items()} == {"/a": FILES * CHUNKS_PER_FILE}
    assert len(list((store / "manifests").iterdir())) == 2


def step(op: str, **arguments: Any) -> dict[str, Any]:
    return {"op": op, **arguments}


@pytest.mark.parametrize("rank", [0, 1, 2, 3, 4])
def test_references_of_every_kind_in_one_array(rank: int, tmp_path: Path) -> None:
    store = tmp_path / "mixed"
    sources = official.sources_of(store)
    sources.mkdir()
    source = sources / "source.bin"
    values = np.arange(1000, dtype="<i4")
    source.write_bytes(values.tobytes())
    modified = int(source.stat().st_mtime) + 1
    chunk = 200  # along the last dimension, of 800 bytes: too long for a manifest, unless all are of one element
    grid = [2] * (rank - 1) + [4] if rank else []
    shape = [*grid[:-1], 4 * chunk] if rank else []
    chunks = [1] * (rank - 1) + [chunk] if rank else []
    size = chunk if rank else 1
    expected = np.zeros((int(np.prod(grid[:-1], dtype=int)), 4 * chunk) if rank else (1, 1), dtype="<i4")
    refs: list[list[Any]] = []
    for position, index in enumerate(np.ndindex(*grid)):
        row, column = divmod(position, 4) if rank else (0, 0)
        if column == 3:
            continue  # reads as fill
        start = 10 * row + column
        piece = values[start : start + size]
        expected[row, column * size : column * size + size] = piece
        virtual = [list(index), f"file://{source}", 4 * start, 4 * size, modified if row % 2 else 0, ""]
        refs.append(virtual if column != 1 else [list(index), ours.text(piece.tobytes())])
    ours.run(
        [
            step("create", url=str(store), local_container=str(sources)),
            step("session"),
            step("set_group", path="/"),
            step("set_array", path="/a", zarr_json=ours.array(shape, chunks)),
            step("set_refs", path="/a", grid=grid, origin=[0] * rank, refs=refs),
            step("commit", message="mixed"),
        ]
    )
    found = zarr.open_group(official.reopen(store).readonly_session("main").store, mode="r")["a"][...]
    assert np.array_equal(np.reshape(found, expected.shape), expected)
