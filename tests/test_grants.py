"""What the program asks of AWS, by the logs of the test servers, is what the stack grants to each of its roles."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archives.damage import spoil
from archives.stamped import Stamped
from engine import Engine
from grants import Grants, Logs, assert_asked_is_granted, logging_proxies
from infra import run_in_infra
from remote_archive import SOURCE_PREFIX, STORE_PREFIX, RemoteArchive, place
from servers.iam_actions import Permission
from servers.lambda_runtime import lambda_function, sqs_event
from servers.s3_server import S3Server
from servers.sqs_server import SqsServer

GRANULES = 12


def granted(dataset: Path, store_bucket: str) -> Grants:
    """Out of the synthesised template."""
    settings = {
        "STAGE": "dev",
        "DATASET": str(dataset),
        "ICECHUNK_BUCKET": store_bucket,
        "ICECHUNK_PREFIX": STORE_PREFIX,
        "GARBAGE_COLLECTION_FREQUENCY": "1",
        "VERIFY_FREQUENCY": "1",
        "GAPS_FREQUENCY": "1",
    }
    grants: Grants = run_in_infra("grants", settings)
    return grants


def name_event(remote: RemoteArchive, path: Path) -> str:
    return json.dumps({"uri": remote.url(path)})


def drive(
    vdp: Engine, remote: RemoteArchive, logs: Logs, dead_letters: str, folder: Path
) -> dict[str, set[Permission]]:
    """Each role does all of its work once: new files, a new version, one that is gone, one that is broken."""
    archive = remote.archive
    environment = vdp.environment | {"VDP_DATASET": str(archive.dataset), "VDP_DEAD_LETTERS": dead_letters}
    asked: dict[str, set[Permission]] = {}

    with lambda_function(vdp.binary, "initialize", folder / "initialize", environment) as function:
        assert function.invoke({}).answer["created"] is True
    asked["initialize"] = logs.take()

    with lambda_function(vdp.binary, "process_messages", folder / "process", environment) as function:
        spoil(archive.path(3), "truncated")
        remote.upload(archive.path(3))
        missing = archive.path(GRANULES + 5)
        events = [name_event(remote, path) for path in [*archive.files(), missing]]
        assert function.invoke(sqs_event(*events)).failures == []
        remote.deliver(5, revision=1)
        assert function.invoke(sqs_event(name_event(remote, archive.path(5)))).failures == []
        assert sum(line["Written"] + line["Replaced"] for line in function.metrics) == GRANULES
    asked["process_messages"] = logs.take()

    for role, options in {"verify": (), "gaps": (), "gc": ("--older-than", "0s", "--allow-recent")}.items():
        vdp(role, archive.dataset, "--json", *options, expect=None)
        asked[role] = logs.take()
    return asked


@pytest.fixture
def remote(archive_of, versitygw: S3Server) -> RemoteArchive:
    archive = archive_of(Stamped(), GRANULES)
    remote = place(archive, source=versitygw.new_bucket(), store=versitygw.new_bucket())
    archive.redescribe("[source]\n", '[source]\naccess = "iam"\n')
    return remote


def test_what_is_asked_is_what_is_granted(
    vdp: Engine, remote: RemoteArchive, elasticmq: SqsServer, tmp_path: Path
) -> None:
    assert remote.source and remote.store
    with logging_proxies(remote.store.endpoint, elasticmq.endpoint) as logs:
        queue = elasticmq.new_queue()
        dead_letters = queue.dead_url.replace(urlsplit(queue.dead_url).netloc, urlsplit(logs.sqs.endpoint).netloc)
        environment = remote.store.through(logs.s3.endpoint).environment() | {"VDP_METRICS_NAMESPACE": "vdp"}
        asked = drive(vdp.within(environment), remote, logs, dead_letters, tmp_path)
        assert len(queue.dead()) == 2
    grants = granted(remote.archive.dataset, remote.store.name)

    assert_asked_is_granted(asked, grants)
    used = {permission.action for permissions_ in asked.values() for permission in permissions_}
    assert used >= {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "sqs:SendMessage"}
    assert SOURCE_PREFIX in str(grants["process_messages"]["s3:GetObject"])
