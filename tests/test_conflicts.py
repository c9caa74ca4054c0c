"""Rebase against the official library: what is told of conflicts, several commits in the way, expired and missing ones.

The verdict on each pair of changes is in test_interop_conflicts.py."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icechunk
import pytest
import zarr

import icechunk_driver as ours
import icechunk_repositories as official
from two_sessions import base, driver, repository  # noqa: F401 (fixtures)
from two_sessions import (
    PRESENT,
    OfficialSide,
    OurSide,
    content,
    official_chunks,
    official_conflicts,
    resize,
    write,
)

def found(outcome: dict[str, Any]) -> set[tuple[str, str]]:
    return {(kind, path) for kind, path, _ in outcome.get("conflicts", [])}


def test_a_cut_over_a_chunk_that_was_not_there(base: Path, tmp_path: Path, driver: ours.Driver) -> None:
    def race(theirs: OfficialSide | OurSide, mine: OfficialSide | OurSide) -> None:
        theirs.apply([write("/a", PRESENT + 1)])
        theirs.commit("theirs")
        mine.apply([resize("/a", 4)])

    expected = {("chunk_double_update", "/a")}
    place = Path(shutil.copytree(base, tmp_path / "us"))
    mine = OurSide(driver, place, 2).open()
    race(OfficialSide(place, 1).open(), mine)
    assert found(mine.do("rebase")) == expected
    place = Path(shutil.copytree(base, tmp_path / "them"))
    other = OfficialSide(place, 2).open()
    race(OurSide(driver, place, 1).open(), other)
    with pytest.raises(icechunk.RebaseFailedError) as failed:
        other.session.rebase(icechunk.ConflictDetector())
    assert official_conflicts(failed.value) == expected


OVERLAP = [write("/a", 1), write("/a", 2)], [write("/a", 2), write("/a", 3)]


@pytest.mark.parametrize("choice", ["ours", "theirs", "fail"])
def test_solvers_choose_chunks_alike(choice: str, base: Path, tmp_path: Path, driver: ours.Driver) -> None:
    """The same race solved by both libraries leaves the same values."""
    selection = {
        "ours": icechunk.VersionSelection.UseOurs,
        "theirs": icechunk.VersionSelection.UseTheirs,
        "fail": icechunk.VersionSelection.Fail,
    }[choice]
    by_us = Path(shutil.copytree(base, tmp_path / "us"))
    by_them = Path(shutil.copytree(base, tmp_path / "them"))
    theirs, mine = OVERLAP

    first, second = OfficialSide(by_us, 1).open(), OurSide(driver, by_us, 2).open()
    first.apply(theirs)
    first.commit("theirs")
    second.apply(mine)
    outcome = second.do("commit_rebasing", message="mine", solver={"chunks": choice})

    other_first, other_second = OurSide(driver, by_them, 1, "other").open(), OfficialSide(by_them, 2).open()
    other_first.apply(theirs)
    other_first.commit("theirs")
    other_second.apply(mine)
    solver = icechunk.BasicConflictSolver(on_chunk_conflict=selection)
    if choice == "fail":
        assert outcome["conflicts"] == [["chunk_double_update", "/a", [[2]]]]
        with pytest.raises(icechunk.RebaseFailedError) as failed:
            other_second.session.rebase(solver)
        assert official_chunks(failed.value) == {"/a": [[2]]}
        return
    other_second.session.commit("mine", rebase_with=solver)
    assert content(by_us) == content(by_them)
    expected = [100, 1, 2 if choice == "ours" else 1, 2, 104, 105, 0, 0]
    assert content(by_us)["/a"][0] == expected
    newest = [next(iter(official.reopen(path).ancestry(branch="main"))) for path in (by_us, by_them)]
    assert newest[0].metadata == newest[1].metadata == {"__icechunk": {"rebase_attempts": 1}}


def test_we_stop_at_the_commit_that_conflicts(repository: Path, driver: ours.Driver) -> None:
    mine = OurSide(driver, repository, 2).open()
    mine.apply([write("/a", 3)])
    ids = []
    for chunk in (1, 2, 3, 4):
        theirs = OfficialSide(repository, 1).open()
        theirs.apply([write("/a", chunk)])
        ids.append(theirs.commit(str(chunk)))
    outcome = mine.do("rebase")
    assert outcome == {"stopped": ids[2], "conflicts": [["chunk_double_update", "/a", [[3]]]]}
    assert mine.do("rebase", solver={"chunks": "ours"}) == {"rebased": 2}
    mine.commit("mine")
    assert content(repository)["/a"][0] == [100, 1, 1, 2, 1, 105, 0, 0]


@pytest.mark.parametrize("conflicting", [False, True])
def test_commits_that_were_expired_are_still_rebased_over(
    conflicting: bool, repository: Path, driver: ours.Driver
) -> None:
    """Their snapshots are gone from the history, their transaction logs tell what they changed."""
    mine = OurSide(driver, repository, 2).open()
    mine.apply([write("/a", 1 if conflicting else 5)])
    for chunk in (1, 2):
        theirs = OfficialSide(repository, 1).open()
        theirs.apply([write("/a", chunk)])
        theirs.commit(str(chunk))
    time.sleep(0.01)
    now = datetime.now(UTC)
    theirs = OfficialSide(repository, 1).open()
    theirs.apply([write("/a", 3)])
    theirs.commit("last")
    assert len(official.reopen(repository).expire_snapshots(older_than=now)) == 3
    outcome = mine.do("rebase")
    if conflicting:
        assert found(outcome) == {("chunk_double_update", "/a")}
        return
    assert outcome == {"rebased": 1}
    mine.commit("mine")
    assert content(repository)["/a"][0] == [100, 1, 1, 1, 104, 2, 0, 0]


def test_a_missing_log_ends_the_rebase(repository: Path, driver: ours.Driver) -> None:
    mine = OurSide(driver, repository, 2).open()
    mine.apply([write("/a", 1)])
    theirs = OfficialSide(repository, 1).open()
    theirs.apply([write("/b", 1)])
    (repository / "transactions" / theirs.commit("theirs")).unlink()
    with pytest.raises(ours.StepError) as failed:
        mine.do("rebase")
    assert failed.value.kind == "not_found"
    assert "transactions/" in failed.value.message


def test_both_rebase_in_turn(repository: Path, driver: ours.Driver) -> None:
    """Ten rounds in which each finds the other's commit in its way."""
    for step in range(10):
        chunk = step % 4
        mine = OurSide(driver, repository, 10 + step).open()
        theirs = OfficialSide(repository, 20 + step).open()
        mine.apply([write("/a", chunk)])
        theirs.apply([write("/b", chunk)])
        if step % 2:
            mine.commit("ours")
            theirs.session.commit("theirs", rebase_with=icechunk.ConflictDetector())
        else:
            theirs.commit("theirs")
            assert "committed" in mine.do("commit_rebasing", message="ours")
    assert content(repository)["/a"][0][:4] == [18, 19, 16, 17]
    assert content(repository)["/b"][0][:4] == [28, 29, 26, 27]
    assert len(list(official.reopen(repository).ancestry(branch="main"))) == 22
    assert isinstance(zarr.open_group(official.reopen(repository).readonly_session("main").store, mode="r"), zarr.Group)
