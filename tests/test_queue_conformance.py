"""The queue over SQS keeps the promises of the queue's conformance suite: src/queue/sqs_server_test.cc."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from icechunk_driver import BUILD
from servers.s3_server import S3Server
from servers.sqs_server import SqsServer

BINARY = BUILD / "src" / "queue" / "vdp_queue_test"
SUITES = ("Sqs/QueueConformance.*", "SqsServer.*")
SHARDS = 6  # the tests wait for time to pass; each has queues of its own

# What moto does as SQS itself may do, and the suite asks for better: it takes the receipts of earlier deliveries, and
# of several who ask at the same moment it gives two the same message.
NOT_ON_MOTO = (
    "Sqs/QueueConformance.OldReceiptsAreNotGoodForNewDeliveries/*",
    "Sqs/QueueConformance.ManyReceiversShareTheMessages/*",
)


def keys(server: SqsServer | S3Server) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": server.access_key, "AWS_SECRET_ACCESS_KEY": server.secret_key}


def run_shard(shard: int, server: SqsServer | S3Server, without: tuple[str, ...], report: Path) -> list[str]:
    """Names of the tests that ran; every one of them must have passed, and none been skipped."""
    done = subprocess.run(
        [BINARY, f"--gtest_filter={':'.join(SUITES)}-{':'.join(without)}", f"--gtest_output=json:{report}"],
        capture_output=True,
        text=True,
        timeout=300,
        env={"PATH": os.environ["PATH"], "VDP_TEST_SQS_URL": server.endpoint}
        | {"GTEST_TOTAL_SHARDS": str(SHARDS), "GTEST_SHARD_INDEX": str(shard)}
        | keys(server),
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    suites = json.loads(report.read_text())["testsuites"]
    tests = [test for suite in suites for test in suite["testsuite"]]
    assert [test["name"] for test in tests if test["result"] != "COMPLETED"] == []
    return [f"{test['classname']}.{test['name']}" for test in tests]


@pytest.mark.parametrize("kind, without", [("elasticmq", ()), ("moto", NOT_ON_MOTO)])
def test_conformance(request: pytest.FixtureRequest, tmp_path: Path, kind: str, without: tuple[str, ...]) -> None:
    assert BINARY.exists(), f"{BINARY} was not built: VDP_BUILD names the build directory with tests"
    server: SqsServer | S3Server = request.getfixturevalue(kind)

    def run(shard: int) -> list[str]:
        return run_shard(shard, server, without, tmp_path / f"report-{shard}.json")

    with ThreadPoolExecutor(SHARDS) as pool:
        ran = [name for names in pool.map(run, range(SHARDS)) for name in names]
    for suite, least in (("Sqs/QueueConformance", 17), ("SqsServer", 7)):
        assert sum(name.startswith(suite) for name in ran) >= least, ran
