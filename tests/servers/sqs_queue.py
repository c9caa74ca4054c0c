"""A queue with its dead letters on a server that speaks SQS, as its owner sees it."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

# Of one request to SQS.
MAX_BATCH = 10


@dataclass(frozen=True)
class SqsQueue:
    """A queue with a dead-letter queue behind it."""

    url: str
    dead_url: str
    client: Any = field(repr=False)  # boto3's

    @property
    def arn(self) -> str:
        return _arn(self.client, self.url)

    def send(self, *bodies: str) -> None:
        for batch in itertools.batched(bodies, MAX_BATCH):
            entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)]
            answer = self.client.send_message_batch(QueueUrl=self.url, Entries=entries)
            assert not answer.get("Failed"), answer

    def receive(self) -> list[dict[str, Any]]:
        """Up to ten messages, with all their attributes."""
        return self._receive(self.url)

    def remove(self, messages: list[dict[str, Any]]) -> None:
        self._remove(self.url, messages)

    def counts(self) -> tuple[int, int]:
        """How many can be received, and how many are in flight."""
        return self._counts(self.url)

    def dead(self) -> list[dict[str, Any]]:
        """All dead letters, as SQS has them. They stay."""
        letters: dict[str, dict[str, Any]] = {}
        while messages := self._receive(self.dead_url, VisibilityTimeout=5):
            letters |= {message["MessageId"]: message for message in messages}
        for letter in letters.values():
            receipt = letter["ReceiptHandle"]
            self.client.change_message_visibility(QueueUrl=self.dead_url, ReceiptHandle=receipt, VisibilityTimeout=0)
        return list(letters.values())

    def take_dead(self) -> list[dict[str, Any]]:
        """All dead letters, however many. They leave."""
        taken = []
        while messages := self._receive(self.dead_url):
            self._remove(self.dead_url, messages)
            taken += messages
        assert self._counts(self.dead_url) == (0, 0)
        return taken

    def _receive(self, url: str, **options: Any) -> list[dict[str, Any]]:
        everything = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        answer = self.client.receive_message(QueueUrl=url, MaxNumberOfMessages=MAX_BATCH, **everything, **options)
        return answer.get("Messages", [])

    def _remove(self, url: str, messages: list[dict[str, Any]]) -> None:
        for batch in itertools.batched(messages, MAX_BATCH):
            entries = [{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(batch)]
            answer = self.client.delete_message_batch(QueueUrl=url, Entries=entries)
            assert not answer.get("Failed"), answer

    def _counts(self, url: str) -> tuple[int, int]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(attributes[names[0]]), int(attributes[names[1]])


def make_queue(client: Any, name: str, *, max_receives: int, visibility_timeout_s: int = 30) -> SqsQueue:
    """Named `name`, its dead letters `name`-dead."""
    dead = client.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": _arn(client, dead), "maxReceiveCount": max_receives}
    attributes = {"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": str(visibility_timeout_s)}
    url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return SqsQueue(url, dead, client)


def _arn(client: Any, url: str) -> str:
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
