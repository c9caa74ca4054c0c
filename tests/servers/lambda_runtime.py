"""The Runtime API of AWS Lambda, as far as a custom runtime sees it, and the process that it drives.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .process import LOOPBACK

ROOT = "/2018-06-01/runtime/"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:vdp-test"


@dataclass
class Invocation:
    """One event, and what was posted for it."""

    body: bytes
    headers: dict[str, str]
    request_id: str
    refuse_with: int | None = None  # the status with which /response is refused
    taken_at: float = 0.0
    ended_at: float = 0.0
    answer: Any = None  # of /response
    error: dict[str, Any] | None = None  # of /error
    error_type: str = ""  # the header of /error
    posts: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    taken: threading.Event = field(default_factory=threading.Event)

    @property
    def duration_s(self) -> float:
        return self.ended_at - self.taken_at

    @property
    def failures(self) -> list[str]:
        """The ids of a partial batch response."""
        assert self.error is None, self.error
        assert set(self.answer) == {"batchItemFailures"}, self.answer
        return [item["itemIdentifier"] for item in self.answer["batchItemFailures"]]


class LambdaRuntime:
    """Gives events in the order in which they were queued, one at a time."""

    def __init__(self) -> None:
        self.init_error: dict[str, Any] | None = None
        self.first_asked_at: float | None = None  # of the monotonic clock
        self.next_status = 200  # what GET next is answered with
        self.first_asked = threading.Event()
        self._waiting: queue.Queue[Invocation] = queue.Queue()
        self._given: dict[str, Invocation] = {}
        self._server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"{LOOPBACK}:{self._server.server_address[1]}"

    def send(
        self,
        event: Any,
        *,
        deadline_s: float = 300,
        trace_id: str = "",
        request_id: str | None = None,
        refuse_with: int | None = None,
    ) -> Invocation:
        """`event` is what becomes JSON, or bytes as they are."""
        request_id = request_id or str(uuid.uuid4())
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + deadline_s) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Content-Type": "application/json",
        }
        if trace_id:
            headers["Lambda-Runtime-Trace-Id"] = trace_id
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        invocation = Invocation(body, headers, request_id, refuse_with)
        self._waiting.put(invocation)
        return invocation

    def next(self) -> Invocation:
        self.first_asked_at = self.first_asked_at or time.monotonic()
        self.first_asked.set()
        invocation = self._waiting.get()
        invocation.taken_at = time.monotonic()
        invocation.taken.set()
        self._given[invocation.request_id] = invocation
        return invocation

    def post(self, path: str, headers: dict[str, str], body: bytes) -> int:
        if path == "init/error":
            self.init_error = json.loads(body)
            return 202
        _, request_id, kind = path.split("/")
        invocation = self._given.get(request_id)
        if invocation is None or invocation.done.is_set():
            return 400
        invocation.posts.append(kind)
        if kind == "response" and invocation.refuse_with:
            if invocation.refuse_with != 413:
                self._end(invocation)
            return invocation.refuse_with
        if kind == "response":
            invocation.answer = json.loads(body)
        else:
            invocation.error = json.loads(body)
            invocation.error_type = headers.get("lambda-runtime-function-error-type", "")
        self._end(invocation)
        return 202

    @staticmethod
    def _end(invocation: Invocation) -> None:
        invocation.ended_at = time.monotonic()
        invocation.done.set()

    @contextmanager
    def running(self) -> Iterator[LambdaRuntime]:
        runtime = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                assert self.path == ROOT + "invocation/next", self.path
                if runtime.next_status != 200:
                    return self._answer(runtime.next_status, b"{}")
                invocation = runtime.next()
                self._answer(200, invocation.body, invocation.headers)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                assert self.path.startswith(ROOT), self.path
                self._answer(runtime.post(self.path.removeprefix(ROOT), headers, body), b"{}")

            def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False  # a request for the next event waits for ever

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # the client ended while it waited

        self._server = Server((LOOPBACK, 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


class LambdaFunction:
    """The process of a function, under a runtime of its own."""

    def __init__(self, runtime: LambdaRuntime, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.runtime = runtime
        self.process = process
        self.started_at = time.monotonic()
        self._folder = folder

    def invoke(self, event: Any, *, timeout_s: float = 120, **how: Any) -> Invocation:
        """Waits for the answer, or for the error."""
        invocation = self.runtime.send(event, **how)
        deadline = time.monotonic() + timeout_s
        while not invocation.done.wait(0.05):
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.stderr}"
            assert time.monotonic() < deadline, f"no answer within {timeout_s} s:\n{self.stderr}"
        return invocation

    @property
    def stderr(self) -> str:
        return (self._folder / "stderr").read_text()

    @property
    def stdout(self) -> str:
        return (self._folder / "stdout").read_text()

    @property
    def log(self) -> list[dict[str, Any]]:
        """Every line must be an object of JSON."""
        return [json.loads(line) for line in self.stderr.splitlines()]

    @property
    def metrics(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def resident_bytes(self) -> int:
        return self._status("VmRSS")

    @property
    def peak_bytes(self) -> int:
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))

    def terminate(self, timeout_s: float = 10) -> int:
        """SIGTERM, as the service sends it; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=timeout_s)

    def wait(self, timeout_s: float = 30) -> int:
        """Until it ends by itself."""
        return self.process.wait(timeout=timeout_s)


@contextmanager
def lambda_function(
    binary: Path,
    role: str | None,
    folder: Path,
    environment: dict[str, str],
    *,
    as_argument: bool = False,
    runtime: LambdaRuntime | None = None,
) -> Iterator[LambdaFunction]:
    """`vdp lambda` as the service starts it. Its output goes to files in `folder`. The role is told by _HANDLER, or as
    the argument that an image's command is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    variables = {"PATH": os.environ["PATH"], "AWS_LAMBDA_FUNCTION_NAME": "vdp-test"} | environment
    command = [str(binary), "lambda"]
    if role is not None and as_argument:
        command.append(role)
    elif role is not None:
        variables["_HANDLER"] = role
    with (runtime or LambdaRuntime()).running() as running:
        variables["AWS_LAMBDA_RUNTIME_API"] = running.address
        with (folder / "stdout").open("ab") as stdout, (folder / "stderr").open("ab") as stderr:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=variables, cwd=folder
            )
        try:
            yield LambdaFunction(running, process, folder)
        finally:
            process.kill()
            process.wait()


def sqs_record(body: str, *, message_id: str | None = None, receives: int = 1) -> dict[str, Any]:
    """One record of an SQS event source."""
    return {
        "messageId": message_id or str(uuid.uuid4()),
        "receiptHandle": uuid.uuid4().hex,
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": str(receives),
            "SentTimestamp": str(int(time.time() * 1000)),
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": str(int(time.time() * 1000)),
        },
        "messageAttributes": {},
        "md5OfBody": "0" * 32,
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:vdp-test",
        "awsRegion": "us-east-1",
    }


def sqs_event(*bodies: str) -> dict[str, Any]:
    """Records of these bodies, whose ids are m0, m1, ..."""
    return {"Records": [sqs_record(body, message_id=f"m{number}") for number, body in enumerate(bodies)]}
