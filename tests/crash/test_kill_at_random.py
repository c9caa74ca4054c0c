"""300 files, the consumer killed at random moments, again and again until one ends: nothing lost, nothing twice."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from archives.archive import Archive
from archives.imerg import Imerg
from comparison import assert_equal_stores
from consumer import dead_letters, depth, enqueue, forward, recorded, start_forward
from crash.kill_shim import KillShim
from engine import LONG, Engine
from opened import Opened, open_as_printed

FILES = 300
BATCH = 10
KILLS = 25  # per archive: 100 in the gate
SEEDS = range(20) if LONG else range(2)
SMALL = Imerg(longitudes=6, latitudes=8, chunk=(1, 4, 8))


@dataclass
class Killer:
    """Kills at moments such that about `kills` lives are needed for all the work."""

    chance: random.Random
    whole_s: float  # what an undisturbed consumer takes
    kills: int
    lives_in_vain: int = 0

    def life_s(self) -> float:
        return self.chance.uniform(0.001, 2 * self.whole_s / self.kills)

    def may_kill(self, progress: bool) -> bool:
        """A message dies after five deliveries: a batch that was disturbed three times in a row is left in peace."""
        self.lives_in_vain = 0 if progress else self.lives_in_vain + 1
        return self.lives_in_vain < 3


def ingest(vdp: Engine, archive: Archive, environment: dict[str, str]) -> float:
    """Ingests all, and gives the seconds that it took."""
    vdp("init", archive.dataset)
    enqueue(vdp, archive, archive.files())
    started = time.perf_counter()
    forward(vdp, archive, environment=environment)
    return time.perf_counter() - started


def live(vdp: Engine, archive: Archive, seconds: float, environment: dict[str, str]) -> bool:
    """One consumer, killed after so long. Says whether it was."""
    consumer = start_forward(vdp, archive, "-q", environment=environment)
    try:
        consumer.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        consumer.kill()
        consumer.communicate()
    assert consumer.returncode in (0, -9), consumer.returncode
    return consumer.returncode == -9


def kill_again_and_again(vdp: Engine, archive: Archive, killer: Killer, environment: dict[str, str]) -> int:
    """Until a consumer ends by itself; gives the number of kills."""
    kills, before = 0, depth(vdp, archive).left
    while live(vdp, archive, killer.life_s(), environment):
        kills += 1
        now = depth(vdp, archive).left
        if not killer.may_kill(progress=now < before):
            forward(vdp, archive, "--once")
            killer.lives_in_vain = 0
        before = now
    return kills


def assert_finished(vdp: Engine, archive: Archive, expected: Opened) -> None:
    left = depth(vdp, archive)
    assert left.is_empty and left.dead == 0, (left, dead_letters(vdp, archive))
    assert recorded(archive.store) == Counter(file.name for file in archive.files())
    assert_equal_stores(open_as_printed(vdp.run(archive.dataset).python), expected)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["regular", "grow"])
def test_kill_at_random(vdp: Engine, archive_of, shared_folder: Path, kind: str, seed: int) -> None:
    # Without real syncs the moments fall on all of the work, and not on the waiting for the disk alone.
    shim = KillShim.build(shared_folder / "crash")
    quiet = archive_of(SMALL, FILES, kind=kind, batch=BATCH)
    whole_s = ingest(vdp, quiet, shim.environment(quiet.root))
    expected = open_as_printed(vdp.run(quiet.dataset).python)

    killer = Killer(random.Random(seed), whole_s, KILLS)
    kills, archives = 0, 0
    while kills < KILLS:
        archive = archive_of(SMALL, FILES, kind=kind, batch=BATCH)
        vdp("init", archive.dataset)
        enqueue(vdp, archive, archive.files())
        kills += kill_again_and_again(vdp, archive, killer, shim.environment(archive.root))
        archives += 1
        assert_finished(vdp, archive, expected)
    print(f"seed {seed}, {kind}: {kills} kills, {archives} archives; undisturbed {whole_s:.2f} s")
