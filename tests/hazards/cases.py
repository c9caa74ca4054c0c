"""The archives that both programs are given: one for each way in which Python's can go wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np

from archives.archive import Archive, make_archive
from archives.mur import Mur
from archives.packed import Packing, packed
from archives.plain import Plain, add_field, replace_field, shuffle_all_but_one
from archives.values import set_age
from archives.values import set_age
from archives.yearly import Yearly


@dataclass(frozen=True)
class Case:
    """`files` are in the order in which they are delivered; some come twice."""

    hazard: str
    title: str
    make: Callable[[Path], Archive]
    variable: str = "sst"
    files: Callable[[Archive], Sequence[Path]] = field(default=Archive.files)


def plain(root: Path, fill: Callable[[netCDF4.Dataset, int, int], None], count: int, **options: str) -> Archive:
    return make_archive(root, Plain(fill), count, kind="grow", **options)


def change_last(archive: Archive, change: Callable[[netCDF4.Dataset], None]) -> Archive:
    with archive.altered(max(archive.present)) as file:
        change(file)
    return archive


@dataclass(frozen=True)
class SixHourly(Mur):
    """The first file counts whole days, from its own time on; the others count hours."""

    def time(self, index: int) -> datetime:
        return self.start.replace(hour=6) + timedelta(hours=6) * index

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        super().write(path, index, revision=revision)
        with netCDF4.Dataset(path, "r+") as file:
            file["time"].units = f"{'hours' if index else 'days'} since {self.time(0)}"
            file["time"][:] = 6 * index
        set_age(path, revision)


def shift_grid(file: netCDF4.Dataset) -> None:
    file["lat"][:] = file["lat"][:] + 0.25


def add_depth(file: netCDF4.Dataset) -> None:
    file.createVariable("depth", "f4", ("time", "lat", "lon"), chunksizes=(1, 2, 3))[:] = 1


def swap_flags(file: netCDF4.Dataset) -> None:
    file["mask"].flag_meanings = "land open_sea open_lake open_sea_with_ice open_lake_with_ice"


def lose_time(file: netCDF4.Dataset) -> None:
    """As a program leaves it that was stopped before its last step."""
    file["time"].missing_value = np.int32(2**31 - 1)
    file["time"][:] = 2**31 - 1


def two_fields(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "sst", index, revision, zlib=True, chunksizes=(1, 2, 3))
    add_field(file, "ice", index, revision, chunksizes=(1, 2, 3))


def ice_in_two_of_three(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "sst", index, revision, zlib=True, chunksizes=(1, 2, 3))
    if index < 2:
        add_field(file, "ice", index, revision, chunksizes=(1, 2, 3))


def static_weight(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "sst", index, revision)
    file.createVariable("weight", "f8", ("lat", "lon"))[:] = index + 0.25


def long_header(file: netCDF4.Dataset, index: int, revision: int) -> None:
    file.history = "x" * 1000 * (index % 2)
    two_fields(file, index, revision)


def moved_satellite(file: netCDF4.Dataset, index: int, revision: int) -> None:
    """Its grid of angles stays; where on the earth that is, says an attribute."""
    two_fields(file, index, revision)
    projection = file.createVariable("projection", "i4", ())
    projection.setncatts({"grid_mapping_name": "geostationary", "perspective_point_height": 35786023.0})
    projection.longitude_of_projection_origin = -89.5 if index < 2 else -75.2
    file["sst"].grid_mapping = "projection"


def not_finite(file: netCDF4.Dataset, index: int, revision: int) -> None:
    two_fields(file, index, revision)
    file["sst"].valid_max = np.inf
    file.threshold = np.nan


def big_endian(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "sst", index, revision, ">f4", endian="big", zlib=True, chunksizes=(1, 2, 3))


def shuffled(root: Path) -> Archive:
    archive = plain(root, two_fields, 3)
    for index, path in enumerate(archive.files()):
        if index == 2:
            shuffle_all_but_one(path, "sst")
        else:
            replace_field(path, "sst", shuffle=True)
    return archive


def in_two_folders(root: Path) -> Archive:
    archive = make_archive(root, Mur(), 3, kind="grow")
    archive.redescribe('pattern = "', 'pattern = "{folder:re:\\\\d+}/')
    archive.redescribe("[axis.time]", 'identity = ["time"]\n[axis.time]')
    for index in range(3):
        (archive.data / "09").mkdir(exist_ok=True)
        archive.path(index).rename(archive.data / "09" / archive.product.key(index))
    (archive.data / "9").mkdir()
    shutil.copy2(archive.data / "09" / archive.product.key(1), archive.data / "9")
    return archive


def listed(archive: Archive) -> list[Path]:
    return sorted(archive.data.rglob("*.nc"), key=lambda path: path.name)


def one_three_two_two(archive: Archive) -> list[Path]:
    return [archive.path(index) for index in (0, 2, 1, 1)]


def take_time_of_file(archive: Archive) -> Archive:
    archive.redescribe('kind = "grow"', 'kind = "grow"\nfrom = "value"')
    archive.redescribe("{time:%Y", "{day:%Y")
    return archive


def with_packing(**changes: object) -> Callable[[Path], Archive]:
    return lambda root: plain(root, packed(Packing(), file_2=replace(Packing(), **changes)), 3)


def mur(count: int) -> Callable[[Path], Archive]:
    return lambda root: make_archive(root, Mur(), count, kind="grow")


CASES = (
    Case("C1", "two years of 365 days in chunks of 100", lambda root: make_archive(root, Yearly(), 2), "tos"),
    Case("C2", "another `scale_factor` in the last of three files", with_packing(scale_factor=0.02)),
    Case("C2", "another `_FillValue` in the last of three files", with_packing(fill=-32768)),
    Case(
        "C2",
        "other flag meanings in the last of three files",
        lambda root: change_last(mur(3)(root), swap_flags),
        "mask",
    ),
    Case("C2", "compression without shuffle in the last of three files", with_packing(shuffle=False)),
    Case("C2", "other chunks in the last of three files", with_packing(chunks=(1, 4, 6))),
    Case(
        "C3",
        "whole days in the first file, hours in three more",
        lambda root: make_archive(root, SixHourly(), 4, kind="grow"),
        "mask",
    ),
    Case("C4", "days 1, 3, 2 and 2 again", mur(3), "mask", one_three_two_two),
    Case("C6", "a shifted grid in the last of three files", lambda root: change_last(mur(3)(root), shift_grid), "mask"),
    Case(
        "C6",
        "a satellite that moved before the last of three files",
        lambda root: plain(root, moved_satellite, 3),
    ),
    Case("C7", "a variable absent in the last of three files", lambda root: plain(root, ice_in_two_of_three, 3)),
    Case(
        "C7",
        "a variable more in the last of three files",
        lambda root: change_last(plain(root, two_fields, 3), add_depth),
    ),
    Case("C10", "a weight without the time that differs", lambda root: plain(root, static_weight, 3), "weight"),
    Case("C11", "a chunk that left its filter out, in the last of three files", shuffled),
    Case("C12", "headers of two lengths", lambda root: plain(root, long_header, 4)),
    Case("C15", "one file in the folders `09` and `9`", in_two_folders, "mask", listed),
    Case(
        "C15",
        "a time that was never written in the last of three files",
        lambda root: take_time_of_file(change_last(mur(3)(root), lose_time)),
        "mask",
    ),
    Case("C17", "NaN and infinity in attributes", lambda root: plain(root, not_finite, 3)),
    Case("C18", "big-endian numbers", lambda root: plain(root, big_endian, 3)),
    Case("C18", "the last of three files big-endian", with_packing(endian="big")),
)
