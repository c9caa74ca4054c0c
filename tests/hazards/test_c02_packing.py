"""C2: files that pack or encode their numbers in another way. Read with the first file's rules, they are wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import h5py
import netCDF4
import numpy as np
import pytest

from archives.archive import make_archive
from archives.mur import Mur
from archives.packed import Packing, packed
from archives.plain import Plain, add_field
from archives.values import set_age
from comparison import differences, read_raw
from documented import assert_documented
from engine import Engine
from opened import open_as_printed
from rejection import assert_matches, assert_one_rejected

USUAL = Packing()
# What is different in the last file, and what the reason names: found, then expected.
DIFFERENT = {
    "scale_factor": (replace(USUAL, scale_factor=0.02), r"attribute scale_factor: found 0\.02, expected 0\.01"),
    "no scale_factor": (replace(USUAL, scale_factor=None), r"attribute scale_factor: found none, expected 0\.01"),
    "add_offset": (replace(USUAL, add_offset=0.0), r"attribute add_offset: found 0\.0, expected 273\.15"),
    "_FillValue": (replace(USUAL, fill=-32768), r"found -32768, expected -999"),
    "missing_value": (replace(USUAL, missing=7), r"attribute missing_value: found \[?7\]?, expected none"),
    "units": (replace(USUAL, units="celsius"), r'attribute units: found "celsius", expected "kelvin"'),
    "_Unsigned": (replace(USUAL, unsigned="true"), r'attribute _Unsigned: found "true", expected none'),
    "type": (replace(USUAL, dtype="i4"), r"data type: found int32, expected int16"),
    "no shuffle": (replace(USUAL, shuffle=False), r"codecs: found .*, expected .*shuffle"),
    "checksum": (replace(USUAL, fletcher32=True), r"codecs: found .*fletcher32.*, expected "),
    "no compression": (replace(USUAL, zlib=False, shuffle=False), r"codecs: found .*, expected .*zlib"),
    "chunks": (replace(USUAL, chunks=(1, 4, 6)), r"chunk shape: found \[1, 4, 6\], expected \[1, 2, 3\]"),
}


@pytest.mark.parametrize("different", DIFFERENT)
def test_another_packing_is_refused(vdp: Engine, tmp_path: Path, different: str) -> None:
    other, pattern = DIFFERENT[different]
    archive = make_archive(tmp_path, Plain(packed(USUAL, file_3=other)), 4)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    assert_matches(reason, "variable sst: .*" + pattern)
    assert_documented("C2", reason)


HARMLESS = {
    "level of compression": replace(USUAL, complevel=9),
    "text for people": replace(USUAL, long_name="sea surface temperature"),
}


@pytest.mark.parametrize("different", HARMLESS)
def test_what_changes_no_value_is_taken(vdp: Engine, tmp_path: Path, different: str) -> None:
    archive = make_archive(tmp_path, Plain(packed(USUAL, file_2=HARMLESS[different])), 4)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    found = open_as_printed(answer.python)["sst"].raw
    assert differences(found, read_raw(archive.files())["sst"].values) is None


@pytest.mark.parametrize("first", [True, False], ids=["first file", "later file"])
def test_the_store_is_the_first_files(vdp: Engine, tmp_path: Path, first: bool) -> None:
    """Which packing is right, no program knows: the first file's stays until somebody decides."""
    other = replace(USUAL, scale_factor=0.02)
    archive = make_archive(tmp_path, Plain(packed(USUAL, **{"file_0" if first else "file_1": other})), 2)
    assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 1)


def test_what_differs_can_be_left_out(vdp: Engine, tmp_path: Path) -> None:
    """The message's advice works."""
    pack = packed(USUAL, file_1=replace(USUAL, scale_factor=0.02))

    def fill(file: netCDF4.Dataset, index: int, revision: int) -> None:
        add_field(file, "ice", index, revision)
        pack(file, index, revision)

    archive = make_archive(tmp_path, Plain(fill), 3, parse='drop = ["sst"]')
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    store = open_as_printed(answer.python)
    assert "sst" not in store.arrays
    assert differences(store["ice"].raw, read_raw(archive.files())["ice"].values) is None


MISFITS = {
    "another packing": (Mur(scale_factor=0.002), "analysed_sst.*scale_factor.*0.002"),
    "other chunks": (Mur(chunk=(1, 17, 26)), "chunk"),
}


@pytest.mark.parametrize("misfit", MISFITS)
def test_a_file_of_another_product(vdp: Engine, archive_of, misfit: str) -> None:
    product, pattern = MISFITS[misfit]
    archive = archive_of(Mur(), 5, kind="grow")
    product.write(archive.path(3), 3)
    assert_matches(assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3), pattern)


def test_another_type_in_the_middle(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 4, kind="grow")
    change_type(archive.path(2))
    set_age(archive.path(2))
    assert_matches(assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 2), "mask.*int32")


def change_type(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        values, scales = file["mask"][...].astype("i4"), [dimension[0] for dimension in file["mask"].dims]
        del file["mask"]
        mask = file.create_dataset("mask", data=values, chunks=(1, 6, 9))
        for axis, scale in enumerate(scales):
            mask.dims[axis].attach_scale(scale)


ATTRIBUTES = {
    "flag_meanings": "land open_sea open_lake open_sea_with_ice open_lake_with_ice",
    "flag_values": [2, 1, 5, 9, 13],
    "flag_masks": [1, 2, 4, 8, 16],
    "positive": "down",
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_numbers_that_mean_something_else(vdp: Engine, archive_of, name: str) -> None:
    archive = archive_of(Mur(), 4, kind="grow")
    value = ATTRIBUTES[name]
    with archive.altered(3) as file:
        file["mask"].setncattr(name, value if isinstance(value, str) else np.array(value, "i1"))
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    assert_matches(reason, f"variable mask: attribute {name}: found ")
