"""C1: a file that ends within a chunk. What follows it would be shifted, or written over it."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from archives.archive import Archive, make_archive
from archives.naqfc import Naqfc
from archives.values import set_age
from archives.yearly import Yearly
from comparison import assert_equals_sources
from documented import assert_documented
from engine import FINDINGS, Engine
from opened import open_as_printed
from rejection import assert_matches, assert_rejected


@pytest.mark.parametrize("kind", ["grow", "regular"])
def test_years_that_are_no_whole_chunks_are_refused(vdp: Engine, tmp_path: Path, kind: str) -> None:
    """Elsewhere the second year lands at 365 // 100 chunks: 65 days too early, over the end of the first."""
    archive = make_archive(tmp_path, Yearly(), 3, kind=kind)
    for reason in assert_rejected(vdp.run(archive.dataset, expect=None), archive, 1, 2):
        assert_matches(reason, r"variable tos: .*slots \d+ to \d+ .*chunks of 100.*`parse\.drop`")
        assert_documented("C1", reason)


def test_years_of_whole_chunks_are_taken(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Yearly(chunk=73), 3)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def deliver_part(archive: Archive, index: int, days: int, revision: int = 0) -> None:
    archive.product.write(archive.path(index), index, days=days, revision=revision)
    archive.present.add(index)


def test_the_last_file_may_end_within_a_chunk(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Yearly(chunk=73), 2)
    deliver_part(archive, 2, 100)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    store = open_as_printed(answer.python)
    assert store["tos"].raw.shape[0] == 830
    assert_equals_sources(store, archive.files())


def test_the_year_so_far_grows_in_place(vdp: Engine, tmp_path: Path) -> None:
    """The provider publishes the running year again and again; nothing but its own end may follow half a chunk."""
    archive = make_archive(tmp_path, Yearly(chunk=73), 1)
    for days in (40, 100, 365):
        deliver_part(archive, 1, days, revision=days)
        answer = vdp.run(archive.dataset)
        assert_equals_sources(open_as_printed(answer.python), archive.files())
    archive.deliver(2)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"unchanged": 2, "written": 1}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_nothing_follows_half_a_chunk(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Yearly(chunk=73), 1)
    deliver_part(archive, 1, 100)
    vdp.run(archive.dataset)
    archive.deliver(2)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"unchanged": 2, "rejected": 1}
    assert_documented("C1", answer.reasons[archive.path(2).name])
    assert_equals_sources(open_as_printed(answer.python), archive.files()[:2])


def pad_last_chunk(path: Path, chunk: int, padding: float) -> None:
    """What lies beyond the end of the array in its last chunk, no format says: some writers leave what they had."""
    with h5py.File(path, "r+") as file:
        tos = file["tos"]
        begin = tos.shape[0] // chunk * chunk
        values = np.full((chunk, *tos.shape[1:]), padding)
        values[: tos.shape[0] - begin] = tos[begin:]
        shuffled = np.frombuffer(values.tobytes(), "u1").reshape(-1, 8).T.tobytes()
        tos.id.write_direct_chunk((begin, 0, 0), zlib.compress(shuffled))
    set_age(path)


def test_a_hole_after_half_a_chunk_is_fill(vdp: Engine, tmp_path: Path) -> None:
    """On a regular axis the next file may begin with a chunk of its own; what lies between is not the first file's."""
    archive = make_archive(tmp_path, Yearly(chunk=73), 2, kind="regular")
    deliver_part(archive, 0, 345)
    pad_last_chunk(archive.path(0), 73, -7.0)
    answer = vdp.run(archive.dataset, expect=None)
    assert not (open_as_printed(answer.python)["tos"].raw == -7).any()


def test_a_short_file_in_the_middle_is_refused(vdp: Engine, archive_of) -> None:
    """A day of 18 hours among days of 24, in chunks of 12."""
    archive = archive_of(Naqfc(), 0)
    archive.deliver(0, 2)
    short = replace(Naqfc(), steps=18, start=archive.product.time(1))
    archive.path(1).parent.mkdir()
    short.write(archive.path(1), 0)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    written = [archive.path(i) for i in (0, 1, 2) if archive.path(i).name not in answer.reasons]
    assert len(written) == 2
    assert_equals_sources(open_as_printed(answer.python), written)


def test_what_is_small_is_decoded_and_written_anew(vdp: Engine, tmp_path: Path) -> None:
    """Below 64 KiB a file, a variable need not be referenced: then its chunks do not matter, and that is said."""
    archive = make_archive(tmp_path, Yearly(days=36, chunk=10), 4)
    assert "tos is decoded" in vdp("check", archive.dataset, "--seed", archive.product.key(0)).stdout
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    assert_equals_sources(open_as_printed(answer.python), archive.files())
