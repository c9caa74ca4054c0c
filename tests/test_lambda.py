"""`vdp lambda` under a stub of the Runtime API: what it answers, what it survives, and what it writes to its log."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import icechunk
import pytest
from jsonschema import Draft202012Validator

from archives.archive import Archive
from archives.mur import Mur
from archives.values import set_modified
from comparison import assert_equals_sources
from engine import FAILED, FINDINGS, ROOT, Engine
from opened import open_as_printed
from remote_archive import SOURCE_PREFIX, place
from servers.access_log import read_access_log
from servers.lambda_runtime import ARN, LambdaFunction, LambdaRuntime, lambda_function, sqs_event, sqs_record

START_UPS = 20
MAX_RESIDENT_BYTES = 40_000_000
EMF_SCHEMA = json.loads((ROOT / "tests" / "emf_schema.json").read_text())

type Start = Callable[..., AbstractContextManager[LambdaFunction]]


@pytest.fixture
def start(vdp: Engine, tmp_path: Path) -> Start:
    """Starts a function; its dataset file is that of an archive, where one is given."""

    def start(role: str | None, archive: Archive | None = None, **variables: str):
        environment = {"VDP_DATASET": str(archive.dataset)} if archive else {}
        how = {name: variables.pop(name) for name in ("as_argument", "runtime") if name in variables}
        return lambda_function(vdp.binary, role, tmp_path / "function", environment | variables, **how)

    return start


@pytest.fixture
def archive(vdp: Engine, archive_of) -> Archive:
    """Six files, and a store that holds none of them yet."""
    archive = archive_of(Mur(), 6)
    vdp("init", archive.dataset)
    return archive


def message(archive: Archive, index: int) -> str:
    """The body of a message that names a file."""
    path = archive.path(index)
    return json.dumps({"uri": path.as_uri(), "key": path.relative_to(archive.data).as_posix()})


def event(archive: Archive, *indices: int) -> dict:
    return sqs_event(*(message(archive, index) for index in indices))


def history(archive: Archive) -> list[str]:
    """The snapshots of the store, newest first, as the official library sees them."""
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(archive.store)))
    return [snapshot.id for snapshot in repository.ancestry(branch="main")]


def assert_written(vdp: Engine, archive: Archive) -> None:
    """All files are in the store, with their values; nothing is left to do."""
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"unchanged": len(archive.present)}, str(answer)
    assert_equals_sources(open_as_printed(answer.python), archive.files())


# The role `initialize`


def test_initialize_makes_the_store_once(vdp: Engine, archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 3)
    with start("initialize", archive) as function:
        made = function.invoke({"any": "payload"}).answer
        again = function.invoke(["whatever"]).answer
    assert made["created"] is True
    assert made["store"] == f"{archive.store.as_uri()}/"
    assert again == made | {"created": False}
    assert history(archive)[0] == made["snapshot"]


def test_initialize_as_a_custom_resource(archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 3)
    with start("initialize", archive) as function:
        # Before there is a store: nothing is made for a stack that goes away.
        deleted = function.invoke({"RequestType": "Delete", "PhysicalResourceId": "x"}).answer
        assert not archive.store.exists()
        created = function.invoke({"RequestType": "Create", "ResourceProperties": {}}).answer
        updated = function.invoke({"RequestType": "Update", "PhysicalResourceId": "x"}).answer
        unknown = function.invoke({"RequestType": "Erase"})
    assert deleted == {"PhysicalResourceId": "x"}
    assert created["Data"]["created"] is True
    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"] == created["Data"]["store"]
    assert "Erase" in unknown.error["errorMessage"]


def test_initialize_fails_where_no_file_can_be_read(archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 2)
    for path in archive.files():
        path.write_bytes(b"no netCDF")
        set_modified(path, 1e9)
    with start("initialize", archive) as function:
        failed = function.invoke({})
        assert failed.error_type == "Function.NotFound"
        assert archive.path(0).name in failed.error["errorMessage"]
        archive.deliver(0)
        assert function.invoke({}).answer["created"] is True, "the process must survive its errors"


def test_initialize_says_what_it_found_instead_of_files(archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 0)
    (archive.data / "readme.txt").write_text("x")
    with start("initialize", archive) as function:
        assert "readme.txt" in function.invoke({}).error["errorMessage"]


def test_initialize_lists_no_more_than_it_needs(vdp: Engine, archive_of, start: Start, versitygw) -> None:
    """Of an archive of some thousand keys, one page."""
    bucket = versitygw.new_bucket()
    remote = place(archive_of(Mur(), 1), source=bucket)
    for index in range(1, 2500):
        bucket.put(SOURCE_PREFIX + Mur().key(index), b"")
    with start("initialize", remote.archive, **remote.environment) as function:
        assert function.invoke({}).answer["created"] is True
    asked = [entry.operation for entry in read_access_log(versitygw.access_log, bucket.name)]
    assert sum("ListObjects" in operation for operation in asked) == 1, asked


# Settings


def test_an_unknown_role_is_an_init_error(start: Start) -> None:
    with start("proces_messages") as function:
        assert function.wait() == FAILED
        error = function.runtime.init_error
    assert error["errorType"] == "Runtime.NoSuchHandler"
    assert "proces_messages" in error["errorMessage"]
    assert "initialize, process_messages" in error["errorMessage"]
    assert error["stackTrace"] == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [({"VDP_MAX_RECEIVES": "many"}, "VDP_MAX_RECEIVES"), ({"VDP_MAX_RECEIVES": "0"}, "at least 1")],
)
def test_wrong_settings_are_an_init_error(start: Start, variables: dict[str, str], said: str) -> None:
    with start("process_messages", **variables) as function:
        assert function.wait() == FAILED
        assert said in function.runtime.init_error["errorMessage"]


def test_a_wrong_dataset_is_an_error_of_the_invocation(archive: Archive, start: Start) -> None:
    right = archive.dataset.read_text()
    archive.dataset.write_text(right + "\n[sorce]\n")
    with start("process_messages", archive) as function:
        failed = function.invoke(event(archive, 0))
        assert failed.error_type == "Function.Invalid"
        assert "sorce" in failed.error["errorMessage"]
        archive.dataset.write_text(right)
        assert function.invoke(event(archive, 0)).failures == []


def test_without_a_runtime(vdp: Engine) -> None:
    answer = vdp("lambda", "initialize", expect=FAILED)
    assert "AWS_LAMBDA_RUNTIME_API" in json.loads(answer.stderr)["message"]


def test_the_role_as_the_command_of_an_image(archive: Archive, start: Start) -> None:
    with start("process_messages", archive, as_argument=True) as function:
        assert function.invoke(event(archive)).failures == []


def test_another_store_than_the_dataset_file_says(vdp: Engine, archive: Archive, start: Start, tmp_path: Path) -> None:
    store = tmp_path / "another"
    with start("initialize", archive, VDP_STORE=str(store)) as function:
        assert function.invoke({}).answer["store"] == f"{store.as_uri()}/"
    with start("process_messages", archive, VDP_STORE=str(store)) as function:
        assert function.invoke(event(archive, *range(6))).failures == []
    answer = vdp.run(archive.dataset, environment={"VDP_STORE": str(store)})
    assert answer.outcomes == {"unchanged": 6}
    beside = vdp("status", "--json", expect=FINDINGS, environment={"VDP_DATASET": str(archive.dataset)})
    assert beside.document["missing"] == 6, "the store that the dataset file names was not touched"


# The role `process_messages`


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


# The runtime


def test_the_trace_and_the_ids_of_an_invocation(archive: Archive, start: Start) -> None:
    root = "1-5759e988-bd862e3fe1be46a994272793"
    with start("process_messages", archive, POWERTOOLS_SERVICE_NAME="rain") as function:
        first = function.invoke(event(archive, 0), trace_id=f"Root={root};Parent=53995c3f42cd8ad8;Sampled=1")
        assert f"_X_AMZN_TRACE_ID=Root={root};Parent=53995c3f42cd8ad8;Sampled=1" in environment_of(function)
        second = function.invoke(event(archive, 1))
        assert "_X_AMZN_TRACE_ID=" in environment_of(function)
        lines = function.log
    by_request = {invocation.request_id: [] for invocation in (first, second)}
    for line in lines:
        by_request[line["function_request_id"]].append(line)
        assert line["service"] == "rain"
        assert line["function_name"] == "vdp-test"
        assert line["function_arn"] == ARN
    assert {line["xray_trace_id"] for line in by_request[first.request_id]} == {root}
    assert {line["cold_start"] for line in by_request[first.request_id]} == {True}
    assert {line["cold_start"] for line in by_request[second.request_id]} == {False}


def environment_of(function: LambdaFunction) -> list[str]:
    """The variables as a child would get them now: the kernel shows those of the start, the process its own."""
    maps = Path(f"/proc/{function.process.pid}/maps").read_text().splitlines()
    found = []
    with Path(f"/proc/{function.process.pid}/mem").open("rb") as memory:
        for line in maps:
            area, mode = line.split()[:2]
            if not mode.startswith("rw"):
                continue
            begin, end = (int(part, 16) for part in area.split("-"))
            try:
                memory.seek(begin)
                data = memory.read(end - begin)
            except (OSError, ValueError):
                continue
            place = data.find(b"_X_AMZN_TRACE_ID=")
            while place >= 0:
                found.append(data[place : data.index(b"\0", place)].decode(errors="replace"))
                place = data.find(b"_X_AMZN_TRACE_ID=", place + 1)
    return found


def test_too_little_time_is_left(vdp: Engine, archive: Archive, start: Start) -> None:
    """It says so instead of being cut off in the middle: all comes back."""
    with start("process_messages", archive) as function:
        late = function.invoke(event(archive, 0, 1), deadline_s=1)
        assert late.failures == ["m0", "m1"]
        assert any("timeout long enough" in line["message"] for line in function.log)
        assert function.invoke(event(archive, *range(6))).failures == []
    assert_written(vdp, archive)


def test_sigterm_ends_it_while_it_waits(archive: Archive, start: Start) -> None:
    with start("process_messages", archive) as function:
        function.invoke(event(archive, 0))
        time.sleep(0.2)
        assert function.terminate(timeout_s=2) == 0


def test_sigterm_lets_an_invocation_finish(vdp: Engine, archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 6)
    vdp("init", archive.dataset)
    with start("process_messages", archive) as function:
        invocation = function.runtime.send(sqs_event(*(message(archive, number % 6) for number in range(2000))))
        while not invocation.taken_at:
            time.sleep(0.001)
        assert function.terminate() == 0
        assert invocation.done.is_set()
        assert invocation.failures == []


@pytest.mark.parametrize("status", [403, 500])
def test_a_runtime_that_fails_ends_the_process(archive: Archive, start: Start, status: int) -> None:
    runtime = LambdaRuntime()
    runtime.next_status = status
    with start("process_messages", archive, runtime=runtime) as function:
        assert function.wait() == FAILED
        assert str(status) in function.log[-1]["message"]


@pytest.mark.parametrize(("status", "posts"), [(413, ["response", "error"]), (400, ["response"])])
def test_an_answer_that_is_refused_does_not_end_the_process(
    archive: Archive, start: Start, status: int, posts: list[str]
) -> None:
    with start("process_messages", archive) as function:
        assert function.invoke(event(archive, 0), refuse_with=status).posts == posts
        assert function.invoke(event(archive, 1)).failures == []


# Logs and metrics


def test_the_log_is_lines_of_json(archive: Archive, start: Start) -> None:
    with start("process_messages", archive) as function:
        function.invoke(sqs_event(message(archive, 0), "{"))
        function.invoke({"no": "records"})
        poison, granule, batch, failed = sorted(function.log, key=lambda line: line["timestamp"])
    assert granule | {"level": "INFO", "outcome": "written"} == granule
    assert granule["granule"] == archive.path(0).as_uri()
    assert granule["refs"] > 0
    assert poison["level"] == "WARNING" and poison["outcome"] == "rejected" and poison["reason"]
    assert batch | {"written": 1, "rejected": 1, "records": 2, "batch_item_failures": 1, "commits": 1} == batch
    assert batch["duration_ms"] > 0 and batch["cold_start"] is True
    assert failed["level"] == "ERROR" and failed["error_type"] == "Function.Invalid" and failed["cold_start"] is False
    assert all(line["timestamp"].endswith("Z") for line in function.log)


def test_levels_of_the_log(archive: Archive, start: Start) -> None:
    with start("process_messages", archive, VDP_LOG_LEVEL="error") as function:
        function.invoke(sqs_event(message(archive, 0), "{"))
        assert function.log == []


def test_secrets_are_masked(archive: Archive, start: Start) -> None:
    secret = "sesame-0123456789"
    bodies = [
        json.dumps({"uri": f"https://user:{secret}@host/x", "key": "x"}),
        json.dumps({"uri": f"https://host/x?X-Amz-Signature={secret}", "key": "x"}),
        json.dumps({"uri": f"s3://{secret}@b/x", "key": "x"}),
        secret,
    ]
    with start("process_messages", archive, VDP_METRICS_NAMESPACE="vdp") as function:
        answer = function.invoke(sqs_event(*bodies)).answer
        failed = function.invoke({"Records": [], "token": secret} | {"RequestType": secret})
        texts = [function.stderr, function.stdout, json.dumps(answer), json.dumps(failed.answer)]
    assert all(secret not in text for text in texts)


def test_metrics_are_of_the_embedded_format(archive: Archive, start: Start) -> None:
    with start("process_messages", archive, VDP_METRICS_NAMESPACE="vdp/rain") as function:
        function.invoke(sqs_event(message(archive, 0), message(archive, 1), "{"))
        function.invoke(event(archive, 0))
        first, second = function.metrics
    validator = Draft202012Validator(EMF_SCHEMA)
    for document in (first, second):
        assert [error.message for error in validator.iter_errors(document)] == []
        directive = document["_aws"]["CloudWatchMetrics"][0]
        assert directive["Namespace"] == "vdp/rain"
        assert directive["Dimensions"] == [["dataset"]]
        assert document["dataset"] == "mur-like"
        # What is declared has a value, and what is a dimension is a text.
        assert all(isinstance(document[metric["Name"]], int | float) for metric in directive["Metrics"])
        assert abs(document["_aws"]["Timestamp"] / 1000 - time.time()) < 600
    units = {metric["Name"]: metric["Unit"] for metric in first["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units.pop("Duration") == "Milliseconds"
    assert set(units.values()) == {"Count"}
    expected = {"Written": 2, "Rejected": 1, "Commits": 1, "Retries": 0, "Records": 3, "Failures": 1, "Unchanged": 0}
    assert first | expected == first
    assert first["Refs"] > 0 and first["Duration"] > 0
    assert second | {"Written": 0, "Unchanged": 1, "Commits": 0} == second


def test_the_schema_of_metrics_can_fail(archive: Archive) -> None:
    validator = Draft202012Validator(EMF_SCHEMA)
    directive = {"Namespace": "n", "Dimensions": [["d"]], "Metrics": [{"Name": "m", "Unit": "Furlongs"}]}
    assert not validator.is_valid({"_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]}})
    assert not validator.is_valid({"_aws": {"Timestamp": "now", "CloudWatchMetrics": []}})


def test_no_metrics_unless_asked_for(archive: Archive, start: Start) -> None:
    with start("process_messages", archive) as function:
        function.invoke(event(archive, 0))
        assert function.stdout == ""


# Cost


@pytest.fixture
def warm(archive: Archive, start: Start) -> Iterator[LambdaFunction]:
    with start("process_messages", archive, VDP_LOG_LEVEL="error") as function:
        yield function


def test_memory_does_not_grow(archive: Archive, warm: LambdaFunction) -> None:
    """Over events with files that are new, known, of another grid, and none at all."""
    archive.product.__class__(latitude_shift=1.0).write(archive.path(5), 5)
    assert warm.invoke(event(archive, 0, 1, 2, 3, 4)).failures == []
    resident = {}
    for number in range(1, 1001):
        if number % 20 == 0:
            set_modified(archive.path(number // 20 % 5), 1_600_000_000 + number)
        bodies = [*(message(archive, index) for index in range(6)), "{", "s3://elsewhere/x", message(archive, 0), "[]"]
        assert warm.invoke(sqs_event(*bodies), trace_id=f"Root=1-{number:08x}-0").failures == ["m5", "m6", "m7", "m9"]
        resident[number] = warm.resident_bytes
    print(f"resident after 50: {resident[50] / 1e6:.1f} MB, after 1,000: {resident[1000] / 1e6:.1f} MB")
    assert resident[1000] - resident[50] < 1_500_000
    assert resident[1000] < MAX_RESIDENT_BYTES


def test_start_up_and_size(vdp: Engine, archive: Archive, tmp_path: Path) -> None:
    """Printed: figures of a busy machine are no verdict. That it is small is asserted."""
    started = []
    environment = {"VDP_DATASET": str(archive.dataset)}
    for number in range(START_UPS):
        before = time.monotonic()
        with lambda_function(vdp.binary, "process_messages", tmp_path / str(number), environment) as function:
            assert function.runtime.first_asked.wait(30)
            started.append((function.runtime.first_asked_at - before) * 1000)
            if number == 0:
                function.invoke(event(archive, *range(6), *range(4)))
                peak = function.peak_bytes
    print(f"start to the first GET: median {statistics.median(started):.1f} ms, {min(started):.1f} to {max(started):.1f}")
    print(f"peak after a batch of ten: {peak / 1e6:.1f} MB")
    assert peak < MAX_RESIDENT_BYTES


def test_verbs_write_json_logs_too(vdp: Engine, archive: Archive) -> None:
    environment = {"VDP_DATASET": str(archive.dataset), "VDP_LOG_FORMAT": "json"}
    wrong = vdp("gc", "--json", "--older-than", "1h", expect=None, environment=environment)
    line = json.loads(wrong.stderr)
    assert (line["level"], line["service"], line["verb"]) == ("ERROR", "vdp", "gc")
    assert len(wrong.stdout.splitlines()) == 1 and "error" in wrong.document
    right = vdp("gc", "--json", "--log-format", "json", environment={"VDP_DATASET": str(archive.dataset)})
    assert right.document["store"] == f"{archive.store.as_uri()}/"
    text = vdp("gc", "--older-than", "1h", expect=None, environment={"VDP_DATASET": str(archive.dataset)})
    assert text.stderr.startswith("error: ")


def test_gc_asks_the_chosen_processor(vdp: Engine, archive: Archive) -> None:
    answer = vdp("gc", archive.dataset, "--processor", "sample", expect=FAILED)
    assert "sample does not offer garbage_collect" in answer.stderr
    assert os.environ.get("VDP_PROCESSOR") is None
