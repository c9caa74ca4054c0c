"""An official writer and ours take turns at one store: values, history, diff and the manifest split stay right."""

from __future__ import annotations

import pytest
import zarr

from archives.mur import Mur
from comparison import assert_equals_sources
from engine import Answer, Engine
from official_writer import VARIABLES, append_officially, deliver_by_hand
from opened import Opened, open_as_printed
from remote_archive import RemoteArchive, place


@pytest.fixture(params=["local", "s3"])
def mur_archive(request: pytest.FixtureRequest, archive_of):
    """Makes an archive of three files, its files and its store in a folder or in a bucket."""

    def make(**options: object) -> RemoteArchive:
        bucket = request.getfixturevalue("bucket") if request.param == "s3" else None
        return place(archive_of(Mur(), 3, **options), source=bucket, store=bucket)

    return make


def run(vdp: Engine, remote: RemoteArchive, **how) -> Answer:
    return vdp.within(remote.environment).run(remote.archive.dataset, **how)


def opened(remote: RemoteArchive, answer: Answer) -> Opened:
    return open_as_printed(answer.python, environment=remote.credentials)


def splitting(remote: RemoteArchive) -> str:
    config = remote.open().config
    return repr(config.manifest.splitting) if config.manifest else "none"


@pytest.mark.parametrize("kind", ["grow", "regular"])
@pytest.mark.parametrize("split", [None, 4], ids=["default split", "split of 4"])
def test_turns(vdp: Engine, mur_archive, kind: str, split: int | None) -> None:
    remote = mur_archive(kind=kind)
    archive = remote.archive
    if split:
        with archive.dataset.open("a") as dataset:
            dataset.write(f"[manifest]\nsplit = {{ time = {split} }}\n")
    run(vdp, remote)
    split_at_first = splitting(remote)
    assert "time" in split_at_first

    files, official = archive.files(), []
    for turn in (3, 6):
        by_hand = deliver_by_hand(remote, turn)
        official.append(append_officially(remote, by_hand, turn, f"by hand {turn}"))
        remote.deliver(turn + 1, turn + 2)
        answer = run(vdp, remote)
        assert answer.outcomes["written"] == 2
        files += [by_hand, archive.path(turn + 1), archive.path(turn + 2)]
        assert_equals_sources(opened(remote, answer), files)
    assert splitting(remote) == split_at_first
    assert_history(vdp, remote, official)
    assert_diffs(remote, official)


def assert_history(vdp: Engine, remote: RemoteArchive, official: list[str]) -> None:
    """Both programs list the same snapshots in the same order, with the official writer's among them."""
    snapshots = [snapshot.id for snapshot in remote.open().ancestry(branch="main")]
    assert [snapshot for snapshot in reversed(snapshots) if snapshot in official] == official
    ours = str(vdp.within(remote.environment).history(remote.store_url()))
    positions = [ours.find(snapshot) for snapshot in snapshots]
    assert -1 not in positions and (positions == sorted(positions) or positions == sorted(positions, reverse=True))
    assert "by hand 3" in ours


def assert_diffs(remote: RemoteArchive, official: list[str]) -> None:
    """The official library's diff of each of our commits names exactly the chunks of its steps."""
    repository = remote.open()
    snapshots = [snapshot.id for snapshot in repository.ancestry(branch="main")][::-1]
    for number, commit in enumerate(official):
        at = snapshots.index(commit)
        until = snapshots.index(official[number + 1]) - 1 if number + 1 < len(official) else len(snapshots) - 1
        diff = repository.diff(from_snapshot_id=commit, to_snapshot_id=snapshots[until])
        step = 3 * (number + 1)
        for name in VARIABLES:
            assert {index[0] for index in diff.updated_chunks[f"/{name}"]} == {step + 1, step + 2}
        assert not diff.deleted_arrays and not diff.deleted_groups
        assert {f"/{name}" for name in (*VARIABLES, "time")} <= set(diff.updated_arrays)
        assert repository.diff(from_snapshot_id=snapshots[at - 1], to_snapshot_id=commit).updated_chunks


def test_a_file_that_was_appended_by_hand_is_not_appended_again(vdp: Engine, mur_archive) -> None:
    """The pattern matches it, our records do not have it: its slot is taken all the same."""
    remote = mur_archive(kind="grow")
    run(vdp, remote)
    remote.deliver(3)
    append_officially(remote, remote.archive.path(3), 3, "by hand")
    remote.deliver(4)
    answer = run(vdp, remote, expect=None)
    assert_equals_sources(opened(remote, answer), remote.archive.files())


def test_an_official_commit_of_metadata_is_kept(vdp: Engine, mur_archive) -> None:
    remote = mur_archive()
    run(vdp, remote)
    session = remote.open().writable_session("main")
    group = zarr.open_group(session.store, mode="r+")
    group.attrs["curator"] = "a person"
    group["mask"].attrs["comment"] = "looked at"
    group.create_array("climatology", shape=(17, 26), dtype="f4", chunks=(17, 26), fill_value=0)[...] = 3.5
    session.commit("a note")
    remote.deliver(3)
    answer = run(vdp, remote)
    assert answer.outcomes["written"] == 1
    found = zarr.open_group(remote.open().readonly_session("main").store, mode="r")
    assert found.attrs["curator"] == "a person"
    assert found["mask"].attrs["comment"] == "looked at"
    assert (found["climatology"][...] == 3.5).all()
    assert found["mask"].shape[0] == 4
