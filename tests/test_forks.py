"""Forks: workers in processes of their own write beside each other, and one commit has it all."""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zarr

import icechunk_driver as ours
import icechunk_repositories as official
from two_sessions import base, content, make_base, repository  # noqa: F401 (fixtures)

WORKERS = 4
SEED = 20261123


@pytest.fixture
def coordinator(repository: Path) -> Iterator[ours.Driver]:
    with ours.Driver() as driver:
        driver("open", url=str(repository))
        driver("session")
        yield driver


def number(value: int) -> str:
    return ours.text(struct.pack("<i", value))


def start_worker(repository: Path, fork: str) -> ours.Driver:
    worker = ours.Driver()
    worker("open", url=str(repository))
    worker("forked", fork=fork)
    return worker


def test_workers_write_one_array(repository: Path, coordinator: ours.Driver) -> None:
    """The array is made by the coordinator and not committed; its chunks are native, inlined and virtual."""
    source = official.sources_of(repository)
    source.mkdir()
    (source / "file.bin").write_bytes(np.arange(1000, 1100, dtype="<i4").tobytes())
    coordinator("set_array", path="/wide", zarr_json=ours.array([WORKERS * 3, 300], [1, 300]))
    coordinator("set_array", path="/narrow", zarr_json=ours.array([WORKERS * 3], [1]))
    fork = coordinator("fork")
    for index in range(WORKERS):
        with start_worker(repository, fork) as worker:
            worker("set_group", path="/made", attributes={"by": "all"})
            for row in range(index * 3, index * 3 + 3):
                worker("set_chunk", path="/wide", index=[row, 0], bytes=ours.text(struct.pack("<i", row) * 300))
            worker("set_chunk", path="/narrow", index=[index * 3], bytes=number(index))
            url = f"file://{source}/file.bin"
            refs = [[[0], url, 4 * index, 4, 4_000_000_000, ""]]
            worker("set_refs", path="/narrow", grid=[1], origin=[index * 3 + 1], refs=refs)
            worker("delete_chunk", path="/a", index=[index])
            coordinator("merge", fork=worker("export_changes"))
    snapshot = coordinator("commit", message="merged")["committed"]

    found = official.reopen(repository)
    assert [one.message for one in found.ancestry(branch="main")][:2] == ["merged", "base"]
    root = zarr.open_group(found.readonly_session("main").store, mode="r")
    expected = np.repeat(np.arange(WORKERS * 3, dtype="i4"), 300).reshape(-1, 300)
    assert np.array_equal(root["wide"][...], expected)
    assert root["made"].attrs["by"] == "all"
    assert root["narrow"][::3].tolist() == list(range(WORKERS))
    assert root["a"][...].tolist() == [0, 0, 0, 0, 104, 105, 0, 0]
    coordinator("readonly", session="reader")
    refs = coordinator("dump", session="reader")["/narrow"]["refs"]
    assert [ref["offset"] for ref in refs if "url" in ref] == [4 * index for index in range(WORKERS)]
    base_id = next(one.id for one in found.ancestry(branch="main") if one.message == "base")
    diff = found.diff(from_snapshot_id=base_id, to_snapshot_id=snapshot)
    assert diff.new_groups == {"/made"}
    assert diff.new_arrays == {"/wide", "/narrow"}
    assert sorted(diff.updated_chunks["/a"]) == [[0], [1], [2], [3]]
    # The official writer goes on with it.
    session = found.writable_session("main")
    zarr.open_group(session.store)["wide"][0] = -1
    session.commit("theirs")
    root = zarr.open_group(official.reopen(repository).readonly_session("main").store, mode="r")
    assert set(root["wide"][0]) == {-1}


def test_overlapping_forks_are_refused_by_name(repository: Path, coordinator: ours.Driver) -> None:
    fork = coordinator("fork")
    changes = []
    for value in (1, 2):
        with start_worker(repository, fork) as worker:
            worker("set_chunk", path="/a", index=[3], bytes=number(value))
            changes.append(worker("export_changes"))
    coordinator("merge", fork=changes[0])
    with pytest.raises(ours.StepError) as failed:
        coordinator("merge", fork=changes[1])
    assert failed.value.kind == "conflict"
    assert "/a: chunks [3]" in failed.value.message
    coordinator("commit", message="merged")
    assert content(repository)["/a"][0] == [100, 101, 102, 1, 104, 105, 0, 0]


