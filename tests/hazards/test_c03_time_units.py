"""C3: times in units of each file's own. The first file's would cut or move those of the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.archive import Archive
from archives.mur import Mur
from archives.values import set_age
from comparison import assert_equals_sources
from documented import assert_documented
from engine import FINDINGS, Engine
from opened import open_as_printed
from rejection import assert_matches, assert_one_rejected


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
def test_each_file_counts_from_its_own_start(vdp: Engine, archive_of, kind: str) -> None:
    archive = archive_of(RelativeTime(), 6, kind=kind)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 6}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


@dataclass(frozen=True)
class TwiceADay(Mur):
    """Whole days as integers in one file, half days as floats in the next."""

    first_is_whole: bool = True

    def time(self, index: int) -> datetime:
        half_days = index if self.first_is_whole else index + 1
        day = super().time(half_days // 2)
        return day.replace(hour=12 * (half_days % 2))

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        super().write(path, index, revision=revision)
        days = (self.time(index) - datetime(2023, 12, 25)).total_seconds() / 86400
        with netCDF4.Dataset(path, "r+") as file:
            file.renameVariable("time", "seconds")
            time = file.createVariable("time", "f8" if days % 1 else "i4", ("time",))
            time.units = "days since 2023-12-25"
            time[:] = days
        set_age(path, revision)


def expected_times(archive: Archive, indices: range) -> np.ndarray:
    return np.array([archive.product.time(index) for index in indices], "datetime64[ns]")


def test_values_that_the_axis_cannot_hold_are_refused(vdp: Engine, archive_of) -> None:
    """Half days on an axis of whole days, as the first file declared them: refused by name, never cut."""
    archive = archive_of(TwiceADay(), 6, kind="grow")
    archive.redescribe('kind = "grow"', 'kind = "grow"\nfrom = "value"')
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 3, "rejected": 3}
    found = open_as_printed(answer.python)["time"].decoded
    assert np.array_equal(found, expected_times(archive, range(0, 6, 2)))
    for reason in answer.reasons.values():
        assert_documented("C3", reason)


DECLARED = {
    "in hours": 'units = "hours since 2000-01-01"',
    "as floats": 'dtype = "float64"',
}


@pytest.mark.parametrize("declared", DECLARED)
def test_the_dataset_file_makes_room_for_them(vdp: Engine, archive_of, declared: str) -> None:
    archive = archive_of(TwiceADay(), 6, kind="grow")
    archive.redescribe('kind = "grow"', f'kind = "grow"\nfrom = "value"\n{DECLARED[declared]}')
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 6}
    assert np.array_equal(open_as_printed(answer.python)["time"].decoded, expected_times(archive, range(6)))


def test_integers_after_floats(vdp: Engine, archive_of) -> None:
    archive = archive_of(TwiceADay(first_is_whole=False), 5, kind="grow")
    archive.redescribe('kind = "grow"', 'kind = "grow"\nfrom = "value"')
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 5}
    assert np.array_equal(open_as_printed(answer.python)["time"].decoded, expected_times(archive, range(5)))


def take_values(archive: Archive) -> None:
    """The names tell no time that the values could contradict."""
    archive.redescribe('kind = "grow"', 'kind = "grow"\nfrom = "value"')
    archive.redescribe("{time:%Y", "{day:%Y")


def test_another_calendar_is_refused(vdp: Engine, archive_of) -> None:
    """The same number of days since the same day is another day."""
    archive = archive_of(Mur(), 4, kind="grow")
    take_values(archive)
    with archive.altered(3) as file:
        file["time"].calendar = "noleap"
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    assert_matches(reason, "noleap.*(standard|gregorian)")
    assert_documented("C3", reason)


def test_units_that_are_no_times_are_refused(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 4, kind="grow")
    take_values(archive)
    with archive.altered(3) as file:
        file["time"].units = "seconds"
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    assert_matches(reason, "time")
    assert_documented("C3", reason)
