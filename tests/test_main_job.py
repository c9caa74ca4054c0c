"""The main job: an archive becomes a store whose every value, read by official tools, is that of its source files."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import icechunk
import numpy as np
import pytest
import zarr

from archives.imerg import MISSING, Imerg
from archives.mur import Mur
from archives.naqfc import Naqfc
from archives.values import EPOCH_OF_FILES, set_modified
from comparison import assert_equal_stores, assert_equals_sources, differences, read_raw
from engine import FINDINGS, Engine
from opened import open_as_printed, open_in_new_process

HALF_HOUR = np.timedelta64(30, "m")


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and modification time of every file: what a run that writes nothing leaves as it was."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def commits(store: Path) -> list[str]:
    """Snapshots of main, the newest first, as the official library sees them."""
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(store)))
    return [snapshot.id for snapshot in repository.ancestry(branch="main")]


def assert_nothing_to_do(vdp: Engine, dataset: Path, store: Path, files: int) -> None:
    """A further run says so, and changes no object."""
    files_before, history_before = listing(store), vdp.history(store)
    answer = vdp.run(dataset)
    assert answer.outcomes in ({}, {"unchanged": files})
    assert answer.document["rejections"] == []
    assert listing(store) == files_before
    assert vdp.history(store) == history_before


def test_sample(vdp: Engine, sample: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(sample, tmp_path / "sample", ignore=shutil.ignore_patterns("store", ".vdp")))
    dataset, files = root / "dataset.toml", sorted((root / "data").glob("*.nc"))

    text = vdp("run", dataset)
    store = open_in_new_process(text.python)
    assert_equals_sources(store, files)
    assert store["ta"].raw.shape == (780, 2, 2, 2)

    assert_nothing_to_do(vdp, dataset, root / "store", len(files))
    assert vdp.run(dataset).python.strip() == text.python.strip()


def test_sample_is_the_default_of_a_folder(vdp: Engine, sample: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(sample, tmp_path / "sample", ignore=shutil.ignore_patterns("store", ".vdp")))
    assert vdp("run", "--json", cwd=root).outcomes == {"written": 7}


CASES = {
    "imerg, 3 files": (Imerg(), 3, {}),
    "imerg, 40 files in batches": (Imerg(), 40, {"batch": 7}),
    "imerg, an axis with an end": (Imerg(), 40, {"end": 40}),
    "imerg, growing": (Imerg(), 40, {"kind": "grow", "batch": 11}),
    "imerg, 500 files": (Imerg(longitudes=6, latitudes=8, chunk=(1, 4, 8)), 500, {}),
    "mur, 3 files": (Mur(), 3, {}),
    "mur, 40 files in batches": (Mur(), 40, {"batch": 9}),
    "mur, growing": (Mur(), 40, {"kind": "grow", "batch": 9}),
    "naqfc, growing": (Naqfc(), 3, {}),
    "naqfc, regular": (Naqfc(), 3, {"kind": "regular"}),
    "naqfc, an axis with an end": (Naqfc(), 3, {"kind": "regular", "end": 3}),
    "naqfc, a chunk a file": (Naqfc(time_chunk=24), 4, {"batch": 3}),
    "naqfc, a chunk a step": (Naqfc(time_chunk=1), 4, {"batch": 3}),
    "naqfc, contiguous, growing": (Naqfc(time_chunk=None), 5, {"batch": 2}),
    "naqfc, contiguous, regular": (Naqfc(time_chunk=None), 5, {"kind": "regular", "batch": 2}),
    "naqfc, 40 files": (Naqfc(time_chunk=8), 40, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_generated_archive(vdp: Engine, archive_of, case: str) -> None:
    product, count, options = CASES[case]
    archive = archive_of(product, count, **options)

    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": count}
    assert answer.document["rejections"] == []

    dropped = ["nv"] if isinstance(product, Imerg) else []
    store = open_as_printed(answer.python)
    assert_equals_sources(store, archive.files(), group=product.group, dropped=dropped)
    assert_nothing_to_do(vdp, archive.dataset, archive.store, count)


def test_one_commit_a_batch(vdp: Engine, archive_of) -> None:
    in_one = archive_of(Mur(), 20)
    vdp.run(in_one.dataset)
    once = len(commits(in_one.store))
    in_four = in_one.copy(in_one.root.with_name("in-four"))
    in_four.describe(batch=6)
    vdp.run(in_four.dataset)
    assert len(commits(in_four.store)) == once + 3


def test_text_and_json_print_the_same_lines(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    text = vdp("run", archive.dataset)
    assert text.python.strip() == vdp.run(archive.dataset).python.strip()


def test_dry_run_writes_nothing(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    vdp.run(archive.dataset, "--dry-run")
    assert not archive.store.exists() or listing(archive.store) == {}
    vdp.run(archive.dataset)
    archive.deliver(3)
    before = listing(archive.store)
    vdp.run(archive.dataset, "--dry-run")
    assert listing(archive.store) == before
    assert vdp.run(archive.dataset).outcomes["written"] == 1


def test_group_attributes_that_differ_are_dropped(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    store = open_as_printed(vdp.run(archive.dataset).python)
    assert store.attributes["constant_07"] == "value 7"
    assert store.attributes["northernmost_latitude"] == 90.0
    assert not {"history", "uuid", "start_time"} & set(store.attributes)


@pytest.mark.parametrize("product", [Imerg(), Mur()], ids=["imerg", "mur"])
def test_any_order_three_times_over(vdp: Engine, archive_of, product) -> None:
    """On a regular axis neither order nor repetition shows."""
    count = 12
    ordered = archive_of(product, count, batch=5)
    expected = open_as_printed(vdp.run(ordered.dataset).python)

    shuffled = archive_of(product, 0, batch=5)
    chance = random.Random(20260101)
    deliveries = [index for index in range(count) for _ in range(3)]
    chance.shuffle(deliveries)
    seen: dict[int, int] = {}
    while deliveries:
        now = [deliveries.pop() for _ in range(min(5, len(deliveries)))]
        for index in set(now):
            # The first delivery has other values: it must not survive the later ones. The last has those of `ordered`.
            seen[index] = seen.get(index, 0) + now.count(index)
            shuffled.deliver(index, revision=0 if seen[index] == 3 else seen[index])
            set_modified(shuffled.path(index), EPOCH_OF_FILES + 3600 * seen[index])
        answer = vdp.run(shuffled.dataset)
        assert answer.document["rejections"] == []
        assert answer.outcomes.get("written", 0) + answer.outcomes.get("replaced", 0) == len(set(now))

    found = open_as_printed(vdp.run(shuffled.dataset).python)
    assert_equals_sources(found, shuffled.files(), group=product.group, dropped=["nv"])
    assert_equal_stores(found, expected)
    assert_nothing_to_do(vdp, shuffled.dataset, shuffled.store, count)


@pytest.mark.parametrize("end", [None, 12], ids=["open", "with an end"])
def test_holes_of_a_regular_axis_are_fill(vdp: Engine, archive_of, end: int | None) -> None:
    archive = archive_of(Imerg(), 0, end=end)
    present = [2, 3, 7, 9]
    archive.deliver(*present)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": len(present)}
    store = open_as_printed(answer.python)

    length = end or max(present) + 1
    start = np.datetime64(archive.product.start, "ns")
    assert np.array_equal(store["time"].decoded, start + HALF_HOUR * np.arange(length))
    expected = np.full((length, 24, 16), MISSING, "f4")
    for index in present:
        expected[index] = read_raw([archive.path(index)], group="Grid")["precipitation"].values[0]
    assert differences(store["precipitation"].raw, expected) is None
    holes = sorted(set(range(length)) - set(present))
    assert np.isnan(store["precipitation"].decoded[holes]).all()


def test_a_growing_axis_grows_in_stages(vdp: Engine, archive_of) -> None:
    archive = archive_of(Naqfc(time_chunk=None), 0, batch=2)
    for stage in ((0,), (1, 2, 3), (4,), (5, 6, 7, 8)):
        archive.deliver(*stage)
        answer = vdp.run(archive.dataset)
        assert answer.outcomes["written"] == len(stage)
        assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_a_late_value_of_a_growing_axis_is_rejected(vdp: Engine, archive_of) -> None:
    archive = archive_of(Naqfc(), 0)
    archive.deliver(0, 2)
    vdp.run(archive.dataset)
    archive.deliver(1)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert list(answer.reasons) == [archive.path(1).name]
    archive.present.remove(1)
    assert_equals_sources(open_as_printed(answer.python), archive.files())


@pytest.mark.parametrize(
    "product, options",
    [(Imerg(), {}), (Mur(), {"kind": "grow"}), (Naqfc(), {}), (Naqfc(time_chunk=None), {"kind": "regular"})],
    ids=["imerg", "mur, growing", "naqfc", "naqfc, contiguous"],
)
def test_a_republished_file_replaces_its_version(vdp: Engine, archive_of, product, options) -> None:
    archive = archive_of(product, 4, **options)
    vdp.run(archive.dataset)
    archive.deliver(1, revision=1)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes["replaced"] == 1
    assert "written" not in answer.outcomes
    assert_equals_sources(open_as_printed(answer.python), archive.files(), group=product.group, dropped=["nv"])
    assert_nothing_to_do(vdp, archive.dataset, archive.store, 4)


def test_a_new_version_with_fewer_chunks_leaves_none_of_the_old(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 0)
    archive.deliver(0)
    archive.deliver(1)
    vdp.run(archive.dataset)
    # The day's file comes again as one that leaves rows out (as every third file does), under the same name.
    sparse = Mur(start=archive.product.time(1 - 2))
    sparse.write(archive.path(1), 2, revision=1)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes["replaced"] == 1
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_a_file_that_was_written_just_now(vdp: Engine, archive_of) -> None:
    """Official readers refuse a local file that is newer than its reference says: it is waited for."""
    archive = archive_of(Mur(), 3)
    now = time.time()
    for path in archive.files():
        set_modified(path, now)
    answer = vdp.run(archive.dataset)
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_each_slot_tells_its_source(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 5, batch=2)
    vdp.run(archive.dataset)
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(archive.store)))
    provenance = zarr.open_group(repository.readonly_session("main").store, path="_vdp", mode="r")
    texts = [" ".join(map(str, np.asarray(array[...]).reshape(-1))) for _, array in provenance.arrays()]
    names = [path.name for path in archive.files()]
    assert any(all(name in text for name in names) for text in texts), texts


def test_a_store_of_another_branch_and_group(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    text = archive.dataset.read_text().replace('name = "mur-like"', 'name = "mur-like"\ngroup = "/sst/daily"')
    archive.dataset.write_text(text)
    answer = vdp.run(archive.dataset)
    store = open_as_printed(answer.python, "/sst/daily")
    assert_equals_sources(store, archive.files())


def test_two_datasets_in_one_store(vdp: Engine, archive_of) -> None:
    """Each in a group of its own, from a folder of its own: the second leaves what the first needs (C16)."""
    archives = [archive_of(Mur(), 3), archive_of(Naqfc(), 2)]
    answers = []
    for archive, group in zip(archives, ("sst", "ozone")):
        text = archive.dataset.read_text()
        assert "[store]" not in text
        text = text.replace("[dataset]", f'[dataset]\ngroup = "/{group}"')
        archive.dataset.write_text(text + f'\n[store]\nurl = "{archives[0].store}"\n')
        answers.append(vdp.run(archive.dataset))
    for archive, answer, group in zip(archives, answers, ("sst", "ozone")):
        assert_equals_sources(open_as_printed(answer.python, group), archive.files())
        vdp("verify", archive.dataset)
