"""`vdp lambda` in the role `process_messages`, under a stub of the Runtime API: what it answers to which event."""

from __future__ import annotations

import json

import icechunk
import pytest

from archives.archive import Archive
from archives.mur import Mur
from archives.values import set_modified
from engine import Engine
from functions import Start, archive, assert_written, event, history, message, start  # noqa: F401 (fixtures)
from remote_archive import place
from servers.lambda_runtime import sqs_event, sqs_record


def test_files_are_written_in_one_commit(vdp: Engine, archive: Archive, start: Start) -> None:
    before = history(archive)
    with start("process_messages", archive) as function:
        assert function.invoke(event(archive, 3, 0, 1, 2, 5, 4)).failures == []
        assert history(archive)[1:] == before
        assert function.invoke(event(archive, 0, 1)).failures == []
    assert history(archive)[1:] == before, "nothing to write is no commit"
    assert_written(vdp, archive)


def test_exactly_what_is_not_done_is_given_back(vdp: Engine, archive: Archive, start: Start) -> None:
    """Without a queue of dead letters SQS itself buries what is rejected, and the log has the reasons."""
    archive.path(2).write_bytes(b"no netCDF")
    set_modified(archive.path(2), 1e9)
    with start("process_messages", archive) as function:
        bodies = [message(archive, 0), "{", message(archive, 2), message(archive, 1), '{"what": "ever"}']
        assert function.invoke(sqs_event(*bodies)).failures == ["m1", "m2", "m4"]
        rejected = [line for line in function.log if line.get("outcome") == "rejected"]
    assert len(rejected) == 3
    assert any(archive.path(2).name in line["granule"] and line["reason"] for line in rejected)
    archive.deliver(2, revision=1)
    assert vdp.run(archive.dataset).outcomes == {"unchanged": 2, "written": 4}
    assert_written(vdp, archive)


def test_events_of_every_size(vdp: Engine, archive: Archive, start: Start) -> None:
    with start("process_messages", archive) as function:
        assert function.invoke({"Records": []}).failures == []
        twice = event(archive, 0, 0)
        twice["Records"][1]["messageId"] = "m0"
        assert function.invoke(twice).failures == []
        poison_twice = sqs_event("{", "{")
        poison_twice["Records"][1]["messageId"] = "m0"
        assert function.invoke(poison_twice).failures == ["m0"]
        large = sqs_event(json.dumps({"uri": "file:///" + "x" * 256 * 1024, "key": "x"}), message(archive, 1))
        assert function.invoke(large).failures == ["m0"]
        many = {"Records": [shortest_record(message(archive, n % 6), f"m{n}") for n in range(10_000)]}
        assert function.invoke(many, timeout_s=300).failures == []
        assert max(len(line) for line in function.stderr.splitlines()) < 64 * 1024
    assert_written(vdp, archive)


def shortest_record(body: str, message_id: str) -> dict[str, str]:
    """As short as a record may be, since an event has at most 6 MB."""
    return {"messageId": message_id, "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"uri": "s3://b/k"}, "uri"),
        ([1, 2], "array"),
        ({"Records": {}}, "Records"),
        ({"Records": [{"eventSource": "aws:s3", "s3": {}}]}, "aws:s3"),
        ({"Records": [{"EventSource": "aws:sns", "Sns": {}}]}, "aws:sns"),
        ({"Records": [{"eventSource": "aws:sqs", "body": "{}"}]}, "messageId"),
        ({"Records": [sqs_record("x") | {"body": 3}]}, "body"),
        ({"Records": ["x"]}, "Records[0]"),
        (b'{"Records": [', "JSON"),
        (b"[" * 10_000, "event"),
        (b"", "event"),
    ],
)
def test_other_events_are_errors_that_name_them(archive: Archive, start: Start, wrong: object, said: str) -> None:
    with start("process_messages", archive) as function:
        failed = function.invoke(wrong)
        assert failed.error is not None and said in failed.error["errorMessage"], failed.error
        assert failed.posts == ["error"]
        assert function.invoke(event(archive, 0)).failures == []


def test_an_event_that_is_too_large(archive: Archive, start: Start) -> None:
    with start("process_messages", archive) as function:
        failed = function.invoke({"Records": [], "padding": "x" * 7_000_000})
        assert failed.error_type == "Function.Limit"
        assert function.invoke(event(archive, 0)).failures == []


def test_a_store_that_is_not_there_is_an_error_and_is_not_made(archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 2)
    with start("process_messages", archive) as function:
        assert function.invoke(event(archive, 0)).error_type == "Function.NotFound"
    assert not archive.store.exists()


def test_a_commit_that_fails_gives_all_back(vdp: Engine, archive: Archive, start: Start) -> None:
    """Poison, too: it comes back with its batch, and becomes a dead letter with the commit that succeeds."""
    storage = icechunk.local_filesystem_storage(str(archive.store))
    with start("process_messages", archive) as function:
        assert function.invoke(event(archive, 0)).failures == []
        set_availability(storage, icechunk.RepoAvailability.read_only)
        wrong = sqs_event(message(archive, 1), "{", message(archive, 0), message(archive, 2))
        assert function.invoke(wrong).failures == ["m0", "m1", "m2", "m3"]
        assert any(line["level"] == "ERROR" and "read-only" in line["message"] for line in function.log)
        set_availability(storage, icechunk.RepoAvailability.online)
        assert function.invoke(wrong).failures == ["m1"]
        assert function.invoke(event(archive, 3, 4, 5)).failures == []
    assert_written(vdp, archive)


def set_availability(storage: icechunk.Storage, availability: icechunk.RepoAvailability) -> None:
    icechunk.Repository.open(storage).set_status(
        icechunk.RepoStatus(availability, limited_availability_reason="maintenance")
    )


def test_a_store_that_stops_to_answer(vdp: Engine, archive_of, start: Start, versitygw) -> None:
    """And answers again: the repository is opened anew."""
    bucket = versitygw.new_bucket()
    remote = place(archive_of(Mur(), 4), store=bucket)
    vdp = vdp.within(remote.environment)
    vdp("init", remote.archive.dataset)
    with start("process_messages", remote.archive, **remote.environment) as function:
        assert function.invoke(event(remote.archive, 0)).failures == []
        saved = bucket.listing()
        contents = {key: bucket.get(key) for key in saved}
        for key in contents:
            bucket.client.delete_object(Bucket=bucket.name, Key=key)
        assert function.invoke(event(remote.archive, 1)).failures == ["m0"]
        for key, data in contents.items():
            bucket.put(key, data)
        assert function.invoke(event(remote.archive, 1, 2)).failures == []
    assert vdp.run(remote.archive.dataset).outcomes == {"unchanged": 3, "written": 1}


def test_another_writer_between_two_events(vdp: Engine, archive: Archive, start: Start) -> None:
    with start("process_messages", archive) as function:
        assert function.invoke(event(archive, 0, 1)).failures == []
        vdp("enqueue", archive.dataset, archive.path(2), archive.path(3))
        vdp("forward", archive.dataset)
        assert function.invoke(event(archive, 3, 4, 5)).failures == []
        outcomes = [line["outcome"] for line in function.log if "outcome" in line]
    assert outcomes == ["written", "written", "unchanged", "written", "written"]
    assert_written(vdp, archive)
