"""C8: a file that is replaced behind its references. They would point at the wrong bytes, stamped as fresh.

A file that is replaced between two reads of one parse is tested in src/pipeline/dataset_processor_test.cc.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import icechunk
import pytest

from archives.archive import Archive
from archives.mur import Mur
from archives.values import EPOCH_OF_FILES, set_modified
from comparison import assert_equals_sources
from engine import Engine
from opened import open_as_printed

DAYS = 6


def test_official_readers_refuse_a_file_that_changed(vdp: Engine, archive_of) -> None:
    """A reference carries the time of the version that was parsed."""
    archive = archive_of(Mur(), 3)
    answer = vdp.run(archive.dataset)
    archive.deliver(1, revision=1)
    with pytest.raises(icechunk.IcechunkError, match="(?i)checksum|modified|changed"):
        open_as_printed(answer.python)
    again = vdp.run(archive.dataset)
    assert again.outcomes == {"replaced": 1, "unchanged": 2}
    assert_equals_sources(open_as_printed(again.python), archive.files())


def test_a_change_of_the_size_alone_is_seen(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    vdp.run(archive.dataset)
    archive.deliver(1, revision=1)
    with archive.path(1).open("ab") as file:
        file.write(b"\0" * 100)
    set_modified(archive.path(1), EPOCH_OF_FILES)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"replaced": 1, "unchanged": 2}
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_a_new_version_can_be_left_out(vdp: Engine, archive_of) -> None:
    """`forward.same = "skip"`: the store keeps what it has, and readers refuse it rather than show other bytes."""
    archive = archive_of(Mur(), 3)
    archive.redescribe("[forward]", '[forward]\nsame = "skip"')
    vdp.run(archive.dataset)
    archive.deliver(1, revision=1)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"unchanged": 3}
    with pytest.raises(icechunk.IcechunkError):
        open_as_printed(answer.python)


class Provider(threading.Thread):
    """Publishes new versions of all files, one after the other, without a pause: each appears at once and whole."""

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self.archive = archive
        self.enough = threading.Event()
        self.published = 0
        self.versions = archive.root / "versions"
        for index in archive.present:
            for revision in (0, 1):
                path = self.version(index, revision)
                path.parent.mkdir(parents=True, exist_ok=True)
                archive.product.write(path, index, revision=revision)

    def version(self, index: int, revision: int) -> Path:
        return self.versions / str(revision) / self.archive.product.key(index)

    def run(self) -> None:
        while not self.enough.is_set():
            for index in self.archive.present:
                self.publish(index)

    def publish(self, index: int) -> None:
        self.published += 1
        incoming = self.versions / "incoming"
        incoming.write_bytes(self.version(index, self.published // DAYS % 2).read_bytes())
        # Old enough not to be waited for, and later than all versions before.
        set_modified(incoming, EPOCH_OF_FILES + 60 * self.published)
        os.replace(incoming, self.archive.path(index))


def test_files_that_change_all_the_time(vdp: Engine, archive_of) -> None:
    """What is read is of one version, and what was replaced since is refused: no run leaves wrong values behind."""
    archive = archive_of(Mur(), DAYS, batch=2)
    provider = Provider(archive)
    provider.start()
    try:
        for _ in range(8):
            vdp.run(archive.dataset, expect=None)
    finally:
        provider.enough.set()
        provider.join()
    assert provider.published > DAYS
    answer = vdp.run(archive.dataset)
    assert_equals_sources(open_as_printed(answer.python), archive.files())
    assert vdp.run(archive.dataset).outcomes == {"unchanged": DAYS}
