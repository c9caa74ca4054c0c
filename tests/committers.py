"""Many writers on one branch: src/icechunk/repo/committers_driver.cc."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass

import icechunk
import numpy as np
import zarr

from icechunk_driver import BUILD

BINARY = BUILD / "src" / "icechunk" / "repo" / "vdp_icechunk_committers"


@dataclass
class Report:
    """What the writers saw."""

    wall_s: float
    attempts: list[int]  # sessions opened, written to and committed, for each commit
    commits_s: list[float]
    errors: dict[str, int]  # what the caller was told beside conflicts, by kind
    last_error: str
    unknown: int
    unfinished: int


def run_committers(
    url: str, *, writers: int, commits: int, threads: int, environment: dict[str, str], timeout_s: float = 600
) -> Report:
    assert BINARY.exists(), f"{BINARY} was not built: VDP_BUILD names the build directory with tests"
    done = subprocess.run(
        [BINARY, url, str(writers), str(commits), str(threads)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env={"PATH": os.environ["PATH"]} | environment,
    )
    assert done.returncode == 0, done.stderr
    return Report(**json.loads(done.stdout))


def run_processes(url: str, *, writers: int, commits: int, timeout_s: float = 600) -> list[Report]:
    """The same with a process for each writer, all at once."""
    assert BINARY.exists(), f"{BINARY} was not built: VDP_BUILD names the build directory with tests"
    subprocess.run([BINARY, "make", url, str(writers), str(commits)], check=True, timeout=timeout_s)
    running = [
        subprocess.Popen(
            [BINARY, "join", url, str(writers), str(commits), str(writer)], stdout=subprocess.PIPE, text=True
        )
        for writer in range(writers)
    ]
    reports = []
    for process in running:
        output, _ = process.communicate(timeout=timeout_s)
        assert process.returncode == 0
        reports.append(Report(**json.loads(output)))
    return reports


def assert_each_committed_once(storage: icechunk.Storage, *, writers: int, commits: int) -> None:
    """As the official library sees it: history has each commit once, and each chunk has its value."""
    repository = icechunk.Repository.open(storage)
    messages = Counter(snapshot.message for snapshot in repository.ancestry(branch="main"))
    wanted = [f"{writer}/{commit}" for writer in range(writers) for commit in range(commits)]
    missing = [message for message in wanted if messages[message] == 0]
    doubled = [message for message in wanted if messages[message] > 1]
    assert (missing, doubled) == ([], [])
    assert messages.total() == len(wanted) + 2  # the repository, and its arrays
    group = zarr.open_group(repository.readonly_session("main").store, mode="r")
    for writer in range(writers):
        values = group[f"writer-{writer:03d}"][...]
        assert np.array_equal(values, 1000 * writer + np.arange(commits)), f"writer {writer}: {values}"
