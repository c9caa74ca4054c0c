"""What `vdp lambda` costs: its start, and its memory, however long it lives."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archives.archive import Archive
from archives.values import set_modified
from engine import Engine
from functions import Start, archive, event, history, message, start  # noqa: F401 (fixtures)
from servers.lambda_runtime import LambdaFunction, lambda_function, sqs_event

START_UPS = 20
MAX_RESIDENT_BYTES = 40_000_000


@pytest.fixture
def warm(archive: Archive, start: Start) -> Iterator[LambdaFunction]:
    with start("process_messages", archive, VDP_LOG_LEVEL="error") as function:
        yield function


def test_memory_does_not_grow(archive: Archive, warm: LambdaFunction) -> None:
    """Over events with files that are new, known, of another grid, and none at all."""
    archive.product.__class__(latitude_shift=1.0).write(archive.path(5), 5)
    assert warm.invoke(event(archive, 0, 1, 2, 3, 4)).failures == []
    before = history(archive)
    resident = {}
    for number in range(1, 1001):
        if number % 20 == 0:
            set_modified(archive.path(number // 20 % 5), 1_600_000_000 + number)
        bodies = [*(message(archive, index) for index in range(6)), "{", "s3://elsewhere/x", message(archive, 0), "[]"]
        assert warm.invoke(sqs_event(*bodies), trace_id=f"Root=1-{number:08x}-0").failures == ["m5", "m6", "m7", "m9"]
        resident[number] = warm.resident_bytes
    assert len(history(archive)) - len(before) == 50, "each new version of a file is a commit"
    print(f"resident after 50: {resident[50] / 1e6:.1f} MB, after 1,000: {resident[1000] / 1e6:.1f} MB")
    assert resident[1000] - resident[50] < 1_500_000
    assert resident[1000] < MAX_RESIDENT_BYTES


def test_start_up_and_size(vdp: Engine, archive: Archive, tmp_path: Path) -> None:
    """Printed: figures of a busy machine are no verdict. That it is small is asserted."""
    started = []
    environment = {"VDP_DATASET": str(archive.dataset)}
    for number in range(START_UPS):
        before = time.monotonic()
        with lambda_function(vdp.binary, "process_messages", tmp_path / str(number), environment) as function:
            assert function.runtime.first_asked.wait(30)
            started.append((function.runtime.first_asked_at - before) * 1000)
            if number == 0:
                function.invoke(event(archive, *range(6), *range(4)))
                peak = function.peak_bytes
    median, least, most = statistics.median(started), min(started), max(started)
    print(f"start to the first GET: median {median:.1f} ms, {least:.1f} to {most:.1f}")
    print(f"peak after a batch of ten: {peak / 1e6:.1f} MB")
    assert peak < MAX_RESIDENT_BYTES
