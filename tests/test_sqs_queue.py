"""The queue of a dataset may be one of SQS: every verb that has a queue takes its URL."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from archives.archive import Archive
from archives.damage import truncate
from archives.mur import Mur
from archives.stamped import Stamped
from archives.values import set_age
from comparison import assert_equal_stores, assert_equals_sources
from consumer import dead_letters, depth, enqueue, forward, recorded, start_forward, terminate, write_inventory
from engine import FINDINGS, Engine
from opened import open_as_printed
from servers.s3_server import S3Server
from servers.sqs_queue import SqsQueue, make_queue
from servers.sqs_server import SqsServer

NO_GRANULE = "no granule at all, and nobody may see it"


@pytest.fixture
def user(vdp: Engine, elasticmq: SqsServer, sqs_queue: SqsQueue) -> Engine:
    """Who has set the queue once and for all."""
    return vdp.within(elasticmq.environment() | {"VDP_QUEUE": sqs_queue.url})


def spoil(archive: Archive, index: int) -> None:
    truncate(archive.path(index))
    set_age(archive.path(index))


def test_delivery_with_poison(vdp: Engine, user: Engine, archive_of, sqs_queue: SqsQueue) -> None:
    """Granules that come one to five times in any order, poison among them: good ones are in place once, poison is dead
    with its reason, and is good after its repair."""
    count, broken = 60, {7, 23, 41}
    whole = archive_of(Stamped(), count, batch=25)
    expected = open_as_printed(vdp.run(whole.dataset).python)
    archive = archive_of(Stamped(), count, batch=25)
    user("init", archive.dataset)
    chance = random.Random(6)
    messages = [index for index in range(count) for _ in range(chance.randint(1, 5))]
    chance.shuffle(messages)
    enqueue(user, archive, [archive.path(index) for index in messages])
    assert depth(user, archive).waiting == len(messages) == sum(sqs_queue.counts())
    sqs_queue.send(NO_GRANULE)
    for index in broken:
        spoil(archive, index)

    report = forward(user, archive, "--drain", expect=FINDINGS)
    assert report.outcomes["written"] == count - len(broken)
    assert report.outcomes["rejected"] == sum(index in broken for index in messages) + 1
    assert recorded(archive.store) == Counter(archive.path(index).name for index in set(range(count)) - broken)
    assert sum(sqs_queue.counts()) == 0
    assert NO_GRANULE not in report.stdout + report.stderr

    letters = dead_letters(user, archive)
    names = Counter(name for name, _ in letters)
    assert names.keys() == {archive.path(index).name for index in broken} | {f"a message of {len(NO_GRANULE)} bytes"}
    assert all(reason for _, reason in letters)
    assert dead_letters(user, archive) == letters, "they stay, and are there at once"

    archive.deliver(*broken)
    listed = user("dlq", "list", archive.dataset, "--json", expect=FINDINGS).document["letters"]
    nonsense = [letter["id"] for letter in listed if letter["uri"].startswith("a message of")]
    assert user("dlq", "discard", archive.dataset, *nonsense, "--json").document["discarded"] == 1
    assert user("dlq", "redrive", archive.dataset, "--json").document["redriven"] == len(listed) - 1
    assert forward(user, archive).outcomes["written"] == len(broken)
    assert dead_letters(user, archive) == []
    assert depth(user, archive).is_empty
    assert_equal_stores(open_as_printed(user.run(archive.dataset).python), expected)


def test_dead_letters_say_why(user: Engine, archive_of, sqs_queue: SqsQueue) -> None:
    archive = archive_of(Mur(), 3)
    user("init", archive.dataset)
    enqueue(user, archive, archive.files())
    spoil(archive, 1)
    forward(user, archive, expect=FINDINGS)
    [(_, reason)] = dead_letters(user, archive)
    [letter] = sqs_queue.take_dead()
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert attributes["vdp-reason"] == reason
    assert attributes["vdp-receive-count"] == "1"
    assert attributes.keys() == {"vdp-reason", "vdp-message-id", "vdp-receive-count", "vdp-sent-at"}
    assert archive.path(1).name in letter["Body"]


@pytest.mark.parametrize("kind", ["elasticmq", "moto"])
def test_run_and_status(request: pytest.FixtureRequest, vdp: Engine, archive_of, kind: str) -> None:
    """By the option, and on a second server."""
    server: SqsServer | S3Server = request.getfixturevalue(kind)
    if isinstance(server, SqsServer):
        queue, environment = server.new_queue(), server.environment()
    else:
        client = server.client("sqs")
        queue = make_queue(client, "run-and-status", max_receives=3, visibility_timeout_s=30)
        environment = {"AWS_ACCESS_KEY_ID": server.access_key, "AWS_SECRET_ACCESS_KEY": server.secret_key}
    archive = archive_of(Mur(), 12)
    user = vdp.within(environment)
    answer = user("run", archive.dataset, "--queue", queue.url, "--json")
    assert answer.outcomes == {"written": 12}
    assert_equals_sources(open_as_printed(answer.python), archive.files())
    status = user("status", archive.dataset, "--queue", queue.url)
    assert "queue     0 waiting, 0 in flight, 0 dead\n" in status.stdout
    assert user("status", archive.dataset, "--queue", queue.url, "--json").document["queue"]["oldest_age_s"] is None
    assert not (archive.root / ".vdp").exists(), "no queue beside the dataset file"


def test_a_signal_is_answered_soon(user: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 4)
    user("init", archive.dataset)
    consumer = start_forward(user, archive, "--follow", "-q")
    enqueue(user, archive, archive.files())
    while not depth(user, archive).is_empty:
        assert consumer.poll() is None
    # terminate() waits 30 s at most; the long poll is one of 2 s.
    assert terminate(consumer)["outcomes"]["written"] == 4


def test_a_growing_axis_is_warned_of(user: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3, kind="grow")
    answer = user("run", archive.dataset)
    assert answer.stderr.count("keeps no order") == 1
    assert answer.stderr.count("\n") < 20


def test_what_is_no_usable_queue(vdp: Engine, elasticmq: SqsServer, sqs_queue: SqsQueue, archive_of) -> None:
    archive = archive_of(Mur(), 1)
    user = vdp.within(elasticmq.environment())

    def refusal(url: str) -> str:
        answer = user("enqueue", archive.dataset, "--discover", "--queue", url, expect=None)
        assert answer.exit_code in (2, 3), answer
        return answer.stderr

    assert "does not exist" in refusal(f"{sqs_queue.url}-not-there")
    assert "no redrive policy" in refusal(sqs_queue.dead_url)
    assert "FIFO" in refusal(f"{sqs_queue.url}.fifo")
    assert "expected the URL of a queue" in refusal(elasticmq.endpoint)


def test_an_inventory_of_thousands(user: Engine, archive_of, sqs_queue: SqsQueue) -> None:
    """Sent in tens, and counted."""
    archive = archive_of(Stamped(), 30)
    files: list[Path] = archive.files() * 50
    user("enqueue", archive.dataset, "--inventory", write_inventory(archive, files))
    assert sum(sqs_queue.counts()) == len(files)
