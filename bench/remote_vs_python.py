"""One file behind a web server that takes its time: `vdp inspect` beside VirtualiZarr on the same files.

usage: remote_vs_python.py [--repetitions 5] [--delay-ms 20]

The server is on this machine and holds each answer back. Of `vdp` a whole process is measured, of Python the call alone,
as starting it takes longer than the requests.
"""

from __future__ import annotations

import argparse
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
from archives.archive import Archive
from engine import find_binary
from servers.http_files import HttpFiles, http_files

FILES = 5


@dataclass
class Reading:
    ms: float  # of one file
    requests: float


def make_archives(root: Path) -> dict[str, Archive]:
    return {
        "IMERG-like": imerg_archive.make(root / "imerg", FILES, kind="grow"),
        "MUR-like": chunky_archive.make(root / "mur", chunky_archive.MUR_LIKE, FILES),
    }


def of_each(files: HttpFiles, read: Callable[[], float]) -> Reading:
    files.requests.clear()
    seconds = read()
    return Reading(1e3 * seconds / FILES, len(files.requests) / FILES)


def inspect_all(vdp: Path, urls: list[str]) -> float:
    started = time.perf_counter()
    for url in urls:
        subprocess.run([vdp, "inspect", url], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def python(how: str, group: str, server: str, urls: list[str]) -> float:
    command = [sys.executable, HERE / "python_remote_parse.py", how, group, server, *urls]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return sum(map(float, done.stdout.split()))


def compare(name: str, archive: Archive, vdp: Path, delay_s: float, repetitions: int) -> list[str]:
    """A row of the table."""
    with http_files(archive.root) as files:
        files.delay_s = delay_s
        urls = [files.url(path.relative_to(archive.root).as_posix()) for path in archive.files()]
        group = archive.product.group
        readings = in_turns(
            {
                "vdp": lambda: of_each(files, lambda: inspect_all(vdp, urls)),
                "parser": lambda: of_each(files, lambda: python("parser", group, files.endpoint, urls)),
                "dataset": lambda: of_each(files, lambda: python("dataset", group, files.endpoint, urls)),
            },
            repetitions,
        )
    ours = [reading.ms for reading in readings["vdp"]]
    row = [name, spread(ours, 0), f"{readings['vdp'][0].requests:.0f}"]
    for peer in ("parser", "dataset"):
        theirs = [reading.ms for reading in readings[peer]]
        row += [spread(theirs, 0), f"{readings[peer][0].requests:.0f}", ratio(ours, theirs)]
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--delay-ms", type=float, default=20)
    options = parser.parse_args()
    table = Table(
        ["", f"{OURS}, ms", "requests", "HDFParser, ms", "requests", "ratio", "open_virtual_dataset, ms", "requests", "ratio"]
    )
    with tempfile.TemporaryDirectory() as temporary:
        for name, archive in make_archives(Path(temporary)).items():
            table.rows.append(compare(name, archive, find_binary(), options.delay_ms / 1e3, options.repetitions))
    print(f"Wall time per file, {times(options.repetitions)}; {options.delay_ms:.0f} ms a request; {machine()}.\n\n{table}")


if __name__ == "__main__":
    main()
