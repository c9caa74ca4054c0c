"""One file behind a web server that takes its time: `vdp inspect` beside VirtualiZarr on the same files.

usage: remote_vs_python.py [--repetitions 5] [--delay-ms 20]

The server is on this machine and holds each answer back. Of `vdp` a whole process is measured, of Python the call alone,
as starting it takes longer than the requests.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import chunky_archive
import imerg_archive
from measure import HERE, OURS, Table, in_turns, machine, ratio, spread, times
from archives.archive import Archive, make_archive
from archives.full_size import FullSizeMur
from engine import find_binary
from servers.http_files import HttpFiles, http_files

ROUNDS = re.compile(r"(\d+) requests in (\d+) rounds, (\d+) bytes")


@dataclass
class Kind:
    archive: Archive
    repetitions: int  # at most: with 20 ms for each of its requests, one after the other, a large file takes a while


@dataclass
class Reading:
    """Of one file, on the average."""

    ms: float
    requests: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.requests:,.0f}, {self.megabytes:,.2f} MB"


def make_kinds(root: Path) -> dict[str, Kind]:
    mur = make_archive(root / "mur", FullSizeMur(chunk_bytes=442_000), 1)
    return {
        "IMERG-like": Kind(imerg_archive.make(root / "imerg", 5, kind="grow"), 10),
        "MUR-like, by netCDF-C": Kind(mur, 3),
        "100,000 chunks in a B-tree": Kind(chunky_archive.make(root / "many", chunky_archive.MANY_CHUNKS, 1), 1),
    }


def of_each(files: HttpFiles, count: int, read: Callable[[], float]) -> Reading:
    files.requests.clear()
    seconds = read()
    body_bytes = sum(request.body_bytes for request in files.requests)
    return Reading(1e3 * seconds / count, len(files.requests) / count, body_bytes / 1e6 / count)


def inspect_all(vdp: Path, urls: list[str]) -> float:
    started = time.perf_counter()
    for url in urls:
        subprocess.run([vdp, "inspect", url], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def rounds_of(vdp: Path, url: str) -> int:
    told = subprocess.run([vdp, "inspect", url, "-v"], check=True, capture_output=True, text=True).stderr
    found = ROUNDS.search(told)
    if not found:
        raise ValueError(f"no rounds in {told!r}")
    return int(found[2])


def python(how: str, group: str, server: str, urls: list[str]) -> float:
    command = [sys.executable, HERE / "python_remote_parse.py", how, group, server, *urls]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return sum(map(float, done.stdout.split()))


def compare(name: str, kind: Kind, vdp: Path, delay_s: float, repetitions: int) -> list[str]:
    """A row of the table."""
    archive = kind.archive
    with http_files(archive.root) as files:
        files.delay_s = delay_s
        paths = archive.files()
        urls = [files.url(path.relative_to(archive.root).as_posix()) for path in paths]
        group = archive.product.group
        ways = {
            OURS: lambda: inspect_all(vdp, urls),
            "parser": lambda: python("parser", group, files.endpoint, urls),
            "dataset": lambda: python("dataset", group, files.endpoint, urls),
        }
        runs = {way: lambda read=read: of_each(files, len(urls), read) for way, read in ways.items()}
        readings = in_turns(runs, min(repetitions, kind.repetitions))
        rounds = rounds_of(vdp, urls[0])
    ms = {way: [reading.ms for reading in each] for way, each in readings.items()}
    row = [f"{name}, {paths[0].stat().st_size / 1e6:,.1f} MB", spread(ms[OURS], 0), str(rounds), str(readings[OURS][0])]
    for peer in ("parser", "dataset"):
        row += [spread(ms[peer], 0), str(readings[peer][0]), ratio(ms[OURS], ms[peer])]
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--delay-ms", type=float, default=20)
    options = parser.parse_args()
    table = Table(
        [
            *("", f"{OURS}, ms", "rounds", "requests"),
            *("HDFParser, ms", "requests", "ratio", "open_virtual_dataset, ms", "requests", "ratio"),
        ]
    )
    with tempfile.TemporaryDirectory() as temporary:
        for name, kind in make_kinds(Path(temporary)).items():
            table.rows.append(compare(name, kind, find_binary(), options.delay_ms / 1e3, options.repetitions))
    print(f"Wall time per file, {times(options.repetitions)}; {options.delay_ms:.0f} ms a request; {machine()}.\n\n{table}")


if __name__ == "__main__":
    main()
