"""Series of NetCDF-3 files: the store equals xarray's own open_mfdataset of the originals."""

from __future__ import annotations

import re
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.archive import Archive
from archives.ocean import DEPTHS, LATITUDES, LONGITUDES, Ocean
from archives.values import set_age
from comparison import assert_equals_sources
from engine import Engine
from opened import open_as_printed
from rejection import assert_matches, assert_one_rejected
from servers.http_files import http_files

PRODUCTS = {
    "cdf1 records": Ocean("NETCDF3_CLASSIC"),
    "cdf2 records": Ocean("NETCDF3_64BIT_OFFSET"),
    "cdf5 records": Ocean("NETCDF3_64BIT_DATA"),
    "cdf1 in one piece": Ocean("NETCDF3_CLASSIC", records=False),
    "cdf5 in one piece": Ocean("NETCDF3_64BIT_DATA", records=False),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_series(vdp: Engine, archive_of, name: str) -> None:
    archive = archive_of(PRODUCTS[name], 3, batch=2)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    store = open_as_printed(answer.python)
    assert_equals_sources(store, archive.files())
    # One step a chunk, whatever the layout: files of any length follow one another.
    assert store["water_temp"].chunks == (1, DEPTHS, LATITUDES, LONGITUDES)
    assert vdp.run(archive.dataset).outcomes in ({}, {"unchanged": 3})


def truncate(archive: Archive, index: int, *, by: int) -> None:
    path = archive.path(index)
    path.write_bytes(path.read_bytes()[:-by])
    set_age(path)


@pytest.mark.parametrize("by", [4, 1000])
def test_a_truncated_file_is_rejected(vdp: Engine, archive_of, by: int) -> None:
    archive = archive_of(Ocean(steps=(4, 3, 5)), 3)
    truncate(archive, 2, by=by)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 2)
    assert_matches(reason, r"truncated: its values of 5 records end at offset \d+, the file has \d+ bytes")


def test_a_file_of_another_format_is_rejected(vdp: Engine, archive_of) -> None:
    archive = archive_of(Ocean(), 3)
    Ocean("NETCDF4").write(archive.path(2), 2)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 2)
    assert_matches(reason, "an hdf5 file, expected netcdf3")


@pytest.mark.parametrize(("header_bytes", "rounds"), [(1000, 1), (900_000, 2)])
def test_a_header_takes_few_rounds_of_a_service(vdp: Engine, tmp_path: Path, header_bytes: int, rounds: int) -> None:
    file = tmp_path / "large.nc"
    with netCDF4.Dataset(file, "w", format="NETCDF3_64BIT_OFFSET") as written:
        written.history = "h" * header_bytes
        for name, length in (("time", None), ("x", 500_000)):
            written.createDimension(name, length)
        for name in ("a", "b"):
            written.createVariable(name, "f4", ("time", "x"))[:3] = np.zeros((3, 500_000))
    local = vdp("inspect", file, "--json")
    with http_files(tmp_path) as files:
        remote = vdp("inspect", files.url("large.nc"), "--json", "-v")
    assert remote.document == local.document
    told = re.search(r"(\d+) requests in (\d+) rounds, (\d+) bytes", remote.stderr)
    assert told, remote
    assert int(told[2]) == rounds
    assert int(told[3]) < 2 << 20
