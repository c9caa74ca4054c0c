"""Parsing alone: references and attributes of one file after the other, beside libhdf5, h5py, VirtualiZarr and async-hdf5.

usage: parse_vs_peers.py [--repetitions 5]

Each program is given a file many times, and none, which is what starting it takes: that is subtracted. What reading and
decoding the coordinates takes is told apart, as what it adds.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py

import chunky_archive
import imerg_archive
from measure import HERE, OURS, Cost, Table, in_turns, machine, measure, spread, times
from archives.archive import Archive, make_archive
from archives.full_size import FullSizeMur
from archives.naqfc import Naqfc

LIBRARY, FAILED = "libhdf5", "fails"
PEAK = re.compile(rb"peak (\d+) kB")
Command = list[str | Path]


@dataclass
class Kind:
    name: str
    archive: Archive  # of one file
    is_large: bool = False

    @property
    def file(self) -> Path:
        return self.archive.files()[0]


@dataclass
class Program:
    command: Command  # before the names of the files
    files: int  # so many that starting it hardly counts
    values_command: Command | None = None  # the same, with the values of coordinates


@dataclass
class Measured:
    ms: list[float]  # of CPU, per file
    references: int | None  # as it says itself, if it does
    peak_bytes: int | None  # beyond what it takes to start, as it says itself, if it does

    @property
    def median_ms(self) -> float:
        return statistics.median(self.ms)


def make_kinds(root: Path) -> list[Kind]:
    def many(name: str, chunky: chunky_archive.Chunky) -> Kind:
        # Without spaces: VirtualiZarr finds no file in folders that have them.
        return Kind(f"100,000 chunks, {name}", chunky_archive.make(root / name.replace(" ", "-"), chunky, 1), is_large=True)

    return [
        Kind("IMERG-like", imerg_archive.make(root / "imerg", 1)),
        Kind("MUR-like, by netCDF-C", make_archive(root / "mur", FullSizeMur(), 1)),
        Kind("NAQFC-like, by netCDF-C", make_archive(root / "naqfc", Naqfc(265, 442, time_chunk=1), 1)),
        many("B-tree", chunky_archive.MANY_CHUNKS),
        many("fixed array", chunky_archive.MANY_IN_FIXED_ARRAY),
        many("extensible array", chunky_archive.MANY_IN_EXTENSIBLE_ARRAY),
    ]


def build_library_loop(folder: Path) -> Path:
    """Against the libhdf5 that h5py brings along."""
    [library] = (Path(h5py.__file__).parents[1] / "h5py.libs").glob("libhdf5-*.so*")
    loop = folder / "libhdf5_loop"
    source = HERE / "libhdf5_loop.c"
    subprocess.run(["cc", "-O2", source, library, f"-Wl,-rpath,{library.parent}", "-o", loop], check=True)
    return loop


def make_programs(kind: Kind, library_loop: Path) -> dict[str, Program]:
    ours = HERE.parent / "build" / "release" / "bench" / "parse_loop"
    group = kind.archive.product.group
    native, python = (20, 2) if kind.is_large else (400, 20)

    def parser(how: str) -> Command:
        return [sys.executable, HERE / "python_parse.py", how, group]

    return {
        OURS: Program([ours, "refs"], native, [ours, "values"]),
        LIBRARY: Program([library_loop, "refs"], native, [library_loop, "values"]),
        "h5py": Program(parser("h5py"), python, parser("h5py-values")),
        "HDFParser": Program(parser("parser"), python, parser("dataset")),
        "async-hdf5": Program(parser("async-hdf5"), python),
    }


def cost_of(command: Command, file: Path, count: int) -> Cost | None:
    """Nothing where it cannot read the file."""
    try:
        return measure([*command, *[file] * count], keep_output=True)
    except RuntimeError as error:
        print(str(error).strip().splitlines()[-1], file=sys.stderr)
        return None


def measured(starts: Sequence[Cost | None], costs: Sequence[Cost | None], files: int) -> Measured | None:
    ended = [cost for cost in costs if cost]
    if len(ended) < len(costs):
        return None
    begun = [start for start in starts if start]
    start_s = statistics.median(start.cpu_s for start in begun)
    words = ended[-1].output.split()
    peaks = [PEAK.search(cost.output) for cost in (begun[-1], ended[-1])]
    return Measured(
        [1e3 * (cost.cpu_s - start_s) / files for cost in ended],
        int(words[0]) if words else None,
        1024 * (int(peaks[1][1]) - int(peaks[0][1])) if all(peaks) else None,
    )


def measure_kind(kind: Kind, library_loop: Path, repetitions: int) -> dict[str, Measured | None]:
    """By program; with " values" behind it, what it takes with the values of coordinates."""
    programs = make_programs(kind, library_loop)
    commands = {name: program.command for name, program in programs.items()}
    commands |= {f"{name} values": program.values_command for name, program in programs.items() if program.values_command}
    files = {name: programs[name.removesuffix(" values")].files for name in commands}
    runs = {}
    for name, command in commands.items():
        runs[f"{name} start"] = lambda command=command: cost_of(command, kind.file, 0)
        runs[name] = lambda command=command, count=files[name]: cost_of(command, kind.file, count)
    costs = in_turns(runs, repetitions)
    return {name: measured(costs[f"{name} start"], costs[name], files[name]) for name in commands}


def cell(result: Measured | None, ours: Measured) -> str:
    if result is None:
        return FAILED
    text = spread(result.ms, 2)
    if result.references is not None and result.references < 0.99 * ours.references:
        text += f", finds {result.references:,}"
    return text


def references_row(kind: Kind, results: dict[str, Measured | None]) -> list[str]:
    ours = results[OURS]
    row = [f"{kind.name}: {ours.references:,} references"]
    for name, result in results.items():
        if name.endswith(" values"):
            continue
        row.append(cell(result, ours))
        if name == LIBRARY:
            row.append(f"{ours.median_ms / result.median_ms:.1f}")
        elif name != OURS:
            row.append(f"1/{result.median_ms / ours.median_ms:,.0f}" if result else "")
    return row


def values_row(kind: Kind, results: dict[str, Measured | None]) -> list[str]:
    row = [kind.name]
    for name, values in results.items():
        if name.endswith(" values"):
            references = results[name.removesuffix(" values")]
            row.append(f"{values.median_ms - references.median_ms:.2f}" if values and references else FAILED)
    return row


def memory_row(kind: Kind, results: dict[str, Measured | None]) -> list[str]:
    size, peak = kind.file.stat().st_size, results[OURS].peak_bytes
    return [kind.name, f"{size / 1e6:,.1f}", f"{peak / 1e6:,.1f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    repetitions = parser.parse_args().repetitions
    references = Table(
        ["", f"{OURS}, ms", f"{LIBRARY}, ms", "ratio", "h5py, ms", "ratio", "HDFParser, ms", "ratio", "async-hdf5, ms", "ratio"]
    )
    values = Table(["", OURS, LIBRARY, "h5py", "open_virtual_dataset beyond HDFParser"])
    memory = Table(["", "file, MB", f"{OURS}, MB"])
    with tempfile.TemporaryDirectory() as temporary:
        library_loop = build_library_loop(Path(temporary))
        for kind in make_kinds(Path(temporary)):
            results = measure_kind(kind, library_loop, repetitions)
            references.rows.append(references_row(kind, results))
            values.rows.append(values_row(kind, results))
            memory.rows.append(memory_row(kind, results))
    print(f"CPU per file, {times(repetitions)}; {LIBRARY} {h5py.version.hdf5_version}; {machine()}.\n\n{references}\n")
    print(f"What reading and decoding the coordinates adds: ms of CPU per file.\n\n{values}\n")
    print(f"Peak memory of parsing one file again and again, beyond that of a program that has just started.\n\n{memory}")


if __name__ == "__main__":
    main()
