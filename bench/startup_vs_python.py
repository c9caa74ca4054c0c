"""From the start of a program to the first file parsed.

usage: startup_vs_python.py [--repetitions 20]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import imerg_archive
from measure import HERE, OURS, PEER, Table, in_turns, machine, measure, ratio, spread, times, wall_s
from engine import find_binary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=20)
    repetitions = parser.parse_args().repetitions
    with tempfile.TemporaryDirectory() as temporary:
        archive = imerg_archive.make(Path(temporary), 1)
        ours = [find_binary(), "inspect", archive.path(0), "--json"]
        peers = [sys.executable, HERE / "python_parse.py", "dataset", "Grid", archive.path(0)]
        walls = in_turns({OURS: lambda: wall_s(ours), PEER: lambda: wall_s(peers)}, repetitions)
        cpus = in_turns({OURS: lambda: measure(ours).cpu_s, PEER: lambda: measure(peers).cpu_s}, min(5, repetitions))
    table = Table(["", OURS, PEER, "ratio"])
    for title, seconds in (("wall, ms", walls), ("CPU, ms", cpus)):
        values = {name: [1e3 * second for second in seconds[name]] for name in seconds}
        table.rows.append([title, spread(values[OURS], 1), spread(values[PEER], 0), ratio(values[OURS], values[PEER])])
    print(f"{times(repetitions)}; {machine()}.\n\n{table}")


if __name__ == "__main__":
    main()
