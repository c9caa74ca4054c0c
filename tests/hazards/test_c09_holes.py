"""C9: a hole reads as fill, like data that are missing in a file. The records tell the two apart."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.archive import make_archive
from archives.imerg import MISSING, Imerg
from archives.plain import Plain
from engine import FINDINGS, Engine
from opened import open_as_printed
from stores import chunk_count, source_names

END = 12


@pytest.mark.parametrize("end", [None, END], ids=["open", "with an end"])
def test_a_hole_has_no_record(vdp: Engine, archive_of, end: int | None) -> None:
    archive = archive_of(Imerg(), 0, end=end)
    present = [2, 3, 7, 9]
    archive.deliver(*present)
    vdp.run(archive.dataset)
    names = source_names(archive.store)
    assert len(names) == (end or 10)
    assert [slot for slot, name in enumerate(names) if name] == present
    assert [names[index] for index in present] == [archive.path(index).name for index in present]


def never_written(file: netCDF4.Dataset, index: int, revision: int) -> None:
    """In every second file no value was written: all of its chunks are missing."""
    layout = {"fill_value": -1.0, "chunksizes": (1, 2, 3), "zlib": True}
    sst = file.createVariable("sst", "f4", ("time", "lat", "lon"), **layout)
    if index % 2 == 0:
        sst[:] = index


def test_a_file_without_a_chunk_is_no_hole(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(never_written), 0)
    archive.deliver(0, 1, 4)
    answer = vdp.run(archive.dataset)
    sst = open_as_printed(answer.python)["sst"].raw
    assert (sst[[1, 2, 3]] == -1).all() and (sst[0] == 0).all() and (sst[4] == 4).all()
    assert [bool(name) for name in source_names(archive.store)] == [True, True, False, False, True]
    assert chunk_count(archive.store, "sst") == 8


def test_a_rejected_file_leaves_a_hole(vdp: Engine, archive_of) -> None:
    """A slot has its record and its references, or neither."""
    archive = archive_of(Imerg(), 6)
    Imerg(latitudes=20).write(archive.path(2), 2)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert [bool(name) for name in source_names(archive.store)] == [True, True, False, True, True, True]
    store = open_as_printed(answer.python)
    assert (store["precipitation"].raw[2] == MISSING).all()
    assert np.unique(store["precipitation"].raw[3]).size > 1
    chunks_of_a_file = 3
    assert chunk_count(archive.store, "precipitation") == 5 * chunks_of_a_file


def test_status_counts_them(vdp: Engine, archive_of) -> None:
    archive = archive_of(Imerg(), 0, end=END)
    archive.deliver(2, 3, 7, 9)
    vdp.run(archive.dataset)
    status = vdp("status", archive.dataset, "--json").document
    assert (status["filled_slots"], status["slots"]) == (4, END)


def test_gaps_names_them(vdp: Engine, archive_of) -> None:
    """With the keys that the pattern makes for the slots."""
    archive = archive_of(Imerg(), 0, end=END)
    archive.deliver(2, 3, 7, 9)
    vdp.run(archive.dataset)
    if "gaps" not in vdp("--help").stdout:
        pytest.skip("the verb `gaps` is not there yet")
    answer = vdp("gaps", archive.dataset, "--json", expect=FINDINGS)
    for slot in range(END):
        assert (archive.product.key(slot).split("/")[-1] in answer.stdout) == (slot not in archive.present)
