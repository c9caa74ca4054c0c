"""C15: a listing holds more than granules: aborted files, other products, and one granule under two names."""

from __future__ import annotations

import shutil
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.archive import Archive, make_archive
from archives.mur import Mur
from archives.plain import Plain, add_field
from archives.values import set_age
from comparison import assert_equals_sources
from documented import assert_documented
from engine import FINDINGS, Engine
from opened import open_as_printed
from rejection import assert_one_rejected
from stores import source_names

PATTERN = 'pattern = "{time:%Y%m%d%H%M%S}-{end:%Y%m%d%H%M%S}.nc"'


def pattern_of(archive: Archive) -> str:
    return next(line for line in archive.dataset.read_text().splitlines() if line.startswith("pattern"))


def name_by_begin_and_end(archive: Archive, aborted: int) -> list[Path]:
    """The aborted file ends when it begins."""
    files = []
    for index in sorted(archive.present):
        begin, end = archive.product.time(index), archive.product.time(index + (index != aborted))
        path = archive.data / f"{begin:%Y%m%d%H%M%S}-{end:%Y%m%d%H%M%S}.nc"
        archive.path(index).rename(path)
        if index != aborted:
            files.append(path)
    return files


@pytest.mark.parametrize("aborted", [0, 4], ids=["the first", "the last"])
def test_aborted_files_are_excluded(vdp: Engine, archive_of, aborted: int) -> None:
    archive = archive_of(Mur(), 5, kind="grow")
    archive.redescribe(pattern_of(archive), f'{PATTERN}\nexclude = ["time == end"]')
    files = name_by_begin_and_end(archive, aborted)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    assert_equals_sources(open_as_printed(answer.python), files)


def test_a_sentinel_is_excluded_by_a_field(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 5)
    archive.redescribe("v02.0-fv04.1.nc", "v02.0-fv{version:04.1|00.0}.nc")
    archive.redescribe("[axis.time]", "exclude = [\"version == '00.0'\"]\n[axis.time]")
    archive.path(4).rename(archive.path(4).with_name(archive.path(4).name.replace("fv04.1", "fv00.0")))
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    assert_equals_sources(open_as_printed(answer.python), archive.files()[:4])


def test_other_names_are_excluded_by_a_pattern(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    archive.redescribe("fv04.1.nc", "fv04.1{suffix:|_test}.nc")
    archive.redescribe("[axis.time]", 'exclude = ["*_test.nc"]\n[axis.time]')
    shutil.copy(archive.path(0), archive.path(0).with_name(archive.path(0).stem + "_test.nc"))
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def in_folders(archive: Archive) -> list[Path]:
    """Hour 9 is a folder `09`, and for the second day also a folder `9`, with a copy."""
    archive.redescribe('pattern = "', 'pattern = "{folder:re:\\\\d+}/')
    files = []
    for index in sorted(archive.present):
        path = archive.data / "09" / archive.product.key(index)
        path.parent.mkdir(exist_ok=True)
        archive.path(index).rename(path)
        files.append(path)
    (archive.data / "9").mkdir()
    shutil.copy2(files[1], archive.data / "9" / files[1].name)
    return files


def test_a_padded_and_a_plain_folder(vdp: Engine, archive_of) -> None:
    """`identity` says which fields make a granule: the two are one, which is told."""
    archive = archive_of(Mur(), 3)
    files = in_folders(archive)
    archive.redescribe("[axis.time]", 'identity = ["time"]\n[axis.time]')
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 3}
    [finding] = answer.document["findings"]
    assert_documented("C15", finding)
    assert source_names(archive.store) == [path.name for path in files]
    assert_equals_sources(open_as_printed(answer.python), files)
    again = vdp.run(archive.dataset, expect=FINDINGS)
    assert again.outcomes == {"unchanged": 3}


def test_without_an_identity_the_slot_tells(vdp: Engine, archive_of) -> None:
    """Nobody said that they are one: the second to come claims a slot that is taken."""
    archive = archive_of(Mur(), 3)
    files = in_folders(archive)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 3, "rejected": 1}
    assert_documented("C5", answer.reasons[files[1].name])
    assert_equals_sources(open_as_printed(answer.python), files)


def test_a_name_that_contradicts_itself(vdp: Engine, archive_of) -> None:
    """The day of its folder is not the day of its name."""
    archive = archive_of(Mur(), 3)
    archive.redescribe('pattern = "', 'pattern = "{time:%Y%m%d}/')
    for index in range(3):
        folder = archive.data / f"{archive.product.time(1 if index == 2 else index):%Y%m%d}"
        folder.mkdir(exist_ok=True)
        archive.path(index).rename(folder / archive.path(index).name)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 2}
    [finding] = answer.document["findings"]
    assert archive.path(2).name in finding
    assert_documented("C15", finding)


@pytest.mark.parametrize("kind", ["grow", "regular"])
@pytest.mark.parametrize("number", [2**31 - 1, -(2**31) + 1, -999])
def test_a_time_that_is_missing(vdp: Engine, archive_of, kind: str, number: int) -> None:
    """A program that was stopped left the fill value: read as a number, it lies in 2049, or in 1912."""
    archive = archive_of(Mur(), 4, kind=kind)
    archive.redescribe(f'kind = "{kind}"', f'kind = "{kind}"\nfrom = "value"')
    archive.redescribe("{time:%Y", "{day:%Y")
    with archive.altered(3) as file:
        file["time"].missing_value = np.int32(number)
        file["time"][:] = number
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    assert_documented("C15", reason)


def test_a_time_that_was_never_written(vdp: Engine, tmp_path: Path) -> None:
    """In the first file, which gives the axis its beginning."""
    archive = make_archive(tmp_path, Plain(add_sst), 4, kind="grow")
    archive.redescribe('kind = "grow"', 'kind = "grow"\nfrom = "value"')
    archive.redescribe("{time:%Y", "{day:%Y")
    with netCDF4.Dataset(archive.path(0)) as file:
        latitudes = file["lat"][:]
    with netCDF4.Dataset(archive.path(0), "w") as file:
        for name, length in (("time", 1), ("lat", 4), ("lon", 6)):
            file.createDimension(name, length)
            file.createVariable(name, "f4" if name != "time" else "i4", (name,))
        file["lat"][:], file["lon"][:] = latitudes, range(6)
        file["time"].units = "hours since 2000-01-01"
        add_field(file, "sst", 0)
    set_age(archive.path(0))
    assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 0)


def add_sst(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "sst", index, revision)
