"""How the programs of this folder measure: whole processes, in turns, with their spread."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

POLL_S = 0.002
OURS, PEER = "vdp", "VirtualiZarr + icechunk"


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    wall_s: float
    cpu_s: float  # of the process in user and system mode
    peak_bytes: int
    output: bytes = b""  # what it printed, where that was asked for


def measure(
    command: Sequence[str | Path], *, environment: dict[str, str] | None = None, keep_output: bool = False
) -> Cost:
    """Runs a command that must succeed, with `environment` on top of ours.

    The peak is polled while the command runs, as what wait4() tells includes the size of the process that forked it.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE if keep_output else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | (environment or {}),
    )
    told: dict[str, bytes] = {}
    readers = [
        threading.Thread(target=lambda name=name, pipe=pipe: told.update({name: pipe.read()}))
        for name, pipe in (("output", process.stdout), ("messages", process.stderr))
        if pipe
    ]
    for reader in readers:
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
    for reader in readers:
        reader.join()
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}:\n{told['messages'].decode()}")
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, peak, told.get("output", b""))


def peak_resident_bytes(pid: int) -> int:
    """0 where the process has just ended, or has not yet begun to be the command."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) * 1024 if lines else 0


def wall_s(command: Sequence[str | Path]) -> float:
    """Of a short command: by waiting for it, which nothing polls."""
    started = time.perf_counter()
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def in_turns[T](programs: dict[str, Callable[[], T]], repetitions: int) -> dict[str, list[T]]:
    """All once, then all again: what slows the machine for a while slows each of them."""
    costs: dict[str, list[T]] = {name: [] for name in programs}
    for number in range(repetitions):
        for name, program in programs.items():
            started = time.perf_counter()
            costs[name].append(program())
            print(f"{number + 1}/{repetitions} {name}: {time.perf_counter() - started:.2f} s", file=sys.stderr)
    return costs


def spread(values: Sequence[float], digits: int) -> str:
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def ratio(ours: Sequence[float], peers: Sequence[float]) -> str:
    """Of the medians: how many times better the first is, where less is better."""
    return f"1/{statistics.median(peers) / statistics.median(ours):,.0f}"


def times(repetitions: int) -> str:
    return f"{repetitions} times in turns: median and range" if repetitions > 1 else "once"


@dataclass
class Table:
    """A table of Markdown."""

    head: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{date.today()}, {model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def put_aside(*folders: Path) -> None:
    """Out of the way, and not deleted: for minutes after, ext4 searches long for an inode that it did not free just
    now, and that would be measured, too."""
    for folder in folders:
        if folder.exists():
            folder.rename(folder.with_name(f"{folder.name}-{time.monotonic_ns()}"))
