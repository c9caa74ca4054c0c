"""A whole backfill beside the Python one (VirtualiZarr and icechunk: forks, worker processes, one merge), in turns.

usage: backfill_vs_python.py [--files 500] [--workers 2] [--repetitions 1]

Each starts from nothing, with the files in the page cache: the store is declared at its full length, workers read
batches of 10 files, one commit holds them all. Files of the second kind are contiguous: of the chunked ones the Python
readers cannot undo the shuffle of doubles. Python drops the group attributes, as its merge refuses those that differ.
CPU is that of all processes; the peak is that of the largest.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import imerg_archive
from measure import HERE, OURS, PEER, Cost, Table, in_turns, machine, measure, put_aside, ratio, spread, times
from archives.archive import Archive, Product, make_archive
from archives.naqfc import Naqfc
from engine import find_binary


@dataclass(frozen=True)
class Kind:
    name: str
    product: Product
    suffix: str

    def make(self, root: Path, files: int) -> Archive:
        if isinstance(self.product, imerg_archive.FullSizeImerg):
            return imerg_archive.make(root, files)
        return make_archive(root, self.product, files)


KINDS = (
    Kind("imerg-like", imerg_archive.FullSizeImerg(), ".HDF5"),
    Kind("naqfc-like", Naqfc(time_chunk=None), ".nc"),
)


@dataclass
class Bench:
    vdp: Path
    kind: Kind
    archive: Archive
    python_store: Path
    workers: int

    def run_vdp(self) -> Cost:
        put_aside(self.archive.store, self.archive.root / ".vdp")
        command = [self.vdp, "backfill", self.archive.dataset, "-q", "--json", "--batch", "10"]
        cost = measure([*command, "--workers", str(self.workers)], keep_output=True)
        assert json.loads(cost.output)["outcomes"]["written"] == len(self.archive.present)
        return cost

    def run_python(self) -> Cost:
        put_aside(self.python_store)
        command = [sys.executable, HERE / "python_backfill.py", self.archive.data, self.python_store]
        group = [] if self.kind.product.group == "/" else ["--group", self.kind.product.group]
        return measure([*command, "--suffix", self.kind.suffix, "--workers", str(self.workers), *group])


def rows(kind: Kind, costs: dict[str, list[Cost]], files: int) -> list[list[str]]:
    def row(title: str, value) -> list[str]:
        values = {name: [value(cost) for cost in costs[name]] for name in (OURS, PEER)}
        return [kind.name, title, *(spread(values[name], 2) for name in (OURS, PEER)), ratio(values[OURS], values[PEER])]

    return [
        row("ms per file", lambda cost: 1e3 * cost.wall_s / files),
        row("ms of CPU per file", lambda cost: 1e3 * cost.cpu_s / files),
        row("peak memory, MB", lambda cost: cost.peak_bytes / 1e6),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=1)
    options = parser.parse_args()
    table = Table(["archive", "", OURS, PEER, "ratio"])
    with tempfile.TemporaryDirectory() as temporary:
        for kind in KINDS:
            root = Path(temporary) / kind.name
            bench = Bench(find_binary(), kind, kind.make(root, options.files), root / "python-store", options.workers)
            costs = in_turns({OURS: bench.run_vdp, PEER: bench.run_python}, options.repetitions)
            table.rows += rows(kind, costs, options.files)
    print(f"{options.files} files, {options.workers} workers, {times(options.repetitions)}; {machine()}.\n\n{table}")


if __name__ == "__main__":
    main()
