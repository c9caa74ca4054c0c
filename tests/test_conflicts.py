"""Rebase against the official library: each side rebases over what the other committed, with the same verdict."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
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
    Edit,
    OfficialSide,
    OurSide,
    array,
    attributes,
    content,
    delete,
    erase,
    group,
    official_chunks,
    official_conflicts,
    resize,
    write,
)

Conflicts = set[tuple[str, str]]


@dataclass(frozen=True)
class Case:
    name: str
    theirs: list[Edit]  # committed first
    mine: list[Edit]  # rebased over it
    conflicts: Conflicts
    #: What the official library says where it differs: it loses work there, see src/icechunk/repo/conflict.h.
    official: Conflicts | None = None


NONE: Conflicts = set()
CASES = [
    # Rule 2: what I made is there already.
    Case("both-made-an-array", [array("/n")], [array("/n")], {("new_node_conflicts_with_existing_node", "/n")}),
    Case("both-made-a-group", [group("/n")], [group("/n")], {("new_node_conflicts_with_existing_node", "/n")}),
    Case("other-nodes", [array("/h/n")], [array("/h/m")], NONE),
    # Rule 3: my new node is in an array.
    Case("parent-became-array", [delete("/h"), array("/h")], [array("/h/n")], {("new_node_in_invalid_group", "/h")}),
    Case("parent-is-gone", [delete("/h")], [array("/h/n")], {("new_node_in_invalid_group", "/h")}, NONE),
    # Rule 4: both changed the metadata.
    Case("array-metadata", [attributes("/a")], [attributes("/a")], {("zarr_metadata_double_update", "/a")}),
    Case("group-metadata", [attributes("/g")], [attributes("/g")], {("zarr_metadata_double_update", "/g")}),
    Case("root-metadata", [attributes("/")], [attributes("/")], {("zarr_metadata_double_update", "/")}),
    Case("both-appended", [resize("/a", 9)], [resize("/a", 10)], {("zarr_metadata_double_update", "/a")}),
    Case("other-metadata", [attributes("/a")], [attributes("/b")], NONE),
    # Rule 5: I changed the metadata of what is gone.
    Case("array-is-gone", [delete("/a")], [attributes("/a")], {("zarr_metadata_update_of_deleted_array", "/a")}),
    Case("group-is-gone", [delete("/h")], [attributes("/h")], {("zarr_metadata_update_of_deleted_group", "/h")}),
    # Rules 6 and 7: I wrote chunks of what is gone, or of what has other metadata.
    Case("chunks-of-gone", [delete("/a")], [write("/a", 1)], {("chunks_updated_in_deleted_array", "/a")}),
    Case("chunks-of-updated", [attributes("/a")], [write("/a", 1)], {("chunks_updated_in_updated_array", "/a")}),
    Case(
        "append-over-append",
        [resize("/a", 9), write("/a", 8)],
        [resize("/a", 9), write("/a", 8)],
        {
            ("zarr_metadata_double_update", "/a"),
            ("chunks_updated_in_updated_array", "/a"),
            ("chunk_double_update", "/a"),
        },
    ),
    # Rule 8: the same chunk.
    Case("same-chunk", [write("/a", 1)], [write("/a", 1)], {("chunk_double_update", "/a")}),
    Case("chunk-erased-by-me", [write("/a", 1)], [erase("/a", 1)], {("chunk_double_update", "/a")}),
    Case("chunk-erased-by-them", [erase("/a", 1)], [write("/a", 1)], {("chunk_double_update", "/a")}),
    Case("other-chunks", [write("/a", 1)], [write("/a", 2)], NONE),
    Case("other-arrays", [write("/a", 1)], [write("/b", 1)], NONE),
    Case("shrunk-over-chunk", [write("/a", 5)], [resize("/a", 4)], {("chunk_double_update", "/a")}),
    Case("shrunk-over-new-chunk", [write("/a", 7)], [resize("/a", 4)], {("chunk_double_update", "/a")}),
    # Rule 9: I deleted what they changed.
    Case("deleted-written", [write("/a", 1)], [delete("/a")], {("delete_of_updated_array", "/a")}),
    Case("deleted-updated", [attributes("/a")], [delete("/a")], {("delete_of_updated_array", "/a")}),
    Case("deleted-group", [attributes("/h")], [delete("/h")], {("delete_of_updated_group", "/h")}),
    Case("deleted-group-of-written", [write("/g/x", 1)], [delete("/g")], {("delete_of_updated_array", "/g/x")}),
    Case("both-deleted", [delete("/a")], [delete("/a"), write("/b", 0)], NONE),
    Case("they-deleted-i-replaced", [delete("/a")], [delete("/a"), array("/a")], NONE),
    Case("i-describe-they-write", [write("/a", 1)], [attributes("/a")], NONE),
    Case("i-grow-they-write", [write("/a", 1)], [resize("/a", 12)], NONE),
    Case("i-shrink-they-write-inside", [write("/a", 1)], [resize("/a", 4)], NONE),
    # What the official library does not see: the work of one side would be lost or left without a parent.
    Case("deleted-filled-group", [array("/h/n")], [delete("/h")], {("new_node_in_deleted_group", "/h/n")}, NONE),
    Case(
        "deleted-replaced-group",
        [delete("/h"), group("/h")],
        [delete("/h")],
        {("delete_of_updated_group", "/h")},
        NONE,
    ),
]


def found(outcome: dict[str, Any]) -> Conflicts:
    return {(kind, path) for kind, path, _ in outcome.get("conflicts", [])}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_we_rebase_over_their_commits(case: Case, repository: Path, driver: ours.Driver) -> None:
    theirs = OfficialSide(repository, 1).open()
    mine = OurSide(driver, repository, 2).open()
    theirs.apply(case.theirs)
    theirs.commit("theirs")
    mine.apply(case.mine)
    outcome = mine.do("rebase")
    assert found(outcome) == case.conflicts
    if not case.conflicts:
        mine.commit("mine")
        assert [one.message for one in official.reopen(repository).ancestry(branch="main")][:2] == ["mine", "theirs"]
        content(repository)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_they_rebase_over_our_commits(case: Case, repository: Path, driver: ours.Driver) -> None:
    mine = OfficialSide(repository, 2).open()
    theirs = OurSide(driver, repository, 1).open()
    theirs.apply(case.theirs)
    theirs.commit("theirs")
    mine.apply(case.mine)
    expected = case.conflicts if case.official is None else case.official
    if expected:
        with pytest.raises(icechunk.RebaseFailedError) as failed:
            mine.session.rebase(icechunk.ConflictDetector())
        assert official_conflicts(failed.value) == expected
    else:
        mine.session.rebase(icechunk.ConflictDetector())


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


@pytest.mark.parametrize("fail", [False, True])
def test_solvers_decide_on_deletions_alike(fail: bool, base: Path, tmp_path: Path, driver: ours.Driver) -> None:
    by_us = Path(shutil.copytree(base, tmp_path / "us"))
    by_them = Path(shutil.copytree(base, tmp_path / "them"))
    theirs, mine = [write("/a", 1), attributes("/h")], [delete("/a"), delete("/h")]

    first, second = OfficialSide(by_us, 1).open(), OurSide(driver, by_us, 2).open()
    first.apply(theirs)
    first.commit("theirs")
    second.apply(mine)
    outcome = second.do("commit_rebasing", message="mine", solver={"fail_array": fail, "fail_group": fail})

    other_first, other_second = OurSide(driver, by_them, 1, "other").open(), OfficialSide(by_them, 2).open()
    other_first.apply(theirs)
    other_first.commit("theirs")
    other_second.apply(mine)
    solver = icechunk.BasicConflictSolver(fail_on_delete_of_updated_array=fail, fail_on_delete_of_updated_group=fail)
    if fail:
        expected = {("delete_of_updated_array", "/a"), ("delete_of_updated_group", "/h")}
        assert found(outcome) == expected
        with pytest.raises(icechunk.RebaseFailedError) as failed:
            other_second.session.rebase(solver)
        assert official_conflicts(failed.value) == expected
        return
    other_second.session.commit("mine", rebase_with=solver)
    assert content(by_us) == content(by_them)
    assert set(content(by_us)) == {"/", "/b", "/g", "/g/x"}


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
