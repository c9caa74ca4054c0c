"""`vdp run` beside the Python loop (VirtualiZarr and icechunk) on the same files, in turns, on one machine.

usage: forward_vs_python.py [--files 200] [--commit-every 10] [--repetitions 5] [--archive FOLDER]

Prints a Markdown table: median, and the range, of the repetitions. Both programs start from nothing each time: a store
is created, all files are parsed and committed; the files are in the page cache. `vdp` makes every object durable before
it goes on (fsync), which icechunk does not do on local disks.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from engine import find_binary

POLL_S = 0.002


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


def measure(command: list[str]) -> Cost:
    """Runs a command that must succeed.

    The peak is polled while the command runs, as what wait4() tells includes the size of the process that forked it.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    messages: list[bytes] = []
    reader = threading.Thread(target=lambda: messages.append(process.stderr.read()))
    reader.start()
    peak = 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        peak = max(peak, peak_resident_bytes(process.pid))
        time.sleep(POLL_S)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    if process.returncode != 0:
        raise RuntimeError(f"{command} failed with {process.returncode}:\n{messages[0].decode()}")
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, peak)


def peak_resident_bytes(pid: int) -> int:
    """0 where the process has just ended, or has not yet begun to be the command."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) * 1024 if lines else 0


def steps_in(store: Path) -> int:
    import icechunk
    import zarr

    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(store)))
    return zarr.open_group(repository.readonly_session("main").store, mode="r")["precipitation"].shape[0]


def in_turns(programs: dict[str, Callable[[], Cost]], repetitions: int) -> dict[str, list[Cost]]:
    """All once, then all again: what slows the machine for a while slows each of them."""
    costs: dict[str, list[Cost]] = {name: [] for name in programs}
    for number in range(repetitions):
        for name, program in programs.items():
            costs[name].append(program())
            print(f"{number + 1}/{repetitions} {name}: {costs[name][-1].wall_s:.2f} s", file=sys.stderr)
    return costs


def spread(values: list[float], digits: int) -> str:
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def markdown(costs: dict[str, list[Cost]], starts: dict[str, list[Cost]], files: int) -> str:
    rows: dict[str, Callable[[str], str]] = {
        "files/s": lambda name: spread([files / cost.wall_s for cost in costs[name]], 1),
        "CPU per file, ms": lambda name: spread([1e3 * cost.cpu_s / files for cost in costs[name]], 2),
        "peak memory, MB": lambda name: spread([cost.peak_bytes / 1e6 for cost in costs[name]], 1),
        "start-up, ms": lambda name: spread([1e3 * cost.wall_s for cost in starts[name]], 1),
    }
    lines = ["| | " + " | ".join(costs) + " |", "| --- |" + " --- |" * len(costs)]
    lines += [f"| {title} | " + " | ".join(map(cell, costs)) + " |" for title, cell in rows.items()]
    return "\n".join(lines)


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{date.today()}, {model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--commit-every", type=int, default=10)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--archive", type=Path, help="a folder that has the files, or will; else a temporary one")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        root = (options.archive or Path(temporary, "archive")).resolve()
        # In a process of its own, so that this one stays small.
        if not (root / "dataset.toml").exists():
            maker = [sys.executable, HERE / "imerg_archive.py", root, str(options.files)]
            subprocess.run(maker, check=True, stdout=sys.stderr)
        dataset = root / "dataset.toml"
        dataset.write_text(with_batch(dataset.read_text(), options.commit_every))
        vdp, stores = str(find_binary()), (root / "store", Path(temporary, "python-store"))

        def run_vdp() -> Cost:
            shutil.rmtree(stores[0], ignore_errors=True)
            shutil.rmtree(root / ".vdp", ignore_errors=True)
            return measure([vdp, "run", str(dataset)])

        def run_python() -> Cost:
            shutil.rmtree(stores[1], ignore_errors=True)
            loop = [sys.executable, str(HERE / "python_loop.py"), str(root / "data"), str(stores[1])]
            return measure([*loop, str(options.commit_every)])

        imports = "import icechunk, obstore, virtualizarr, virtualizarr.parsers"
        names = ("vdp", "VirtualiZarr + icechunk")
        starts = in_turns(
            {
                names[0]: lambda: measure([vdp, "--version"]),
                names[1]: lambda: measure([sys.executable, "-c", imports]),
            },
            options.repetitions,
        )
        costs = in_turns({names[0]: run_vdp, names[1]: run_python}, options.repetitions)
        for store in stores:
            if (steps := steps_in(store)) != options.files:
                raise RuntimeError(f"{store} has {steps} steps, expected {options.files}")
    print(f"{options.files} files, a commit every {options.commit_every}, {options.repetitions} times; {machine()}\n")
    print(markdown(costs, starts, options.files))


def with_batch(dataset: str, batch: int) -> str:
    lines = [f"batch = {batch}" if line.startswith("batch = ") else line for line in dataset.splitlines()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
