"""Chunks that move along an axis: our metadata-only operations against the official shift_array and reindex_array."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import icechunk
import pytest
import zarr

import icechunk_driver as ours
import icechunk_repositories as official
from engine import LONG
from test_icechunk_interop import official_content

SEEDS = range(100 if LONG else 5)
GRID = (12, 5)
CHUNK = (2, 3)


@dataclass
class Moving:
    """A repository of one array, whose chunks are native, inlined and virtual, in manifests of a random split."""

    path: Path
    seed: int
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        sources = official.sources_of(self.path)
        sources.mkdir()
        self.source = sources / "source.bin"
        self.source.write_bytes(bytes(range(256)) * 20)
        config = icechunk.RepositoryConfig.default()
        config.inline_chunk_threshold_bytes = 40
        store = icechunk.local_filesystem_store(str(sources))
        config.set_virtual_chunk_container(icechunk.VirtualChunkContainer(f"file://{sources}/", store=store))
        config.manifest = icechunk.ManifestConfig(
            splitting=icechunk.ManifestSplittingConfig.from_dict(
                {icechunk.ManifestSplitCondition.AnyArray(): {icechunk.ManifestSplitDimCondition.Axis(0): self.pick(6)}}
            )
        )
        repository = official.create(self.path, 2, config)
        repository.save_config()
        session = repository.writable_session("main")
        self.fill(session)
        session.commit("chunks")

    def pick(self, largest: int) -> int:
        return self.random.randint(1, largest)

    def fill(self, session: icechunk.Session) -> None:
        group = official.root_group(session)
        shape = tuple(count * edge for count, edge in zip(GRID, CHUNK, strict=True))
        for name, dtype in (("native", "f8"), ("inlined", "i2"), ("referred", "u1"), ("still", "i4")):
            group.create_array(name, shape=shape, chunks=CHUNK, dtype=dtype, compressors=None, filters=None)
        for row in range(GRID[0]):
            for column in range(GRID[1]):
                if self.random.random() < 0.3:
                    continue
                value = 1 + row * GRID[1] + column
                here = tuple(slice(i * e, (i + 1) * e) for i, e in zip((row, column), CHUNK, strict=True))
                for name in ("native", "inlined", "still"):
                    group[name][here] = value
                offset = self.random.randrange(5000)
                key = f"referred/c/{row}/{column}"
                session.store.set_virtual_ref(key, f"file://{self.source}", offset=offset, length=6)

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.path, self.path.with_name(name)))

    def open(self, path: Path) -> icechunk.Repository:
        return icechunk.Repository.open(
            official.storage(path), authorize_virtual_chunk_access=official.access(self.path)
        )


MOVED = ("/native", "/inlined", "/referred")


def commit_ours(path: Path, steps: list[dict[str, Any]]) -> str:
    script = [{"op": "open", "url": str(path)}, {"op": "session"}, *steps, {"op": "commit", "message": "moved"}]
    return ours.run(script)[-1]["committed"]


def changes(repository: icechunk.Repository, snapshot: str) -> dict[str, set[tuple[int, ...]]]:
    """The chunks of the tip's diff against `snapshot`."""
    diff = repository.diff(from_snapshot_id=snapshot, to_branch="main")
    return {path: {tuple(index) for index in chunks} for path, chunks in diff.updated_chunks.items()}


