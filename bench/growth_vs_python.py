"""What appending ten files costs as the store grows, beside Python; and what a reader of all of it has to open.

usage: growth_vs_python.py [--sizes 100 1000 10000] [--repetitions 5]

Ours is `vdp forward` on a queue of IMERG-like files (77 references each), a commit every ten; without fsync, as the
peer makes none. "A commit" is a twentieth of a process that makes twenty, less one with an empty queue: parsing ten
files, placing and committing them. "A process" is one that appends ten files and ends.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import imerg_archive
from measure import HERE, OURS, Cost, Table, machine, measure, ratio, put_aside, spread, times
from no_sync import NoSync
from archives.archive import Archive
from consumer import write_inventory
from engine import find_binary

BATCH, COMMITS = 10, 20
FIELD = "/precipitation"


@dataclass
class Store:
    """Ours, and the files that it grows by."""

    vdp: Path
    archive: Archive
    no_sync: NoSync

    def __len__(self) -> int:
        return len(self.archive.present)

    def enqueue_new(self, count: int) -> None:
        new = range(len(self), len(self) + count)
        self.archive.deliver(*new)
        inventory = write_inventory(self.archive, [self.archive.path(index) for index in new])
        self._measure("enqueue", "--inventory", inventory)

    def forward(self) -> Cost:
        return self._measure("forward", "-q")

    def _measure(self, verb: str, *options: str | Path) -> Cost:
        return measure([self.vdp, verb, self.archive.dataset, *options], environment=self.no_sync.environment())

    def append(self, count: int) -> Cost:
        self.enqueue_new(count)
        return self.forward()

    def grow_to(self, size: int) -> None:
        if count := size - len(self):
            self.append(count)


@dataclass
class PythonStore:
    """The peer's, of the same files."""

    folder: Path
    archive: Archive

    def fill(self, size: int) -> None:
        put_aside(self.folder)
        script = [sys.executable, HERE / "python_filled_store.py", self.archive.data, self.folder, str(size)]
        subprocess.run(script, check=True, stderr=subprocess.DEVNULL)
        self.steps = size

    def append(self) -> tuple[Cost, dict[str, float]]:
        """What the process took, and what it says itself."""
        files = [self.archive.path(index) for index in range(self.steps, self.steps + BATCH)]
        report = self.folder.with_suffix(".json")
        script = [HERE / "python_append.py", report, self.archive.data, self.folder, *files]
        cost = measure([sys.executable, *script])
        self.steps += BATCH
        return cost, json.loads(report.read_text())


def manifests_by_array(store: Path) -> dict[str, int]:
    """What a reader of a whole array opens, as the official library tells."""
    import icechunk

    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(store)))
    snapshot = repository.inspect_snapshot(repository.lookup_branch("main"))
    nodes = (snapshot if isinstance(snapshot, dict) else json.loads(snapshot))["nodes"]
    return {node["path"]: len(node["manifest_refs"]) for node in nodes if node["node_type"] == "array"}


@dataclass
class Row:
    """Milliseconds of CPU, with one store of a size."""

    size: int
    commit: Sequence[float]
    process: Sequence[float]
    peer_commit: Sequence[float]
    peer_process: Sequence[float]
    manifests: int
    peer_manifests: int

    def cells(self) -> list[str]:
        return [
            f"{self.size:,}",
            spread(self.commit, 1),
            spread(self.process, 1),
            spread(self.peer_commit, 0),
            spread(self.peer_process, 0),
            ratio(self.process, self.peer_process),
            str(self.manifests),
            str(self.peer_manifests),
        ]


def measure_size(size: int, ours: Store, peer: PythonStore, repetitions: int) -> Row:
    ours.grow_to(size)
    manifests = manifests_by_array(ours.archive.store)[FIELD]
    process = [ours.append(BATCH) for _ in range(repetitions)]
    idle_s = statistics.median(ours.forward().cpu_s for _ in range(5))
    many = [ours.append(BATCH * COMMITS) for _ in range(repetitions)]
    peer.fill(size)
    peer_manifests = manifests_by_array(peer.folder)[FIELD]
    appended = [peer.append() for _ in range(repetitions)]
    return Row(
        size,
        [1e3 * (cost.cpu_s - idle_s) / COMMITS for cost in many],
        [1e3 * cost.cpu_s for cost in process],
        [1e3 * told["commit_cpu_s"] for _, told in appended],
        [1e3 * cost.cpu_s for cost, _ in appended],
        manifests,
        peer_manifests,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        archive = imerg_archive.make(root / "archive", 1, batch=BATCH)
        ours = Store(find_binary(), archive, NoSync.build(root))
        measure([ours.vdp, "run", archive.dataset, "-q"])
        peer = PythonStore(root / "python-store", archive)
        for size in options.sizes:
            rows.append(measure_size(size, ours, peer, options.repetitions))
            print(f"{size:,} steps done", file=sys.stderr)
    head = [
        "steps in the store",
        f"{OURS}: a commit",
        f"{OURS}: a process",
        "Python: `commit()` alone",
        "Python: a process",
        "ratio of processes",
        "manifests a reader of one field opens",
        "Python",
    ]
    growth = statistics.median(rows[-1].commit) / statistics.median(rows[0].commit)
    peer_growth = statistics.median(rows[-1].peer_commit) / statistics.median(rows[0].peer_commit)
    print(f"Milliseconds of CPU to append {BATCH} files, {times(options.repetitions)}; {machine()}.\n")
    print(Table(head, [row.cells() for row in rows]))
    print(f"\nA commit to {rows[-1].size:,} steps costs {growth:.2f} times one to {rows[0].size:,};", end=" ")
    print(f"in Python {peer_growth:.0f} times.")


if __name__ == "__main__":
    main()
