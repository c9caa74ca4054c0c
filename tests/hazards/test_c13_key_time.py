"""C13: the time in a file's name and the time in the file. One of them places it; both must agree."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.archive import Archive
from archives.mur import TIME_EPOCH, Mur
from comparison import differences, read_raw
from documented import assert_documented
from engine import Engine
from opened import open_as_printed
from rejection import assert_matches, assert_one_rejected

DAYS = 4


def archive_of_scans(archive_of, seconds: float, axis: str = "") -> Archive:
    """Each file begins some seconds after its name says."""
    archive = archive_of(Mur(), DAYS, kind="grow")
    archive.redescribe('kind = "grow"', f'kind = "grow"\n{axis}')
    for index in range(DAYS):
        with archive.altered(index) as file:
            delay(file, seconds)
    return archive


def delay(file: netCDF4.Dataset, seconds: float) -> None:
    """Written as a float, which holds parts of a second."""
    value = float(np.asarray(file["time"][0])) + seconds
    units = file["time"].units
    file.renameVariable("time", "whole_seconds")
    time = file.createVariable("time", "f8", ("time",))
    time.units = units
    time[:] = value


def times(archive: Archive, seconds: float) -> np.ndarray:
    moments = [archive.product.time(index) + timedelta(seconds=seconds) for index in range(DAYS)]
    return np.array(moments, "datetime64[ns]")


def test_within_a_second_the_name_counts(vdp: Engine, archive_of) -> None:
    archive = archive_of_scans(archive_of, 0.5)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": DAYS}
    assert np.array_equal(open_as_printed(answer.python)["time"].decoded, times(archive, 0))


def test_beyond_the_tolerance_no_file_is_taken(vdp: Engine, archive_of) -> None:
    archive = archive_of_scans(archive_of, 18.02)
    answer = vdp.run(archive.dataset, expect=None)
    assert answer.outcomes == {"rejected": DAYS}
    for reason in answer.reasons.values():
        assert_matches(reason, r"axis\.time\.tolerance")
        assert_documented("C13", reason)


@pytest.mark.parametrize("origin, seconds", [("pattern", 0), ("value", 18.02)])
def test_the_dataset_file_allows_more_and_says_which_counts(
    vdp: Engine, archive_of, origin: str, seconds: float
) -> None:
    archive = archive_of_scans(archive_of, 18.02, f'from = "{origin}"\ntolerance = "30s"')
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": DAYS}
    store = open_as_printed(answer.python)
    off = np.abs(store["time"].decoded - times(archive, seconds))
    # A float of seconds since 1981 has steps of 0.24 microseconds.
    assert off.max() < np.timedelta64(1, "us")
    assert differences(store["mask"].raw, read_raw(archive.files())["mask"].values) is None


@pytest.mark.parametrize("kind", ["grow", "regular"])
@pytest.mark.parametrize("hours", [1, -1, 24, -24])
def test_a_file_under_another_files_name(vdp: Engine, archive_of, kind: str, hours: int) -> None:
    """An hour off, or the next day's: whichever is wrong, it is not placed."""
    archive = archive_of(Mur(), DAYS, kind=kind)
    with archive.altered(DAYS - 1) as file:
        file["time"][:] = file["time"][:] + 3600 * hours
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, DAYS - 1)
    assert_matches(reason, "time")
    assert_documented("C13", reason)


def test_swapped_names(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), DAYS)
    aside = Path(archive.data / "aside")
    archive.path(2).rename(aside)
    archive.path(3).rename(archive.path(2))
    aside.rename(archive.path(3))
    answer = vdp.run(archive.dataset, expect=None)
    assert answer.outcomes == {"written": 2, "rejected": 2}
    assert np.array_equal(open_as_printed(answer.python)["time"].decoded, times(archive, 0)[:2])
    assert TIME_EPOCH < archive.product.time(0)
