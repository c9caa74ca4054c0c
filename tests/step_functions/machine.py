"""A state machine, and its executions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .choice import next_of
from .distributed import run_distributed
from .errors import StatesError
from .grammar import TERMINAL, check_definition
from .handlers import catcher_of, with_retries
from .limits import MAX_HISTORY_EVENTS, within_payload_limit
from .paths import Json, fill, get, put

# The answer to a function's name and payload; raises StatesError under the name of the function's error.
Invoke = Callable[[str, Json], Json]
PLACE = "arn:aws:states:us-east-1:123456789012"


class Event(NamedTuple):
    """Of an execution's history; kinds are named as the service names them, without the state's type."""

    kind: str
    state: str
    detail: Any = None


@dataclass(frozen=True)
class StateMachine:
    """`s3` is a client of boto3: item readers and result writers use it. Refuses a definition that it does not know."""

    name: str
    definition: Json
    invoke: Invoke
    s3: Any = None
    workers: int = 4  # of a distributed map at once, where the definition allows as many

    def __post_init__(self) -> None:
        check_definition(self.definition)

    def start(self, value: Json, name: str = "run") -> Execution:
        """Runs it to its end, and does not raise: the execution has its status."""
        execution = Execution(self, f"{PLACE}:execution:{self.name}:{name}", name)
        execution.run(self.definition, value)
        return execution


@dataclass
class Execution:
    machine: StateMachine
    arn: str
    name: str
    history: list[Event] = field(default_factory=list)
    children: list[Execution] = field(default_factory=list)  # of its distributed maps
    output: Json = None
    error: StatesError | None = None

    @property
    def status(self) -> str:
        return "FAILED" if self.error else "SUCCEEDED"

    def visited(self, *states: str) -> list[str]:
        """The states that were entered, in order; of those named, where some are."""
        entered = [event.state for event in self.history if event.kind == "StateEntered"]
        return [state for state in entered if not states or state in states]

    def retries(self) -> list[Event]:
        """Its own and its children's; the detail is the error, and what would have been waited in seconds."""
        own = [event for event in self.history if event.kind == "Retried"]
        return own + [event for child in self.children for event in child.retries()]

    def run(self, machine: Json, value: Json) -> None:
        name = self.machine.name
        context = {
            "Execution": {"Id": self.arn, "Name": self.name, "Input": value},
            "StateMachine": {"Id": f"{PLACE}:stateMachine:{name}", "Name": name},
        }
        try:
            self.note("ExecutionStarted", "")
            self.output = self._states(machine, within_payload_limit("the input", value), context)
            self.note("ExecutionSucceeded", "")
        except StatesError as error:
            self.error = error

    def note(self, kind: str, state: str, detail: Any = None) -> None:
        self.history.append(Event(kind, state, detail))
        if len(self.history) > MAX_HISTORY_EVENTS:
            raise StatesError("States.Runtime", f"more than {MAX_HISTORY_EVENTS} events")

    def _states(self, machine: Json, value: Json, context: Json) -> Json:
        name = machine["StartAt"]
        while True:
            state = machine["States"][name]
            self.note("StateEntered", name)
            value, following = self._visit(name, state, value, context | {"State": {"Name": name, "RetryCount": 0}})
            within_payload_limit(f"the output of {name}", value)
            self.note("StateExited", name)
            if following is None:
                return value
            name = following

    def _visit(self, name: str, state: Json, value: Json, context: Json) -> tuple[Json, str | None]:
        """Its output, and the state behind it."""
        if state["Type"] == "Fail":
            raise StatesError(state["Error"], state["Cause"])
        effective = _at(state, "InputPath", value, context)
        if state["Type"] in TERMINAL | {"Choice"}:
            following = next_of(state, effective, context) if state["Type"] == "Choice" else None
            return _at(state, "OutputPath", effective, context), following
        try:
            result = self._result(name, state, effective, context)
        except StatesError as error:
            catcher = catcher_of(state, error)
            if catcher is None:
                raise
            told = {"Error": error.name, "Cause": error.cause}
            return put(catcher.get("ResultPath", "$"), told, value), catcher["Next"]
        if "ResultSelector" in state:
            result = fill(state["ResultSelector"], result, context)
        # Into the state's input as it came, and not into what InputPath made of it.
        output = put(state.get("ResultPath", "$"), result, value)
        return _at(state, "OutputPath", output, context), state.get("Next")

    def _result(self, name: str, state: Json, value: Json, context: Json) -> Json:
        if state["Type"] == "Pass":
            given = fill(state["Parameters"], value, context) if "Parameters" in state else value
            return state.get("Result", given)

        def attempt(retries: int) -> Json:
            about = context | {"State": {"Name": name, "RetryCount": retries}}
            run = self._call if state["Type"] == "Task" else self._map
            return run(name, state, value, about)

        return with_retries(state, attempt, lambda error, delay_s: self.note("Retried", name, (error.name, delay_s)))

    def _call(self, name: str, state: Json, value: Json, context: Json) -> Json:
        parameters = fill(state["Parameters"], value, context)
        payload = within_payload_limit(f"the payload of {name}", parameters["Payload"])
        self.note("TaskScheduled", name)
        self.note("TaskStarted", name)
        try:
            answer = self.machine.invoke(parameters["FunctionName"], payload)
        except StatesError as error:
            self.note("TaskFailed", name, error.name)
            raise
        self.note("TaskSucceeded", name)
        result = {"ExecutedVersion": "$LATEST", "Payload": answer, "StatusCode": 200}
        return within_payload_limit(f"the result of {name}", result)

    def _map(self, name: str, state: Json, value: Json, context: Json) -> Json:
        self.note("MapStateStarted", name)
        if state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED":
            result = run_distributed(self, name, state, value, context)
        else:
            result = self._inline(name, state, value, context)
        self.note("MapStateSucceeded", name)
        return within_payload_limit(f"the result of {name}", result)

    def _inline(self, name: str, state: Json, value: Json, context: Json) -> list[Json]:
        """One after the other, which is an order that any MaxConcurrency allows."""
        items = get(state.get("ItemsPath", "$"), value, context)
        if not isinstance(items, list):
            raise StatesError("States.Runtime", f"{name}: the items are no array")
        results = []
        for index, item in enumerate(items):
            about = context | {"Map": {"Item": {"Index": index, "Value": item}}}
            given = fill(state["ItemSelector"], value, about) if "ItemSelector" in state else item
            self.note("MapIterationStarted", name, index)
            results.append(self._states(state["ItemProcessor"], given, about))
            self.note("MapIterationSucceeded", name, index)
        return results


def _at(state: Json, field_name: str, value: Json, context: Json) -> Json:
    path = state.get(field_name, "$")
    return {} if path is None else get(path, value, context)
