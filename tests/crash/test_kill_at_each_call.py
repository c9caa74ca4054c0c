"""One batch, killed at every call that touches a file: the store is readable, and the next consumer ends the work.

The points are counted as they come: N goes up until a run ends without being killed, so all were tried.
"""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from archives.archive import Archive
from archives.imerg import Imerg
from comparison import assert_equal_stores, assert_equals_sources
from consumer import dead_letters, depth, enqueue, forward, recorded
from crash.kill_shim import Call, KillShim, calls_in
from engine import LONG, Engine
from opened import Opened, open_as_printed

BATCH = 10
SMALL = Imerg(longitudes=6, latitudes=8, chunk=(1, 4, 8))
SIDES = ("before", "after") if LONG else ("before",)
KINDS = ("regular", "grow")


@dataclass
class Step:
    """What a consumer was about to do when it was killed."""

    call: Call
    published: bool  # whether the commit had taken effect
    source_read: bool  # whether a source file had been looked at

    def stage(self) -> str:
        if self.call.is_of_source():
            return "parse"
        if self.call.is_of_store():
            return f"store: {self.call.name} {Path(self.call.path).parent.name or 'store'}"
        if not self.call.is_of_queue():
            return "other"
        if self.published:
            return "queue: remove"
        return "queue: receive" if not self.source_read else "queue: meanwhile"


def last_step(calls: list[Call]) -> Step:
    earlier = calls[:-1]
    published = any(call.name.startswith("rename") and call.path == "store/repo" for call in earlier)
    return Step(calls[-1], published, any(call.is_of_source() for call in earlier))


@dataclass
class Scene:
    """An archive whose store has one batch and whose queue holds another, and how to put it back to that."""

    archive: Archive
    lines: str  # that open the store
    before: Opened
    after: Opened

    @property
    def kept(self) -> Path:
        return self.archive.root / "kept"

    def keep(self) -> None:
        for name in ("store", ".vdp"):
            shutil.copytree(self.archive.root / name, self.kept / name)

    def restore(self) -> None:
        for name in ("store", ".vdp"):
            shutil.rmtree(self.archive.root / name, ignore_errors=True)
            shutil.copytree(self.kept / name, self.archive.root / name)

    def read(self) -> Opened:
        return open_as_printed(self.lines)


def set_scene(vdp: Engine, archive: Archive) -> Scene:
    first, second = archive.files()[:BATCH], archive.files()[BATCH:]
    vdp("init", archive.dataset)
    enqueue(vdp, archive, first)
    forward(vdp, archive)
    hidden = [file.rename(file.with_suffix(".hidden")) for file in second]
    lines = vdp.run(archive.dataset).python
    for file in hidden:
        file.rename(file.with_suffix(".HDF5"))
    before = open_as_printed(lines)
    assert_equals_sources(before, first, group="Grid", dropped=["nv"])
    enqueue(vdp, archive, second)
    scene = Scene(archive, lines, before, before)
    scene.keep()
    forward(vdp, archive)
    scene.after = scene.read()
    assert_equals_sources(scene.after, archive.files(), group="Grid", dropped=["nv"])
    return scene


def assert_whole(scene: Scene) -> None:
    """All of the batch is there, or nothing of it: values and records."""
    found = scene.read()
    is_after = len(found["time"].raw) == len(scene.after["time"].raw)
    assert_equal_stores(found, scene.after if is_after else scene.before)
    files = scene.archive.files() if is_after else scene.archive.files()[:BATCH]
    assert recorded(scene.archive.store) == Counter(file.name for file in files)


def assert_finished(vdp: Engine, scene: Scene) -> None:
    assert_equal_stores(scene.read(), scene.after)
    assert recorded(scene.archive.store) == Counter(file.name for file in scene.archive.files())
    left = depth(vdp, scene.archive)
    assert left.is_empty and left.dead == 0, left


@pytest.fixture(scope="session")
def shim(shared_folder: Path) -> KillShim:
    return KillShim.build(shared_folder / "crash")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_batch(vdp: Engine, shim: KillShim, archive_of: Callable[..., Archive], kind: str, side: str) -> None:
    scene = set_scene(vdp, archive_of(SMALL, 2 * BATCH, kind=kind, batch=BATCH))
    root, log = scene.archive.root, scene.archive.root / "calls.log"
    stages: Counter[str] = Counter()
    for number in range(1, 10_000):
        scene.restore()
        log.unlink(missing_ok=True)
        killed = forward(
            vdp, scene.archive, "-q", expect=None, environment=shim.environment(root, at=number, side=side, log=log)
        )
        if killed.exit_code == 0:
            break
        assert killed.exit_code == -signal.SIGKILL, str(killed)
        step = last_step(calls_in(log, root)[:number])
        stages[step.stage()] += 1
        try:
            assert_whole(scene)
            forward(vdp, scene.archive)
            assert_finished(vdp, scene)
        except AssertionError as error:
            raise AssertionError(f"killed {side} call {number}, {step}") from error
    print(f"{stages.total()} points, {side}, {kind}:")
    print(*(f"  {count:4} {stage}" for stage, count in stages.items()), sep="\n")
    assert_all_stages(stages)


def assert_all_stages(stages: Counter[str]) -> None:
    expected = {"queue: receive", "parse", "queue: remove", "store: renameat store"}
    expected |= {f"store: renameat {folder}" for folder in ("manifests", "snapshots", "transactions", "overwritten")}
    assert expected <= set(stages), expected - set(stages)
    assert sum(count for stage, count in stages.items() if stage.startswith("store: fsync")) >= 8


def test_making_the_store(vdp: Engine, shim: KillShim, archive_of: Callable[..., Archive]) -> None:
    """`run` on an archive without a store: the one after it ends the work."""
    archive = archive_of(SMALL, 3)
    root, log = archive.root, archive.root / "calls.log"
    expected = open_as_printed(vdp.run(archive.dataset).python)
    assert_equals_sources(expected, archive.files(), group="Grid", dropped=["nv"])
    points = 0
    for number in range(1, 10_000):
        for name in ("store", ".vdp"):
            shutil.rmtree(root / name, ignore_errors=True)
        environment = shim.environment(root, at=number, log=log)
        killed = vdp.run(archive.dataset, "-q", expect=None, environment=environment)
        if killed.exit_code == 0:
            break
        points += 1
        assert killed.exit_code == -signal.SIGKILL, str(killed)
        try:
            answer = vdp.run(archive.dataset)
            assert_equal_stores(open_as_printed(answer.python), expected)
            assert recorded(archive.store) == Counter(file.name for file in archive.files())
            assert dead_letters(vdp, archive) == []
        except AssertionError as error:
            raise AssertionError(f"killed before call {number}, {calls_in(log, root)[-1]}") from error
        log.unlink()
    print(f"{points} points")
    assert points > 50
