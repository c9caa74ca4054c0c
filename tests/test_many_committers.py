"""64 writers commit 20 times each to one branch, every writer its own chunks: each commit is in history once.

Official icechunk needed 7.8 conditional PUTs a commit for 64 x 2 over S3, and committed twice where answers were lost.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from pathlib import Path

import icechunk

from committers import Report, assert_each_committed_once, run_committers, run_processes
from engine import LONG
from servers.access_log import read_access_log
from servers.bucket import Bucket
from servers.fault_proxy import Faults, fault_proxy
from servers.s3_server import S3Server

WRITERS = 64
COMMITS = 20 if LONG else 5
ALL = {"writers": WRITERS, "commits": COMMITS}
PREFIX = "stores/many/"


def assert_all_acknowledged(report: Report) -> None:
    assert (report.unfinished, len(report.attempts)) == (0, WRITERS * COMMITS), report.last_error


def conditional_puts(server: S3Server, bucket: Bucket) -> Counter[int]:
    """PUTs of `repo`, by status: what the server says itself."""
    assert server.access_log
    return Counter(
        entry.status
        for entry in read_access_log(server.access_log, bucket.name)
        if entry.operation == "s3_PutObject" and entry.key == f"{PREFIX}repo"
    )


def test_on_s3(versitygw: S3Server) -> None:
    """With at most four conditional PUTs a commit; and in the campaign, on a quiet machine, in three times the time."""
    one, many = versitygw.new_bucket(), versitygw.new_bucket()
    serial = run_committers(one.url(PREFIX), **ALL, threads=1, environment=one.environment())
    report = run_committers(many.url(PREFIX), **ALL, threads=WRITERS, environment=many.environment())
    assert_all_acknowledged(report)
    assert report.errors == {} and report.unknown == 0, report.last_error
    assert_each_committed_once(many.official_storage(PREFIX), **ALL)

    puts = conditional_puts(versitygw, many)
    attempts = puts.total() / (WRITERS * COMMITS)
    ratio = report.wall_s / serial.wall_s
    print(
        f"serial {serial.wall_s:.1f} s, together {report.wall_s:.1f} s; PUTs of repo {dict(puts)}; "
        f"sessions a commit {statistics.mean(report.attempts):.2f}, longest commit {max(report.commits_s):.1f} s"
    )
    assert attempts <= 4, puts
    if LONG:
        assert ratio <= 3, f"{report.wall_s} s, {serial.wall_s} s by one writer"


def test_on_s3_that_loses_answers(bucket: Bucket) -> None:
    faults = Faults(lost_answers=0.01, slow_downs=0.05, seed=20261123)
    with fault_proxy(bucket.endpoint, faults) as proxy:
        environment = bucket.through(proxy.endpoint).environment()
        report = run_committers(bucket.url(PREFIX), **ALL, threads=WRITERS, environment=environment)
        puts = proxy.conditional_puts("/repo")
        print(
            f"{report.wall_s:.1f} s; PUTs of repo {dict(puts)}; 503 {proxy.slow_downs} of {len(proxy.exchanges)}; "
            f"all conditional {dict(proxy.conditional_puts())}; errors {report.errors}, unknown {report.unknown}"
        )
    assert_all_acknowledged(report)
    assert_each_committed_once(bucket.official_storage(PREFIX), **ALL)
    # Enough went wrong for this to say something.
    assert proxy.conditional_puts()["lost"] > 0 and proxy.slow_downs > WRITERS * COMMITS / 10


def test_on_a_local_directory(tmp_path: Path) -> None:
    """Where official icechunk loses commits."""
    report = run_committers(str(tmp_path / "store"), **ALL, threads=WRITERS, environment={})
    assert_all_acknowledged(report)
    assert report.errors == {} and report.unknown == 0, report.last_error
    storage = icechunk.local_filesystem_storage(str(tmp_path / "store"))
    assert_each_committed_once(storage, **ALL)


def test_processes_on_a_local_directory(tmp_path: Path) -> None:
    """16 processes, 160 commits in the gate and 1,600 in the campaign; official icechunk lost 41 of 160 among four."""
    shape = {"writers": 16, "commits": 100 if LONG else 10}
    started = time.perf_counter()
    reports = run_processes(str(tmp_path / "store"), **shape)
    wall_s = time.perf_counter() - started
    for report in reports:
        assert (report.unfinished, report.unknown, report.errors) == (0, 0, {}), report.last_error
    attempts = [count for report in reports for count in report.attempts]
    print(f"{len(attempts)} commits in {wall_s:.1f} s, sessions a commit {statistics.mean(attempts):.2f}")
    assert_each_committed_once(icechunk.local_filesystem_storage(str(tmp_path / "store")), **shape)
