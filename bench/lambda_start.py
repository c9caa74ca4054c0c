"""The cost of a cold start: `vdp lambda` from the start of the process to its first GET of the Runtime API, and what it
holds in memory once it has written a batch.

usage: lambda_start.py [--repetitions 20] [--batch 10]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import imerg_archive
from measure import Table, machine, spread, times
from engine import find_binary
from servers.lambda_runtime import lambda_function, sqs_event


def first_get_ms(binary: Path, folder: Path, environment: dict[str, str]) -> float:
    started = time.perf_counter()
    with lambda_function(binary, "process_messages", folder, environment) as function:
        assert function.runtime.first_asked.wait(30)
        return (time.perf_counter() - started) * 1e3


def batch_cost(
    binary: Path, folder: Path, environment: dict[str, str], bodies: list[str]
) -> tuple[float, float, float]:
    """Of the first batch of a process: milliseconds, resident and peak megabytes."""
    with lambda_function(binary, "process_messages", folder, environment) as function:
        invocation = function.invoke(sqs_event(*bodies))
        assert invocation.failures == [], function.stderr
        return invocation.duration_s * 1e3, function.resident_bytes / 1e6, function.peak_bytes / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--batch", type=int, default=10)
    options = parser.parse_args()
    binary = find_binary()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        archive = imerg_archive.make(root / "archive", options.batch)
        environment = {"VDP_DATASET": str(archive.dataset)}
        starts = [first_get_ms(binary, root / f"start-{n}", environment) for n in range(options.repetitions)]
        subprocess.run([binary, "init", archive.dataset], check=True, stdout=subprocess.DEVNULL)
        bodies = [json.dumps({"uri": path.as_uri()}) for path in archive.files()]
        batch_ms, resident, peak = batch_cost(binary, root / "batch", environment, bodies)
    table = Table(["", "vdp lambda"])
    table.rows.append(["process start to the first GET, ms", spread(starts, 1)])
    table.rows.append([f"first batch of {options.batch}, ms", f"{batch_ms:,.0f}"])
    table.rows.append(["resident after it, MB (peak)", f"{resident:.1f} ({peak:.1f})"])
    print(f"{times(options.repetitions)}; {machine()}.\n\n{table}")


if __name__ == "__main__":
    main()
