"""Events of every shape through `vdp lambda`: what each message is answered with, what becomes a dead letter and why,
and that the store holds exactly the files that were named, value by value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from archives.plain import Plain, add_field
from comparison import assert_equals_sources
from engine import Engine
from opened import open_as_printed
from remote_archive import SOURCE_PREFIX, RemoteArchive, place
from servers.bucket import Bucket
from servers.lambda_runtime import LambdaFunction, lambda_function, sqs_event, sqs_record
from servers.sqs_queue import SqsQueue

# Folders whose names notifications must encode, and the engine must decode.
FOLDERS = ["plain", "with space", "a+b", "äé", "日本", "100%", "a=b&c", "(x)'!*", "x%2Fy"]


@dataclass(frozen=True)
class Zoo(Plain):
    """Daily files, each in a folder of another name."""

    def key(self, index: int) -> str:
        return f"{FOLDERS[index % len(FOLDERS)]}/{super().key(index)}"

    def dataset_file(self, **options: Any) -> str:
        return super().dataset_file(**options).replace('"plain.{', '"**/plain.{')


ZOO = Zoo(lambda file, index, revision: add_field(file, "ta", index, revision))


@dataclass
class Specimen:
    """One message: the files that it makes, or why it becomes a dead letter."""

    body: str
    files: list[int] = field(default_factory=list)
    reason: str | None = None


class Shapes:
    """Bodies as the services write them."""

    def __init__(self, remote: RemoteArchive) -> None:
        self.remote = remote
        assert remote.source is not None
        self.bucket = remote.source.name

    def key(self, index: int) -> str:
        return SOURCE_PREFIX + ZOO.key(index)

    def uri(self, index: int) -> str:
        return f"s3://{self.bucket}/{quote(self.key(index))}"

    def record(self, key: str, event: str = "ObjectCreated:Put", **about: Any) -> dict[str, Any]:
        """`key` as the notification has it."""
        return {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": "us-east-1",
            "eventTime": "2024-03-01T00:00:00.000Z",
            "eventName": event,
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "vdp",
                "bucket": {"name": self.bucket, "arn": f"arn:aws:s3:::{self.bucket}"},
                "object": {"key": key, "sequencer": "0A1B2C3D4E5F678901"} | about,
            },
        }

    def s3(self, *indices: int, event: str = "ObjectCreated:Put") -> str:
        # As AWS encodes: of a form, and the separators left.
        return json.dumps({"Records": [self.record(quote_plus(self.key(index), safe="/"), event) for index in indices]})

    def s3_as_moto(self, index: int) -> str:
        record = self.record(quote_plus(self.key(index)), "ObjectCreated:CompleteMultipartUpload")
        return json.dumps({"Records": [record]})

    def event_bridge(self, index: int, kind: str = "Object Created") -> str:
        place = {"bucket": {"name": self.bucket}, "object": {"key": self.key(index)}}
        return json.dumps(
            {
                "version": "0",
                "id": "17793124-05d4-b198-2fde-7ededc63b103",
                "detail-type": kind,
                "source": "aws.s3",
                "account": "123456789012",
                "time": "2024-03-01T00:00:00Z",
                "region": "us-east-1",
                "resources": [f"arn:aws:s3:::{self.bucket}"],
                "detail": {"version": "0", "reason": "PutObject"} | place,
            }
        )

    @staticmethod
    def sns(message: str, kind: str = "Notification") -> str:
        return json.dumps(
            {
                "Type": kind,
                "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
                "TopicArn": "arn:aws:sns:us-east-1:123456789012:topic",
                "Subject": "Amazon S3 Notification",
                "Message": message,
                "Timestamp": "2024-03-01T00:00:00.000Z",
                "SignatureVersion": "1",
                "Signature": "AAAA",
            }
        )

    def test_event(self) -> str:
        event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2024-03-01T00:00:00Z", "Bucket": self.bucket}
        return json.dumps(event)

    def bucket_and_key(self, index: int) -> str:
        return json.dumps({"bucket": self.bucket, "key": self.key(index)})


LARGE = 256 * 1024


def zoo(shapes: Shapes) -> dict[str, Specimen]:
    """All of them; no two name the same file, but for one that does on purpose."""
    padded = json.loads(shapes.s3(14))
    padded["Records"][0]["s3"]["object"]["padding"] = "x" * (LARGE - len(json.dumps(padded)) - 20)
    nowhere = shapes.record("archive/data/plain/plain.20260101.nc")
    elsewhere = shapes.record(quote_plus(shapes.key(0), safe="/"))
    elsewhere["s3"]["bucket"]["name"] = "another-bucket"
    return {
        "S3": Specimen(shapes.s3(0), [0]),
        "S3, a space": Specimen(shapes.s3(1), [1]),
        "S3, a plus": Specimen(shapes.s3(2), [2]),
        "S3, other letters": Specimen(shapes.s3(3), [3]),
        "S3 as moto encodes it": Specimen(shapes.s3_as_moto(4), [4]),
        "S3, several records": Specimen(shapes.s3(5, 6, 7), [5, 6, 7]),
        "S3, what looks encoded": Specimen(shapes.s3(8), [8]),
        "S3 in SNS": Specimen(shapes.sns(shapes.s3(9)), [9]),
        "EventBridge": Specimen(shapes.event_bridge(10), [10]),
        "EventBridge in SNS": Specimen(shapes.sns(shapes.event_bridge(11)), [11]),
        "a URI": Specimen(shapes.uri(12), [12]),
        "a URI in an object": Specimen(json.dumps({"uri": shapes.uri(13)}), [13]),
        "256 KiB": Specimen(json.dumps(padded), [14]),
        "bucket and key": Specimen(shapes.bucket_and_key(15), [15]),
        "bucket and key in SNS": Specimen(shapes.sns(shapes.bucket_and_key(16)), [16]),
        "the same again": Specimen(shapes.s3(0), [0]),
        "a test event": Specimen(shapes.test_event()),
        "a test event in SNS": Specimen(shapes.sns(shapes.test_event())),
        "tags": Specimen(shapes.s3(17, event="ObjectTagging:Put")),
        "deleted, and still there": Specimen(shapes.s3(1, event="ObjectRemoved:Delete"), [1]),
        "deleted, by EventBridge": Specimen(shapes.event_bridge(2, "Object Deleted"), [2]),
        "no JSON": Specimen("{", reason="message|JSON"),
        "nothing but blanks": Specimen(" \n", reason="message|URI"),  # SQS has no empty bodies
        "another shape": Specimen(json.dumps({"hello": "world"}), reason="message"),
        "another service": Specimen(json.dumps({"Records": [{"eventSource": "aws:dynamodb"}]}), reason="service"),
        "a confirmation": Specimen(shapes.sns("x", "SubscriptionConfirmation"), reason="SubscriptionConfirmation"),
        "another bucket": Specimen(json.dumps({"Records": [elsewhere]}), reason="prefix"),
        "no such object": Specimen(json.dumps({"Records": [nowhere]}), reason="not found|no such|404|does not exist"),
        "no file of the dataset": Specimen(
            json.dumps({"bucket": shapes.bucket, "key": SOURCE_PREFIX + "readme.txt"}), reason="has not the form"
        ),
        "deep": Specimen("[" * 100_000, reason="message"),
        "256 KiB of nothing": Specimen("x" * LARGE, reason="message"),
        "good and bad in one": Specimen(
            json.dumps({"Records": [shapes.record(quote_plus(shapes.key(18), safe="/")), nowhere]}), [18],
            reason="not found|no such|404|does not exist",
        ),
    }


@pytest.fixture
def remote(archive_of, bucket: Bucket) -> RemoteArchive:
    archive = archive_of(ZOO, 20)
    return place(archive, source=bucket, store=bucket)


@dataclass
class DeadLetterQueue:
    """What is in it."""

    queue: SqsQueue

    @property
    def url(self) -> str:
        return self.queue.dead_url

    def take_all(self) -> dict[str, dict[str, str]]:
        """Body and attributes by the id of the message that died; each must have died once."""
        letters: dict[str, dict[str, str]] = {}
        for message in self.queue.take_dead():
            attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
            assert attributes["vdp-message-id"] not in letters, f"twice: {attributes}"
            letters[attributes["vdp-message-id"]] = attributes | {"body": message["Body"]}
        return letters


@pytest.fixture
def dead_letters(sqs_queue: SqsQueue) -> DeadLetterQueue:
    return DeadLetterQueue(sqs_queue)


@pytest.fixture
def started(vdp: Engine, remote: RemoteArchive, dead_letters: DeadLetterQueue, tmp_path: Path) -> Iterator[Any]:
    """The function over a store that is there; variables on top."""
    vdp.within(remote.environment)("init", remote.archive.dataset)
    basics = remote.environment | {
        "VDP_DATASET": str(remote.archive.dataset),
        "VDP_DEAD_LETTERS": dead_letters.url,
        "VDP_MAX_RECEIVES": "5",
    }

    def start(**variables: str):
        return lambda_function(vdp.binary, "process_messages", tmp_path / "function", basics | variables)

    yield start


def as_event(specimens: dict[str, Specimen]) -> dict[str, Any]:
    """The name of a specimen is the id of its message."""
    return {"Records": [sqs_record(specimen.body, message_id=name) for name, specimen in specimens.items()]}


def assert_died(letters: dict[str, dict[str, str]], specimens: dict[str, Specimen]) -> None:
    expected = {name: specimen for name, specimen in specimens.items() if specimen.reason}
    assert set(letters) == set(expected)
    for name, specimen in expected.items():
        letter = letters[name]
        assert re.search(specimen.reason, letter["vdp-reason"], re.IGNORECASE), f"{name}: {letter['vdp-reason']}"
        assert letter["vdp-receive-count"] == "1"
        if specimen.body and len(specimen.body) < LARGE:
            assert letter["body"] == specimen.body


def assert_holds(vdp: Engine, remote: RemoteArchive, indices: set[int]) -> None:
    """These files, with their values, and no others. The rest is then written by `vdp run`."""
    answer = vdp.within(remote.environment).run(remote.archive.dataset)
    expected = {"unchanged": len(indices), "written": len(remote.archive.present) - len(indices)}
    assert answer.outcomes == {outcome: count for outcome, count in expected.items() if count}, str(answer)
    opened = open_as_printed(answer.python, environment=remote.credentials)
    assert_equals_sources(opened, remote.archive.files())


def test_all_at_once(vdp: Engine, remote: RemoteArchive, dead_letters: DeadLetterQueue, started) -> None:
    specimens = zoo(Shapes(remote))
    with started() as function:
        assert function.invoke(as_event(specimens)).failures == []
        summary = next(line for line in function.log if "batch_item_failures" in line)
    assert_died(dead_letters.take_all(), specimens)
    assert summary["commits"] == 1
    assert_holds(vdp, remote, {index for specimen in specimens.values() for index in specimen.files})


def test_one_by_one(vdp: Engine, remote: RemoteArchive, dead_letters: DeadLetterQueue, started) -> None:
    """In one process, so that what one leaves behind meets the next."""
    specimens = zoo(Shapes(remote))
    with started() as function:
        for name, specimen in specimens.items():
            assert function.invoke(as_event({name: specimen})).failures == [], name
            assert_died(dead_letters.take_all(), {name: specimen})
    assert_holds(vdp, remote, {index for specimen in specimens.values() for index in specimen.files})


def poison_of(specimens: dict[str, Specimen]) -> list[str]:
    return [name for name, specimen in specimens.items() if specimen.reason]


def test_without_dead_letters_of_our_own(vdp: Engine, remote: RemoteArchive, started) -> None:
    """SQS buries what comes back too often; the reasons are in the log."""
    specimens = zoo(Shapes(remote))
    with started(VDP_DEAD_LETTERS="") as function:
        assert function.invoke(as_event(specimens)).failures == poison_of(specimens)
        assert_log_has_reasons(function, specimens)
    assert_holds(vdp, remote, {index for specimen in specimens.values() for index in specimen.files})


def assert_log_has_reasons(function: LambdaFunction, specimens: dict[str, Specimen]) -> None:
    reasons = [line["reason"] for line in function.log if line.get("outcome") == "rejected"]
    for name in poison_of(specimens):
        assert any(re.search(specimens[name].reason, reason, re.IGNORECASE) for reason in reasons), name


def test_dead_letters_that_cannot_be_sent(vdp: Engine, remote: RemoteArchive, dead_letters, started) -> None:
    """Nothing is lost: what cannot be buried comes back, and nothing else does."""
    specimens = zoo(Shapes(remote))
    with started(VDP_DEAD_LETTERS=dead_letters.url + "-that-is-not-there") as function:
        assert function.invoke(as_event(specimens)).failures == poison_of(specimens)
        assert any(line["level"] == "ERROR" and "dead letters" in line["message"] for line in function.log)
    assert_holds(vdp, remote, {index for specimen in specimens.values() for index in specimen.files})


def test_a_file_that_stays_away_dies_after_its_last_delivery(
    vdp: Engine, remote: RemoteArchive, dead_letters: DeadLetterQueue, started
) -> None:
    """With a regular axis nothing waits for others; a source that does not answer is what is tried again."""
    shapes = Shapes(remote)
    closed = {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}
    answering = remote.environment["AWS_ENDPOINT_URL_S3"]
    remote.archive.redescribe("[store]\n", f'[store]\nendpoint_url = "{answering}"\n')
    with started(**closed) as function:
        first = {"Records": [sqs_record(shapes.s3(0), message_id="a", receives=1)]}
        assert function.invoke(first).failures == ["a"]
        assert dead_letters.take_all() == {}
        last = {"Records": [sqs_record(shapes.s3(0), message_id="a", receives=5)]}
        assert function.invoke(last).failures == []
    letters = dead_letters.take_all()
    assert "given up after 5 deliveries" in letters["a"]["vdp-reason"]
    assert_holds(vdp, remote, set())


def test_a_deleted_file_is_reported(vdp: Engine, remote: RemoteArchive, dead_letters: DeadLetterQueue, started) -> None:
    """Unless the dataset file says otherwise, nothing is taken out of the store."""
    shapes = Shapes(remote)
    with started() as function:
        assert function.invoke(sqs_event(shapes.s3(0), shapes.s3(1))).failures == []
        remote.source.client.delete_object(Bucket=remote.source.name, Key=shapes.key(1))
        assert function.invoke(sqs_event(shapes.s3(1, event="ObjectRemoved:Delete"))).failures == []
        assert any("deleted" in json.dumps(line) or "gone" in json.dumps(line) for line in function.log)
    assert dead_letters.take_all() == {}
    remote.upload(remote.archive.path(1))


def test_a_deleted_file_is_retracted_where_the_dataset_says_so(
    vdp: Engine, remote: RemoteArchive, dead_letters: DeadLetterQueue, started
) -> None:
    shapes = Shapes(remote)
    with remote.archive.dataset.open("a") as dataset:
        dataset.write('\n[forward]\ndeleted = "retract"\n')
    with started(VDP_METRICS_NAMESPACE="vdp") as function:
        assert function.invoke(sqs_event(shapes.s3(0), shapes.s3(1))).failures == []
        remote.source.client.delete_object(Bucket=remote.source.name, Key=shapes.key(1))
        gone = sqs_event(shapes.s3(1, event="ObjectRemoved:Delete"), shapes.s3(0, event="ObjectRemoved:Delete"))
        assert function.invoke(gone).failures == []
        assert function.metrics[-1] | {"Retracted": 1, "Commits": 1} == function.metrics[-1]
    assert dead_letters.take_all() == {}
    remote.upload(remote.archive.path(1))
    assert_holds(vdp, remote, {0})
