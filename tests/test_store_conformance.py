"""The S3 store keeps the promises of the store's conformance suite on each S3 server: src/store/s3_server_test.cc."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from icechunk_driver import BUILD
from servers.bucket import Bucket
from servers.s3_server import S3Server

BINARY = BUILD / "src" / "store" / "vdp_store_test"
SUITES = ("S3/StoreReading.*", "S3/StoreConformance.*", "S3Server.*")

# What moto does otherwise than S3: it does not look at the condition of a copy, nor at that of an upload in parts; its
# listings lose what stands behind the line break of a key; and it looks at a condition and writes in two steps, so that
# on a busy machine two of several writers win now and then.
NOT_ON_MOTO = (
    "S3/StoreConformance.CopyOfAnotherVersionConflicts/*",
    "S3Server.PutsLargeObjectsInParts",
    "S3/StoreReading.HoldsOddKeys/*",
    "S3/StoreConformance.OneOfManyCreatorsWins/*",
    "S3/StoreConformance.OneOfManyReplacersWins/*",
    "S3/StoreConformance.CompareAndSwapLosesNothing/*",
)


def run_suite(bucket: Bucket, report: Path, without: tuple[str, ...] = ()) -> list[str]:
    """Names of the tests that ran; every one of them must have passed, and none been skipped."""
    assert BINARY.exists(), f"{BINARY} was not built: VDP_BUILD names the build directory with tests"
    done = subprocess.run(
        [BINARY, f"--gtest_filter={':'.join(SUITES)}-{':'.join(without)}", f"--gtest_output=json:{report}"],
        capture_output=True,
        text=True,
        timeout=300,
        env={"PATH": os.environ["PATH"], "VDP_TEST_S3_URL": bucket.url()} | bucket.environment(),
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    suites = json.loads(report.read_text())["testsuites"]
    tests = [test for suite in suites for test in suite["testsuite"]]
    assert [test["name"] for test in tests if test["result"] != "COMPLETED"] == []
    return [f"{test['classname']}.{test['name']}" for test in tests]


@pytest.mark.parametrize("kind, without", [("versitygw", ()), ("moto", NOT_ON_MOTO)])
def test_conformance(request: pytest.FixtureRequest, tmp_path: Path, kind: str, without: tuple[str, ...]) -> None:
    server: S3Server = request.getfixturevalue(kind)
    ran = run_suite(server.new_bucket(), tmp_path / "report.json", without)
    for suite, least in (("S3/StoreReading", 14), ("S3/StoreConformance", 13), ("S3Server", 2)):
        assert sum(name.startswith(suite) for name in ran) >= least, ran
