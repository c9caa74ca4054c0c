"""The queue over SQS keeps the promises of the queue's conformance suite: src/queue/sqs_server_test.cc."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from icechunk_driver import BUILD
from servers.sqs_server import SqsServer

BINARY = BUILD / "src" / "queue" / "vdp_queue_test"
SUITES = ("Sqs/QueueConformance.*", "SqsServer.*")
SHARDS = 6  # the tests wait for time to pass; each has queues of its own


def run_shard(shard: int, endpoint: str, environment: dict[str, str], report: Path) -> list[str]:
    """Names of the tests that ran; every one of them must have passed, and none been skipped."""
    done = subprocess.run(
        [BINARY, f"--gtest_filter={':'.join(SUITES)}", f"--gtest_output=json:{report}"],
        capture_output=True,
        text=True,
        timeout=300,
        env={"PATH": os.environ["PATH"], "VDP_TEST_SQS_URL": endpoint}
        | {"GTEST_TOTAL_SHARDS": str(SHARDS), "GTEST_SHARD_INDEX": str(shard)}
        | environment,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    suites = json.loads(report.read_text())["testsuites"]
    tests = [test for suite in suites for test in suite["testsuite"]]
    assert [test["name"] for test in tests if test["result"] != "COMPLETED"] == []
    return [f"{test['classname']}.{test['name']}" for test in tests]


def test_conformance(elasticmq: SqsServer, tmp_path: Path) -> None:
    assert BINARY.exists(), f"{BINARY} was not built: VDP_BUILD names the build directory with tests"

    def run(shard: int) -> list[str]:
        return run_shard(shard, elasticmq.endpoint, elasticmq.environment(), tmp_path / f"report-{shard}.json")

    with ThreadPoolExecutor(SHARDS) as pool:
        ran = [name for names in pool.map(run, range(SHARDS)) for name in names]
    for suite, least in (("Sqs/QueueConformance", 20), ("SqsServer", 7)):
        assert sum(name.startswith(suite) for name in ran) >= least, ran
