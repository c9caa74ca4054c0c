"""What AWS puts between a queue and a function: it polls, invokes with batches, and deletes what did not fail.

The rules of an event source mapping with `ReportBatchItemFailures`, as AWS documents them: an invocation that fails, or
an answer that names an unknown record, leaves the whole batch in the queue.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .sqs_queue import SqsQueue

Invoke = Callable[[dict[str, Any]], dict[str, Any] | None]  # None: the invocation failed


def as_record(message: dict[str, Any], arn: str = "arn:aws:sqs:us-east-1:123456789012:queue") -> dict[str, Any]:
    """A received message as a function sees it."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "md5OfBody": message.get("MD5OfBody", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": "us-east-1",
    }


def failed_ids(answer: dict[str, Any] | None, messages: list[dict[str, Any]]) -> set[str]:
    """Of the messages that stay in the queue."""
    everything = {message["MessageId"] for message in messages}
    if answer is None:
        return everything
    named = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    return named if named <= everything else everything


class EventSource:
    """One poller. `shuffle` gives a batch in an order of its own, as a standard queue may."""

    def __init__(self, queue: SqsQueue, invoke: Invoke, *, seed: int) -> None:
        self.queue = queue
        self.invocations = 0
        self.failures = 0  # records that stayed
        self._invoke = invoke
        self._random = random.Random(seed)

    def poll(self) -> bool:
        """One batch; False where the queue had nothing to give."""
        messages = self.queue.receive()
        if not messages:
            return False
        self._random.shuffle(messages)
        answer = self._invoke({"Records": [as_record(message) for message in messages]})
        self.invocations += 1
        failed = failed_ids(answer, messages)
        self.failures += len(failed)
        self.queue.remove([message for message in messages if message["MessageId"] not in failed])
        return True
