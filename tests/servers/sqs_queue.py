"""A queue with its dead letters on a server that speaks SQS, as its owner sees it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# Of one request to SQS.
MAX_BATCH = 10


@dataclass
class SqsQueue:
    url: str
    arn: str
    dead_letters_url: str
    visibility_timeout_s: int
    sqs: Any = field(repr=False)  # boto3's client

    def send(self, bodies: Iterable[str]) -> None:
        for batch in itertools.batched(bodies, MAX_BATCH):
            entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)]
            answer = self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)
            assert not answer.get("Failed"), answer

    def receive(self) -> list[dict[str, Any]]:
        """Up to ten messages, with all their attributes."""
        return self._receive(self.url, self.visibility_timeout_s)

    def remove(self, messages: list[dict[str, Any]]) -> None:
        self._remove(self.url, messages)

    def left(self) -> int:
        """Messages that are not done."""
        return self._count(self.url)

    def take_dead_letters(self) -> list[dict[str, Any]]:
        """All of them, which leave."""
        taken = []
        while messages := self._receive(self.dead_letters_url, 600):
            self._remove(self.dead_letters_url, messages)
            taken += messages
        assert self._count(self.dead_letters_url) == 0
        return taken

    def _receive(self, url: str, visibility_timeout_s: int) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=MAX_BATCH,
            VisibilityTimeout=visibility_timeout_s,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return answer.get("Messages", [])

    def _remove(self, url: str, messages: list[dict[str, Any]]) -> None:
        for batch in itertools.batched(messages, MAX_BATCH):
            entries = [{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(batch)]
            answer = self.sqs.delete_message_batch(QueueUrl=url, Entries=entries)
            assert not answer.get("Failed"), answer

    def _count(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


def make_queue(sqs: Any, name: str, *, max_receives: int, visibility_timeout_s: int) -> SqsQueue:
    """Named `name`, its dead letters `name`-dlq."""

    def arn(url: str) -> str:
        return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    dead_letters = sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"]
    redrive = {"deadLetterTargetArn": arn(dead_letters), "maxReceiveCount": max_receives}
    attributes = {"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": str(visibility_timeout_s)}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return SqsQueue(url, arn(url), dead_letters, visibility_timeout_s, sqs)
