"""vdp verify: nothing in a good store, and each kind of damage by its name."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import h5py
import icechunk
import numpy as np
import pytest
import zarr

from archives.archive import Archive
from archives.damage import truncate
from archives.imerg import Imerg
from archives.mur import Mur
from archives.naqfc import Naqfc
from archives.values import EPOCH_OF_FILES, set_modified
from engine import BAD_USAGE, DONE, FAILED, FINDINGS, Answer, Engine

CLEAN = {
    "imerg, open": (Imerg(), 12, {}),
    "imerg, with an end": (Imerg(), 12, {"end": 20, "batch": 5}),
    "imerg, growing": (Imerg(), 12, {"kind": "grow"}),
    "mur, open": (Mur(), 12, {"batch": 5}),
    "mur, growing": (Mur(), 12, {"kind": "grow"}),
    "naqfc, growing": (Naqfc(), 4, {}),
    "naqfc, regular": (Naqfc(), 4, {"kind": "regular"}),
    "naqfc, a chunk a step": (Naqfc(time_chunk=1), 4, {}),
    "naqfc, contiguous": (Naqfc(time_chunk=None), 4, {}),
}


def verify(vdp: Engine, archive: Archive, *options: str, expect: int = FINDINGS) -> Answer:
    return vdp("verify", archive.dataset, "--json", "--seed", "7", *options, expect=expect)


def kinds(answer: Answer) -> Counter[str]:
    return Counter(finding["kind"] for finding in answer.document["findings"])


def only(answer: Answer, kind: str) -> dict:
    found = [finding for finding in answer.document["findings"] if finding["kind"] == kind]
    assert len(found) == 1, json.dumps(answer.document["findings"], indent=1)
    return found[0]


def open_official(archive: Archive) -> icechunk.Repository:
    return icechunk.Repository.open(icechunk.local_filesystem_storage(str(archive.store)))


def spoil(archive: Archive, change: Callable[[zarr.Group, icechunk.Session], None]) -> None:
    """Commits what an official writer does to the store."""
    session = open_official(archive).writable_session("main")
    change(zarr.open_group(session.store, mode="r+"), session)
    session.commit("spoilt")


def redirect(session: icechunk.Session, key: str, target: Path, offset: int, length: int) -> None:
    modified = datetime.fromtimestamp(target.stat().st_mtime, UTC)
    session.store.set_virtual_ref(key, target.as_uri(), offset=offset, length=length, checksum=modified)


@pytest.fixture
def mur(vdp: Engine, archive_of) -> Archive:
    """Six days, in a store."""
    archive = archive_of(Mur(), 6)
    vdp.run(archive.dataset)
    return archive


@pytest.mark.parametrize("case", CLEAN)
def test_a_good_store(vdp: Engine, archive_of, case: str) -> None:
    product, count, options = CLEAN[case]
    archive = archive_of(product, count, **options)
    vdp.run(archive.dataset)
    document = verify(vdp, archive, "--samples", "120", expect=DONE).document
    assert document["findings"] == []
    assert document["granules"] == document["discovered"] == count
    assert document["samples"]["granules"] == count
    assert document["samples"]["chunks"] > 120
    assert document["refs"] > 0


def test_a_store_in_a_group_and_after_replacements(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 4, batch=2)
    archive.dataset.write_text(
        archive.dataset.read_text().replace('name = "mur-like"', 'name = "mur-like"\ngroup = "/sst/daily"')
    )
    vdp.run(archive.dataset)
    archive.deliver(0, 2, revision=1)
    changed = verify(vdp, archive)
    assert kinds(changed) == {"source_changed": 2}
    vdp.run(archive.dataset)
    verify(vdp, archive, expect=DONE)


def test_a_variable_that_a_granule_lacks(vdp: Engine, archive_of) -> None:
    """Declared with `missing_variable`, and told by the record: no finding."""
    archive = archive_of(Mur(), 3)
    with archive.dataset.open("a") as dataset:
        dataset.write('[checks]\nmissing_variable = "fill"\n')
    with h5py.File(archive.path(2), "r+") as file:
        del file["mask"]
    set_modified(archive.path(2), EPOCH_OF_FILES)
    assert vdp.run(archive.dataset).outcomes == {"written": 3}
    assert verify(vdp, archive, "--samples", "60", expect=DONE).document["samples"]["not_checked"] == 0


def test_the_text_tells_what_to_type(vdp: Engine, mur: Archive) -> None:
    text = vdp("verify", mur.dataset).stdout
    assert "findings  0" in text and "next" not in text and "seed" in text
    mur.deliver(6)
    text = vdp("verify", mur.dataset, expect=FINDINGS).stdout
    assert mur.path(6).name in text
    assert f"next: vdp run {mur.dataset}" in text


def test_samples_are_drawn_again_with_their_seed(vdp: Engine, mur: Archive) -> None:
    first = verify(vdp, mur, "--samples", "3", expect=DONE).document
    assert verify(vdp, mur, "--samples", "3", expect=DONE).document == first
    none = verify(vdp, mur, "--samples", "0", expect=DONE).document
    assert none["samples"] == {"granules": 0, "chunks": 0, "not_checked": 0}
    with mur.dataset.open("a") as dataset:
        dataset.write("[verify]\nsamples = 0\n")
    assert verify(vdp, mur, expect=DONE).document["samples"]["granules"] == 0


def test_without_a_store(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 1)
    assert vdp("verify", archive.dataset, "--json", expect=FAILED).document["error"]["kind"] == "not_found"
    vdp("verify", archive.root / "other.toml", expect=BAD_USAGE)


# ---- Sources ----


def test_a_source_that_was_deleted(vdp: Engine, mur: Archive) -> None:
    mur.path(2).unlink()
    answer = verify(vdp, mur)
    assert kinds(answer) == {"source_missing": 1}
    finding = only(answer, "source_missing")
    assert finding["uri"] == mur.path(2).as_uri()
    assert finding["slots"] == [2, 2]


def test_a_source_that_was_truncated(vdp: Engine, mur: Archive) -> None:
    path = mur.path(3)
    size, modified = path.stat().st_size, path.stat().st_mtime
    truncate(path)
    set_modified(path, modified)
    finding = only(verify(vdp, mur), "source_changed")
    assert finding["uri"] == path.as_uri()
    assert f"{size} bytes" in finding["expected"]
    assert f"{path.stat().st_size} bytes" in finding["found"]


def test_a_source_that_was_changed_in_place(vdp: Engine, mur: Archive) -> None:
    path = mur.path(0)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    set_modified(path, EPOCH_OF_FILES + 1)
    answer = verify(vdp, mur)
    assert kinds(answer) == {"source_changed": 1}
    assert only(answer, "source_changed")["slots"] == [0, 0]


def test_a_granule_that_was_never_written(vdp: Engine, mur: Archive) -> None:
    mur.deliver(8)
    answer = verify(vdp, mur)
    assert kinds(answer) == {"missing": 1}
    assert only(answer, "missing")["uri"] == mur.path(8).as_uri()


def test_a_granule_that_is_too_young_is_not_missing(vdp: Engine, mur: Archive) -> None:
    text = mur.dataset.read_text()
    mur.dataset.write_text(text.replace('prefix = "data/"', 'prefix = "data/"\nmin_age = "1d"'))
    mur.deliver(8)
    os.utime(mur.path(8))
    verify(vdp, mur, expect=DONE)


# ---- References ----


def test_a_reference_into_another_granule(vdp: Engine, mur: Archive) -> None:
    spoil(mur, lambda _, session: redirect(session, "mask/c/4/0/0", mur.path(1), 100, 50))
    finding = only(verify(vdp, mur, "--samples", "0"), "foreign_ref")
    assert finding["variable"] == "mask"
    assert finding["slots"] == [4, 4]
    assert finding["uri"] == mur.path(4).as_uri()
    assert mur.path(1).as_uri() in finding["found"]


def test_a_reference_to_another_offset(vdp: Engine, archive_of) -> None:
    """Nothing but the file itself tells: a sample finds it, by place and by value."""
    archive = archive_of(Naqfc(time_chunk=None), 2)
    vdp.run(archive.dataset)
    inspected = vdp("inspect", archive.path(0), "--json").document
    chunk = next(iter(inspected["arrays"]["/ozcon"]["chunks"].values()))
    offset, step = chunk[1], Naqfc.rows * Naqfc.columns * 4
    spoil(
        archive,
        lambda _, session: [
            redirect(session, f"ozcon/c/{index}/0/0", archive.path(0), offset + (23 - index) * step, step)
            for index in range(24)
        ],
    )
    verify(vdp, archive, "--samples", "0", expect=DONE)
    answer = verify(vdp, archive)
    assert set(kinds(answer)) == {"ref_range", "value"}
    assert only(answer, "ref_range")["variable"] == "ozcon"
    assert only(answer, "ref_range")["count"] == 24
    value = only(answer, "value")
    assert value["variable"] == "ozcon" and value["slots"] == [0, 23]


def test_a_reference_without_a_version(vdp: Engine, mur: Archive) -> None:
    inspected = vdp("inspect", mur.path(3), "--json").document
    _, offset, length = inspected["arrays"]["/mask"]["chunks"]["0.0.0"]

    def drop_version(_: zarr.Group, session: icechunk.Session) -> None:
        session.store.set_virtual_ref("mask/c/3/0/0", mur.path(3).as_uri(), offset=offset, length=length)

    spoil(mur, drop_version)
    finding = only(verify(vdp, mur), "ref_version")
    assert finding["slots"] == [3, 3] and "no version" in finding["found"]


def test_references_that_no_container_allows(vdp: Engine, mur: Archive) -> None:
    """Official readers refuse them, or see fill (hazard C16)."""
    repository = open_official(mur)
    config = repository.config
    config.clear_virtual_chunk_containers()
    icechunk.Repository.open(icechunk.local_filesystem_storage(str(mur.store)), config).save_config()
    answer = verify(vdp, mur)
    assert set(kinds(answer)) == {"outside_container"}
    assert {finding["variable"] for finding in answer.document["findings"]} == {
        "analysed_sst",
        "analysis_error",
        "sea_ice_fraction",
        "mask",
    }


def test_chunks_that_the_store_lost(vdp: Engine, mur: Archive) -> None:
    """Files may leave chunks out: only their own lists tell that these are missing."""

    def delete(group: zarr.Group, _: icechunk.Session) -> None:
        mask = group["mask"]
        mask[2] = mask.fill_value  # zarr drops chunks of nothing but fill

    spoil(mur, delete)
    unsampled = verify(vdp, mur, "--samples", "0", expect=DONE)
    assert unsampled.document["samples"]["not_checked"] == 1
    finding = only(verify(vdp, mur), "no_refs")
    assert finding["variable"] == "mask" and finding["slots"] == [2, 2]


# ---- Records, arrays, values ----


def records(group: zarr.Group) -> zarr.Array:
    return group["_vdp/granules"]


@pytest.mark.parametrize("kind", ["regular", "grow"])
def test_a_record_that_was_removed(vdp: Engine, archive_of, kind: str) -> None:
    archive = archive_of(Mur(), 5, kind=kind)
    vdp.run(archive.dataset)

    def remove(group: zarr.Group, _: icechunk.Session) -> None:
        records(group)[2] = ""

    spoil(archive, remove)
    answer = verify(vdp, archive)
    found = [finding for finding in answer.document["findings"] if finding["kind"] == "no_record"]
    assert {finding["variable"] for finding in found} == {"analysed_sst", "analysis_error", "sea_ice_fraction", "mask"}
    assert all(finding["slots"] == [2, 2] for finding in found)
    assert only(answer, "missing")["uri"] == archive.path(2).as_uri()


def test_a_record_that_was_changed(vdp: Engine, mur: Archive) -> None:
    def rename(group: zarr.Group, _: icechunk.Session) -> None:
        texts = records(group)
        texts[3] = str(texts[3]).replace(mur.path(3).name, mur.path(0).name)

    spoil(mur, rename)
    answer = verify(vdp, mur, "--samples", "0")
    assert kinds(answer)["foreign_ref"] == 4
    assert only(answer, "record")["uri"] == mur.path(0).as_uri()


def test_a_record_that_is_none(vdp: Engine, mur: Archive) -> None:
    def scribble(group: zarr.Group, _: icechunk.Session) -> None:
        records(group)[5] = "not a record"

    spoil(mur, scribble)
    finding = only(verify(vdp, mur), "record")
    assert finding["slots"] == [5, 5] and finding["found"] == "not a record"


def test_a_record_of_a_part_of_its_granule(vdp: Engine, archive_of) -> None:
    archive = archive_of(Naqfc(), 2)
    vdp.run(archive.dataset)

    def remove(group: zarr.Group, _: icechunk.Session) -> None:
        records(group)[23] = ""

    spoil(archive, remove)
    assert kinds(verify(vdp, archive, "--samples", "0"))["no_record"] == 3  # each variable that is references


def test_arrays_of_two_lengths(vdp: Engine, mur: Archive) -> None:
    """xarray cannot open such a store (hazard C7)."""

    def resize(group: zarr.Group, _: icechunk.Session) -> None:
        mask = group["mask"]
        mask.resize((7, *mask.shape[1:]))

    spoil(mur, resize)
    finding = only(verify(vdp, mur, "--samples", "0"), "length")
    assert finding["variable"] == "/mask"
    assert finding["found"].startswith("7") and finding["expected"].startswith("6")


@pytest.mark.parametrize("kind", ["regular", "grow"])
def test_axis_values_that_were_changed(vdp: Engine, archive_of, kind: str) -> None:
    archive = archive_of(Mur(), 6, kind=kind)
    vdp.run(archive.dataset)

    def move(group: zarr.Group, _: icechunk.Session) -> None:
        group["time"][3] = group["time"][2]

    spoil(archive, move)
    finding = only(verify(vdp, archive, "--samples", "0"), "axis_value")
    assert finding["slots"] == [3, 3]


def test_packing_that_was_changed(vdp: Engine, mur: Archive) -> None:
    def repack(group: zarr.Group, _: icechunk.Session) -> None:
        group["analysed_sst"].attrs["scale_factor"] = 0.01

    spoil(mur, repack)
    answer = verify(vdp, mur)
    assert set(kinds(answer)) == {"mismatch"}
    assert answer.document["findings"][0]["variable"] == "analysed_sst"
    assert "0.01" in answer.document["findings"][0]["found"]


def test_values_that_were_written_over(vdp: Engine, mur: Archive) -> None:
    """A coordinate that every file has, and chunks in the place of references."""

    def scribble(group: zarr.Group, _: icechunk.Session) -> None:
        group["lat"][5] = np.float32(12.5)
        group["mask"][2] = 3

    spoil(mur, scribble)
    answer = verify(vdp, mur, "--samples", "200")
    found = {finding["variable"] for finding in answer.document["findings"]}
    assert found == {"lat", "mask"}
    latitude = next(finding for finding in answer.document["findings"] if finding["variable"] == "lat")
    assert latitude["kind"] == "value" and latitude["found"] == "12.5 at (5)"
