"""What a queue does to granules: any order, several times each, new versions in between, broken ones among them, two
consumers at once, signals. The store is what a serial ingest of the final versions makes.
"""

from __future__ import annotations

import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from archives.archive import Archive
from archives.damage import replace_by_text, truncate
from archives.stamped import Stamped
from archives.values import set_age
from comparison import assert_equal_stores
from consumer import (
    commits,
    dead_letters,
    depth,
    enqueue,
    finish,
    forward,
    recorded,
    start_forward,
    terminate,
)
from engine import DONE, FINDINGS, LONG, Engine
from opened import Opened, open_as_printed

BATCH = 100
# Granules, by the number of consumers.
GRANULES = {1: 3000, 2: 3000 if LONG else 1000}

# What breaks a granule, and what its dead letter must say.
BROKEN: dict[str, tuple[Callable[[Path, int], None], str]] = {
    "truncated": (lambda path, index: truncate(path), r"byte|size|end"),
    "wrong grid": (lambda path, index: Stamped(latitudes=5).write(path, index), r"lat.*(\b5\b.*\b4\b|\b4\b.*\b5\b)"),
    "wrong packing": (lambda path, index: Stamped(scale_factor=0.02).write(path, index), r"wind.*scale_factor.*0\.02"),
    "not HDF5": (lambda path, index: replace_by_text(path), r"text.*<!DOCTYPE html>"),
    "missing": (lambda path, index: path.unlink(), r"not found|no such"),
}


