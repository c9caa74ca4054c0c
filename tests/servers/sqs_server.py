"""The SQS server: ElasticMQ, which keeps queues in memory. moto's SQS (see s3_server.py) is the second opinion."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import botocore.config

from engine import ROOT

from .process import LOOPBACK, ServerProcess, start_server

ELASTICMQ = ROOT / "build" / "servers" / "elasticmq"

# strict: the limits of SQS are enforced.
CONFIGURATION = """
include classpath("application.conf")
node-address {{ protocol = http, host = "{host}", port = {port}, context-path = "" }}
rest-sqs {{ enabled = true, bind-port = {port}, bind-hostname = "{host}", sqs-limits = strict }}
rest-stats {{ enabled = false }}
"""


@dataclass(frozen=True)
class SqsQueue:
    """A queue with a dead-letter queue behind it."""

    url: str
    dead_url: str
    client: Any  # boto3's

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.client.send_message(QueueUrl=self.url, MessageBody=body)

    def dead(self) -> list[dict[str, Any]]:
        """All dead letters, as SQS has them. They stay."""
        letters: dict[str, dict[str, Any]] = {}
        options = {"MaxNumberOfMessages": 10, "VisibilityTimeout": 5, "MessageAttributeNames": ["All"]}
        while messages := self.client.receive_message(QueueUrl=self.dead_url, **options).get("Messages", []):
            letters |= {message["MessageId"]: message for message in messages}
        for letter in letters.values():
            receipt = letter["ReceiptHandle"]
            self.client.change_message_visibility(QueueUrl=self.dead_url, ReceiptHandle=receipt, VisibilityTimeout=0)
        return list(letters.values())

    def counts(self) -> tuple[int, int]:
        """How many can be received, and how many are in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return int(attributes[names[0]]), int(attributes[names[1]])


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

    def new_queue(self, max_receives: int = 3) -> SqsQueue:
        name = f"queue-{next(self._numbers)}"
        dead = self.client.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        told = self.client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
        policy = {"deadLetterTargetArn": told["Attributes"]["QueueArn"], "maxReceiveCount": max_receives}
        url = self.client.create_queue(QueueName=name, Attributes={"RedrivePolicy": json.dumps(policy)})["QueueUrl"]
        return SqsQueue(url, dead, self.client)


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
