"""S3 event -> SNS -> SQS -> function -> commit, through real servers, as the deployed stack is wired.

moto's SNS delivers to moto's own queues alone, and these slow down with their depth: so what the bucket told is carried
on to ElasticMQ, where each message arrives 1 to 20 times, in any order.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import numpy as np
import zarr

from archives.archive import Archive
from archives.damage import DAMAGES, spoil
from archives.stamped import FIELDS, Stamped
from consumer import recorded_in
from engine import Engine
from remote_archive import SOURCE_PREFIX, RemoteArchive, place
from servers.bucket import Bucket
from servers.event_source import EventSource
from servers.lambda_runtime import lambda_function
from servers.notifications import Notifications, notifications_of
from servers.s3_server import S3Server
from servers.sqs_queue import SqsQueue

GRANULES = 1000
FUNCTIONS = 3
MAX_DELIVERIES = 20
SEED = 20261123
# Files that cannot be read, and one that is whole and does not fit.
SPOILED = [damage for damage in DAMAGES if damage != "missing"] + ["other grid", "other packing", "truncated"]
STRANGE_KEY = "notes 2023+é.txt"
STRANGE_BODIES = ['{"hello": "world"}', "no event at all"]


def spoil_some(archive: Archive, seed: int) -> dict[int, str]:
    """The files that must not get into the store, by index."""
    chosen = dict(zip(random.Random(seed).sample(range(GRANULES), len(SPOILED)), SPOILED, strict=True))
    for index, damage in chosen.items():
        if damage == "other grid":
            Stamped(latitudes=5).write(archive.path(index), index)
        elif damage == "other packing":
            Stamped(scale_factor=0.02).write(archive.path(index), index)
        else:
            spoil(archive.path(index), damage)
    return chosen


def publish(archive: Archive, events: Notifications, seed: int) -> list[str]:
    """Uploads all files in any order; gives what the bucket told, through the topic."""
    files = archive.files()
    random.Random(seed).shuffle(files)
    bodies = []
    for number, path in enumerate(files):
        events.bucket.put(SOURCE_PREFIX + path.relative_to(archive.data).as_posix(), path.read_bytes())
        if number % 10 == 9:
            bodies += events.take()
    events.bucket.put(SOURCE_PREFIX + STRANGE_KEY, b"not a granule")
    return bodies + events.take()


def keys_of(bodies: list[str]) -> Counter[str]:
    records = [record for body in bodies for record in json.loads(body).get("Records", [])]
    return Counter(unquote_plus(record["s3"]["object"]["key"]) for record in records)


def redeliver(bodies: list[str], seed: int) -> list[str]:
    """Each of them 1 to 20 times, shuffled."""
    dice = random.Random(seed)
    deliveries = [body for body in bodies for _ in range(dice.randint(1, MAX_DELIVERIES))]
    dice.shuffle(deliveries)
    return deliveries


def environment_of(remote: RemoteArchive, queue: SqsQueue) -> dict[str, str]:
    """What the stack gives to its functions, and the store's endpoint and keys: the source's endpoint stands in the
    dataset file, and moto and ElasticMQ check no keys.
    """
    return remote.environment | {
        "VDP_DATASET": str(remote.archive.dataset),
        "VDP_DEAD_LETTERS": queue.dead_url,
        "VDP_MAX_RECEIVES": "5",
        "VDP_METRICS_NAMESPACE": "vdp",
    }


def consume(vdp: Engine, queue: SqsQueue, environment: dict[str, str], folder: Path) -> list[EventSource]:
    """Functions beside one another, until nothing is left."""
    sources: list[EventSource] = []
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            own_folder = folder / f"function-{number}"
            with lambda_function(vdp.binary, "process_messages", own_folder, environment) as function:
                source = EventSource(queue, lambda event: function.invoke(event).answer, seed=SEED + number)
                sources.append(source)
                while source.poll() or any(queue.counts()):
                    pass
        except BaseException as error:  # noqa: BLE001 (told by the test's own thread)
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(FUNCTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=600)
    assert not errors, errors
    return sources


def assert_in_place(remote: RemoteArchive, spoiled: dict[int, str]) -> None:
    """By official readers: every good granule once and in its slot, nothing in the slots of the others."""
    archive = remote.archive
    repository = remote.open()
    good = [index for index in range(GRANULES) if index not in spoiled]
    assert recorded_in(repository) == Counter(archive.path(index).name for index in good)
    group = zarr.open_group(repository.readonly_session("main").store, mode="r")
    for name in FIELDS:
        found = group[name][...]
        fill = group[name].fill_value
        for index in range(found.shape[0]):
            if index in spoiled:
                assert np.all(found[index] == fill), f"{name}[{index}] of a file that was {spoiled[index]}"
            else:
                expected = archive.product.values(index)[name][0]
                assert np.array_equal(found[index], expected), f"{name}[{index}]"


def assert_told(letters: list[dict[str, Any]], archive: Archive, spoiled: dict[int, str]) -> None:
    """Every delivery of a bad file is a dead letter with a reason, and so is what is no event; nothing else is."""
    expected = {archive.path(index).name for index in spoiled} | {STRANGE_KEY}
    found = set()
    for letter in letters:
        reason = letter.get("MessageAttributes", {}).get("vdp-reason", {}).get("StringValue", "")
        assert reason, letter
        if letter["Body"] in STRANGE_BODIES:
            found.add(letter["Body"])
        else:
            found |= {Path(key).name for key in keys_of([letter["Body"]])}
    assert found == expected | set(STRANGE_BODIES)


def test_every_granule_once_and_every_poison_told(
    vdp: Engine, archive_of, moto: S3Server, elasticmq, bucket: Bucket, tmp_path: Path
) -> None:
    archive = archive_of(Stamped(), GRANULES)
    spoiled = spoil_some(archive, SEED)
    events = notifications_of(moto)
    bodies = publish(archive, events, SEED)
    granules = keys_of(bodies)
    uploaded = {SOURCE_PREFIX + path.relative_to(archive.data).as_posix() for path in archive.files()}
    assert set(granules) == uploaded | {SOURCE_PREFIX + STRANGE_KEY}
    source = f'prefix = "{events.bucket.url(SOURCE_PREFIX)}"\nendpoint_url = "{events.bucket.endpoint}"'
    archive.redescribe('prefix = "data/"', source)
    remote = place(archive, store=bucket)
    remote.source = events.bucket

    queue = elasticmq.new_queue(max_receives=5)
    deliveries = redeliver(bodies + STRANGE_BODIES, SEED)
    queue.send(*deliveries)
    environment = environment_of(remote, queue)
    with lambda_function(vdp.binary, "initialize", tmp_path / "initialize", environment) as initialize:
        assert initialize.invoke({}).answer["created"] is True
    sources = consume(vdp, queue, environment, tmp_path)

    assert_in_place(remote, spoiled)
    assert_told(queue.take_dead(), archive, spoiled)
    print(
        f"{len(deliveries)} deliveries of {len(bodies)} events in {sum(each.invocations for each in sources)} "
        f"invocations, {sum(each.failures for each in sources)} records came back"
    )
