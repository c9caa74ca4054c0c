"""Eight forward consumers on one queue and one store: every granule exactly once and in its place."""

from __future__ import annotations

import itertools
from collections import Counter

import icechunk
import numpy as np
import zarr

from archives.archive import Archive
from archives.stamped import FIELDS, Stamped
from consumer import dead_letters, depth, enqueue, finish, recorded_in, start_forward
from engine import DONE, Engine
from remote_archive import RemoteArchive, place
from servers.bucket import Bucket
from servers.fault_proxy import Faults, fault_proxy

CONSUMERS = 8
GRANULES = 2000
BATCH = 10
FAULTS = Faults(lost_answers=0.01, slow_downs=0.05, seed=20261123)


def consume(vdp: Engine, remote: RemoteArchive) -> Counter[str]:
    """Until the queue is empty; gives the outcomes of all consumers."""
    archive = remote.archive
    vdp("init", archive.dataset)
    enqueue(vdp, archive, archive.files())
    running = [start_forward(vdp, archive, "-q") for _ in range(CONSUMERS)]
    outcomes: Counter[str] = Counter()
    for consumer in running:
        outcomes.update(finish(consumer, expect=None, timeout_s=600)["outcomes"])
    assert [consumer.returncode for consumer in running] == [DONE] * CONSUMERS
    return outcomes


def assert_each_granule_once(vdp: Engine, remote: RemoteArchive, outcomes: Counter[str]) -> None:
    archive = remote.archive
    assert +outcomes == {"written": GRANULES}
    assert depth(vdp, archive).is_empty
    assert dead_letters(vdp, archive) == []
    repository = remote.open()
    assert recorded_in(repository) == Counter(path.name for path in archive.files())
    assert_in_place(repository, archive)
    assert_each_slot_committed_once(repository)


def assert_in_place(repository: icechunk.Repository, archive: Archive) -> None:
    """Values encode their file: each step is that of its own file, and of no other."""
    product = archive.product
    assert isinstance(product, Stamped)
    group = zarr.open_group(repository.readonly_session("main").store, mode="r")
    expected = [product.values(index) for index in range(GRANULES)]
    for name in FIELDS:
        found = group[name][...]
        assert np.array_equal(found, np.concatenate([values[name] for values in expected])), name
    assert group["time"].shape == (GRANULES,)


def assert_each_slot_committed_once(repository: icechunk.Repository) -> None:
    """By the official library's diffs of all commits, one by one."""
    snapshots = [snapshot.id for snapshot in repository.ancestry(branch="main")][::-1]
    commits: dict[str, Counter[int]] = {name: Counter() for name in FIELDS}
    for parent, child in itertools.pairwise(snapshots):
        updated = repository.diff(from_snapshot_id=parent, to_snapshot_id=child).updated_chunks
        for name, count in commits.items():
            count.update(index[0] for index in updated.get(f"/{name}", []))
    for name, count in commits.items():
        assert count == Counter(range(GRANULES)), f"{name}: {[slot for slot in count if count[slot] > 1]} twice"
    assert len(snapshots) >= GRANULES // BATCH


def test_on_a_local_directory(vdp: Engine, archive_of) -> None:
    remote = place(archive_of(Stamped(), GRANULES, batch=BATCH))
    assert_each_granule_once(vdp, remote, consume(vdp, remote))


def test_on_s3(vdp: Engine, archive_of, bucket: Bucket) -> None:
    remote = place(archive_of(Stamped(), GRANULES, batch=BATCH), store=bucket)
    vdp = vdp.within(remote.environment)
    assert_each_granule_once(vdp, remote, consume(vdp, remote))


def test_on_s3_that_loses_answers(vdp: Engine, archive_of, bucket: Bucket) -> None:
    remote = place(archive_of(Stamped(), GRANULES, batch=BATCH), store=bucket)
    with fault_proxy(bucket.endpoint, FAULTS) as proxy:
        outcomes = consume(vdp.within(bucket.through(proxy.endpoint).environment()), remote)
        puts = proxy.conditional_puts()
        print(f"conditional PUTs {dict(puts)}, 503 {proxy.slow_downs}, requests {len(proxy.exchanges)}")
    assert_each_granule_once(vdp.within(remote.environment), remote, outcomes)
    # Enough went wrong for this to say something.
    assert puts["lost"] > 0 and proxy.slow_downs > GRANULES / BATCH / 10
