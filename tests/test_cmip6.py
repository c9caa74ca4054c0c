"""CMIP6 time series in pieces: the store equals xarray's own open_mfdataset of the originals, in every calendar."""

from __future__ import annotations

import shutil
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.cmip6 import Cmip6, cmip6_dataset_file
from archives.real import real_series
from archives.values import set_age
from comparison import assert_equals_sources, differences, read_decoded, read_raw
from engine import FINDINGS, LONG, Engine
from opened import open_as_printed

# One of each calendar, of each spelling of units, of unequal lengths, of daily and monthly steps, and one of 65 pieces.
CHOSEN = [
    "MIROC6 day",  # gregorian
    "IITM-ESM Amon",  # julian
    "FGOALS-g3 Amon",  # 365_day, unequal
    "CanESM5 day",  # units with "0:0:0.0", 3,650 steps a piece
    "MRI-ESM2-0 Amon",  # proleptic_gregorian, unequal
    "AWI-ESM-1-1-LR day",  # a leap year among them
    "AWI-CM-1-1-MR Amon",  # 65 pieces
    "CESM2-FV2 Amon",  # days since year 1
]
# Units that differ between the pieces: the bounds, which have no units of their own, cannot be joined as they are.
UNITS_DIFFER = ["BCC-CSM2-MR Amon", "BCC-CSM2-MR day", "CAMS-CSM1-0 Amon"]


def deliver(files: list[Path], root: Path, drop: tuple[str, ...] = ()) -> tuple[Path, list[Path]]:
    """Copies a series and writes its dataset file, which has nothing of the series in it but the name."""
    (root / "data").mkdir(parents=True)
    copies = [Path(shutil.copy(file, root / "data")) for file in files]
    for copy in copies:
        set_age(copy)
    dataset = root / "dataset.toml"
    dataset.write_text(cmip6_dataset_file(files[0].name.rpartition("_")[0], drop=drop))
    return dataset, copies


def all_series() -> list[str]:
    return sorted(set(real_series()) - set(UNITS_DIFFER)) if LONG else CHOSEN


@pytest.mark.parametrize("name", all_series())
def test_real_series(vdp: Engine, tmp_path: Path, name: str) -> None:
    dataset, files = deliver(real_series()[name], tmp_path)
    answer = vdp.run(dataset)
    assert answer.outcomes == {"written": len(files)}
    assert_equals_sources(open_as_printed(answer.python), files)


@pytest.mark.parametrize("name", UNITS_DIFFER)
def test_units_that_differ_are_converted(vdp: Engine, tmp_path: Path, name: str) -> None:
    dataset, files = deliver(real_series()[name], tmp_path, drop=("time_bnds",))
    answer = vdp.run(dataset)
    assert answer.outcomes == {"written": len(files)}
    store = open_as_printed(answer.python)
    expected = read_decoded(files)
    assert differences(store["time"].decoded, expected["time"].values) is None
    assert differences(store["ta"].raw, read_raw(files)["ta"].values) is None


@pytest.mark.parametrize("name", UNITS_DIFFER)
def test_bounds_in_units_that_differ_are_never_joined_as_they_are(vdp: Engine, tmp_path: Path, name: str) -> None:
    """Raw bounds mean something else in each piece. Converted or refused: both are right, copied is not."""
    dataset, files = deliver(real_series()[name], tmp_path)
    answer = vdp.run(dataset, expect=None)
    if answer.outcomes.get("rejected"):
        assert answer.exit_code == FINDINGS
        assert all("time_bnds" in reason for reason in answer.reasons.values())
        files = [file for file in files if file.name not in answer.reasons]
    store = open_as_printed(answer.python)
    assert differences(store["time_bnds"].decoded, read_decoded(files)["time_bnds"].values) is None


@pytest.mark.parametrize("calendar", ["standard", "noleap", "360_day", "julian", "proleptic_gregorian", "all_leap"])
def test_generated_series(vdp: Engine, archive_of, calendar: str) -> None:
    archive = archive_of(Cmip6(calendar), 3, batch=2)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


@pytest.mark.parametrize("months", [(24, 12, 7), (4200, 4200)], ids=["small bounds", "large bounds"])
def test_generated_series_in_units_of_their_own(vdp: Engine, archive_of, months: tuple[int, ...]) -> None:
    archive = archive_of(Cmip6("noleap", months=months, own_units=True), len(months))
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": len(months)}
    store, expected = open_as_printed(answer.python), read_decoded(archive.files())
    for name in ("time", "time_bnds"):
        assert differences(store[name].decoded, expected[name].values) is None, name
    assert differences(store["ta"].raw, read_raw(archive.files())["ta"].values) is None


def test_a_piece_of_another_calendar_is_rejected(vdp: Engine, archive_of) -> None:
    archive = archive_of(Cmip6("standard"), 2)
    archive.deliver(2)
    Cmip6("noleap").write(archive.path(2), 2)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 2, "rejected": 1}
    reason = answer.reasons[archive.path(2).name]
    assert "calendar" in reason and "noleap" in reason


def test_the_chosen_series_are_what_they_are_chosen_for() -> None:
    calendars, lengths = set(), set()
    for name in CHOSEN:
        steps = []
        for file in real_series()[name]:
            with netCDF4.Dataset(file) as opened:
                calendars.add(opened["time"].calendar)
                steps.append(len(opened.dimensions["time"]))
                assert opened["ta"].chunking() == "contiguous"
        lengths.add(len(np.unique(steps)) > 1)
    assert {"gregorian", "julian", "365_day", "proleptic_gregorian"} <= calendars
    assert lengths == {True, False}
