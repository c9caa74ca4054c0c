"""Sessions that move nodes, against the official library."""

from __future__ import annotations

import shutil
from pathlib import Path

import icechunk
import pytest

import icechunk_driver as ours
import icechunk_repositories as official
from two_sessions import OfficialSide, OurSide, content, group, official_conflicts, write
from two_sessions import base, driver, repository  # noqa: F401 (fixtures)

#: Several moves, one of a node that is moved again; "/g" is left before "/h-" comes to it.
MOVES = [("/a", "/t"), ("/t", "/h/a"), ("/g", "/h/g"), ("/b", "/b-"), ("/h", "/k")]


def move_ours(driver: ours.Driver, path: Path, moves: list[tuple[str, str]]) -> str:
    driver("open", url=str(path))
    driver("rearrange")
    for source, target in moves:
        driver("move_node", **{"from": source, "to": target})
    committed: str = driver("commit", message="moved")["committed"]
    return committed


def move_theirs(path: Path, moves: list[tuple[str, str]]) -> str:
    session = official.reopen(path).rearrange_session("main")
    for source, target in moves:
        session.move(source, target)
    return session.commit("moved")


def moved_nodes(path: Path, snapshot: str) -> list[tuple[str, str]]:
    repository = official.reopen(path)
    before = next(one for one in repository.ancestry(snapshot_id=snapshot) if one.id != snapshot)
    diff = repository.diff(from_snapshot_id=before.id, to_snapshot_id=snapshot)
    assert not diff.new_groups | diff.new_arrays | diff.deleted_groups | diff.deleted_arrays | diff.updated_arrays
    return list(diff.moved_nodes)


def node_ids(path: Path) -> dict[str, str]:
    session = official.reopen(path).readonly_session("main")
    return {node: session.get_node_id(node) for node in content(path)}


def test_both_move_alike(base: Path, tmp_path: Path, driver: ours.Driver) -> None:
    by_us = Path(shutil.copytree(base, tmp_path / "us"))
    by_them = Path(shutil.copytree(base, tmp_path / "them"))
    our_commit, their_commit = move_ours(driver, by_us, MOVES), move_theirs(by_them, MOVES)
    assert content(by_us) == content(by_them)
    assert set(content(by_us)) == {"/", "/b-", "/k", "/k/a", "/k/g", "/k/g/x"}
    assert node_ids(by_us) == node_ids(by_them)
    assert moved_nodes(by_us, our_commit) == moved_nodes(by_them, their_commit)
    # Manifests are as they were.
    assert {one.name for one in (by_us / "manifests").iterdir()} == {one.name for one in (base / "manifests").iterdir()}


def test_each_reads_and_goes_on_with_what_the_other_moved(repository: Path, driver: ours.Driver) -> None:
    before = content(repository)
    move_theirs(repository, [("/g", "/h/g")])
    driver("open", url=str(repository))
    driver("readonly")
    dump = driver("dump")
    assert set(dump) == {"/", "/a", "/b", "/h", "/h/g", "/h/g/x"}
    assert len(dump["/h/g/x"]["refs"]) == 6
    move_ours(driver, repository, [("/h/g/x", "/x"), ("/a", "/h/g/a")])
    assert content(repository)["/x"] == before["/g/x"]
    move_theirs(repository, [("/x", "/g"), ("/h", "/x")])
    mine = OurSide(driver, repository, 7).open()
    mine.do("set_chunk", path="/x/g/a", index=[0], bytes=ours.text(b"\x07\0\0\0"))
    mine.commit("written")
    assert content(repository)["/x/g/a"][0][:2] == [7, 101]
    assert content(repository)["/g"] == before["/g/x"]


def test_nobody_rebases_across_a_move(base: Path, tmp_path: Path, driver: ours.Driver) -> None:
    by_us = Path(shutil.copytree(base, tmp_path / "us"))
    by_them = Path(shutil.copytree(base, tmp_path / "them"))
    theirs = OfficialSide(by_us, 1).open()
    theirs.apply([write("/b", 1)])
    move_ours(driver, by_us, [("/a", "/n")])
    with pytest.raises(icechunk.RebaseFailedError) as failed:
        theirs.session.rebase(icechunk.BasicConflictSolver())
    assert {kind for kind, _ in official_conflicts(failed.value)} == {"move_operation_cannot_be_rebased"}

    mine = OurSide(driver, by_them, 2).open()
    mine.apply([write("/b", 1)])
    move_theirs(by_them, [("/a", "/n")])
    outcome = mine.do("rebase", solver={})
    assert outcome["conflicts"] == [["move_operation_cannot_be_rebased", "/a", []]]


def test_moves_are_made_again_over_commits_of_the_other(base: Path, tmp_path: Path, driver: ours.Driver) -> None:
    by_us = Path(shutil.copytree(base, tmp_path / "us"))
    by_them = Path(shutil.copytree(base, tmp_path / "them"))
    driver("open", url=str(by_us))
    driver("rearrange")
    driver("move_node", **{"from": "/g", "to": "/h/g"})
    theirs = OfficialSide(by_us, 1).open()
    theirs.apply([write("/g/x", 1), write("/a", 2)])
    theirs.commit("theirs")
    assert "committed" in driver("commit_rebasing", message="moved")

    session = official.reopen(by_them).rearrange_session("main")
    session.move("/g", "/h/g")
    mine = OurSide(driver, by_them, 1).open()
    mine.apply([write("/g/x", 1), write("/a", 2)])
    mine.commit("ours")
    session.commit("moved", rebase_with=icechunk.ConflictDetector())
    assert content(by_us) == content(by_them)
    assert content(by_us)["/h/g/x"][0][:3] == [100, 1, 102]


def test_a_taken_target_is_a_conflict(repository: Path, driver: ours.Driver) -> None:
    """The official library commits here, and leaves two nodes at one path."""
    driver("open", url=str(repository))
    driver("rearrange")
    driver("move_node", **{"from": "/g", "to": "/n"})
    theirs = OfficialSide(repository, 1).open()
    theirs.apply([group("/n")])
    theirs.commit("theirs")
    outcome = driver("rebase")
    assert outcome["conflicts"] == [["new_node_conflicts_with_existing_node", "/n", []]]


@pytest.mark.parametrize(
    ("source", "target"), [("/none", "/n"), ("/g", "/h"), ("/g", "/g/in"), ("/g", "/a/in"), ("/g", "/none/in")]
)
def test_both_refuse_the_same_moves(source: str, target: str, repository: Path, driver: ours.Driver) -> None:
    with pytest.raises(icechunk.IcechunkError):
        move_theirs(repository, [(source, target)])
    with pytest.raises(ours.StepError):
        move_ours(driver, repository, [(source, target)])


def test_the_feature_flag_holds_for_both(repository: Path, driver: ours.Driver) -> None:
    official.reopen(repository).set_feature_flag("move_node", setting=False)
    with pytest.raises(ours.StepError) as failed:
        move_ours(driver, repository, [("/a", "/n")])
    assert failed.value.kind == "denied"
    with pytest.raises(icechunk.IcechunkError):
        move_theirs(repository, [("/a", "/n")])
