"""A backfill as the stack has it: the synthesised state machine, the program as its functions, a real S3 server;
workers killed, called twice and beside one another, answers lost, and an execution before it that failed.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import icechunk
import numpy as np
import zarr

from archives.stamped import FIELDS, Stamped
from backfill_stack import Call, backfill_stack, keys_of
from consumer import recorded_in
from engine import Engine
from remote_archive import RemoteArchive, place
from servers.bucket import Bucket
from servers.s3_server import S3Server
from step_functions.errors import StatesError

FILES, PARTITION = 300, 100
SIZES = {"BACKFILL_PARTITION_SIZE": PARTITION, "BACKFILL_MAX_ITEMS_PER_BATCH": 10, "BACKFILL_MAX_CONCURRENCY": 3}


def contents(repository: icechunk.Repository) -> dict[str, tuple[Any, dict[str, Any]]]:
    """Every array and group of `main` by the official readers: values and attributes."""
    root = zarr.open_group(repository.readonly_session("main").store, mode="r")
    found: dict[str, tuple[Any, dict[str, Any]]] = {"": (None, dict(root.attrs))}
    for name, node in root.members(max_depth=None):
        found[name] = (node[...] if isinstance(node, zarr.Array) else None, dict(node.attrs))
    del found["_vdp"][1]["vdp"]["seed"]  # the first file, in the bucket of its archive
    return found


def assert_same(one: icechunk.Repository, other: icechunk.Repository) -> None:
    ours, theirs = contents(one), contents(other)
    assert ours.keys() == theirs.keys()
    for name, (values, attributes) in ours.items():
        expected, expected_attributes = theirs[name]
        assert attributes == expected_attributes, name
        if values is not None and not name.startswith("_vdp/"):
            assert values.dtype == expected.dtype and np.array_equal(values, expected), name


def assert_in_place(remote: RemoteArchive) -> None:
    """By official readers: every file once and in its slot."""
    archive = remote.archive
    repository = remote.open()
    assert recorded_in(repository) == Counter(path.name for path in archive.files())
    group = zarr.open_group(repository.readonly_session("main").store, mode="r")
    for name in FIELDS:
        found = group[name][...]
        assert found.shape[0] == FILES
        for index in range(FILES):
            assert np.array_equal(found[index], archive.product.values(index)[name][0]), f"{name}[{index}]"


def first_execution_fails(call: Call) -> None:
    """In the second partition, behind workers that have done their work."""
    if call.role == "backfill_process" and call.number == PARTITION // 10 + 4:
        raise StatesError("Function.Denied", "as told by the test")


def second_execution_stumbles(call: Call, artifacts: Bucket) -> None:
    """Every stage once does its work and is called again; workers also are killed, or run twice at the same time.
    Strangers lie among the children before the first reduce.
    """
    if call.role == "backfill_process":
        call.kill = call.number % 5 == 1
        call.lose_answer = call.number % 5 == 2
        call.beside = call.number % 5 == 3
        return
    call.lose_answer = call.number == 0
    if call.role == "backfill_reduce" and call.number == 0:
        plant_strangers(call.payload["work_prefix"], artifacts)


def plant_strangers(work_prefix: str, artifacts: Bucket) -> None:
    """A child of another partition, half of a child, and what is none at all; under names that come before others."""
    own = work_prefix.removeprefix(artifacts.url(""))
    children = [key for key in artifacts.listing("backfill/archive/") if key.endswith(".child")]
    foreign = next(key for key in children if not key.startswith(own))
    whole = artifacts.get(next(key for key in children if key.startswith(own)))
    name = foreign.rpartition("/")[2].partition(".")[0]
    artifacts.put(f"{own}children/{name}.{'0' * 20}.child", artifacts.get(foreign))
    artifacts.put(f"{own}children/{name}.{'0' * 19}1.child", whole[: len(whole) // 2])
    artifacts.put(f"{own}children/notes.txt", b"nobody's")


def etags(artifacts: Bucket) -> dict[str, str]:
    """Of all that a run left."""
    return {key: etag for key, (etag, *_) in artifacts.listing("backfill/archive/").items()}


def test_an_archive_in_three_partitions(vdp: Engine, archive_of, versitygw: S3Server, tmp_path: Path) -> None:
    archive = archive_of(Stamped(), FILES)
    remote = place(archive, source=versitygw.new_bucket(), store=versitygw.new_bucket())
    keys = keys_of(archive)
    with backfill_stack(vdp, remote, versitygw.new_bucket(), tmp_path, {}, **SIZES) as stack:
        stack.functions.mishap = first_execution_fails
        failed = stack.start("archive", keys, "1")
        assert failed.error.name == "States.ExceedToleratedFailureThreshold", failed.error
        assert "as told by the test" in failed.error.cause
        assert not stack.functions.called("backfill_promote")
        leftovers = etags(stack.artifacts)

        stack.functions.calls.clear()
        stack.functions.mishap = lambda call: second_execution_stumbles(call, stack.artifacts)
        done = stack.start("archive", keys, "2")
        assert done.status == "SUCCEEDED", done.error
        assert done.output["promoted"] is True
        # The first partition was committed by the execution before.
        assert done.visited("Reduce", "Done") == ["Done", "Reduce", "Reduce"]
        workers = stack.functions.called("backfill_process")
        assert sum(call.kill for call in workers) >= 3 and sum(call.beside for call in workers) >= 3
        ignored = stack.functions.called("backfill_reduce")[0].answer["ignored"]
        assert "notes.txt" in " ".join(ignored), ignored
        assert leftovers.items() <= etags(stack.artifacts).items(), "nothing was written over"

        stack.functions.mishap = lambda call: None
        again = stack.start("archive", keys, "3")
        assert again.status == "SUCCEEDED", again.error

    assert_in_place(remote)
    forward = place(archive_of(Stamped(), FILES), store=versitygw.new_bucket())
    vdp.within(forward.environment).run(forward.archive.dataset)
    assert_same(remote.open(), forward.open())
    print(f"{len(workers)} calls of workers, {len(done.retries())} retries, {len(done.history)} events")
