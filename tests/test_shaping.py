"""What the section [parse] does to a file on its way: select, drop, rename, promote.

That what differs between files must be promoted, is in hazards/test_c10_static_variables.py.
"""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np

from archives.archive import Archive, make_archive
from archives.plain import START, Plain, add_field
from comparison import differences, read_raw
from engine import Engine
from opened import Opened, open_as_printed

DAYS = 5


def two_fields(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "first", index, revision)
    add_field(file, "second", index, revision, zlib=True)


def weight_without_time(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "first", index, revision)
    file.createVariable("weight", "f8", ("lat", "lon"))[:] = index + 0.25
    file.createVariable("orbit", "i4", ()).assignValue(1000 + index)


def run(vdp: Engine, archive: Archive) -> Opened:
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": DAYS}
    return open_as_printed(answer.python)


def test_select(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(two_fields), DAYS, parse='select = ["second"]')
    store = run(vdp, archive)
    assert set(store.arrays) == {"second", "time", "lat", "lon"}
    assert differences(store["second"].raw, read_raw(archive.files())["second"].values) is None


def test_drop(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(two_fields), DAYS, parse='drop = ["second"]')
    assert set(run(vdp, archive).arrays) == {"first", "time", "lat", "lon"}


def test_rename(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(
        tmp_path, Plain(two_fields), DAYS, parse='rename = { first = "sst", lat = "latitude", lon = "longitude" }'
    )
    store = run(vdp, archive)
    assert set(store.arrays) == {"sst", "second", "time", "latitude", "longitude"}
    assert store["sst"].dimensions == ("time", "latitude", "longitude")
    assert differences(store["sst"].raw, read_raw(archive.files())["first"].values) is None
    assert differences(store["latitude"].raw, np.arange(4, dtype="f4")) is None


def test_promote(vdp: Engine, tmp_path: Path) -> None:
    parse = 'promote = { weight = ["time", "lat", "lon"], orbit = ["time"] }'
    store = run(vdp, make_archive(tmp_path, Plain(weight_without_time), DAYS, parse=parse))
    assert store["weight"].dimensions == ("time", "lat", "lon")
    expected = np.broadcast_to((np.arange(DAYS) + 0.25)[:, None, None], (DAYS, 4, 6))
    assert differences(store["weight"].raw, expected) is None
    assert differences(store["orbit"].raw, np.arange(1000, 1000 + DAYS, dtype="i4")) is None


def test_files_without_a_time(vdp: Engine, tmp_path: Path) -> None:
    """The name alone says when: the axis is made, and its coordinate computed."""
    parse = 'promote = { first = ["time", "lat", "lon"], second = ["time", "lat", "lon"] }'
    archive = make_archive(tmp_path, Plain(two_fields, has_time=False), DAYS, parse=parse)
    store = run(vdp, archive)
    days = np.datetime64(START, "ns") + np.arange(DAYS) * np.timedelta64(1, "D")
    assert np.array_equal(store["time"].decoded, days)
    for name in ("first", "second"):
        expected = np.stack([read_raw([file])[name].values for file in archive.files()])
        assert differences(store[name].raw, expected) is None
