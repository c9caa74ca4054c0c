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
from comparison import assert_equals_sources, differences
from consumer import Content, depth, depth_in, enqueue, forward, read_content
from crash.kill_shim import Call, KillShim, calls_in
from engine import LONG, Answer, Engine
from opened import open_as_printed

BATCH = 10
SMALL = Imerg(longitudes=6, latitudes=8, chunk=(1, 4, 8))
SIDES = ("before", "after") if LONG else ("before",)
KINDS = ("regular", "grow")
# Of an archive's folder: all that a consumer changes.
STATE = ("store", ".vdp")


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
    before: Content
    after: Content

    @property
    def kept(self) -> Path:
        return self.archive.root / "kept"

    def keep(self) -> None:
        for name in STATE:
            shutil.copytree(self.archive.root / name, self.kept / name)

    def restore(self) -> None:
        remove_state(self.archive)
        for name in STATE:
            shutil.copytree(self.kept / name, self.archive.root / name)


def remove_state(archive: Archive) -> None:
    for name in STATE:
        shutil.rmtree(archive.root / name, ignore_errors=True)


def set_scene(vdp: Engine, archive: Archive) -> Scene:
    first, second = archive.files()[:BATCH], archive.files()[BATCH:]
    vdp("init", archive.dataset)
    enqueue(vdp, archive, first)
    forward(vdp, archive)
    enqueue(vdp, archive, second)
    scene = Scene(archive, read_content(archive), read_content(archive))
    scene.keep()
    forward(vdp, archive)
    scene.after = read_content(archive)
    # All the rest is compared with these two, so these are compared with the files.
    lines = vdp.run(archive.dataset).python
    assert_equals_sources(open_as_printed(lines), archive.files(), group="Grid", dropped=["nv"])
    assert scene.before.recorded == Counter(file.name for file in first)
    assert scene.after.recorded == Counter(file.name for file in archive.files())
    assert all(
        differences(values[:BATCH], scene.before.arrays[name]) is None
        for name, values in scene.after.arrays.items()
        if name not in ("lat", "lon")
    )
    return scene


def assert_whole(scene: Scene) -> None:
    """All of the batch is there, or nothing of it: values and records."""
    found = read_content(scene.archive)
    assert found.is_that_of(scene.after) or found.is_that_of(scene.before), found


def assert_finished(scene: Scene, answer: Answer) -> None:
    assert read_content(scene.archive).is_that_of(scene.after)
    left = depth_in(answer.document)
    assert left.is_empty and left.dead == 0, left


@pytest.fixture(scope="session")
def shim(shared_folder: Path) -> KillShim:
    return KillShim.build(shared_folder / "crash")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_batch(vdp: Engine, shim: KillShim, archive_of: Callable[..., Archive], kind: str, side: str) -> None:
    scene = set_scene(vdp, archive_of(SMALL, 2 * BATCH, kind=kind, batch=BATCH))
    root, log = scene.archive.root, scene.archive.root / "calls.log"
    undisturbed = shim.environment(root)  # without syncs, which take most of the time
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
            assert_finished(scene, forward(vdp, scene.archive, environment=undisturbed))
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
    answer = vdp.run(archive.dataset)
    assert_equals_sources(open_as_printed(answer.python), archive.files(), group="Grid", dropped=["nv"])
    expected = read_content(archive)
    points = 0
    for number in range(1, 10_000):
        remove_state(archive)
        log.unlink(missing_ok=True)
        environment = shim.environment(root, at=number, log=log)
        killed = vdp.run(archive.dataset, "-q", expect=None, environment=environment)
        if killed.exit_code == 0:
            break
        points += 1
        assert killed.exit_code == -signal.SIGKILL, str(killed)
        try:
            vdp.run(archive.dataset, environment=shim.environment(root))
            assert read_content(archive).is_that_of(expected)
            left = depth(vdp, archive)
            assert left.is_empty and left.dead == 0, left
        except AssertionError as error:
            call = calls_in(log, root)[number - 1]
            raise AssertionError(f"killed before call {number}, {call}") from error
    print(f"{points} points")
    assert points > 100
