"""A bucket that tells of its objects: S3 -> SNS topic -> SQS queue, raw delivery, all in moto."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .bucket import Bucket
from .s3_server import S3Server
from .sqs_queue import SqsQueue, make_queue


@dataclass
class Notifications:
    bucket: Bucket
    topic: str  # ARN
    queue: SqsQueue
    sns: Any = field(repr=False)

    def take(self) -> list[str]:
        """The bodies of what has arrived, in some order; they leave the queue. moto slows down where many wait."""
        bodies = []
        while messages := self.queue.receive():
            bodies += [message["Body"] for message in messages]
            self.queue.remove(messages)
        return bodies


def notifications_of(server: S3Server) -> Notifications:
    """A bucket of its own, wired as a provider's is."""
    bucket = server.new_bucket()
    sns = server.client("sns")
    topic = sns.create_topic(Name=f"{bucket.name}-topic")["TopicArn"]
    queue = make_queue(server.client("sqs"), f"{bucket.name}-queue", max_receives=1000, visibility_timeout_s=600)
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes={"RawMessageDelivery": "true"}
    )
    events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    bucket.client.put_bucket_notification_configuration(
        Bucket=bucket.name,
        NotificationConfiguration={"TopicConfigurations": [{"TopicArn": topic, "Events": events}]},
    )
    return Notifications(bucket, topic, queue, sns)
