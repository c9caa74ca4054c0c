"""Files that come after others that follow them: inserted in their places, or kept in the ledger until they are."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import icechunk
import pytest
import zarr

from archives.archive import Archive, Product
from archives.mur import Mur
from archives.naqfc import Naqfc
from archives.values import set_age
from comparison import assert_equal_stores, assert_equals_sources
from consumer import finish, start_forward
from engine import FINDINGS, LONG, Engine
from opened import open_as_printed

SEEDS = range(40 if LONG else 2)
FILES = 9
PRODUCTS = {"one step a file": Mur(), "many steps a file": Naqfc()}


def late_archive(archive_of: Callable[..., Archive], product: Product, late: str, *further: str) -> Archive:
    """An archive on a growing axis without files."""
    archive = archive_of(product, 0, kind="grow")
    forward = "\n".join(["[forward]", f'late = "{late}"', *further])
    archive.redescribe("[forward]", forward)
    return archive


def batches(seed: int) -> list[list[int]]:
    """All files in disorder, some together."""
    chosen = random.Random(seed)
    order = list(range(FILES))
    chosen.shuffle(order)
    cuts = sorted(chosen.sample(range(1, FILES), 4))
    return [order[begin:end] for begin, end in zip([0, *cuts], [*cuts, FILES], strict=True)]


def assert_as_in_order(vdp: Engine, archive: Archive, printed: str, tmp_path: Path) -> None:
    """What the files hold, and just the store that the same files make when they come in order."""
    assert_equals_sources(open_as_printed(printed), archive.files())
    ordered = archive.copy(tmp_path / "ordered")
    # The first file says what coordinates are called and in which units they are: it is the same one.
    first = vdp.run(ordered.dataset).python
    found, expected = open_as_printed(printed), open_as_printed(first)
    for opened in (found, expected):
        opened.attributes.clear()
        del opened.arrays["time"]
    assert_equal_stores(found, expected)


def assert_whole(vdp: Engine, archive: Archive) -> None:
    vdp("verify", archive.dataset, "--samples", "4")
    vdp("gaps", archive.dataset)
    vdp("status", archive.dataset)


def commits(vdp: Engine, archive: Archive) -> int:
    return len(vdp.history(archive.store)["history"])


@pytest.mark.parametrize("kind", PRODUCTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_late_files_are_inserted(vdp: Engine, archive_of, tmp_path: Path, kind: str, seed: int) -> None:
    archive = late_archive(archive_of, PRODUCTS[kind], "insert")
    for batch in batches(seed):
        archive.deliver(*batch)
        answer = vdp.run(archive.dataset)
        assert answer.outcomes["written"] == len(batch)
        assert_equals_sources(open_as_printed(answer.python), archive.files())
    assert_as_in_order(vdp, archive, answer.python, tmp_path)
    assert_whole(vdp, archive)
    before = (archive.store / "repo").read_bytes()
    assert vdp.run(archive.dataset).outcomes == {"unchanged": FILES}
    assert (archive.store / "repo").read_bytes() == before


def test_an_insertion_moves_references_and_no_chunk(vdp: Engine, archive_of) -> None:
    archive = late_archive(archive_of, Mur(), "insert")
    archive.deliver(0, 1, 2, 4, 5, 7)
    vdp.run(archive.dataset)
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(archive.store)))
    base = repository.lookup_branch("main")
    archive.deliver(3, 6)
    answer = vdp.run(archive.dataset)
    assert (answer.outcomes, answer.document["commits"]) == ({"written": 2, "unchanged": 6}, 1)
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(archive.store)))
    diff = repository.diff(from_snapshot_id=base, to_branch="main")
    moved = {tuple(index)[0] for index in diff.updated_chunks["/analysed_sst"]}
    assert moved == {3, 4, 5, 6, 7}, "slots 0 to 2 stay, and with them their chunks"
    assert not diff.new_arrays and not diff.deleted_arrays
    # A new version of a file that has moved goes to where it is now.
    archive.deliver(4, revision=1)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"replaced": 1, "unchanged": 7}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_late_files_that_do_not_fit_between_two_are_refused(vdp: Engine, archive_of) -> None:
    """A file of many steps whose last one comes after the first of the next file."""
    archive = late_archive(archive_of, Naqfc(), "insert")
    archive.deliver(0, 2)
    vdp.run(archive.dataset)
    archive.deliver(1)
    with archive.altered(1) as file:
        file["time"][-1] = file["time"][-1] + (file["time"][1] - file["time"][0])
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"unchanged": 2, "rejected": 1}
    assert "lots" in answer.reasons[archive.path(1).name]
    archive.present.remove(1)
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_two_writers_insert_at_once(vdp: Engine, archive_of) -> None:
    """Each has half of the files, in disorder, in a queue of its own: conflicts are settled by replay."""
    archive = late_archive(archive_of, Mur(), "insert")
    archive.redescribe("batch = 100", "batch = 2")
    archive.deliver(*range(16))
    vdp("init", archive.dataset)
    order = list(range(16))
    random.Random(5).shuffle(order)
    running = []
    for number in (0, 1):
        queue = archive.root / f"queue-{number}.sqlite"
        for index in order[number::2]:
            vdp("enqueue", archive.dataset, archive.path(index), "--queue", queue)
        running.append(start_forward(vdp, archive, "--queue", str(queue)))
    documents = [finish(consumer, timeout_s=300) for consumer in running]
    assert sum(document["outcomes"]["written"] for document in documents) == 16
    assert commits(vdp, archive) >= 2 + 8, "the root, the template and the batches"
    printed = vdp.run(archive.dataset).python
    assert_equals_sources(open_as_printed(printed), archive.files())
    assert_whole(vdp, archive)


# ---- The ledger ----


@pytest.mark.parametrize("kind", PRODUCTS)
def test_the_ledger_is_folded_in_by_resort(vdp: Engine, archive_of, tmp_path: Path, kind: str) -> None:
    archive = late_archive(archive_of, PRODUCTS[kind], "ledger", "max_fold = 2")
    archive.deliver(0, 2, 4, 6, 8)
    vdp.run(archive.dataset)
    present = archive.files()
    archive.deliver(1, 3, 5, 7)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"unchanged": 5, "set_aside": 4}
    assert answer.document["commits"] == 1
    assert_equals_sources(open_as_printed(answer.python), present)
    # It is known, and nothing is missing.
    assert vdp.run(archive.dataset).outcomes == {"unchanged": 9}
    status = vdp("status", archive.dataset, "--json").document
    assert (status["missing"], status["late"]) == (0, 4)
    assert_whole(vdp, archive)
    told = vdp("resort", archive.dataset, "--dry-run", "--json").document
    assert {Path(entry["uri"]).name for entry in told["waiting"]} == {archive.path(i).name for i in (1, 3, 5, 7)}
    assert told["commits"] == 0

    before = commits(vdp, archive)
    done = vdp("resort", archive.dataset, "--json").document
    assert (done["outcomes"]["written"], done["commits"]) == (4, 2), "max_fold"
    assert commits(vdp, archive) == before + 2
    again = vdp("resort", archive.dataset, "--json").document
    assert (again["waiting"], again["commits"]) == ([], 0)
    assert "late" not in vdp("status", archive.dataset, "--json").document
    printed = vdp.run(archive.dataset).python
    assert_as_in_order(vdp, archive, printed, tmp_path)
    assert_whole(vdp, archive)


def test_a_batch_folds_in_what_is_due(vdp: Engine, archive_of) -> None:
    archive = late_archive(archive_of, Mur(), "ledger", 'resort = "0s"')
    archive.deliver(0, 3)
    vdp.run(archive.dataset)
    archive.deliver(1, 2)
    assert vdp.run(archive.dataset).outcomes == {"unchanged": 2, "set_aside": 2}
    archive.deliver(4)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"unchanged": 4, "written": 1}
    assert answer.document["commits"] == 1
    assert any("2 of the ledger" in note for note in answer.document["notes"])
    assert_equals_sources(open_as_printed(answer.python), archive.files())
    assert_whole(vdp, archive)


def test_what_waits_may_change_or_go(vdp: Engine, archive_of) -> None:
    """The version that is there by then is folded in; a file that is gone leaves the ledger, and is told of."""
    archive = late_archive(archive_of, Mur(), "ledger")
    archive.deliver(0, 4)
    vdp.run(archive.dataset)
    archive.deliver(1, 2, 3)
    vdp.run(archive.dataset)
    archive.deliver(1, revision=1)
    assert vdp.run(archive.dataset).outcomes == {"unchanged": 4, "set_aside": 1}
    archive.deliver(2, revision=2)  # unseen
    archive.path(3).unlink()
    archive.present.remove(3)
    done = vdp("resort", archive.dataset, "--json", expect=FINDINGS).document
    assert done["outcomes"]["written"] == 2
    assert [Path(entry["uri"]).name for entry in done["rejections"]] == [archive.path(3).name]
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"unchanged": 4}
    assert_equals_sources(open_as_printed(answer.python), archive.files())
    assert_whole(vdp, archive)


def test_late_files_are_checked_before_they_wait(vdp: Engine, archive_of) -> None:
    archive = late_archive(archive_of, Mur(), "ledger")
    archive.deliver(0, 2)
    vdp.run(archive.dataset)
    archive.deliver(1)
    with archive.altered(1) as file:
        file["lat"][:] = file["lat"][:] + 1
    assert vdp.run(archive.dataset, expect=FINDINGS).outcomes == {"unchanged": 2, "rejected": 1}
    assert "late" not in vdp("status", archive.dataset, "--json", expect=FINDINGS).document


def test_a_ledger_is_no_array_of_the_dataset(vdp: Engine, archive_of) -> None:
    archive = late_archive(archive_of, Mur(), "ledger")
    archive.deliver(0, 2)
    vdp.run(archive.dataset)
    archive.deliver(1)
    set_age(archive.path(1))
    printed = vdp.run(archive.dataset).python
    assert "late" not in open_as_printed(printed).arrays
    storage = icechunk.local_filesystem_storage(str(archive.store))
    group = zarr.open_group(icechunk.Repository.open(storage).readonly_session("main").store, mode="r")
    assert group["_vdp/late"].shape == (1,)
    assert archive.path(1).name in str(group["_vdp/late"][0])
