"""The queue of an archive's dataset, and the consumers of it, as an operator drives them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import icechunk
import numpy as np
import zarr

from archives.archive import Archive
from comparison import differences
from engine import DONE, FINDINGS, Answer, Engine


@dataclass
class Depth:
    waiting: int
    in_flight: int
    dead: int

    @property
    def is_empty(self) -> bool:
        return self.left == 0

    @property
    def left(self) -> int:
        """Messages that are not done, dead ones aside."""
        return self.waiting + self.in_flight


def enqueue(vdp: Engine, archive: Archive, files: Iterable[Path]) -> Answer:
    """Delivers files, in this order; a file that is named twice is delivered twice."""
    return vdp("enqueue", archive.dataset, "--inventory", write_inventory(archive, files), "--json")


def send(archive: Archive, *bodies: str) -> None:
    """Puts messages of any shape into the queue, which is there already, as whoever may send there."""
    [queue] = (archive.root / ".vdp").glob("*.sqlite")
    with sqlite3.connect(queue) as database:
        for body in bodies:
            [(number,)] = database.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM message")
            row = (number, number, body, 0)
            database.execute("INSERT INTO message (number, id, body, sent_us) VALUES (?, ?, ?, ?)", row)
    database.close()


def removed(file: Path) -> str:
    """The message that a file is gone."""
    return json.dumps({"uri": file.as_uri(), "event": "removed"})


def created(file: Path) -> str:
    """The message that a file is there."""
    return json.dumps({"uri": file.as_uri()})


def write_inventory(archive: Archive, files: Iterable[Path]) -> Path:
    inventory = archive.root / "inventory.txt"
    inventory.write_text("".join(f"{file}\n" for file in files))
    return inventory


def forward(vdp: Engine, archive: Archive, *options: str, expect: int | None = DONE, **how) -> Answer:
    return vdp("forward", archive.dataset, "--json", *options, expect=expect, **how)


def start_forward(vdp: Engine, archive: Archive, *options: str, environment: dict[str, str] | None = None):
    """A consumer that runs beside the test."""
    return subprocess.Popen(
        [vdp.binary, "forward", archive.dataset, "--json", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]} | vdp.environment | (environment or {}),
    )


def finish(consumer: subprocess.Popen, *, expect: int | None = DONE, timeout_s: float = 120) -> dict:
    """Waits for a consumer, and gives its document."""
    stdout, stderr = consumer.communicate(timeout=timeout_s)
    assert expect is None or consumer.returncode == expect, f"exit code {consumer.returncode}:\n{stdout}\n{stderr}"
    return json.loads(stdout)


def terminate(consumer: subprocess.Popen, number: signal.Signals = signal.SIGTERM) -> dict:
    consumer.send_signal(number)
    return finish(consumer, timeout_s=30)


def depth(vdp: Engine, archive: Archive) -> Depth:
    answer = vdp("status", archive.dataset, "--json", expect=None)
    assert answer.exit_code in (DONE, FINDINGS), str(answer)
    return depth_in(answer.document)


def depth_in(document: dict) -> Depth:
    """Of what `status` and `forward` print."""
    queue = document["queue"]
    return Depth(queue["waiting"], queue["in_flight"], queue["dead"])


def dead_letters(vdp: Engine, archive: Archive) -> list[tuple[str, str]]:
    """File name and reason of each."""
    answer = vdp("dlq", "list", archive.dataset, "--json", "--limit", "100000", expect=None)
    letters = answer.document["letters"]
    assert answer.exit_code == (FINDINGS if letters else DONE), str(answer)
    return [(Path(letter["uri"]).name, letter["reason"]) for letter in letters]


@dataclass
class Content:
    """What official tools read from a store: its arrays, and how often each source file stands in its record."""

    arrays: dict[str, np.ndarray]  # as stored: neither masked nor scaled
    attributes: dict[str, dict]
    recorded: Counter[str]

    def is_that_of(self, other: Content) -> bool:
        return (
            self.recorded == other.recorded
            and self.attributes == other.attributes
            and self.arrays.keys() == other.arrays.keys()
            and all(differences(array, other.arrays[name]) is None for name, array in self.arrays.items())
        )


def read_content(archive: Archive) -> Content:
    """Quicker than open_as_printed, as nothing is decoded."""
    storage = icechunk.local_filesystem_storage(str(archive.store))
    access = {f"{archive.data.as_uri()}/": icechunk.credentials.Credentials.LocalFileSystemAccess()}
    repository = icechunk.Repository.open(storage, authorize_virtual_chunk_access=access)
    group = zarr.open_group(repository.readonly_session("main").store, mode="r")
    arrays = dict(group.arrays())
    return Content(
        {name: np.asarray(array[...]) for name, array in arrays.items()},
        {name: dict(node.attrs) for name, node in [("/", group), *arrays.items()]},
        _count_sources(group["_vdp/granules"]),
    )


def recorded(store: Path) -> Counter[str]:
    """How often each source file stands in the store's own record, `_vdp/granules`."""
    return recorded_in(icechunk.Repository.open(icechunk.local_filesystem_storage(str(store))))


def recorded_in(repository: icechunk.Repository) -> Counter[str]:
    return _count_sources(zarr.open_array(repository.readonly_session("main").store, path="_vdp/granules", mode="r"))


def _count_sources(records: zarr.Array) -> Counter[str]:
    texts = map(str, np.asarray(records[...]).reshape(-1))
    return Counter(Path(json.loads(text)["uri"]).name for text in texts if text)


def commits(store: Path) -> int:
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(store)))
    return sum(1 for _ in repository.ancestry(branch="main"))
