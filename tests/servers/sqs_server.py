"""The SQS server: ElasticMQ, which keeps queues in memory. moto's SQS (see s3_server.py) is the second opinion."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import botocore.config

from engine import ROOT

from .process import LOOPBACK, ServerProcess, start_server
from .sqs_queue import SqsQueue, make_queue

ELASTICMQ = ROOT / "build" / "servers" / "elasticmq"

# strict: the limits of SQS are enforced.
CONFIGURATION = """
include classpath("application.conf")
node-address {{ protocol = http, host = "{host}", port = {port}, context-path = "" }}
rest-sqs {{ enabled = true, bind-port = {port}, bind-hostname = "{host}", sqs-limits = strict }}
rest-stats {{ enabled = false }}
"""


@dataclass
class SqsServer:
    """A server with one account, whose keys it does not check."""

    process: ServerProcess
    region: str = "us-east-1"
    access_key: str = "sqs-access"
    secret_key: str = "sqs-secret-0123456789"
    _numbers: itertools.count = field(default_factory=itertools.count)

    @property
    def endpoint(self) -> str:
        return self.process.endpoint

    def environment(self) -> dict[str, str]:
        """What a user of vdp has set, beside the queue's URL."""
        return {
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }

    @cached_property
    def client(self) -> Any:
        return boto3.client(
            "sqs",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=botocore.config.Config(retries={"total_max_attempts": 2}),
        )

    def new_queue(self, *, max_receives: int = 3, visibility_timeout_s: int = 30) -> SqsQueue:
        name = f"queue-{next(self._numbers)}"
        return make_queue(self.client, name, max_receives=max_receives, visibility_timeout_s=visibility_timeout_s)


def start_elasticmq(folder: Path) -> SqsServer:
    """Quirk: it tells no MaximumMessageSize, and takes 1 MiB."""
    if not any(ELASTICMQ.glob("*.jar")):
        raise FileNotFoundError(f"no jars in {ELASTICMQ}: scripts/test_servers.sh fetches them")
    folder.mkdir(parents=True, exist_ok=True)

    def command(port: int) -> list[str]:
        configuration = folder / f"elasticmq-{port}.conf"
        configuration.write_text(CONFIGURATION.format(host=LOOPBACK, port=port))
        java = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", f"-Dconfig.file={configuration}"]
        return [*java, "-cp", f"{ELASTICMQ}/*", "org.elasticmq.server.Main"]

    return SqsServer(start_server(command, folder / "elasticmq.log", ready_path="/"))