@dataclass
class Delivery:
    """Everything that is going to happen to one archive, from one seed."""

    archive: Archive
    seed: int
    broken: dict[int, str] = field(default_factory=dict)  # index to kind
    republished: list[int] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)  # indices, in the order of delivery

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        count = len(self.archive.present)
        # The first and the last file give the axis its length: they stay whole.
        chosen = chance.sample(range(1, count - 1), max(5, count // 100) + max(1, count // 200))
        number = max(5, count // 100)
        self.broken = {index: kind for index, kind in zip(chosen[:number], list(BROKEN) * count)}
        self.republished = chosen[number:]
        self.messages = [index for index in range(count) for _ in range(chance.randint(1, 5))]
        chance.shuffle(self.messages)

    def files(self, indices: list[int]) -> list[Path]:
        return [self.archive.path(index) for index in indices]

    def spoil(self) -> None:
        for index, kind in self.broken.items():
            path = self.archive.path(index)
            BROKEN[kind][0](path, index)
            if path.exists():
                set_age(path)

    def republish(self) -> None:
        """With other values, an hour later."""
        self.archive.deliver(*self.republished, revision=1)

    def whole(self) -> Archive:
        """The final versions of what is not broken, elsewhere."""
        archive = Archive(self.archive.root.with_name("serial"), self.archive.product)
        archive.describe(batch=BATCH)
        for index in sorted(self.archive.present - set(self.broken)):
            archive.deliver(index, revision=int(index in self.republished))
        return archive


def serial_ingest(vdp: Engine, archive: Archive) -> Opened:
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": len(archive.present)}
    return open_as_printed(answer.python)


def consume(vdp: Engine, archive: Archive, consumers: int) -> Counter[str]:
    """Until the queue is empty; gives the outcomes of all consumers."""
    running = [start_forward(vdp, archive, "-q") for _ in range(consumers)]
    outcomes: Counter[str] = Counter()
    for consumer in running:
        document = finish(consumer, expect=None)
        assert consumer.returncode in (DONE, FINDINGS), consumer.returncode
        outcomes.update(document["outcomes"])
    return outcomes


@pytest.mark.parametrize("consumers", GRANULES, ids=["one consumer", "two consumers"])
def test_delivery(vdp: Engine, archive_of, consumers: int) -> None:
    delivery = Delivery(archive_of(Stamped(), GRANULES[consumers], batch=BATCH), seed=20261122 + consumers)
    archive, messages = delivery.archive, delivery.messages
    expected = serial_ingest(vdp, delivery.whole())

    vdp("init", archive.dataset)
    half = len(messages) // 2
    # What is going to be broken is enqueued while it is whole, so that nothing notices before the consumer does.
    early = messages[:half] + [index for index in messages[half:] if index in delivery.broken]
    enqueue(vdp, archive, delivery.files(early))
    delivery.spoil()
    first = consume(vdp, archive, consumers)
    # Messages that are sent before a file comes again tell of its old version.
    enqueue(vdp, archive, delivery.files([index for index in messages[half:] if index not in delivery.broken]))
    delivery.republish()
    again = delivery.republished * 3
    random.Random(1).shuffle(again)
    enqueue(vdp, archive, delivery.files(again))
    second = consume(vdp, archive, consumers)

    assert depth(vdp, archive).is_empty
    good = archive.present - set(delivery.broken)
    assert recorded(archive.store) == Counter(archive.path(index).name for index in good)
    assert first["written"] + second["written"] == len(good)
    assert first["replaced"] + second["replaced"] >= len(set(delivery.republished) & set(early))
    assert_each_broken_one_is_dead(vdp, delivery)
    assert_equal_stores(open_as_printed(vdp.run(archive.dataset, expect=None).python), expected)


def assert_each_broken_one_is_dead(vdp: Engine, delivery: Delivery) -> None:
    """With its own reason, and nothing else is."""
    kinds = {delivery.archive.path(index).name: kind for index, kind in delivery.broken.items()}
    letters = dead_letters(vdp, delivery.archive)
    assert {name for name, _ in letters} == set(kinds)
    for name, reason in letters:
        assert re.search(BROKEN[kinds[name]][1], reason, re.IGNORECASE), f"{name}, {kinds[name]}: {reason!r}"


def filled(vdp: Engine, archive: Archive) -> Archive:
    """A store without granules, and all of them in the queue."""
    vdp("init", archive.dataset)
    enqueue(vdp, archive, archive.files())
    return archive


def wait_for(condition: Callable[[], bool], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def assert_complete(vdp: Engine, archive: Archive) -> None:
    assert depth(vdp, archive).is_empty
    assert recorded(archive.store) == Counter(file.name for file in archive.files())
    assert dead_letters(vdp, archive) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_a_consumer_after_its_batch(vdp: Engine, archive_of, number: signal.Signals) -> None:
    archive = filled(vdp, archive_of(Stamped(), 600, batch=5))
    before = commits(archive.store)
    consumer = start_forward(vdp, archive, "--follow", "-q")
    wait_for(lambda: commits(archive.store) > before + 2)
    document = terminate(consumer, number)
    done = document["outcomes"]["written"]
    assert done % 5 == 0 and 0 < done < 600, document
    assert commits(archive.store) == before + done // 5
    left = depth(vdp, archive)
    assert (left.waiting, left.in_flight) == (600 - done, 0)
    assert sum(recorded(archive.store).values()) == done

    assert forward(vdp, archive).outcomes == {"written": 600 - done}
    assert_complete(vdp, archive)


def test_follow_waits_for_more(vdp: Engine, archive_of) -> None:
    archive = archive_of(Stamped(), 20, batch=5)
    vdp("init", archive.dataset)
    consumer = start_forward(vdp, archive, "--follow", "-q")
    for part in (archive.files()[:10], archive.files()[10:]):
        enqueue(vdp, archive, part)
        wait_for(lambda: depth(vdp, archive).is_empty)
    assert terminate(consumer)["outcomes"]["written"] == 20
    assert_complete(vdp, archive)


def test_once_is_one_batch(vdp: Engine, archive_of) -> None:
    archive = filled(vdp, archive_of(Stamped(), 20, batch=8))
    before = commits(archive.store)
    assert forward(vdp, archive, "--once").outcomes == {"written": 8}
    assert forward(vdp, archive, "--once", "--batch", "3").outcomes == {"written": 3}
    assert commits(archive.store) == before + 2
    assert depth(vdp, archive).waiting == 9


def test_two_consumers_share_the_work(vdp: Engine, archive_of) -> None:
    archive = filled(vdp, archive_of(Stamped(), 600, batch=5))
    consumers = [start_forward(vdp, archive, "-q") for _ in range(2)]
    counts = [finish(consumer)["outcomes"] for consumer in consumers]
    assert [count["rejected"] for count in counts] == [0, 0]
    assert sum(count["written"] for count in counts) == 600
    assert min(count["written"] for count in counts) > 0, counts
    assert_complete(vdp, archive)


def test_a_killed_consumers_messages_come_back_at_once(vdp: Engine, archive_of) -> None:
    archive = filled(vdp, archive_of(Stamped(), 600, batch=5))
    consumer = start_forward(vdp, archive, "-q", "--visibility-timeout", "600s")
    wait_for(lambda: depth(vdp, archive).in_flight > 0)
    consumer.kill()
    consumer.wait()
    started = time.monotonic()
    forward(vdp, archive)
    assert time.monotonic() - started < 60
    assert_complete(vdp, archive)


def test_redrive_after_the_repair(vdp: Engine, archive_of) -> None:
    archive = filled(vdp, archive_of(Stamped(), 20, batch=5))
    broken = {3: "truncated", 7: "wrong packing", 11: "missing"}
    for index, kind in broken.items():
        BROKEN[kind][0](archive.path(index), index)
    assert forward(vdp, archive, expect=FINDINGS).outcomes == {"written": 17, "rejected": 3}
    assert sorted(name for name, _ in dead_letters(vdp, archive)) == [archive.path(index).name for index in broken]

    # One by its id, while it is broken still: it dies again, and for its reason.
    letters = vdp("dlq", "list", archive.dataset, "--json", expect=FINDINGS).document["letters"]
    first = next(letter for letter in letters if letter["uri"].endswith(archive.path(3).name))
    assert vdp("dlq", "redrive", archive.dataset, first["id"], "--json").document["redriven"] == 1
    assert depth(vdp, archive).dead == 2
    assert forward(vdp, archive, expect=FINDINGS).outcomes == {"rejected": 1}
    assert depth(vdp, archive).dead == 3

    archive.deliver(*broken)
    assert vdp("dlq", "redrive", archive.dataset, "--json").document["redriven"] == 3
    assert forward(vdp, archive).outcomes == {"written": 3}
    assert_complete(vdp, archive)
    assert vdp("dlq", "redrive", archive.dataset, "--json").document["redriven"] == 0


def test_a_run_tries_dead_letters_again(vdp: Engine, archive_of) -> None:
    """However often, each file is one dead letter, until it is repaired."""
    archive = archive_of(Stamped(), 10, batch=5)
    BROKEN["truncated"][0](archive.path(4), 4)
    for outcomes in ({"written": 9, "rejected": 1}, {"unchanged": 9, "rejected": 1}):
        assert vdp.run(archive.dataset, expect=FINDINGS).outcomes == outcomes
        assert [name for name, _ in dead_letters(vdp, archive)] == [archive.path(4).name]
    archive.deliver(4)
    assert vdp.run(archive.dataset).outcomes == {"written": 1, "unchanged": 9}
    assert_complete(vdp, archive)


def test_a_hole_is_waited_for(vdp: Engine, archive_of) -> None:
    """`forward.gap = "refuse"`: what lies behind a hole waits in the queue, in whatever order it comes."""
    archive = archive_of(Stamped(), 40, batch=4)
    archive.redescribe("[forward]", '[forward]\ngap = "refuse"')
    vdp("init", archive.dataset)
    files = archive.files()
    late = files.pop(25)
    random.Random(7).shuffle(files)
    enqueue(vdp, archive, files)
    answer = forward(vdp, archive, expect=FINDINGS)
    assert answer.outcomes == {"written": 25, "deferred": 14}
    assert all("vdp gaps" in entry["reason"] for entry in answer.document["deferrals"])
    assert depth(vdp, archive).waiting == 14
    enqueue(vdp, archive, [late])
    assert forward(vdp, archive).outcomes == {"written": 15}
    assert_complete(vdp, archive)
