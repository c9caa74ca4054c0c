"""C12: data that lie elsewhere in every other file. Offsets come from each file's own header."""

from __future__ import annotations

import random
from pathlib import Path

import h5py
import netCDF4
import pytest

from archives.archive import make_archive
from archives.plain import Plain, add_field
from archives.values import set_age
from comparison import assert_equals_sources
from engine import Engine
from opened import open_as_printed


def longer_in_every_other(file: netCDF4.Dataset, index: int, revision: int) -> None:
    if index % 2:
        file.setncatts({f"note_{number}": "n" * 500 for number in range(12)})
    add_field(file, "first", index, revision)
    add_field(file, "second", index, revision, zlib=True)


def of_no_rule(file: netCDF4.Dataset, index: int, revision: int) -> None:
    """Header and order of the variables depend on a number that neither name nor date tells."""
    chance = random.Random(f"header {index}")
    file.history = "x" * chance.randrange(4000)
    fields = [("first", {}), ("second", {"zlib": True}), ("third", {"chunksizes": (1, 2, 3)})]
    chance.shuffle(fields)
    for name, layout in fields:
        add_field(file, name, index, revision, **layout)


HEADERS = {"longer in every other file": longer_in_every_other, "of no rule": of_no_rule}


@pytest.mark.parametrize("header", HEADERS)
def test_headers_of_different_length(vdp: Engine, tmp_path: Path, header: str) -> None:
    archive = make_archive(tmp_path, Plain(HEADERS[header]), 8)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 8}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_versions_of_the_format(vdp: Engine, tmp_path: Path) -> None:
    """Every third file was repacked by a library that writes another superblock and other headers and indices."""
    archive = make_archive(tmp_path, Plain(longer_in_every_other), 6)
    for index in (1, 4):
        repack(archive.path(index), libver="latest", userblock_size=0)
    repack(archive.path(2), libver="earliest", userblock_size=512)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 6}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def repack(path: Path, **format_options) -> None:
    source = path.with_suffix(".old")
    path.rename(source)
    with h5py.File(source) as old, h5py.File(path, "w", **format_options) as new:
        for name, value in old.attrs.items():
            new.attrs[name] = value
        # Together, so that the dimension scales stay attached to one another.
        for name in old:
            if name not in new:
                old.copy(old[name], new, name)
        reattach(old, new)
    source.unlink()
    set_age(path)


def reattach(old: h5py.File, new: h5py.File) -> None:
    """Copied one by one, datasets refer to scales of the old file."""
    for name, dataset in old.items():
        if "DIMENSION_LIST" not in dataset.attrs:
            continue
        del new[name].attrs["DIMENSION_LIST"]
        for axis, references in enumerate(dataset.attrs["DIMENSION_LIST"]):
            scale = old[references[0]].name
            if "REFERENCE_LIST" in new[scale].attrs and axis == 0:
                del new[scale].attrs["REFERENCE_LIST"]
            new[name].dims[axis].attach_scale(new[scale])
