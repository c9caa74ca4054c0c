"""A commit, and expire + collect, killed by SIGKILL at every operation of the store, on both sides of it.

After each kill official icechunk reads the repository; then the task is done anew, and it reads again. The points are
counted as they come: N goes up until a run ends without being killed, so all were tried.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import icechunk
import numpy as np
import pytest
import zarr

from icechunk_driver import BUILD

BINARY = BUILD / "src" / "icechunk" / "trials" / "vdp_icechunk_kill"
SIDES = ("before", "after")
CHUNKS = 8
ACKNOWLEDGED = [f"chunk {number}" for number in range(4)]
KILLED_COMMIT = "chunk 4"
NEVER = 1_000_000


def run(folder: Path, *task: object) -> subprocess.CompletedProcess[str]:
    assert BINARY.exists(), f"{BINARY} was not built: VDP_BUILD names the build directory with tests"
    return subprocess.run([BINARY, folder, *map(str, task)], capture_output=True, text=True, timeout=120, check=False)


@dataclass(frozen=True)
class Content:
    """What official icechunk reads of main and of the tag."""

    messages: list[str]  # newest first
    chunks: dict[int, int]  # the value of each chunk that is there: the same in both arrays
    tagged: dict[int, int]


def chunk_values(session: icechunk.Session) -> dict[int, int]:
    group = zarr.open_group(session.store, mode="r")
    found = {}
    for name, length in (("native", 200), ("inlined", 5)):
        values = np.asarray(group[name][...]).reshape(CHUNKS, length)
        assert (values == values[:, :1]).all(), f"{name}: a chunk is half one thing and half another"
        found[name] = {number: int(value) for number, value in enumerate(values[:, 0]) if value != 0}
    assert found["native"] == found["inlined"], "half a commit is visible"
    return found["native"]


def read(folder: Path) -> Content:
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(folder)))
    history = list(repository.ancestry(branch="main"))
    for snapshot in history:
        if snapshot.message.startswith("chunk"):
            chunk_values(repository.readonly_session(snapshot_id=snapshot.id))
    return Content(
        messages=[snapshot.message for snapshot in history],
        chunks=chunk_values(repository.readonly_session("main")),
        tagged=chunk_values(repository.readonly_session(tag="v1")),
    )


def values(count: int) -> dict[int, int]:
    return {number: number + 1 for number in range(count)}


def assert_commit_is_whole(content: Content, *, done: bool | None) -> None:
    """Everything that was acknowledged, and the killed commit as a whole or not at all (`done`: None: either)."""
    new = content.messages.count(KILLED_COMMIT)
    assert new in ((0, 1) if done is None else (int(done),)), content.messages
    assert content.messages == [KILLED_COMMIT] * new + [*reversed(ACKNOWLEDGED), "arrays", "Repository initialized"]
    assert content.chunks == values(4 + new)
    assert content.tagged == values(4)


def assert_upkeep_is_whole(content: Content, *, done: bool | None) -> None:
    """All values; and the history as it was, or without what is old."""
    long = [*reversed(ACKNOWLEDGED), "arrays", "Repository initialized"]
    short = ["chunk 3", "chunk 2", "Repository initialized"]
    assert content.messages in ([long, short] if done is None else [short] if done else [long]), content.messages
    assert content.chunks == content.tagged == values(4)


CHECKS = {"commit": assert_commit_is_whole, "upkeep": assert_upkeep_is_whole}


def objects(folder: Path) -> set[str]:
    """Of the kinds that are collected."""
    kinds = ("snapshots", "transactions", "manifests", "chunks")
    return {
        str(path.relative_to(folder))
        for kind in kinds
        for path in (folder / kind).iterdir()
        if not path.name.startswith(".vdp#")
    }


@pytest.mark.parametrize("task", CHECKS)
def test_killed_at_every_operation(tmp_path: Path, task: str) -> None:
    made = tmp_path / "made"
    done = run(made, "make")
    assert done.returncode == 0, done.stderr
    CHECKS[task](read(made), done=False)

    quiet = tmp_path / "quiet"
    shutil.copytree(made, quiet)
    operations = int(run(quiet, task, NEVER, "before").stdout)
    CHECKS[task](read(quiet), done=True)

    points = 0
    for side in SIDES:
        for number in range(operations + 1):
            folder = tmp_path / f"{side}-{number}"
            shutil.copytree(made, folder)
            killed = run(folder, task, number, side)
            if killed.returncode == 0:
                assert number == operations
                break
            assert killed.returncode == -signal.SIGKILL, killed.stderr
            points += 1
            try:
                CHECKS[task](read(folder), done=None)
                again = run(folder, task, NEVER, "before")
                assert again.returncode == 0, again.stderr
                CHECKS[task](read(folder), done=True)
                if task == "upkeep":
                    assert objects(folder) == objects(quiet)
            except Exception as error:
                raise AssertionError(f"{task}, killed {side} operation {number}") from error
            shutil.rmtree(folder)
    print(f"{task}: {operations} operations, {points} kills")
    assert points == 2 * operations
    assert points >= 20
