"""Parsing alone: `vdp run --dry-run` beside VirtualiZarr on the same files.

usage: parse_vs_python.py [--repetitions 5]

A dry run on a growing axis parses each file that the store lacks, applies the dataset file and decodes what would be
copied. What starting a program takes is measured beside it, and subtracted.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import chunky_archive
import imerg_archive
from measure import HERE, OURS, Cost, Table, in_turns, machine, measure, ratio, spread, times
from archives.archive import Archive
from engine import find_binary


@dataclass
class Kind:
    name: str
    archive: Archive
    vdp_files: int  # so many that starting the program hardly counts
    python_files: int
    refs: int


def make_kinds(root: Path) -> list[Kind]:
    return [
        Kind("IMERG-like", imerg_archive.make(root / "imerg", 200, kind="grow"), 200, 100, 77),
        Kind("MUR-like", chunky_archive.make(root / "mur", chunky_archive.MUR_LIKE, 60), 60, 30, 1298),
        Kind("100,000 chunks", chunky_archive.make(root / "many", chunky_archive.MANY_CHUNKS, 6), 6, 3, 100_174),
    ]


def initialize(vdp: Path, archive: Archive) -> None:
    measure([vdp, "init", archive.dataset])


def per_file(costs: Sequence[Cost], starts: Sequence[Cost], files: int) -> list[float]:
    """Milliseconds of CPU."""
    start_s = statistics.median(start.cpu_s for start in starts)
    return [1e3 * (cost.cpu_s - start_s) / files for cost in costs]


def compare(kind: Kind, vdp: Path, repetitions: int) -> list[str]:
    """A row of the table."""
    archive, python = kind.archive, [sys.executable, HERE / "python_parse.py"]
    group, files = archive.product.group, archive.files()[: kind.python_files]
    initialize(vdp, archive)
    costs = in_turns(
        {
            "vdp start": lambda: measure([vdp, "--version"]),
            "vdp": lambda: measure([vdp, "run", archive.dataset, "--dry-run", "-q"]),
            "python start": lambda: measure([*python, "parser", group]),
            "parser": lambda: measure([*python, "parser", group, *files]),
            "dataset": lambda: measure([*python, "dataset", group, *files]),
        },
        repetitions,
    )
    ours = per_file(costs["vdp"], costs["vdp start"], kind.vdp_files)
    row = [f"{kind.name}, {kind.refs:,} references", spread(ours, 2)]
    for name in ("parser", "dataset"):
        peers = per_file(costs[name], costs["python start"], kind.python_files)
        row += [spread(peers, 1), ratio(ours, peers)]
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    repetitions = parser.parse_args().repetitions
    table = Table(["", f"{OURS}, ms", "HDFParser, ms", "ratio", "open_virtual_dataset, ms", "ratio"])
    with tempfile.TemporaryDirectory() as temporary:
        table.rows = [compare(kind, find_binary(), repetitions) for kind in make_kinds(Path(temporary))]
    print(f"CPU per file, {times(repetitions)}; {machine()}.\n\n{table}")


if __name__ == "__main__":
    main()
