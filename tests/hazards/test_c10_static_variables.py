"""C10: a variable without the axis that differs between files. The first file's would be kept for all."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import pytest

from archives.archive import make_archive
from archives.naqfc import Naqfc
from archives.plain import Plain, add_field
from documented import assert_documented
from engine import FINDINGS, Engine
from rejection import assert_one_rejected

DAYS = 5


def change_grid_mapping(file: netCDF4.Dataset) -> None:
    file["lambert_conformal"].assignValue(8)


def change_string(file: netCDF4.Dataset) -> None:
    file["column_name"][3] = "another"


def change_characters(file: netCDF4.Dataset) -> None:
    file["row_name"][2, 0] = "R"


def shift_latitude(file: netCDF4.Dataset) -> None:
    file["latitude"][:] = file["latitude"][:] + 0.01


STATIC = {
    "latitude": shift_latitude,
    "lambert_conformal": change_grid_mapping,
    "column_name": change_string,
    "row_name": change_characters,
}


@pytest.mark.parametrize("changed", STATIC)
@pytest.mark.parametrize("time_chunk", [12, None], ids=["chunked", "contiguous"])
def test_a_static_variable_that_differs(vdp: Engine, archive_of, changed: str, time_chunk: int | None) -> None:
    """Of any type and number of dimensions; the reason names this one and no other."""
    archive = archive_of(Naqfc(time_chunk=time_chunk), 3)
    with archive.altered(2) as file:
        STATIC[changed](file)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 2)
    assert [name for name in STATIC if name in reason] == [changed]
    assert_documented("C10", reason)


def weight_without_time(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "first", index, revision)
    file.createVariable("weight", "f8", ("lat", "lon"))[:] = index + 0.25
    file.createVariable("orbit", "i4", ()).assignValue(1000 + index)


def test_what_differs_must_be_promoted(vdp: Engine, tmp_path: Path) -> None:
    """That the advice works, test_shaping.py shows."""
    archive = make_archive(tmp_path, Plain(weight_without_time), DAYS)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 1, "rejected": DAYS - 1}
    for reason in answer.reasons.values():
        assert "weight" in reason and "orbit" in reason and "parse.promote" in reason
        assert_documented("C10", reason)
