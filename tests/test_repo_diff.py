"""`vdp repo diff` against official `Repository.diff`, over random histories."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icechunk
import pytest

import icechunk_repositories as official
from diff_histories import DiffHistory
from engine import BAD_USAGE, FAILED, LONG, Engine

SEEDS = range(100 if LONG else 2)
SETS = ("new_groups", "new_arrays", "deleted_groups", "deleted_arrays", "updated_groups", "updated_arrays")
#: Where an array was made again at the path of a deleted one, the official library tells the chunks of either.
TRIES = 60


def our_diff(vdp: Engine, path: Path, start: str, end: str) -> dict[str, Any]:
    told = vdp("repo", "diff", path, start, end, "--json", "--limit", "100000").document
    assert (told["from"], told["to"]) == (start, end)
    chunks = {}
    for node, updated in told["updated_chunks"].items():
        assert updated["count"] == len(updated["indices"])
        chunks[node] = updated["indices"]
    moves = [(move["from"], move["to"]) for move in told["moved_nodes"]]
    return {name: set(told[name]) for name in SETS} | {"updated_chunks": chunks, "moved_nodes": moves}


def official_diff(repository: icechunk.Repository, start: str, end: str) -> dict[str, Any]:
    diff = repository.diff(from_snapshot_id=start, to_snapshot_id=end)
    chunks = {path: sorted(map(list, indices)) for path, indices in diff.updated_chunks.items()}
    return {name: set(getattr(diff, name)) for name in SETS} | {
        "updated_chunks": chunks,
        "moved_nodes": [tuple(move) for move in diff.moved_nodes],
    }


def assert_same(vdp: Engine, path: Path, repository: icechunk.Repository, start: str, end: str) -> None:
    found = our_diff(vdp, path, start, end)
    made_again = found["new_arrays"] & found["deleted_arrays"]
    for _ in range(TRIES):
        expected = official_diff(repository, start, end)
        if found == expected or not made_again:
            break
    assert found == expected, f"{start} to {end}"


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_as_the_official_library(
    vdp: Engine, tmp_path: Path, version: int, seed: int, record_property
) -> None:
    history = DiffHistory(tmp_path / "history", version, seed)
    pairs = history.pairs()
    for start, end in pairs:
        assert_same(vdp, history.path, history.repository, start, end)
    # Expired: snapshots are gone from the history, and what they changed is told still (version 2), or not (version 1).
    ids = [one.id for one in history.repository.ancestry(branch="main")]
    kept = history.random.choice(ids[1:-1])
    history.repository.create_branch("kept", kept)
    moment = history.repository.lookup_snapshot(history.random.choice(ids[:-1])).written_at
    history.repository.expire_snapshots(older_than=moment)
    repository = official.reopen(history.path)
    history.repository = repository
    expired = history.pairs()
    for start, end in expired:
        assert_same(vdp, history.path, repository, start, end)
    repository.garbage_collect(datetime.now(UTC))
    for start, end in expired:
        assert_same(vdp, history.path, official.reopen(history.path), start, end)
    record_property("pairs", len(pairs) + 2 * len(expired))
    print(f"seed {seed}, version {version}: {len(pairs) + 2 * len(expired)} pairs, {history.done}")


def test_histories_are_of_all_kinds(tmp_path: Path) -> None:
    """The comparison above is worth nothing if histories lack what can go wrong."""
    done: dict[str, int] = {}
    for seed in range(3):
        for kind, count in DiffHistory(tmp_path / f"{seed}", 2, seed).done.items():
            done[kind] = done.get(kind, 0) + count
    expected = {"ours", "official", "amend", "move", "write", "clear", "add_array", "add_group", "resize", "delete"}
    assert set(done) >= expected, done


@pytest.mark.parametrize("name", ["names", "split", "operations", "migrated", "forked"])
def test_of_repositories_of_all_kinds(vdp: Engine, tmp_path: Path, name: str) -> None:
    repository = official.make(name, tmp_path / "repository", 2)
    ids = [one.id for one in repository.ancestry(branch="main")]
    for i, end in enumerate(ids):
        for start in ids[i + 1 :]:
            assert_same(vdp, tmp_path / "repository", repository, start, end)


def test_what_cannot_be_compared(vdp: Engine, tmp_path: Path) -> None:
    path = tmp_path / "repository"
    repository = official.create(path, 2)
    ids = official.commit_steps(repository, 4)
    assert "no changes" in vdp("repo", "diff", path, ids[1], ids[1]).stdout
    answer = vdp("repo", "diff", path, ids[2], ids[1], expect=BAD_USAGE)
    assert "no ancestor" in answer.stderr
    vdp("repo", "diff", path, "nothing", "main", expect=FAILED)

    # An older collector deletes the logs of expired snapshots: what they told is lost, and that is said.
    time.sleep(0.01)
    repository.expire_snapshots(older_than=datetime.now(UTC))
    (path / "transactions" / ids[1]).unlink()
    root = list(repository.ancestry(branch="main"))[-1].id
    answer = vdp("repo", "diff", path, root, "main", "--json", expect=FAILED)
    assert answer.document["error"]["kind"] == "not_found"
    assert ids[1] in answer.document["error"]["message"] and "transaction log" in answer.stderr
