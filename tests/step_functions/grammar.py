"""The fields that a definition may have. Whatever else stands in it is refused before anything runs."""

from __future__ import annotations

from typing import Any

from .errors import UnknownGrammar
from .paths import check_path, check_template

Json = Any

COMMON = {"Type", "Comment", "Next", "End", "InputPath", "OutputPath"}
# By type of state: fields beside those that all have, and which of them must be there.
STATES: dict[str, tuple[set[str], set[str]]] = {
    "Task": (
        {"Resource", "Parameters", "ResultSelector", "ResultPath", "Retry", "Catch", "TimeoutSeconds"},
        {"Resource", "Parameters"},
    ),
    "Pass": ({"Result", "Parameters", "ResultPath"}, set()),
    "Choice": ({"Choices", "Default"}, {"Choices"}),
    "Succeed": (set(), set()),
    "Fail": ({"Error", "Cause"}, {"Error", "Cause"}),
    "Map": (
        {
            "ItemProcessor", "ItemsPath", "ItemSelector", "MaxConcurrency", "ResultSelector", "ResultPath", "Retry",
            "Catch", "ItemReader", "ItemBatcher", "ResultWriter", "ToleratedFailureCount",
            "ToleratedFailurePercentage", "Label",
        },
        {"ItemProcessor"},
    ),
}  # fmt: skip
DISTRIBUTED_ONLY = {"ItemReader", "ItemBatcher", "ResultWriter", "Label"} | {
    "ToleratedFailureCount", "ToleratedFailurePercentage",
}  # fmt: skip
TERMINAL = {"Succeed", "Fail"}
LAMBDA, GET_OBJECT, PUT_OBJECT = (
    f"arn:aws:states:::{name}" for name in ("lambda:invoke", "s3:getObject", "s3:putObject")
)
COMPARISONS = {"IsPresent", "BooleanEquals", "StringEquals", "NumericEquals", "NumericGreaterThan"}
PATHS = ("InputPath", "OutputPath", "ResultPath", "ItemsPath")
TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector")


def check_definition(definition: Json) -> None:
    _only(definition, {"StartAt", "States", "Comment", "TimeoutSeconds"}, {"StartAt", "States"}, "definition")
    _check_states(definition)


def _only(found: Json, known: set[str], required: set[str], where: str) -> None:
    if not isinstance(found, dict):
        raise UnknownGrammar(f"{where}: found {found!r}, expected an object")
    if unknown := found.keys() - known:
        raise UnknownGrammar(f"{where}: unknown {sorted(unknown)}")
    if missing := required - found.keys():
        raise UnknownGrammar(f"{where}: missing {sorted(missing)}")


def _check_states(machine: Json) -> None:
    states = machine["States"]
    for name, state in states.items():
        _check_state(name, state)
    targets = {machine["StartAt"]} | {target for state in states.values() for target in _targets(state)}
    if unknown := targets - states.keys():
        raise UnknownGrammar(f"no states of the names {sorted(unknown)}")
    if idle := states.keys() - targets:
        raise UnknownGrammar(f"states that nothing leads to: {sorted(idle)}")


def _targets(state: Json) -> list[str]:
    rules = [*state.get("Choices", []), *state.get("Catch", [])]
    return [*([state["Next"]] if "Next" in state else []), *([state["Default"]] if "Default" in state else [])] + [
        rule["Next"] for rule in rules
    ]


def _check_state(name: str, state: Json) -> None:
    kind = state.get("Type")
    if kind not in STATES:
        raise UnknownGrammar(f"{name}: Type {kind!r}")
    known, required = STATES[kind]
    _only(state, known | COMMON, required | {"Type"}, name)
    ends = {"Next", "End"} & state.keys()
    if len(ends) != (0 if kind in TERMINAL | {"Choice"} else 1):
        raise UnknownGrammar(f"{name}: Next or End, and one of them, where the state does not end or choose itself")
    for path in PATHS:
        if state.get(path) is not None:
            check_path(state[path])
    for template in TEMPLATES:
        check_template(state.get(template))
    _check_handlers(name, state)
    if kind == "Task":
        _check_task(name, state)
    elif kind == "Choice":
        _check_choices(name, state)
    elif kind == "Map":
        _check_map(name, state)


def _check_handlers(name: str, state: Json) -> None:
    retry = {"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy"}
    for retrier in state.get("Retry", []):
        _only(retrier, retry, {"ErrorEquals"}, f"{name}.Retry")
    for catcher in state.get("Catch", []):
        _only(catcher, {"ErrorEquals", "ResultPath", "Next"}, {"ErrorEquals", "Next"}, f"{name}.Catch")
    for handler in [*state.get("Retry", []), *state.get("Catch", [])]:
        if {"States.ALL", "States.TaskFailed"} & set(handler["ErrorEquals"]):
            raise UnknownGrammar(f"{name}: errors are named one by one here")


def _check_task(name: str, state: Json) -> None:
    if state["Resource"] != LAMBDA:
        raise UnknownGrammar(f"{name}: Resource {state['Resource']!r}")
    parameters = state["Parameters"]
    _only(parameters, {"FunctionName", "Payload", "Payload.$"}, {"FunctionName"}, f"{name}.Parameters")
    if len(parameters) != 2:
        raise UnknownGrammar(f"{name}: a function and one payload")


def _check_choices(name: str, state: Json) -> None:
    for rule in state["Choices"]:
        _only(rule, {"Variable", "Next"} | COMPARISONS, {"Variable", "Next"}, f"{name}.Choices")
        if len(rule) != 3:
            raise UnknownGrammar(f"{name}: one comparison a rule")
        check_path(rule["Variable"])


def _check_map(name: str, state: Json) -> None:
    processor = state["ItemProcessor"]
    _only(processor, {"ProcessorConfig", "StartAt", "States"}, {"ProcessorConfig", "StartAt", "States"}, name)
    mode = processor["ProcessorConfig"]
    if mode not in ({"Mode": "INLINE"}, {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}):
        raise UnknownGrammar(f"{name}: ProcessorConfig {mode!r}")
    if mode["Mode"] == "INLINE" and (wrong := DISTRIBUTED_ONLY & state.keys()):
        raise UnknownGrammar(f"{name}: {sorted(wrong)} of an inline map")
    if reader := state.get("ItemReader"):
        _only(reader, {"Resource", "ReaderConfig", "Parameters"}, {"Resource", "ReaderConfig", "Parameters"}, name)
        if reader["Resource"] != GET_OBJECT or reader["ReaderConfig"] != {"InputType": "JSON"}:
            raise UnknownGrammar(f"{name}: ItemReader {reader!r}")
        check_template(reader["Parameters"])
    if batcher := state.get("ItemBatcher"):
        _only(batcher, {"MaxItemsPerBatch", "MaxInputBytesPerBatch", "BatchInput"}, set(), f"{name}.ItemBatcher")
        check_template(batcher.get("BatchInput"))
    if writer := state.get("ResultWriter"):
        _only(writer, {"Resource", "Parameters"}, {"Resource", "Parameters"}, f"{name}.ResultWriter")
        if writer["Resource"] != PUT_OBJECT:
            raise UnknownGrammar(f"{name}: ResultWriter {writer!r}")
        check_template(writer["Parameters"])
    _check_states(processor)
