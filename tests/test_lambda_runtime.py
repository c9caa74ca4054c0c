"""The process of `vdp lambda`: how it starts and ends, what it survives, and what an invocation tells it."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from archives.archive import Archive
from engine import FAILED, Engine
from functions import Start, archive, assert_written, event, message, start  # noqa: F401 (fixtures)
from servers.lambda_runtime import ARN, LambdaFunction, LambdaRuntime, sqs_event
from servers.scripted import Asked, Reply, scripted_server


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


def test_sigterm_lets_an_invocation_finish(archive: Archive, start: Start) -> None:
    """It comes while the source is asked for the file."""
    archive.redescribe('prefix = "data/"', 'prefix = "s3://bucket/data/"')
    functions: list[LambdaFunction] = []

    def not_found(asked: Asked) -> Reply:
        functions[0].process.send_signal(signal.SIGTERM)
        return Reply(404)

    with scripted_server(not_found) as server:
        variables = {"AWS_ENDPOINT_URL_S3": server.endpoint, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
        with start("process_messages", archive, **variables) as function:
            functions.append(function)
            invocation = function.runtime.send(sqs_event(f"s3://bucket/data/{archive.path(0).name}"))
            assert function.wait() == 0
    assert invocation.failures == ["m0"]


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
