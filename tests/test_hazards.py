"""How wrong data gets written elsewhere, one test each. Others are tested with the main job and with bad input."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.archive import make_archive
from archives.mur import Mur
from archives.naqfc import Naqfc
from archives.plain import Plain, add_field
from archives.values import set_age
from comparison import assert_equals_sources
from engine import FINDINGS, Engine
from opened import open_as_printed


@dataclass(frozen=True)
class RelativeTime(Mur):
    """Each file counts from a moment of its own, in the coarsest unit that fits its one value."""

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        super().write(path, index, revision=revision)
        with netCDF4.Dataset(path, "r+") as file:
            day = self.time(index).replace(hour=0)
            file["time"].units = f"hours since {day:%Y-%m-%d 00:00:00}" if index else f"days since {self.time(0)}"
            file["time"][:] = self.time(index).hour if index else 0
        set_age(path, revision)


@pytest.mark.parametrize("kind", ["regular", "grow"])
def test_time_that_each_file_counts_from_its_own_start(vdp: Engine, archive_of, kind: str) -> None:
    """The first value fixes units in which later ones would be cut or moved (C3)."""
    archive = archive_of(RelativeTime(), 6, kind=kind)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 6}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


@dataclass(frozen=True)
class TwiceADay(Mur):
    """Days since, as an integer in the first file; half days follow as floats."""

    def time(self, index: int) -> datetime:
        day = super().time(index // 2)
        return day.replace(hour=12 * (index % 2))

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        super().write(path, index, revision=revision)
        with netCDF4.Dataset(path, "r+") as file:
            file.renameVariable("time", "seconds")
            time = file.createVariable("time", "f8" if index % 2 else "i4", ("time",))
            time.units = "days since 2023-12-25"
            time[:] = index / 2
        set_age(path, revision)


def test_values_that_the_axis_cannot_hold_are_refused(vdp: Engine, archive_of) -> None:
    """Half days in an axis of whole days: held exactly, or refused by name, never cut (C3)."""
    archive = archive_of(TwiceADay(), 6, kind="grow")
    answer = vdp.run(archive.dataset, expect=None)
    held = [path for path in archive.files() if path.name not in answer.reasons]
    assert answer.exit_code == (FINDINGS if len(held) < 6 else 0)
    assert len(held) in (3, 6)
    found = open_as_printed(answer.python)["time"].decoded
    expected = [np.datetime64(archive.product.time(i), "ns") for i in range(6) if archive.path(i) in held]
    assert np.array_equal(found, expected)


def shift_latitude(file: netCDF4.Dataset) -> None:
    file["latitude"][:] = file["latitude"][:] + 0.01


def change_grid_mapping(file: netCDF4.Dataset) -> None:
    file["lambert_conformal"].assignValue(8)


def change_string(file: netCDF4.Dataset) -> None:
    file["column_name"][3] = "another"


def change_characters(file: netCDF4.Dataset) -> None:
    file["row_name"][2, 0] = "R"


STATIC = {
    "latitude": shift_latitude,
    "lambert_conformal": change_grid_mapping,
    "column_name": change_string,
    "row_name": change_characters,
}


@pytest.mark.parametrize("changed", STATIC)
@pytest.mark.parametrize("time_chunk", [12, None], ids=["chunked", "contiguous"])
def test_static_variables_that_differ(vdp: Engine, archive_of, changed: str, time_chunk: int | None) -> None:
    """A variable that was kept from the first file would be wrong for the others (C6, C10)."""
    archive = archive_of(Naqfc(time_chunk=time_chunk), 3)
    with netCDF4.Dataset(archive.path(2), "r+") as file:
        STATIC[changed](file)
    set_age(archive.path(2))
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 2, "rejected": 1}
    reason = answer.reasons[archive.path(2).name]
    assert [name for name in STATIC if name in reason] == [changed]
    assert_equals_sources(open_as_printed(answer.python), archive.files()[:2])


def not_finite(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "first", index, revision, fill_value=np.nan)
    file["first"].setncatts({"missing_value": np.float32(np.nan), "valid_max": np.inf, "limits": [-np.inf, np.inf]})
    file.setncatts({"threshold": np.nan, "largest": np.inf})


def test_attributes_that_json_cannot_hold(vdp: Engine, tmp_path: Path) -> None:
    """NaN in metadata made by others breaks the store for strict readers (C17)."""
    archive = make_archive(tmp_path, Plain(not_finite), 3)
    answer = vdp.run(archive.dataset)
    store = open_as_printed(answer.python)
    assert np.array_equal(store["first"].raw[1], open_raw(archive.path(1), "first")[0])
    assert store.attributes["threshold"] == "NaN" and store.attributes["largest"] == "Infinity"
    assert store["first"].attributes["valid_max"] == "Infinity"


def open_raw(path: Path, name: str) -> np.ndarray:
    with netCDF4.Dataset(path) as file:
        file.set_auto_maskandscale(False)
        return file[name][...]


def big_endian(file: netCDF4.Dataset, index: int, revision: int) -> None:
    for dtype in ("i2", "i4", "f4", "f8"):
        add_field(file, f"contiguous_{dtype}", index, revision, f">{dtype}", endian="big")
        add_field(file, f"chunked_{dtype}", index, revision, f">{dtype}", endian="big", zlib=True, chunksizes=(1, 2, 3))


def test_big_endian(vdp: Engine, tmp_path: Path) -> None:
    """Byte order is of the chunk's encoding, not of the type (C18)."""
    archive = make_archive(tmp_path, Plain(big_endian), 4)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def changing_header(file: netCDF4.Dataset, index: int, revision: int) -> None:
    if index % 2:
        file.setncatts({f"note_{number}": "n" * 500 for number in range(12)})
    add_field(file, "first", index, revision)
    add_field(file, "second", index, revision, zlib=True)


def test_headers_of_different_length(vdp: Engine, tmp_path: Path) -> None:
    """Data lie elsewhere in every other file: offsets come from each file's own header (C12)."""
    archive = make_archive(tmp_path, Plain(changing_header), 6)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 6}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_files_that_exclude_leaves_out(vdp: Engine, archive_of) -> None:
    """Aborted files are in the listing like the others (C15)."""
    archive = archive_of(Mur(), 5)
    text = archive.dataset.read_text().replace("v02.0-fv04.1.nc", "v02.0-fv{version:04.1|00.0}.nc")
    archive.dataset.write_text(text.replace("[axis.time]", "exclude = [\"version == '00.0'\"]\n[axis.time]", 1))
    aborted = archive.path(4).with_name(archive.path(4).name.replace("fv04.1", "fv00.0"))
    archive.path(4).rename(aborted)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    assert_equals_sources(open_as_printed(answer.python), archive.files()[:4])
