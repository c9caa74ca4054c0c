"""C18: big-endian numbers. Byte order is of the encoding of a chunk, not of the type."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import netCDF4
import pytest

from archives.archive import make_archive
from archives.packed import Packing, packed
from archives.plain import Plain, add_field
from comparison import assert_equals_sources
from documented import assert_documented
from engine import Engine
from opened import open_as_printed
from rejection import assert_matches, assert_one_rejected


def big_endian(file: netCDF4.Dataset, index: int, revision: int) -> None:
    for dtype in ("i2", "i4", "f4", "f8"):
        add_field(file, f"contiguous_{dtype}", index, revision, f">{dtype}", endian="big")
        add_field(file, f"chunked_{dtype}", index, revision, f">{dtype}", endian="big", zlib=True, chunksizes=(1, 2, 3))


def test_big_endian(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(big_endian), 4)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


@pytest.mark.parametrize("zlib", [True, False], ids=["compressed", "plain"])
@pytest.mark.parametrize("first", ["little", "big"])
def test_both_orders_in_one_archive(vdp: Engine, tmp_path: Path, first: str, zlib: bool) -> None:
    """One array has one byte order: the files of the other are refused, not turned over."""
    usual = Packing(endian=first, zlib=zlib, shuffle=False)
    other = replace(usual, endian={"little": "big", "big": "little"}[first])
    archive = make_archive(tmp_path, Plain(packed(usual, file_3=other)), 4)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    assert_matches(reason, f"variable sst: codecs: .*endian.*{other.endian}.* expected .*{usual.endian}")
    assert_documented("C18", reason)


def mixed_static(file: netCDF4.Dataset, index: int, revision: int) -> None:
    """The same numbers in another order of bytes."""
    endian = ("little", "big")[index % 2]
    weight = file.createVariable("weight", {"little": "<", "big": ">"}[endian] + "f8", ("lat", "lon"), endian=endian)
    weight[:] = 0.1
    add_field(file, "sst", index, revision)


def test_a_static_variable_in_both_orders(vdp: Engine, tmp_path: Path) -> None:
    """Taken or refused, it is never read in the wrong order."""
    archive = make_archive(tmp_path, Plain(mixed_static), 4, kind="grow")
    answer = vdp.run(archive.dataset, expect=None)
    assert all("variable weight: codecs" in reason for reason in answer.reasons.values())
    store = open_as_printed(answer.python)
    assert (store["weight"].raw == 0.1).all()
    written = [path for path in archive.files() if path.name not in answer.reasons]
    assert_equals_sources(store, written)
