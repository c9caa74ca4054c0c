"""Virtual references by the million, beside the official icechunk: set and committed, found again, appended to; and a
history of 1,000 commits expired and collected.

usage: refs_vs_official.py [--files 10000 100000] [--repetitions 3] [--driver build/dev/.../vdp_icechunk_scale]

A file has 100 references. Both write to the same local disk, without fsync, as the peer makes none; both with their
default configurations. What a process took in all is told beside what its steps took.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import HERE, Table, machine, measure, put_aside, ratio, spread
from no_sync import NoSync

OURS, PEER = "vdp", "icechunk"
CHUNKS_PER_FILE = 100
DRIVER = HERE.parent / "build/dev/src/icechunk/upkeep/vdp_icechunk_scale"


@dataclass(frozen=True)
class Run:
    """One process: what it says, and what it took."""

    answer: dict[str, Any]
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True)
class Side:
    name: str
    command: Sequence[str | Path]
    environment: Callable[[], dict[str, str]]
    folder: Path

    def store(self, name: str) -> Path:
        return self.folder / f"{self.name}-{name}"

    def run(self, verb: str, store: Path, *count: int) -> Run:
        command = [*self.command, verb, store, *map(str, count)]
        cost = measure(command, environment=self.environment(), keep_output=True)
        return Run(json.loads(cost.output), cost.cpu_s, cost.peak_bytes)


@dataclass
class Comparison:
    """Rows of ours beside the peer's, each number a median with its range."""

    sides: tuple[Side, Side]
    repetitions: int
    table: Table

    def measure(self, work: Callable[[Side, int], Run]) -> tuple[list[Run], list[Run]]:
        """In turns: what slows the machine for a while slows both."""
        runs: tuple[list[Run], list[Run]] = ([], [])
        for number in range(self.repetitions):
            for side, found in zip(self.sides, runs, strict=True):
                found.append(work(side, number))
                print(f"{side.name}: {found[-1]}", file=sys.stderr)
        return runs

    def row(self, what: str, ours: Sequence[float], peers: Sequence[float], digits: int) -> None:
        self.table.rows.append([what, spread(ours, digits), spread(peers, digits), ratio(ours, peers)])

    def rows(self, what: str, runs: tuple[list[Run], list[Run]], wall_s: Callable[[dict[str, Any]], float]) -> None:
        self.row(f"{what}: ms", *([1e3 * wall_s(run.answer) for run in side] for side in runs), digits=1)
        self.row(f"{what}: CPU of the process, s", *([run.cpu_s for run in side] for side in runs), digits=2)
        self.row(f"{what}: peak memory, MB", *([run.peak_bytes / 1e6 for run in side] for side in runs), digits=0)


def written(answer: dict[str, Any]) -> float:
    total: float = answer["set_s"] + answer["commit_s"]
    return total


def compare_references(comparison: Comparison, files: int) -> None:
    refs = f"{files * CHUNKS_PER_FILE:,} references"

    def write(side: Side, number: int) -> Run:
        store = side.store(f"{files}")
        put_aside(store)
        return side.run("write", store, files)

    def on_store(verb: str, *count: int) -> Callable[[Side, int], Run]:
        return lambda side, _: side.run(verb, side.store(f"{files}"), *count)

    runs = comparison.measure(write)
    rates = [[files * CHUNKS_PER_FILE / written(run.answer) / 1e6 for run in side] for side in runs]
    times = statistics.median(rates[0]) / statistics.median(rates[1])
    comparison.table.rows.append(
        [f"{refs}: set and committed, million/s", *(spread(side, 2) for side in rates), f"{times:,.0f}"]
    )
    comparison.rows(f"{refs}: set and committed", runs, written)
    comparison.rows(f"{refs}: one found", comparison.measure(on_store("read")), lambda answer: answer["first_s"])
    appended = comparison.measure(on_store("append", 3))
    comparison.rows(f"{refs}: a file appended", appended, lambda answer: statistics.median(answer["commits_s"]))


def compare_collection(comparison: Comparison, commits: int) -> None:
    def collect(side: Side, number: int) -> Run:
        store = side.store("history")
        put_aside(store)
        side.run("history", store, commits)
        return side.run("collect", store)

    runs = comparison.measure(collect)
    what = f"{commits:,} commits expired and collected"
    comparison.rows(what, runs, lambda answer: answer["expire_s"] + answer["collect_s"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--driver", type=Path, default=DRIVER)
    options = parser.parse_args()
    print(machine(), end=".\n\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        no_sync = NoSync.build(folder)
        sides = (
            Side(OURS, [options.driver], lambda: os.environ | no_sync.environment(), folder),
            Side(PEER, [sys.executable, HERE / "official_refs.py"], lambda: dict(os.environ), folder),
        )
        comparison = Comparison(sides, options.repetitions, Table(["", OURS, PEER, "ratio"]))
        for files in options.files:
            compare_references(comparison, files)
        if options.commits:
            compare_collection(comparison, options.commits)
    print(comparison.table)


if __name__ == "__main__":
    main()
