"""A file with faults of several kinds is told of all of them, so that it is looked at once."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np

from archives.archive import make_archive
from archives.mur import Mur
from archives.packed import Packing, packed
from archives.plain import Plain
from archives.yearly import Yearly
from engine import FINDINGS, Engine
from rejection import assert_matches, assert_one_rejected


def test_packing_grid_and_time(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 4)
    with archive.altered(3) as file:
        file["analysed_sst"].scale_factor = 0.5
        file["lat"][:] = file["lat"][:] + 0.25
        file["time"][:] = file["time"][:] + 3600
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    for finding in ("analysed_sst: attribute scale_factor", "lat: values", "tolerance"):
        assert_matches(reason, finding)


def test_packing_grid_and_position(vdp: Engine, tmp_path: Path) -> None:
    """The file's steps begin within a chunk."""
    archive = make_archive(tmp_path, Yearly(), 2)
    with archive.altered(1) as file:
        file["lat"][:] = np.zeros(4)
        file["tos"].setncatts({"units": "kelvin"})
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 1)
    for finding in ("tos: position", "tos: attribute units", "lat: values"):
        assert_matches(reason, finding)


def test_a_late_file_of_another_grid(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 0, kind="grow")
    archive.deliver(0, 2)
    vdp.run(archive.dataset)
    archive.deliver(1)
    with archive.altered(1) as file:
        file["lat"][:] = file["lat"][:] + 0.25
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    reason = answer.reasons[archive.path(1).name]
    for finding in (r"forward\.late", "lat: values"):
        assert_matches(reason, finding)


def test_a_taken_slot_and_another_packing(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(packed(Packing())), 3)
    archive.redescribe("%Y%m%d}.nc", "%Y%m%d}{copy:|-again}.nc")
    vdp.run(archive.dataset)
    again = archive.path(1).with_name(archive.path(1).name.replace(".nc", "-again.nc"))
    Plain(packed(Packing(add_offset=0.0))).write(again, 1)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    for finding in (r"forward\.other", "sst: attribute add_offset"):
        assert_matches(answer.reasons[again.name], finding)


def every_fault_of_one_variable(file: netCDF4.Dataset, index: int, revision: int) -> None:
    usual = Packing()
    odd = Packing(scale_factor=1.0, add_offset=2.0, units="celsius", chunks=(1, 4, 6), shuffle=False)
    (odd if index == 2 else usual).write(file, "sst", index, revision)


def test_all_of_one_variable(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(every_fault_of_one_variable), 3)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 2)
    for finding in ("scale_factor", "add_offset", "units", "chunk shape", "codecs"):
        assert_matches(reason, f"sst: [^;]*{finding}")
