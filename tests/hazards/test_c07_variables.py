"""C7: files that have a variable too few or too many. Elsewhere the commit succeeds, and the store cannot be opened."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest

from archives.archive import Archive
from archives.mur import Mur
from archives.values import set_age
from comparison import assert_equals_sources, differences, read_raw
from documented import assert_documented
from engine import Engine
from opened import open_as_printed
from rejection import assert_matches, assert_one_rejected
from stores import records

FILL = 'missing_variable = "fill"'


def absent_in_slots(archive: Archive) -> list[list[str]]:
    return [record.get("absent", []) for record in records(archive.store) if record]


def lose_mask(archive: Archive, index: int) -> None:
    with archive.altered(index) as file:
        file.renameVariable("mask", "msk")


@pytest.mark.parametrize("kind", ["grow", "regular"])
def test_a_file_without_a_variable_is_refused(vdp: Engine, archive_of, kind: str) -> None:
    archive = archive_of(Mur(), 4, kind=kind)
    lose_mask(archive, 3)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    assert_matches(reason, "variable mask")
    assert_documented("C7", reason)


@pytest.mark.parametrize("kind", ["grow", "regular"])
@pytest.mark.parametrize("index", [2, 3], ids=["in the middle", "at the end"])
def test_the_dataset_file_fills_it(vdp: Engine, archive_of, kind: str, index: int) -> None:
    """All arrays grow together; the slot says what its file did not have."""
    archive = archive_of(Mur(), 4, kind=kind)
    archive.dataset.write_text(archive.dataset.read_text() + f"[checks]\n{FILL}\n")
    lose_mask(archive, index)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    store = open_as_printed(answer.python)
    assert {array.raw.shape[0] for array in store.arrays.values() if "time" in array.dimensions} == {4}
    others = [path for i, path in enumerate(archive.files()) if i != index]
    expected = read_raw(others)["mask"].values
    assert differences(np.delete(store["mask"].raw, index, 0), expected) is None
    whole = read_raw(archive.files())["analysed_sst"].values
    assert differences(store["analysed_sst"].raw, whole) is None
    # What a reader of a store without fill values sees there: the same as in a hole of the axis.
    assert len(np.unique(store["mask"].raw[index])) == 1
    assert "mask" in answer.stdout
    assert absent_in_slots(archive) == [["mask"] if slot == index else [] for slot in range(4)]
    assert vdp.run(archive.dataset).outcomes == {"unchanged": 4}


def test_a_file_that_gets_its_variable_back(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    archive.dataset.write_text(archive.dataset.read_text() + f"[checks]\n{FILL}\n")
    lose_mask(archive, 1)
    vdp.run(archive.dataset)
    archive.deliver(1, revision=1)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"replaced": 1, "unchanged": 2}
    assert_equals_sources(open_as_printed(answer.python), archive.files())
    assert absent_in_slots(archive) == [[], [], []]


def test_a_version_that_lost_a_variable_leaves_none_of_the_old(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    archive.dataset.write_text(archive.dataset.read_text() + f"[checks]\n{FILL}\n")
    vdp.run(archive.dataset)
    archive.deliver(1, revision=1)
    with netCDF4.Dataset(archive.path(1), "r+") as file:
        file.renameVariable("mask", "msk")
    set_age(archive.path(1), revision=1)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"replaced": 1, "unchanged": 2}
    assert len(np.unique(open_as_printed(answer.python)["mask"].raw[1])) == 1


def test_a_new_variable_is_left_out_and_told(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    with archive.altered(1) as file:
        file.createVariable("extra", "f4", ("time", "lat"))[:] = 1
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    told = "\n".join(answer.document["notes"])
    assert_matches(told, "extra")
    assert_documented("C7", told)
    store = open_as_printed(answer.python)
    assert "extra" not in store.arrays
    assert differences(store["analysed_sst"].raw, read_raw(archive.files())["analysed_sst"].values) is None


def test_a_variable_that_only_the_first_file_has(vdp: Engine, archive_of) -> None:
    """The store has what its first file has: so all others are refused, with the remedy."""
    archive = archive_of(Mur(), 3, kind="grow")
    with archive.altered(0) as file:
        file.createVariable("extra", "f4", ("time", "lat", "lon"))[:] = 1
    answer = vdp.run(archive.dataset, expect=None)
    assert answer.outcomes == {"written": 1, "rejected": 2}
    assert all("extra" in reason for reason in answer.reasons.values())
    archive.redescribe("[axis.time]", '[parse]\ndrop = ["extra"]\n[axis.time]')
    fresh = archive.copy(archive.root.with_name("fresh"))
    answer = vdp.run(fresh.dataset)
    assert_equals_sources(open_as_printed(answer.python), fresh.files(), dropped=["extra"])
