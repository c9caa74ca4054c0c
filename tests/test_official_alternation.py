"""An official writer and ours take turns at one store: values, history, diff and the manifest split stay right."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import icechunk
import pytest
import zarr

from archives.archive import Archive
from archives.mur import TIME_EPOCH, Mur
from comparison import assert_equals_sources
from engine import Engine
from golden.virtualizarr_document import virtualizarr_document
from opened import open_as_printed

VARIABLES = ("analysed_sst", "analysis_error", "sea_ice_fraction", "mask")


def open_official(archive: Archive) -> icechunk.Repository:
    storage = icechunk.local_filesystem_storage(str(archive.store))
    prefix = f"{archive.data.as_uri()}/"
    return icechunk.Repository.open(
        storage, authorize_virtual_chunk_access={prefix: icechunk.Credentials.LocalFileSystemAccess()}
    )


def append_officially(archive: Archive, file: Path, moment: datetime, message: str) -> str:
    """What a Python writer does: resize every array along time, set the references of one more step, commit."""
    repository = open_official(archive)
    session = repository.writable_session("main")
    group = zarr.open_group(session.store, mode="r+")
    steps = group["time"].shape[0]
    document = virtualizarr_document(file)
    modified = datetime.fromtimestamp(file.stat().st_mtime + 1, UTC)
    for name in VARIABLES:
        array = group[name]
        array.resize((steps + 1, *array.shape[1:]))
        references = [
            icechunk.VirtualChunkSpec(
                index=[steps, *map(int, key.split(".")[1:])],
                location=file.as_uri(),
                offset=offset,
                length=length,
                last_updated_at_checksum=modified,
            )
            for key, (_, offset, length) in document["arrays"][f"/{name}"]["chunks"].items()
        ]
        assert session.store.set_virtual_refs(name, references, validate_containers=True) is None
    group["time"].resize((steps + 1,))
    group["time"][steps] = int((moment - TIME_EPOCH).total_seconds())
    return session.commit(message)


def splitting(archive: Archive) -> str:
    config = open_official(archive).config
    return repr(config.manifest.splitting) if config.manifest else "none"


def deliver_by_hand(archive: Archive, index: int) -> Path:
    """A file beside the archive's own, which the pattern does not match."""
    path = archive.data / f"by-hand-{index}.nc"
    archive.product.write(path, index)
    return path


@pytest.mark.parametrize("kind", ["grow", "regular"])
@pytest.mark.parametrize("split", [None, 4], ids=["default split", "split of 4"])
def test_turns(vdp: Engine, archive_of, kind: str, split: int | None) -> None:
    archive = archive_of(Mur(), 3, kind=kind)
    if split:
        with archive.dataset.open("a") as dataset:
            dataset.write(f"[manifest]\nsplit = {{ time = {split} }}\n")
    vdp.run(archive.dataset)
    split_at_first = splitting(archive)
    assert "time" in split_at_first

    files, official = archive.files(), []
    for turn in (3, 6):
        by_hand = deliver_by_hand(archive, turn)
        official.append(append_officially(archive, by_hand, archive.product.time(turn), f"by hand {turn}"))
        archive.deliver(turn + 1, turn + 2)
        answer = vdp.run(archive.dataset)
        assert answer.outcomes["written"] == 2
        files += [by_hand, archive.path(turn + 1), archive.path(turn + 2)]
        assert_equals_sources(open_as_printed(answer.python), files)
    assert splitting(archive) == split_at_first
    assert_history(vdp, archive, official)
    assert_diffs(archive, official)


def assert_history(vdp: Engine, archive: Archive, official: list[str]) -> None:
    """Both programs list the same snapshots in the same order, with the official writer's among them."""
    snapshots = [snapshot.id for snapshot in open_official(archive).ancestry(branch="main")]
    assert [snapshot for snapshot in reversed(snapshots) if snapshot in official] == official
    ours = str(vdp.history(archive.store))
    positions = [ours.find(snapshot) for snapshot in snapshots]
    assert -1 not in positions and (positions == sorted(positions) or positions == sorted(positions, reverse=True))
    assert "by hand 3" in ours


def assert_diffs(archive: Archive, official: list[str]) -> None:
    """The official library's diff of each of our commits names exactly the chunks of its steps."""
    repository = open_official(archive)
    snapshots = [snapshot.id for snapshot in repository.ancestry(branch="main")][::-1]
    for number, commit in enumerate(official):
        place = snapshots.index(commit)
        until = snapshots.index(official[number + 1]) - 1 if number + 1 < len(official) else len(snapshots) - 1
        diff = repository.diff(from_snapshot_id=commit, to_snapshot_id=snapshots[until])
        step = 3 * (number + 1)
        for name in VARIABLES:
            assert {index[0] for index in diff.updated_chunks[f"/{name}"]} == {step + 1, step + 2}
        assert not diff.deleted_arrays and not diff.deleted_groups
        assert {f"/{name}" for name in (*VARIABLES, "time")} <= set(diff.updated_arrays)
        assert repository.diff(from_snapshot_id=snapshots[place - 1], to_snapshot_id=commit).updated_chunks


def test_a_file_that_was_appended_by_hand_is_not_appended_again(vdp: Engine, archive_of) -> None:
    """The pattern matches it, our records do not have it: its slot is taken all the same."""
    archive = archive_of(Mur(), 3, kind="grow")
    vdp.run(archive.dataset)
    archive.deliver(3)
    append_officially(archive, archive.path(3), archive.product.time(3), "by hand")
    archive.deliver(4)
    answer = vdp.run(archive.dataset, expect=None)
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_an_official_commit_of_metadata_is_kept(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    vdp.run(archive.dataset)
    repository = open_official(archive)
    session = repository.writable_session("main")
    group = zarr.open_group(session.store, mode="r+")
    group.attrs["curator"] = "a person"
    group["mask"].attrs["comment"] = "looked at"
    group.create_array("climatology", shape=(17, 26), dtype="f4", chunks=(17, 26), fill_value=0)[...] = 3.5
    session.commit("a note")
    archive.deliver(3)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes["written"] == 1
    opened = zarr.open_group(open_official(archive).readonly_session("main").store, mode="r")
    assert opened.attrs["curator"] == "a person"
    assert opened["mask"].attrs["comment"] == "looked at"
    assert (opened["climatology"][...] == 3.5).all()
    assert opened["mask"].shape[0] == 4
