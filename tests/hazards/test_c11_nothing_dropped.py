"""C11: parts of a file that a parser leaves out without a word. Here all of it is in the store, or named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import hdf5plugin
import netCDF4
import numpy as np
import pytest

from archives.archive import Archive, make_archive
from archives.imerg import Imerg
from archives.mur import Mur
from archives.naqfc import Naqfc
from archives.plain import Plain, add_field, replace_field, shuffle_all_but_one
from archives.values import set_age
from comparison import assert_equals_sources
from documented import assert_documented
from engine import FINDINGS, Engine
from opened import open_as_printed
from rejection import assert_matches, assert_rejected
from stores import chunk_count

PRODUCTS = {"imerg": Imerg(), "mur": Mur(), "naqfc": Naqfc(time_chunk=1)}
FILES = 4


def datasets_of(path: Path, group: str) -> dict[str, h5py.Dataset]:
    """All of a group that are not only a netCDF dimension without a variable."""
    items = h5py.File(path)[group].items()
    return {
        name: item
        for name, item in items
        if isinstance(item, h5py.Dataset) and not item.attrs.get("NAME", b"").startswith(b"This is a netCDF dimension")
    }


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_dataset_of_a_file_is_a_variable(vdp: Engine, archive_of, name: str) -> None:
    archive = archive_of(PRODUCTS[name], FILES)
    store = open_as_printed(vdp.run(archive.dataset).python)
    dropped = {"nv"} if name == "imerg" else set()
    assert set(store.arrays) == set(datasets_of(archive.path(0), archive.product.group)) - dropped


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_chunk_of_the_files_is_in_the_store(vdp: Engine, archive_of, name: str) -> None:
    """As many as libhdf5 counts, for the variables that are referenced."""
    archive = archive_of(PRODUCTS[name], FILES)
    answer = vdp.run(archive.dataset)
    referenced = 0
    stored = datasets_of(archive.path(0), archive.product.group)
    for variable, dataset in stored.items():
        if dataset.ndim < 3:
            continue
        chunks = sum(
            datasets_of(path, archive.product.group)[variable].id.get_num_chunks() for path in archive.files()
        )
        assert chunk_count(archive.store, variable) == chunks
        referenced += chunks
    assert answer.document["refs"] >= referenced > 0


def two_fields(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "sst", index, revision, chunksizes=(1, 2, 3))
    add_field(file, "ice", index, revision, chunksizes=(1, 2, 3))


def two_wide_fields(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "sst", index, revision, chunksizes=(1, 64, 80))
    add_field(file, "ice", index, revision, chunksizes=(1, 64, 80))


PADDED = np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 8], "itemsize": 16})
# What is smaller than 64 KiB is decoded while parsing, and needs no reader that knows the filter.
WIDE = Plain(two_wide_fields, latitudes=128, longitudes=160)
UNREADABLE: dict[str, Callable[[Path], None]] = {
    "references": lambda path: replace_field(path, "sst", dtype=h5py.ref_dtype),
    "a padded compound": lambda path: replace_field(path, "sst", dtype=PADDED),
    "a filter that nobody has": lambda path: replace_field(path, "sst", **hdf5plugin.Bitshuffle()),
    "a chunk that left its filter out": lambda path: shuffle_all_but_one(path, "sst"),
    "lzf": lambda path: replace_field(path, "sst", compression="lzf"),
}


@pytest.mark.parametrize("first", [True, False], ids=["first file", "later file"])
@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_variable_that_cannot_be_referenced(vdp: Engine, tmp_path: Path, kind: str, first: bool) -> None:
    """The file is refused with the variable's name and the reason; its neighbours are not."""
    archive = make_archive(tmp_path, WIDE, FILES, kind="grow")
    index = 0 if first else FILES - 1
    UNREADABLE[kind](archive.path(index))
    [reason] = assert_rejected(vdp.run(archive.dataset, expect=None), archive, index)
    assert_matches(reason, r"sst: .+`parse\.drop`")
    assert_documented("C11", reason)


def test_a_rule_does_without_it(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(two_fields), FILES, parse='drop = ["sst"]')
    for path in archive.files():
        replace_field(path, "sst", compression="lzf")
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": FILES}
    store = open_as_printed(answer.python)
    assert "sst" not in store.arrays
    expected = np.concatenate([h5py.File(path)["ice"][...] for path in archive.files()])
    assert np.array_equal(store["ice"].raw, expected)


@pytest.mark.parametrize("kind", ["a chunk that left its filter out", "lzf"])
def test_small_variables_are_decoded(vdp: Engine, tmp_path: Path, kind: str) -> None:
    archive = make_archive(tmp_path, Plain(two_fields), FILES, kind="grow")
    for path in archive.files():
        UNREADABLE[kind](path)
    store = open_as_printed(vdp.run(archive.dataset).python)
    expected = np.concatenate([h5py.File(path)["sst"][...] for path in archive.files()])
    assert np.array_equal(store["sst"].raw, expected)


def test_what_no_official_reader_decodes(vdp: Engine, archive_of) -> None:
    """netCDF-C's doubles with checksum and shuffle: refused by name, or decoded, never an unreadable array."""
    archive = archive_of(Naqfc(shuffle_doubles=True), 2)
    answer = vdp.run(archive.dataset, expect=None)
    if answer.exit_code == FINDINGS:
        assert answer.outcomes == {"rejected": 2}
        assert all("ozcon_std" in reason and "shuffle" in reason for reason in answer.reasons.values())
    else:
        assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_what_is_skipped_in_an_inspection_has_a_reason(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, WIDE, 1)
    replace_field(archive.path(0), "sst", compression="lzf")
    document = vdp("inspect", archive.path(0), "--json").document
    assert "/sst" not in document["arrays"] and "/ice" in document["arrays"]
    [skipped] = [entry for entry in document["skipped"] if entry["path"] == "/sst"]
    assert skipped["reason"]


def a_lost_chunk(archive: Archive, index: int) -> None:
    """The file ends before its last chunk, though its superblock says nothing of that."""
    path = archive.path(index)
    with h5py.File(path) as file:
        last = max(
            (info.byte_offset, info.size)
            for name in ("sst", "ice")
            for info in [file[name].id.get_chunk_info(i) for i in range(file[name].id.get_num_chunks())]
        )
    path.write_bytes(path.read_bytes()[: sum(last) - 4])
    set_age(path)


def test_a_chunk_beyond_the_end_of_the_file(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(two_fields), FILES, kind="grow")
    a_lost_chunk(archive, 2)
    assert_rejected(vdp.run(archive.dataset, expect=None), archive, 2)
