"""The backfill as the stack has it, on this machine: the state machine out of the synthesised template, the program's
own processes as its functions, and a real S3 server.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archives.archive import Archive
from engine import Engine
from infra import run_in_infra
from remote_archive import SOURCE_PREFIX, STORE_PREFIX, RemoteArchive
from servers.bucket import Bucket
from servers.lambda_runtime import Invocation, LambdaFunction, lambda_function
from step_functions.errors import StatesError
from step_functions.machine import Execution, StateMachine
from step_functions.template import DeployedFunction, Template

WORKERS = 3
# Marks what goes wrong in a call, before it is made.
Mishap = Callable[["Call"], None]


@dataclass
class Call:
    role: str
    number: int  # from 0, among those of its role
    payload: Any
    answer: Any = None
    lose_answer: bool = False  # it runs to its end, and is called again
    kill: bool = False  # SIGKILL as soon as it has taken the event
    beside: bool = False  # a second process gets the same event at the same time


@dataclass
class Functions:
    """Processes of `vdp lambda`, as many of each role as are called at once. `mishap` marks what is to go wrong."""

    vdp: Engine
    deployed: dict[str, DeployedFunction]
    environment: dict[str, str]  # beside that of the template: endpoints, keys, the dataset file of this machine
    folder: Path
    mishap: Mishap = lambda call: None
    calls: list[Call] = field(default_factory=list)
    _idle: dict[str, list[LambdaFunction]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: ExitStack = field(default_factory=ExitStack)
    _started: int = 0

    def __call__(self, arn: str, payload: Any) -> Any:
        function = self.deployed[arn]
        with self._lock:
            number = sum(call.role == function.role for call in self.calls)
            call = Call(function.role, number, payload)
            self.calls.append(call)
        self.mishap(call)
        other = threading.Thread(target=self._run, args=(function, payload)) if call.beside else None
        if other:
            other.start()
        try:
            call.answer = self._run(function, payload, kill=call.kill)
        finally:
            if other:
                other.join()
        if call.lose_answer:
            raise StatesError("Sandbox.Timedout", f"{function.role}: as told by the test")
        return call.answer

    def called(self, role: str) -> list[Call]:
        return [call for call in self.calls if call.role == role]

    def close(self) -> None:
        self._running.close()

    def _run(self, function: DeployedFunction, payload: Any, *, kill: bool = False) -> Any:
        process = self._take(function)
        if kill:
            self._kill_when_taken(process, payload)
            raise StatesError("Runtime.ExitError", f"{function.role}: signal: killed")
        invocation = process.invoke(payload, deadline_s=function.timeout_s, timeout_s=function.timeout_s)
        with self._lock:
            self._idle[function.role].append(process)
        if invocation.error:
            raise StatesError(invocation.error_type, invocation.error["errorMessage"])
        return invocation.answer

    @staticmethod
    def _kill_when_taken(process: LambdaFunction, payload: Any) -> None:
        invocation: Invocation = process.runtime.send(payload)
        assert invocation.taken.wait(120)
        process.process.kill()
        process.process.wait()

    def _take(self, function: DeployedFunction) -> LambdaFunction:
        with self._lock:
            if idle := self._idle[function.role]:
                return idle.pop()
            self._started += 1
            folder = self.folder / f"{function.role}-{self._started}"
            variables = function.environment | self.environment
            started = lambda_function(self.vdp.binary, function.role, folder, variables, as_argument=True)
            return self._running.enter_context(started)


@dataclass
class BackfillStack:
    artifacts: Bucket
    machine: StateMachine
    functions: Functions

    def start(self, name: str, keys: list[str], execution: str) -> Execution:
        """As scripts/start_backfill.sh does: a copy of the inventory, and an execution."""
        key = f"backfill/inventories/{name}.json"
        self.artifacts.put(key, json.dumps(keys).encode())
        value = {"name": name, "inventory_uri": self.artifacts.url(key)}
        return self.machine.start(value, f"{name}-{execution}")


@contextmanager
def backfill_stack(
    vdp: Engine, remote: RemoteArchive, artifacts: Bucket, folder: Path, place: dict[str, str], **settings: int
) -> Iterator[BackfillStack]:
    """`place` takes the place of the server's endpoint, as a proxy does; `settings` are those of BACKFILL_."""
    assert remote.store and remote.source
    document = run_in_infra("template", settings_of(remote) | {k: str(v) for k, v in settings.items()})
    template = Template(document, {"BackfillArtifacts": artifacts.name})
    environment = remote.environment | {"VDP_DATASET": str(remote.archive.dataset)} | place
    functions = Functions(vdp, template.functions, environment, folder)
    machine = StateMachine("backfill", template.definition(), functions, artifacts.client, WORKERS)
    try:
        yield BackfillStack(artifacts, machine, functions)
    finally:
        functions.close()


def keys_of(archive: Archive) -> list[str]:
    """An inventory of all files: keys as they stand in the bucket."""
    return [SOURCE_PREFIX + path.relative_to(archive.data).as_posix() for path in archive.files()]


def settings_of(remote: RemoteArchive) -> dict[str, str]:
    assert remote.store
    return {
        "STAGE": "dev",
        "DATASET": str(remote.archive.dataset),
        "ICECHUNK_BUCKET": remote.store.name,
        "ICECHUNK_PREFIX": STORE_PREFIX.rstrip("/"),
        "BACKFILL_ENABLED": "true",
    }