def assert_the_same(moving: Moving, theirs_path: Path, ours_path: Path, base: str) -> None:
    theirs, our_own = moving.open(theirs_path), moving.open(ours_path)
    read = official_content(our_own.readonly_session("main"))
    assert read == official_content(theirs.readonly_session("main"))
    assert changes(our_own, base) == changes(theirs, base)
    # We read what they moved.
    dumps = [
        ours.run([{"op": "open", "url": str(path)}, {"op": "readonly"}, {"op": "dump"}])[-1]
        for path in (theirs_path, ours_path)
    ]
    assert dumps[0] == dumps[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_shifts_are_those_of_the_official_library(tmp_path: Path, seed: int) -> None:
    moving = Moving(tmp_path / "base", seed)
    base = moving.open(moving.path).lookup_branch("main")
    theirs_path, ours_path = moving.copy("theirs"), moving.copy("ours")
    offsets = [moving.random.randint(-4, 4), moving.random.randint(-2, 2)]
    session = moving.open(theirs_path).writable_session("main")
    for path in MOVED:
        session.shift_array(path, offsets)
    steps = [
        {"op": "shift_chunks", "path": path, "axis": axis, "offset": offset}
        for path in MOVED
        for axis, offset in enumerate(offsets)
        if offset
    ]
    if not steps:
        return
    session.commit("moved")
    chunks = {file.name for file in (ours_path / "chunks").iterdir()}
    commit_ours(ours_path, steps)
    assert {file.name for file in (ours_path / "chunks").iterdir()} == chunks
    theirs, our_own = moving.open(theirs_path), moving.open(ours_path)
    assert official_content(our_own.readonly_session("main")) == official_content(theirs.readonly_session("main"))
    if 0 in offsets:
        assert_the_same(moving, theirs_path, ours_path, base)
    else:
        # Two axes are two steps here: a place between may be told, too; nothing that differs is left out.
        told, expected = changes(our_own, base), changes(theirs, base)
        assert told.keys() == expected.keys()
        assert all(told[path] >= expected[path] for path in expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_reindexed_chunks_are_those_of_the_official_library(tmp_path: Path, seed: int) -> None:
    """The axis is cut into pieces, which are laid down in another order; one of them is dropped."""
    moving = Moving(tmp_path / "base", seed)
    base = moving.open(moving.path).lookup_branch("main")
    theirs_path, ours_path = moving.copy("theirs"), moving.copy("ours")
    cuts = sorted(moving.random.sample(range(1, GRID[0]), 3))
    pieces = list(zip([0, *cuts], [*cuts, GRID[0]], strict=True))
    moving.random.shuffle(pieces)
    dropped = pieces.pop()
    runs, forward, at = [], {}, 0
    for begin, end in pieces:
        runs.append([begin, end - begin, at])
        forward |= {begin + i: at + i for i in range(end - begin)}
        at += end - begin
    backward = {to: begin for begin, to in forward.items()}

    session = moving.open(theirs_path).writable_session("main")
    for path in MOVED:
        session.reindex_array(
            path,
            lambda index: [forward[index[0]], index[1]] if index[0] in forward else None,
            lambda index: [backward[index[0]], index[1]] if index[0] in backward else None,
        )
    session.commit("moved")
    commit_ours(ours_path, [{"op": "reindex_chunks", "path": path, "axis": 0, "runs": runs} for path in MOVED])
    read = official_content(moving.open(ours_path).readonly_session("main"))
    assert read == official_content(moving.open(theirs_path).readonly_session("main")), f"dropped {dropped}"
    told, expected = (changes(moving.open(path), base) for path in (ours_path, theirs_path))
    for path, indices in expected.items():
        # The official log also names chunks that stay where they are.
        assert {i for i in indices if forward.get(i[0]) != i[0]} <= told[path] <= indices


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_an_insertion_is_a_resize_and_a_shift(tmp_path: Path, seed: int) -> None:
    """Official: longer by zarr, then reindexed from the place on."""
    moving = Moving(tmp_path / "base", seed)
    base = moving.open(moving.path).lookup_branch("main")
    theirs_path, ours_path = moving.copy("theirs"), moving.copy("ours")
    at, count = moving.random.randint(0, GRID[0]), moving.pick(3)
    session = moving.open(theirs_path).writable_session("main")
    for path in MOVED:
        array = zarr.open_array(session.store, path=path.strip("/"), mode="r+")
        array.resize((array.shape[0] + count * CHUNK[0], array.shape[1]))
        session.reindex_array(
            path,
            lambda index: [index[0] + count * (index[0] >= at), index[1]],
            lambda index: None if at <= index[0] < at + count else [index[0] - count * (index[0] >= at), index[1]],
        )
    session.commit("moved")
    commit_ours(ours_path, [{"op": "insert_chunks", "path": path, "axis": 0, "at": at, "count": count} for path in MOVED])
    theirs, our_own = moving.open(theirs_path), moving.open(ours_path)
    found, expected = (official_content(repository.readonly_session("main")) for repository in (our_own, theirs))
    assert {k: v for k, v in found.items() if not k.endswith("zarr.json")} == {
        k: v for k, v in expected.items() if not k.endswith("zarr.json")
    }
    for path in MOVED:
        arrays = [zarr.open_array(r.readonly_session("main").store, path=path[1:], mode="r") for r in (theirs, our_own)]
        assert arrays[0].metadata == arrays[1].metadata
        assert (arrays[0][:] == arrays[1][:]).all()
        told = changes(our_own, base).get(path, set())
        assert told == {index for index in changes(theirs, base).get(path, set()) if index[0] >= at}
    assert our_own.diff(from_snapshot_id=base, to_branch="main").updated_arrays == set(MOVED)


def test_official_sessions_see_what_we_moved_when_they_rebase(tmp_path: Path) -> None:
    moving = Moving(tmp_path / "base", 3)
    inside = moving.open(moving.path).writable_session("main")
    apart = moving.open(moving.path).writable_session("main")
    group = official.root_group(inside)
    group["native"][0:2, 0:3] = 7
    official.root_group(apart)["still"][0:2, 0:3] = 8
    commit_ours(moving.path, [{"op": "shift_chunks", "path": "/native", "axis": 0, "offset": 1}])
    with pytest.raises(icechunk.RebaseFailedError) as failed:
        inside.commit("late", rebase_with=icechunk.ConflictDetector())
    assert {conflict.path for conflict in failed.value.conflicts} == {"/native"}
    # What touches another array goes through, and both are there.
    apart.commit("still", rebase_with=icechunk.ConflictDetector())
    session = moving.open(moving.path).readonly_session("main")
    group = zarr.open_group(session.store, mode="r")
    assert (group["still"][0:2, 0:3] == 8).all() and (group["native"][0:2] == 0).all()


def test_official_writers_go_on_in_what_we_moved(tmp_path: Path) -> None:
    moving = Moving(tmp_path / "base", 5)
    before = zarr.open_group(moving.open(moving.path).readonly_session("main").store, mode="r")["native"][:]
    commit_ours(moving.path, [{"op": "insert_chunks", "path": "/native", "axis": 0, "at": 3, "count": 1}])
    session = moving.open(moving.path).writable_session("main")
    array = zarr.open_array(session.store, path="native", mode="r+")
    array[6:8] = -1
    array.resize((28, array.shape[1]))
    array[26:28] = -2
    session.commit("theirs")
    repository = moving.open(moving.path)
    after = zarr.open_group(repository.readonly_session("main").store, mode="r")["native"][:]
    assert (after[:6] == before[:6]).all() and (after[8:26] == before[6:]).all()
    assert (after[6:8] == -1).all() and (after[26:] == -2).all()
    dump = ours.run([{"op": "open", "url": str(moving.path)}, {"op": "readonly"}, {"op": "dump"}])[-1]
    rows = {ref["index"][0] for ref in dump["/native"]["refs"]}
    assert {3, 13} <= rows
