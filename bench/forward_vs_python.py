"""The whole forward path beside the Python loop (VirtualiZarr and icechunk) on the same files, in turns.

usage: forward_vs_python.py [--files 200] [--commit-every 10] [--repetitions 5]

Each starts from nothing: a store is created, all files are parsed and committed; the files are in the page cache.
`vdp` makes every object durable (fsync) before it goes on, which icechunk does not do on local disks. So it is also
measured with a library under it whose fsync does nothing but count: that compares like with like.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import imerg_archive
from measure import HERE, OURS, PEER, Cost, Table, in_turns, machine, measure, ratio, put_aside, spread, times
from no_sync import NoSync
from archives.archive import Archive
from engine import find_binary

NO_SYNC = f"{OURS} without fsync"


@dataclass
class Bench:
    vdp: Path
    archive: Archive
    python_store: Path
    no_sync: NoSync

    def start_anew(self) -> None:
        put_aside(self.archive.store, self.archive.root / ".vdp")

    def run_vdp(self, environment: dict[str, str] | None = None) -> Cost:
        self.start_anew()
        return measure([self.vdp, "run", self.archive.dataset, "-q"], environment=environment)

    def run_vdp_without_syncs(self) -> Cost:
        return self.run_vdp(self.no_sync.environment())

    def run_python(self, commit_every: int) -> Cost:
        put_aside(self.python_store)
        loop = [sys.executable, HERE / "python_loop.py", self.archive.data, self.python_store]
        return measure([*loop, str(commit_every)])

    def syncs_per_commit(self, files: int) -> float:
        """Of the commits of full batches: those of a run, less those of one that only makes the store."""
        self.start_anew()
        measure([self.vdp, "init", self.archive.dataset], environment=self.no_sync.environment())
        run = [self.vdp, "run", self.archive.dataset, "-q", "--json"]
        answer = subprocess.run(run, env=self.no_sync.environment(), capture_output=True, check=True).stdout
        document = json.loads(answer)
        assert document["outcomes"]["written"] == files, document["outcomes"]
        return self.no_sync.syncs() / document["commits"]


def steps_in(store: Path) -> int:
    import icechunk
    import zarr

    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(store)))
    return zarr.open_group(repository.readonly_session("main").store, mode="r")["precipitation"].shape[0]


def markdown(costs: dict[str, list[Cost]], files: int) -> Table:
    rows: dict[str, Callable[[Cost], float]] = {
        "ms of CPU per file": lambda cost: 1e3 * cost.cpu_s / files,
        "ms per file": lambda cost: 1e3 * cost.wall_s / files,
        "peak memory, MB": lambda cost: cost.peak_bytes / 1e6,
    }
    table = Table(["", *costs, "ratio", "ratio without fsync"])
    rates = [spread([files / cost.wall_s for cost in costs[name]], 1) for name in costs]
    table.rows.append(["files/s", *rates, "", ""])
    for title, value in rows.items():
        values = {name: [value(cost) for cost in costs[name]] for name in costs}
        ratios = [ratio(values[name], values[PEER]) for name in (OURS, NO_SYNC)]
        table.rows.append([title, *(spread(values[name], 2) for name in costs), *ratios])
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--commit-every", type=int, default=10)
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        # In a process of its own, so that this one stays small.
        maker = [sys.executable, HERE / "imerg_archive.py", root / "archive", str(options.files)]
        subprocess.run(maker, check=True, stdout=sys.stderr)
        archive = Archive(root / "archive", imerg_archive.FullSizeImerg(), set(range(options.files)))
        archive.describe(batch=options.commit_every)
        bench = Bench(find_binary(), archive, root / "python-store", NoSync.build(root))
        costs = in_turns(
            {
                OURS: bench.run_vdp,
                NO_SYNC: bench.run_vdp_without_syncs,
                PEER: lambda: bench.run_python(options.commit_every),
            },
            options.repetitions,
        )
        for store in (archive.store, bench.python_store):
            if (steps := steps_in(store)) != options.files:
                raise RuntimeError(f"{store} has {steps} steps, expected {options.files}")
        syncs = bench.syncs_per_commit(options.files)
    print(f"{options.files} files, a commit every {options.commit_every}, {times(options.repetitions)}; {machine()}.")
    print(f"\n{markdown(costs, options.files)}\n\n`{OURS}` makes {syncs:.1f} syncs a commit, its queue's included.")


if __name__ == "__main__":
    main()