def test_a_worker_moves_chunks(repository: Path, coordinator: ours.Driver) -> None:
    """One array is moved by a worker, the other was moved before the fork and is filled by two."""
    coordinator("insert_chunks", path="/b", axis=0, at=0, count=2)
    fork = coordinator("fork")
    with start_worker(repository, fork) as mover:
        mover("shift_chunks", path="/a", axis=0, offset=2)
        mover("set_chunk", path="/b", index=[0], bytes=number(50))
        moved = mover("export_changes")
    with start_worker(repository, fork) as writer:
        writer("set_chunk", path="/b", index=[1], bytes=number(51))
        coordinator("merge", fork=writer("export_changes"))
    with start_worker(repository, fork) as late:
        late("set_chunk", path="/a", index=[0], bytes=number(60))
        overlapping = late("export_changes")
    coordinator("merge", fork=moved)
    with pytest.raises(ours.StepError) as failed:
        coordinator("merge", fork=overlapping)
    assert failed.value.kind == "conflict"
    assert "/a: chunks moved along an axis" in failed.value.message
    snapshot = coordinator("commit", message="merged")["committed"]

    assert content(repository)["/a"][0] == [0, 0, 100, 101, 102, 103, 104, 105]
    assert content(repository)["/b"][0] == [50, 51, 100, 101, 102, 103, 104, 105, 0, 0]
    found = official.reopen(repository)
    base_id = next(one.id for one in found.ancestry(branch="main") if one.message == "base")
    diff = found.diff(from_snapshot_id=base_id, to_snapshot_id=snapshot)
    assert diff.updated_arrays == {"/b"}
    assert sorted(diff.updated_chunks["/a"]) == [[index] for index in range(8)]
    assert sorted(diff.updated_chunks["/b"]) == [[index] for index in range(8)]


def test_foreign_and_late_forks_are_refused(repository: Path, coordinator: ours.Driver, tmp_path: Path) -> None:
    fork = coordinator("fork")
    other = tmp_path / "other"
    make_base(other)
    with ours.Driver() as stranger:
        stranger("open", url=str(other))
        stranger("session")
        with pytest.raises(ours.StepError) as failed:
            stranger("merge", fork=fork)
        assert failed.value.kind == "invalid"
        with pytest.raises(ours.StepError) as failed:
            stranger("forked", fork=fork)
        assert failed.value.kind == "not_found"
    coordinator("set_chunk", path="/a", index=[0], bytes=number(5))
    coordinator("commit", message="on")
    with pytest.raises(ours.StepError) as failed:
        coordinator("merge", fork=fork)
    assert failed.value.kind == "invalid"


def test_damaged_forks_are_refused(repository: Path, coordinator: ours.Driver) -> None:
    with start_worker(repository, coordinator("fork")) as worker:
        worker("set_chunk", path="/a", index=[3], bytes=number(1))
        worker("set_array", path="/n", zarr_json=ours.array([4], [1]))
        file = base64.b64decode(worker("export_changes"))
    chance = random.Random(SEED)
    cases = 0
    for _ in range(200):
        damaged = bytearray(file)
        if chance.random() < 0.2:
            del damaged[chance.randrange(len(file)) :]
        else:
            damaged[chance.randrange(len(file))] ^= 1 << chance.randrange(8)
        answer = coordinator.answer({"op": "merge", "fork": ours.text(bytes(damaged))})
        assert answer.get("error") in ("corrupt", "unsupported"), answer
        cases += 1
    print(f"seed {SEED}, {cases} cases")
    coordinator("merge", fork=ours.text(file))


def test_forks_hold_no_secrets(repository: Path) -> None:
    """A fork is what was changed, and nothing of how the store was opened."""
    with ours.Driver({"AWS_SECRET_ACCESS_KEY": "canary-secret", "AWS_ACCESS_KEY_ID": "canary-id"}) as driver:
        driver("open", url=str(repository))
        driver("session")
        driver("set_chunk", path="/a", index=[3], bytes=number(1))
        file = base64.b64decode(driver("export_changes"))
    assert b"canary" not in file
    assert str(repository).encode() not in file
