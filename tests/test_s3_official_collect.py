"""Official garbage collection over a store of ours in S3 takes what nothing refers to, and nothing else."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import icechunk
import numpy as np
import pytest
import zarr

from archives.imerg import Imerg
from archives.mur import Mur
from archives.naqfc import Naqfc
from engine import Engine
from remote_archive import STORE_PREFIX, RemoteArchive, place
from servers.bucket import Bucket

# Object ids as the format has them: 12 random bytes in Crockford's base32.
STRAY_CHUNK, STRAY_MANIFEST = "chunks/0123456789ABCDEFGHJ0", "manifests/0123456789ABCDEFGHK0"


def content_hash(repository: icechunk.Repository, snapshot: str | None = None) -> str:
    """Of all metadata and values, as official zarr reads them."""
    which = {"snapshot_id": snapshot} if snapshot else {"branch": "main"}
    group = zarr.open_group(repository.readonly_session(**which).store, mode="r")
    digest = hashlib.sha256(repr(sorted(group.attrs.items())).encode())
    for path, node in sorted(group.members(max_depth=None)):
        digest.update(f"{path} {sorted(node.attrs.items())!r}".encode())
        if isinstance(node, zarr.Array):
            digest.update(f"{node.shape} {node.dtype}".encode() + _value_bytes(node))
    return digest.hexdigest()


def _value_bytes(array: zarr.Array) -> bytes:
    """An older snapshot may refer to a version of a file that is no more: readers are told so, rightly."""
    try:
        values = np.asarray(array[...])
    except icechunk.StorageError as error:
        if "checksum of the object owning the virtual chunk has changed" not in str(error):
            raise
        return b"the file has changed"
    return repr(values.tolist()).encode() if values.dtype.kind == "T" else values.tobytes()


def hashes(repository: icechunk.Repository) -> dict[str, str]:
    """Of every snapshot of the branch but the first, which is empty."""
    return {one.id: content_hash(repository, one.id) for one in repository.ancestry(branch="main") if one.parent_id}


def collect_everything_that_may_go(remote: RemoteArchive) -> icechunk.GCSummary:
    """As of tomorrow: no object is too young."""
    return remote.open().garbage_collect(datetime.now(UTC) + timedelta(days=1))


def assert_collect_takes_only(remote: RemoteArchive, strays: tuple[str, ...]) -> None:
    bucket = remote.store
    assert bucket
    expected = hashes(remote.open())
    before = set(bucket.listing(STORE_PREFIX))
    for stray in strays:
        bucket.put(STORE_PREFIX + stray, b"nothing refers to this")
    summary = collect_everything_that_may_go(remote)
    assert (summary.chunks_deleted, summary.manifests_deleted) == (1, 1)
    gone = before - set(bucket.listing(STORE_PREFIX))
    kept_kinds = ("chunks/", "manifests/", "snapshots/", "transactions/", "repo")
    assert [key for key in gone if key.removeprefix(STORE_PREFIX).startswith(kept_kinds)] == []
    assert hashes(remote.open()) == expected


@pytest.mark.parametrize("product", [Imerg(), Mur(), Naqfc(time_chunk=None)], ids=["imerg", "mur", "naqfc"])
def test_it_takes_nothing_reachable(vdp: Engine, archive_of, bucket: Bucket, product) -> None:
    options = {"kind": "regular"} if isinstance(product, Naqfc) else {}
    remote = place(archive_of(product, 8, batch=3, **options), store=bucket)
    vdp = vdp.within(remote.environment)
    vdp.run(remote.archive.dataset)
    remote.deliver(2, revision=1)  # its first version's references stay in older snapshots
    vdp.run(remote.archive.dataset)
    assert_collect_takes_only(remote, (STRAY_CHUNK, STRAY_MANIFEST))

    # What our own program reads and writes afterwards is as before.
    assert vdp.run(remote.archive.dataset).outcomes == {"unchanged": 8}
    remote.deliver(8)
    assert vdp.run(remote.archive.dataset).outcomes["written"] == 1
    vdp("verify", remote.archive.dataset)


def test_after_official_expiry_the_tip_stays(vdp: Engine, archive_of, bucket: Bucket) -> None:
    remote = place(archive_of(Imerg(), 8, batch=2), store=bucket)
    vdp = vdp.within(remote.environment)
    vdp.run(remote.archive.dataset)
    tip = content_hash(remote.open())
    expired = remote.open().expire_snapshots(datetime.now(UTC) + timedelta(days=1))
    summary = collect_everything_that_may_go(remote)
    assert len(expired) == summary.snapshots_deleted > 0
    assert content_hash(remote.open()) == tip
    vdp("verify", remote.archive.dataset)
    remote.deliver(8)
    assert vdp.run(remote.archive.dataset).outcomes == {"written": 1, "unchanged": 8}
    vdp("verify", remote.archive.dataset)
