"""vdp backfill: a whole archive in partitions equals the forward path file by file, however often it is killed."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archives.archive import Archive
from archives.imerg import Imerg
from archives.naqfc import Naqfc
from archives.values import set_age
from comparison import assert_equal_stores
from consumer import enqueue, finish, recorded, start_forward
from crash.kill_shim import Call, KillShim, calls_in
from engine import DONE, FAILED, FINDINGS, LONG, Answer, Engine
from opened import open_as_printed

SMALL = Imerg(longitudes=6, latitudes=8, chunk=(1, 4, 8))
SEED = 20261123
PIECES = ("--partition-size", "5", "--batch", "2")


def backfill(vdp: Engine, archive: Archive, *options: str | Path, expect: int | None = DONE) -> Answer:
    return vdp("backfill", archive.dataset, "--json", "-q", "--workers", "2", *options, expect=expect)


def inventory_of(archive: Archive, indices: list[int]) -> Path:
    path = archive.root / "inventory.json"
    path.write_text(json.dumps([archive.product.key(index) for index in indices]))
    return path


def assert_same(vdp: Engine, archive: Archive, serial: Archive) -> None:
    """What forward made of the same files, by official readers: value by value, and each file recorded once."""
    assert_equal_stores(*(open_as_printed(vdp.run(each.dataset).python) for each in (archive, serial)))
    assert recorded(archive.store) == recorded(serial.store)


@pytest.mark.parametrize(
    "product, options",
    [(SMALL, {}), (SMALL, {"kind": "grow"}), (Naqfc(), {})],
    ids=["imerg", "growing", "naqfc"],
)
def test_equals_the_forward_path(vdp: Engine, archive_of: Callable[..., Archive], product, options: dict) -> None:
    archive, serial = archive_of(product, 40, **options), archive_of(product, 40, **options)
    answer = backfill(vdp, archive, "--partition-size", "15", "--batch", "4")
    assert answer.outcomes == {"written": 40}
    assert answer.document["partitions"] == 3
    assert answer.document["promoted"]
    assert_same(vdp, archive, serial)
    again = backfill(vdp, archive)
    assert again.document["commits"] == 0
    assert again.document["snapshot"] is None


def test_an_inventory_names_the_files_and_a_dry_run_writes_nothing(vdp: Engine, archive_of) -> None:
    archive, serial = archive_of(SMALL, 12), archive_of(SMALL, 12)
    inventory = inventory_of(archive, list(range(9)))
    predicted = backfill(vdp, archive, "--inventory", inventory, "--partition-size", "4", "--dry-run").document
    assert (predicted["files"], predicted["partitions"], predicted["estimate"]["commits"]) == (9, 3, 5)
    assert not archive.store.exists() and not (archive.root / ".vdp").exists()
    document = backfill(vdp, archive, "--inventory", inventory, "--partition-size", "4").document
    assert document["refs"] == predicted["estimate"]["refs"]
    assert document["outcomes"]["written"] == 9
    assert vdp.run(archive.dataset).outcomes == {"written": 3, "unchanged": 9}
    assert_same(vdp, archive, serial)


def test_findings_of_an_inventory_come_all_at_once(vdp: Engine, archive_of) -> None:
    archive = archive_of(SMALL, 2)
    keys = [archive.product.key(0), archive.product.key(0), "stranger.txt", "/elsewhere/x.HDF5"]
    inventory = archive.root / "inventory.json"
    inventory.write_text(json.dumps(keys))
    refused = backfill(vdp, archive, "--inventory", inventory, expect=None)
    assert refused.exit_code not in (DONE, FINDINGS)
    for words in ("3 findings", "named more than once", "stranger.txt", "/elsewhere/x.HDF5"):
        assert words in refused.stderr
    assert not archive.store.exists()


def test_a_bad_file_stops_it_unless_tolerated_and_is_told(vdp: Engine, archive_of) -> None:
    archive, serial = archive_of(SMALL, 10), archive_of(SMALL, 10)
    whole = archive.path(6).read_bytes()
    archive.path(6).write_bytes(whole[:200])
    set_age(archive.path(6))
    refused = backfill(vdp, archive, "--partition-size", "4", expect=FAILED)
    assert archive.path(6).name in refused.stderr
    told = backfill(vdp, archive, "--partition-size", "4", "--tolerate", "1", expect=FINDINGS)
    assert told.outcomes == {"written": 9, "rejected": 1}
    assert list(told.reasons) == [archive.path(6).name]
    archive.path(6).write_bytes(whole)
    set_age(archive.path(6))
    assert backfill(vdp, archive).outcomes == {"written": 1}
    assert_same(vdp, archive, serial)


def place_of(call: Call) -> str:
    """What kind of file a call touched: ids and numbers are all one."""
    parts = call.path.split("/")
    if parts[0] == "store":
        return "/".join(["store", *(part for part in parts[1:2] if "#" not in part)])
    if parts[0] != ".vdp":
        return parts[0]
    name = parts[-1].split(".")[0]
    return name if name.islower() and name.isalpha() else "items of a partition" if name.isdigit() else "folders"


def killed_and_resumed(vdp: Engine, archive: Archive, environment: dict[str, str]) -> bool:
    killed = backfill(vdp.within(environment), archive, *PIECES, expect=None)
    backfill(vdp, archive, *PIECES)
    return killed.exit_code == -9


def test_killed_at_every_stage_it_goes_on(vdp: Engine, archive_of, shared_folder: Path, tmp_path: Path) -> None:
    shim = KillShim.build(shared_folder / "crash")
    serial, quiet = archive_of(SMALL, 12), archive_of(SMALL, 12)
    log = tmp_path / "calls.log"
    vdp("backfill", quiet.dataset, "-q", *PIECES, environment=shim.environment(quiet.root, log=log))
    first, last = {}, {}
    for number, call in enumerate(calls_in(log, quiet.root), 1):
        first.setdefault(place_of(call), number)
        last[place_of(call)] = number
    points = sorted({*first.values(), *last.values()})
    assert {"plan", "fork", "items", "rejected", "store/repo", "store/manifests"} <= set(first), first
    chosen = points if LONG else points[:: max(1, len(points) // 12)]
    kills = 0
    for at in chosen:
        archive = archive_of(SMALL, 12)
        kills += killed_and_resumed(vdp, archive, shim.environment(archive.root, at=at))
        assert_same(vdp, archive, serial)
    assert kills >= len(chosen) // 2  # threads take turns: a late call may not come
    print(f"{kills} kills at {len(chosen)} of {len(points)} points: {', '.join(first)}")


def test_killed_at_random_it_goes_on(vdp: Engine, archive_of, shared_folder: Path) -> None:
    files, wanted = (1000, 50) if LONG else (60, 12)
    pieces = ("--partition-size", str(files // 6), "--batch", "5")
    shim = KillShim.build(shared_folder / "crash")
    chance = random.Random(SEED)
    serial, quiet = archive_of(SMALL, files), archive_of(SMALL, files)
    started = time.perf_counter()
    vdp("backfill", quiet.dataset, "-q", *pieces, environment=shim.environment(quiet.root))
    whole_s = time.perf_counter() - started
    kills = archives = 0
    while kills < wanted:
        archive = archive_of(SMALL, files)
        command = [vdp.binary, "backfill", archive.dataset, "-q", "--workers", "2", *pieces]
        environment = {"PATH": os.environ["PATH"]} | shim.environment(archive.root)
        for lives in itertools.count():  # ever longer ones: what a child or a commit was made for is not done again
            running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
            try:
                running.wait(timeout=chance.uniform(0.005, whole_s * (0.3 + 0.1 * lives)))
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
            if running.returncode == 0:
                break
            assert running.returncode == -9, running.returncode
            kills += 1
        archives += 1
        assert_same(vdp, archive, serial)
    print(f"seed {SEED}: {kills} kills, {archives} archives of {files} files; undisturbed {whole_s:.2f} s")


@pytest.mark.parametrize("kind", ["regular", "grow"])
def test_forward_goes_on_during_a_backfill_and_its_promote(vdp: Engine, archive_of, kind: str) -> None:
    """Forward takes the newest files, one a commit, while the older ones are filled in."""
    old, new = (200, 500) if LONG else (40, 40)
    archive, serial = (archive_of(SMALL, old + new, kind=kind) for _ in range(2))
    inventory = inventory_of(archive, list(range(old)))
    vdp("init", archive.dataset)
    enqueue(vdp, archive, archive.files()[old:])
    consumer = start_forward(vdp, archive, "-q", "--drain", "--batch", "1")
    document = backfill(vdp, archive, "--inventory", inventory, "--partition-size", "10", "--batch", "2").document
    finish(consumer)
    assert document["promoted"]
    assert_same(vdp, archive, serial)
    print(f"{new} granules committed by forward, {document['placed_again']} of them placed again by the promote")


def test_what_was_folded_in_meanwhile_stays_in_its_slots(vdp: Engine, archive_of) -> None:
    """A file of the ledger that `vdp resort` put in its place while a backfill was under way."""
    archive, serial = (archive_of(SMALL, 10, kind="grow") for _ in range(2))
    archive.redescribe("[forward]", '[forward]\nlate = "ledger"')
    vdp("init", archive.dataset)
    for late in ([0, 1, 2, 4], [3]):
        enqueue(vdp, archive, [archive.path(index) for index in late])
        vdp("forward", archive.dataset, "-q")
    inventory = inventory_of(archive, list(range(5, 10)))
    whole = archive.path(8).read_bytes()
    archive.path(8).unlink()
    backfill(vdp, archive, "--inventory", inventory, "--partition-size", "2", "--tolerate", "0", expect=FAILED)
    assert vdp("resort", archive.dataset, "--json").document["outcomes"]["written"] == 1
    archive.path(8).write_bytes(whole)
    set_age(archive.path(8))
    document = backfill(vdp, archive, "--inventory", inventory).document
    assert document["resumed"] and document["placed_again"] == 1
    assert_same(vdp, archive, serial)


def test_catch_up_enqueues_what_an_inventory_has_and_the_store_lacks(vdp: Engine, archive_of) -> None:
    archive, serial = archive_of(SMALL, 8), archive_of(SMALL, 8)
    backfill(vdp, archive, "--inventory", inventory_of(archive, [0, 1, 3, 5]))
    gap = inventory_of(archive, [0, 1, 2, 3])
    told = vdp("catch-up", archive.dataset, "--inventory", gap, "--dry-run", "--json").document
    assert (told["named"], told["enqueued"]) == (4, 1), "without versions, the names tell"
    document = vdp("catch-up", archive.dataset, "--json").document
    assert (document["named"], document["enqueued"], document["waited_before"]) == (8, 4, 0)
    again = vdp("catch-up", archive.dataset, "--json").document
    assert again["waited_before"] == 4
    assert vdp("forward", archive.dataset, "--json", "-q").document["outcomes"]["written"] == 4
    assert vdp("catch-up", archive.dataset, "--json").document["enqueued"] == 0
    assert_same(vdp, archive, serial)
