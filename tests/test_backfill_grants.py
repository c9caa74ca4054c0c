"""What each stage of a backfill asks of S3 is what the stack grants to its role."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

from archives.stamped import Stamped
from backfill_stack import Call, backfill_stack, keys_of, settings_of
from engine import Engine
from grants import Grants, Logs, assert_asked_is_granted, logging_proxies
from infra import run_in_infra
from remote_archive import RemoteArchive, place
from servers.bucket import Bucket
from servers.iam_actions import Permission
from servers.s3_server import S3Server
from servers.sqs_server import SqsServer

FILES = 12
SIZES = {"BACKFILL_PARTITION_SIZE": 5, "BACKFILL_MAX_ITEMS_PER_BATCH": 2}


class AskedByRole:
    """Stages follow one another, and only workers run beside one another: what was asked since the last change of roles
    was asked by the role before it.
    """

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._role = ""
        self._asked: dict[str, set[Permission]] = defaultdict(set)

    def switch_to(self, role: str) -> None:
        self._asked[self._role] |= self._logs.take()
        self._role = role

    def by_role(self) -> dict[str, set[Permission]]:
        self.switch_to("")
        return {role: asked for role, asked in self._asked.items() if role}


def granted(remote: RemoteArchive, artifacts: Bucket) -> Grants:
    grants = run_in_infra("grants", settings_of(remote))
    text = re.sub(r"<BackfillArtifacts[A-Za-z0-9]*\.Arn>", f"arn:aws:s3:::{artifacts.name}", json.dumps(grants))
    return {role: actions for role, actions in json.loads(text).items() if role.startswith("backfill_")}


def test_what_each_stage_asks_is_what_is_granted(
    vdp: Engine, archive_of, versitygw: S3Server, elasticmq: SqsServer, tmp_path: Path
) -> None:
    """`main` gains a file meanwhile, so that promote places it again."""
    archive = archive_of(Stamped(), FILES)
    remote = place(archive, source=versitygw.new_bucket(), store=versitygw.new_bucket())
    archive.redescribe("[source]\n", '[source]\naccess = "iam"\n')
    artifacts = versitygw.new_bucket()
    assert remote.store
    with logging_proxies(remote.store.endpoint, elasticmq.endpoint) as logs:
        asked = AskedByRole(logs)

        def watch(call: Call) -> None:
            if call.role == "backfill_promote" and call.number == 0:
                beside = vdp.within(remote.environment)
                beside("init", archive.dataset)
                beside("enqueue", archive.dataset, remote.url(archive.path(FILES - 1)))
                beside("forward", archive.dataset, "--drain")
            asked.switch_to(call.role)

        place_of_logs = {"AWS_ENDPOINT_URL_S3": logs.s3.endpoint}
        with backfill_stack(vdp, remote, artifacts, tmp_path, place_of_logs, **SIZES) as stack:
            stack.functions.mishap = watch
            done = stack.start("archive", keys_of(archive)[:-1], "1")
            assert done.status == "SUCCEEDED", done.error
            assert done.output["placed_again"] == 1
    assert_asked_is_granted(asked.by_role(), granted(remote, artifacts))
