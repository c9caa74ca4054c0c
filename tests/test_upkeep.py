"""Expire and collect: held against the official library, beside live writers, and as a user calls them."""

from __future__ import annotations

import hashlib
import random
import shutil
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icechunk
import numpy as np
import pytest
import zarr

import icechunk_driver as ours
import icechunk_repositories as official
from archives.archive import Archive
from archives.mur import Mur
from comparison import assert_equals_sources
from engine import BAD_USAGE, FAILED, LONG, Engine
from opened import open_as_printed
from test_icechunk_interop import official_content
from upkeep_histories import RandomHistory, open_official

SEEDS = range(400 if LONG else 20)
WRITERS = 8 if LONG else 4
WRITING_S = 120 if LONG else 15
CUTOFF = "4s"


# ---- The same as the official library ----


def files(path: Path) -> set[str]:
    """All objects that a collector may delete."""
    kinds = ("snapshots", "transactions", "manifests", "chunks")
    return {f"{kind}/{file.name}" for kind in kinds if (path / kind).is_dir() for file in (path / kind).iterdir()}


def hashes(repository: icechunk.Repository) -> dict[str, str]:
    """The content of every snapshot that `repo` names, by official reading."""
    content = {}
    for snapshot in repository.inspect_repo_info()["snapshots"]:
        read = official_content(repository.readonly_session(snapshot_id=snapshot["id"]))
        digest = hashlib.sha256()
        for key in sorted(read):
            digest.update(key.encode() + b"\0" + hashlib.sha256(read[key]).digest())
        content[snapshot["id"]] = digest.hexdigest()
    return content


def our_view(path: Path) -> tuple[dict, dict]:
    """Snapshots with parents and pruned logs, and refs, as we read them."""
    _, snapshots, refs = ours.run([{"op": "open", "url": str(path)}, {"op": "snapshots"}, {"op": "refs"}])
    return snapshots, {**refs, "deleted_tags": sorted(refs["deleted_tags"])}


def official_view(repository: icechunk.Repository) -> dict:
    info = repository.inspect_repo_info()
    return {name: info[name] for name in ("branches", "tags", "deleted_tags", "snapshots", "metadata")}


def rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True)
class Upkeep:
    """One expiry and one collection, the same for both programs."""

    expire: datetime
    collect: datetime
    delete_branches: bool
    delete_tags: bool

    @staticmethod
    def of(history: RandomHistory) -> Upkeep:
        chosen = random.Random(history.seed)
        moments = history.moments
        return Upkeep(chosen.choice(moments), chosen.choice(moments), chosen.random() < 0.5, chosen.random() < 0.5)

    def officially(self, repository: icechunk.Repository) -> tuple[set[str], int]:
        released = repository.expire_snapshots(
            self.expire, delete_expired_branches=self.delete_branches, delete_expired_tags=self.delete_tags
        )
        summary = repository.garbage_collect(self.collect)
        return released, summary.bytes_deleted

    def by_us(self, vdp: Engine, path: Path, *options: str) -> tuple[set[str], int]:
        flags = ["--delete-expired-branches"] * self.delete_branches + ["--delete-expired-tags"] * self.delete_tags
        common = ("--allow-recent", "--json", *options)
        expired = vdp("repo", "expire", path, "--older-than", rfc3339(self.expire), *flags, *common).document
        collected = vdp("repo", "collect", path, "--older-than", rfc3339(self.collect), *common).document
        return set(expired["released"]), collected["deleted"]["total"]["bytes"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_as_the_official_library(vdp: Engine, tmp_path: Path, seed: int, record_property) -> None:
    history = RandomHistory(tmp_path / "history", seed)
    before, all_files = hashes(history.repository), files(history.path)
    upkeep = Upkeep.of(history)
    theirs_path, ours_path = history.copy("theirs"), history.copy("ours")
    theirs, our_own = open_official(theirs_path, history.path), open_official(ours_path, history.path)

    assert upkeep.by_us(vdp, ours_path) == upkeep.officially(theirs)
    assert files(ours_path) == files(theirs_path)
    assert our_view(ours_path) == our_view(theirs_path)
    assert official_view(our_own) == official_view(theirs)
    record_property("files", len(all_files))
    record_property("deleted", len(all_files - files(ours_path)))

    # Whatever is left is what it was, and can be read.
    after = hashes(our_own)
    assert after == hashes(theirs)
    assert after.items() <= before.items()
    # Each finds nothing to do in what the other left.
    left = files(ours_path)
    assert upkeep.officially(our_own) == (set(), 0)
    assert upkeep.by_us(vdp, theirs_path) == (set(), 0)
    assert files(ours_path) == files(theirs_path) == left
    assert our_view(ours_path) == our_view(theirs_path)


def test_histories_are_of_all_kinds(tmp_path: Path) -> None:
    """The comparison above is worth nothing if histories lack what can go wrong."""
    done: dict[str, int] = {}
    for seed in range(4):
        history = RandomHistory(tmp_path / f"history-{seed}", seed)
        for kind, count in history.done.items():
            done[kind] = done.get(kind, 0) + count
    assert set(done) >= {"commit", "amend", "branch", "tag", "reset", "delete_branch", "detached", "abandon"}, done


def test_a_dry_run_changes_nothing(vdp: Engine, tmp_path: Path) -> None:
    history = RandomHistory(tmp_path / "history", 1)
    repo, all_files = (history.path / "repo").read_bytes(), files(history.path)
    backups = sorted((history.path / "overwritten").iterdir())
    Upkeep.of(history).by_us(vdp, history.path, "--dry-run")
    assert (history.path / "repo").read_bytes() == repo
    assert files(history.path) == all_files
    assert sorted((history.path / "overwritten").iterdir()) == backups


# ---- Stores that we wrote ----


def replace_files(archive: Archive, vdp: Engine, rounds: int) -> str:
    """New versions of the files, a run each: old manifests and native chunks become garbage. What was printed last."""
    answer = vdp.run(archive.dataset)
    for turn in range(rounds):
        archive.deliver(3 + turn)
        answer = vdp.run(archive.dataset)
    return answer.python


def open_store(archive: Archive) -> icechunk.Repository:
    prefix = f"{archive.data.as_uri()}/"
    return icechunk.Repository.open(
        official.storage(archive.store),
        authorize_virtual_chunk_access={prefix: icechunk.Credentials.LocalFileSystemAccess()},
    )


@pytest.mark.parametrize("first", ["ours", "official"])
def test_a_store_of_ours_in_turns(vdp: Engine, archive_of, first: str) -> None:
    archive = archive_of(Mur(), 3)
    printed = replace_files(archive, vdp, 3)
    all_files = files(archive.store)
    now = rfc3339(datetime.now(UTC))
    if first == "ours":
        vdp("repo", "expire", archive.store, "--older-than", now, "--allow-recent")
        summary = open_store(archive).garbage_collect(datetime.now(UTC))
        assert summary.bytes_deleted > 0
    else:
        assert open_store(archive).expire_snapshots(datetime.now(UTC))
        collected = vdp("repo", "collect", archive.store, "--older-than", now, "--allow-recent", "--json").document
        assert collected["deleted"]["total"]["objects"] > 0
    assert files(archive.store) < all_files
    assert_equals_sources(open_as_printed(printed), archive.files())
    # The store goes on.
    archive.deliver(6)
    assert vdp.run(archive.dataset).outcomes["written"] == 1
    assert_equals_sources(open_as_printed(printed), archive.files())
    assert open_store(archive).garbage_collect(datetime.now(UTC)).snapshots_deleted == 0


# ---- The verbs ----


def test_gc_of_a_dataset(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    printed = replace_files(archive, vdp, 2)
    repository = open_store(archive)
    repository.create_tag("first", list(repository.ancestry(branch="main"))[-2].id)
    time.sleep(0.01)
    now = rfc3339(datetime.now(UTC))
    told = vdp("gc", archive.dataset, "--older-than", now, "--allow-recent", "--dry-run", "--json").document
    assert told["dry_run"] and told["expired"]["released"]
    all_files = files(archive.store)
    done = vdp("gc", archive.dataset, "--older-than", now, "--allow-recent", "--json").document
    assert done["expired"] == told["expired"]
    assert done["collected"]["deleted"] == told["collected"]["deleted"]
    assert len(all_files - files(archive.store)) == done["collected"]["deleted"]["total"]["objects"] > 0
    assert_equals_sources(open_as_printed(printed), archive.files())
    assert repository.list_tags() == {"first"}, "gc.keep_tags"
    with archive.dataset.open("a") as dataset:
        dataset.write("[gc]\nkeep_tags = false\n")
    again = vdp("gc", archive.dataset, "--older-than", now, "--allow-recent", "--json").document
    assert again["expired"]["deleted_tags"] == ["first"]
    assert_equals_sources(open_as_printed(printed), archive.files())


def test_gc_keeps_what_is_younger_than_the_dataset_file_says(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    replace_files(archive, vdp, 1)
    all_files = files(archive.store)
    answer = vdp("gc", archive.dataset, "--json").document
    assert answer["expired"]["released"] == [] and answer["collected"]["deleted"]["total"]["objects"] == 0
    age = datetime.now(UTC) - datetime.fromisoformat(answer["older_than"])
    assert timedelta(days=30) <= age < timedelta(days=30, minutes=5)
    assert files(archive.store) == all_files
    text = vdp("gc", archive.dataset).stdout
    assert "0 objects" in text and f"next: vdp status {archive.dataset}" in text


def test_recent_things_are_not_given_up(vdp: Engine, tmp_path: Path) -> None:
    history = RandomHistory(tmp_path / "history", 2)
    all_files, repo = files(history.path), (history.path / "repo").read_bytes()
    for verb in ("expire", "collect"):
        for age in ("1h", "23h59m", rfc3339(datetime.now(UTC)), rfc3339(datetime.now(UTC) + timedelta(days=1))):
            answer = vdp("repo", verb, history.path, "--older-than", age, expect=BAD_USAGE)
            assert "sessions that are still open" in answer.stderr
        vdp("repo", verb, history.path, expect=BAD_USAGE)
        vdp("repo", verb, history.path, "--older-than", "yesterday", expect=BAD_USAGE)
        vdp("repo", verb, history.path, "--older-than", "9999999999d", expect=BAD_USAGE)
    assert files(history.path) == all_files
    assert (history.path / "repo").read_bytes() == repo


def test_version_one_is_refused(vdp: Engine, tmp_path: Path) -> None:
    path = tmp_path / "v1"
    official.make("expired", path, 1)
    everything = sorted((file, file.read_bytes()) for file in path.rglob("*") if file.is_file())
    for verb in ("expire", "collect"):
        answer = vdp("repo", verb, path, "--older-than", "2d", expect=FAILED)
        assert "migrate" in answer.stderr
    assert sorted((file, file.read_bytes()) for file in path.rglob("*") if file.is_file()) == everything


def test_what_is_protected_stays(vdp: Engine, tmp_path: Path) -> None:
    history = RandomHistory(tmp_path / "history", 4)
    main = [one.id for one in history.repository.ancestry(branch="main")]
    for number, snapshot in enumerate(main[:-1]):
        history.repository.create_tag(f"{'keep' if number % 2 else 'drop'}-{number}", snapshot)
    kept_tags = {name for name in history.repository.list_tags() if name.startswith("keep-")}
    before = hashes(history.repository)
    now = rfc3339(datetime.now(UTC))
    told = vdp("repo", "expire", history.path, "--older-than", now, "--allow-recent", "--keep-newest", "3",
               "--delete-expired-tags", "--protect-tag", "keep-*", "--protect-tag", "nothing", "--json").document  # fmt: skip
    repository = open_official(history.path, history.path)
    assert repository.list_tags() == kept_tags
    assert [one.id for one in repository.ancestry(branch="main")][:3] == main[:3]
    assert told["kept"] == len(repository.inspect_repo_info()["snapshots"])
    assert not set(told["released"]) & set(main[:3])
    collected = vdp("repo", "collect", history.path, "--older-than", now, "--allow-recent", "--json").document
    assert collected["kept"]["total"]["objects"] == len(files(history.path))
    sizes = sum((history.path / file).stat().st_size for file in files(history.path))
    assert collected["kept"]["total"]["bytes"] == sizes
    assert hashes(open_official(history.path, history.path)).items() <= before.items()


@pytest.mark.parametrize("damage", ["manifest", "snapshot", "snapshot of another name", "repo"])
def test_a_damaged_repository_loses_nothing(vdp: Engine, tmp_path: Path, damage: str) -> None:
    history = RandomHistory(tmp_path / "history", 3)
    main = history.repository.lookup_branch("main")
    snapshot = history.path / "snapshots" / main
    manifest = history.path / "manifests" / next(iter(history.repository.list_manifest_files(main))).id
    if damage == "snapshot of another name":
        shutil.copy(history.path / "snapshots" / "1CECHNKREP0F1RSTCMT0", snapshot)
    else:
        victim = {"manifest": manifest, "snapshot": snapshot, "repo": history.path / "repo"}[damage]
        victim.write_bytes(victim.read_bytes()[:-9])
    all_files = files(history.path)
    now = rfc3339(datetime.now(UTC))
    answer = vdp("repo", "collect", history.path, "--older-than", now, "--allow-recent", "--json", expect=FAILED)
    assert answer.document["error"]["kind"] in ("corrupt", "unsupported"), answer
    assert files(history.path) == all_files


# ---- Beside live writers ----


@dataclass
class Writer:
    """Commits again and again; each commit fills a new chunk and replaces one of its own."""

    store: Path
    number: int
    ends: float
    acknowledged: dict[int, int] = field(default_factory=dict)
    commits: int = 0
    conflicts: int = 0
    problem: str = ""

    def run(self) -> None:
        try:
            while time.monotonic() < self.ends:
                self.commit_once()
        except Exception as error:  # noqa: BLE001 - told by the main thread
            self.problem = repr(error)

    def commit_once(self) -> None:
        value = self.commits + 1
        new_cell = ROW * self.number + 1 + self.commits % (ROW - 1)
        cells = (ROW * self.number, new_cell)
        steps = [{"op": "open", "url": str(self.store)}, {"op": "session"}]
        steps += [{"op": "set_chunk", "path": "/a", "index": [c], "bytes": self.content(value)} for c in cells]
        answer = ours.run([*steps, {"op": "commit", "message": f"writer {self.number}, {value}"}])[-1]
        if "committed" not in answer:
            self.conflicts += 1
            return
        self.commits = value
        self.acknowledged |= dict.fromkeys(cells, value)

    @staticmethod
    def content(value: int) -> str:
        return ours.text(np.full(CELL_LENGTH, value, "<i4").tobytes())


ROW = 500
CELL_LENGTH = 300


def read_officially(store: Path, expected: dict[int, int]) -> list[str]:
    """What is not as expected, or younger."""
    session = icechunk.Repository.open(official.storage(store)).readonly_session("main")
    values = zarr.open_group(session.store, mode="r")["a"]
    wrong = []
    for cell, value in expected.items():
        found = values[cell * CELL_LENGTH : (cell + 1) * CELL_LENGTH]
        if found.min() != found.max() or found[0] < value:
            wrong.append(f"chunk {cell}: found {found.min()} to {found.max()}, expected {value}")
    return wrong


def test_collect_beside_writers_loses_nothing(vdp: Engine, tmp_path: Path, record_property) -> None:
    store = tmp_path / "store"
    shape = [WRITERS * ROW * CELL_LENGTH]
    array = {"op": "set_array", "path": "/a", "zarr_json": ours.array(shape, [CELL_LENGTH])}
    ours.run(
        [
            {"op": "create", "url": str(store), "config": {"inline_chunk_threshold_bytes": 0}},
            {"op": "session"},
            {"op": "set_group", "path": "/"},
            array,
            {"op": "commit", "message": "array"},
        ]
    )
    writers = [Writer(store, number, time.monotonic() + WRITING_S) for number in range(WRITERS)]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    rounds, deleted = 0, 0
    while any(thread.is_alive() for thread in threads):
        known = [dict(writer.acknowledged) for writer in writers]
        vdp("repo", "expire", store, "--older-than", CUTOFF, "--allow-recent")
        collected = vdp("repo", "collect", store, "--older-than", CUTOFF, "--allow-recent", "--json").document
        deleted += collected["deleted"]["total"]["objects"]
        rounds += 1
        for acknowledged in known:
            sample = dict(random.Random(rounds).sample(sorted(acknowledged.items()), min(5, len(acknowledged))))
            assert not read_officially(store, sample)
    for thread in threads:
        thread.join()
    assert not [writer.problem for writer in writers if writer.problem]

    commits = sum(writer.commits for writer in writers)
    for name, value in (("commits", commits), ("rounds", rounds), ("deleted", deleted)):
        record_property(name, value)
    print(f"{commits} commits, {sum(w.conflicts for w in writers)} conflicts, {rounds} rounds, {deleted} deleted")
    assert commits > 20 * WRITERS and rounds > 5 and deleted > commits
    for writer in writers:
        assert not read_officially(store, writer.acknowledged)
    # A quiet round leaves no garbage, and the official collector finds none.
    now = rfc3339(datetime.now(UTC))
    vdp("repo", "expire", store, "--older-than", now, "--allow-recent")
    vdp("repo", "collect", store, "--older-than", now, "--allow-recent")
    left = files(store)
    repository = icechunk.Repository.open(official.storage(store))
    assert repository.garbage_collect(datetime.now(UTC)).bytes_deleted == 0
    assert files(store) == left
    for writer in writers:
        assert not read_officially(store, writer.acknowledged)
