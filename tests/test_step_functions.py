"""The interpreter of state machines that other tests use: its rules one by one, and beside that of moto where both know
the language. moto's knows no ItemBatcher, and its distributed map succeeds where workers fail: there it is no peer.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from servers.bucket import Bucket
from servers.moto_states import make_function, moto_executes, run_with_moto  # noqa: F401 (fixture)
from servers.s3_server import S3Server
from step_functions.errors import StatesError, UnknownGrammar
from step_functions.limits import MAX_PAYLOAD_BYTES
from step_functions.machine import Execution, Invoke, StateMachine

Json = Any

LAMBDA = "arn:aws:states:::lambda:invoke"
END = {"End": True}


def echo(function: str, payload: Json) -> Json:
    return payload


def failing(name: str, *, times: int = 10**6) -> Invoke:
    """A function that fails so many times, and echoes then."""
    calls = 0

    def invoke(function: str, payload: Json) -> Json:
        nonlocal calls
        calls += 1
        if calls <= times:
            raise StatesError(name, "as told")
        return payload

    return invoke


def one(state: Json, *others: tuple[str, Json]) -> Json:
    """A machine whose first state is "S"."""
    return {"StartAt": "S", "States": {"S": state} | dict(others)}


def task(**fields: Json) -> Json:
    return {"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "f", "Payload.$": "$"}} | END | fields


def inline(states: Json, **fields: Json) -> Json:
    return {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}} | states} | END | fields


def distributed(states: Json, **fields: Json) -> Json:
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return {"Type": "Map", "ItemProcessor": config | states} | END | fields


def reader(bucket: Bucket, items: Json, key: str = "items.json") -> Json:
    bucket.put(key, json.dumps(items).encode())
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": bucket.name, "Key.$": "$.key"},
    }


def run(definition: Json, value: Json, invoke: Invoke = echo, **how: Any) -> Execution:
    return StateMachine("test", definition, invoke, **how).start(value)


def pass_on(**fields: Json) -> Json:
    return {"Type": "Pass"} | END | fields


# What both interpreters know: a name, a definition, an input. Not in it: an index in a path, for which moto answers an
# array of what is there. BUCKET stands for a reader of ITEMS.
ITEMS = [{"k": 3, "deep": [1, {"x": None}]}, {"k": 1}, {"k": 2}]
CHOICE = {
    "Type": "Choice",
    "Choices": [
        {"Variable": "$.list[2]", "IsPresent": True, "Next": "Many"},
        {"Variable": "$.done", "BooleanEquals": True, "Next": "Done"},
    ],
    "Default": "Other",
}
WAYS = [(name, pass_on(Result={"way": name})) for name in ("Many", "Done", "Other")]
COMMON: list[tuple[str, Json, Json]] = [
    ("pass", one(pass_on()), {"a": [1, 2]}),
    ("parameters", one(pass_on(Parameters={"x.$": "$.a.b", "in": {"y.$": "$"}, "z": 3})), {"a": {"b": [0]}}),
    ("paths", one(pass_on(InputPath="$.a", ResultPath="$.in.here", OutputPath="$.in")), {"a": {"in": {"b": 1}}}),
    ("nothing", one(pass_on(OutputPath=None)), {"a": 1}),
    ("missing", one(pass_on(InputPath="$.b")), {"a": 1}),
    ("missing parameter", one(pass_on(Parameters={"x.$": "$.b"})), {"a": 1}),
    ("many", one(CHOICE, *WAYS), {"list": [1, 2, 3], "done": True}),
    ("done", one(CHOICE, *WAYS), {"list": [1, 2], "done": True}),
    ("other", one(CHOICE, *WAYS), {"done": False}),
    ("no choice", one(CHOICE | {"Default": "Done"}, *WAYS[:2]), {"done": "true"}),
    ("fail", one({"Type": "Fail", "Error": "Own.Error", "Cause": "why"}), {}),
    ("task", one(task(OutputPath="$.Payload")), {"a": 1}),
    ("selected", one(task(ResultSelector={"r.$": "$.Payload.a"}, ResultPath="$.b")), {"a": [1]}),
    ("discarded", one(task(ResultPath=None)), {"a": 1}),
    (
        "inline map",
        one(
            inline(
                one(pass_on()),
                ItemsPath="$.items",
                ItemSelector={"n.$": "$.n", "k.$": "$$.Map.Item.Value.k", "at.$": "$$.Map.Item.Index"},
                MaxConcurrency=1,
                ResultPath="$.out",
            )
        ),
        {"items": ITEMS, "n": "x"},
    ),
    ("map of a map", one(inline(one(inline(one(pass_on(Parameters={"v.$": "$"})))))), [[1, 2], [], [3]]),
    ("map that fails", one(inline(one(pass_on(InputPath="$.k", Parameters={"v.$": "$.x"})))), ITEMS),
    (
        "distributed map",
        one(distributed(one(pass_on(Parameters={"v.$": "$.k"})), MaxConcurrency=2, ItemReader="BUCKET")),
        {"key": "items.json"},
    ),
    (
        "distributed map of tasks",
        one(
            distributed(
                one(task(OutputPath="$.Payload")),
                ItemReader="BUCKET",
                ItemSelector={"base.$": "$.base", "item.$": "$$.Map.Item.Value"},
                ResultPath="$.out",
            )
        ),
        {"key": "items.json", "base": "b"},
    ),
    (
        "serial map over distributed maps",
        one(
            inline(
                one(distributed(one(pass_on()), ItemReader="BUCKET", ResultPath="$.read")),
                ItemsPath="$.keys",
                ItemSelector={"key.$": "$$.Map.Item.Value"},
                MaxConcurrency=1,
            )
        ),
        {"keys": ["items.json", "items.json"]},
    ),
]


def with_reader(definition: Json, made: Json) -> Json:
    """The definition with its reader in place of the word."""
    if isinstance(definition, dict):
        return {key: made if value == "BUCKET" else with_reader(value, made) for key, value in definition.items()}
    return [with_reader(each, made) for each in definition] if isinstance(definition, list) else definition


def without_metadata(value: Json) -> Json:
    """What lambda:invoke answers beside the payload is the service's own."""
    if isinstance(value, dict):
        own = {"SdkHttpMetadata", "SdkResponseMetadata", "ExecutedVersion", "StatusCode"}
        return {key: without_metadata(each) for key, each in value.items() if key not in own}
    return [without_metadata(each) for each in value] if isinstance(value, list) else value


def test_as_moto_where_both_know_the_language(moto_executes: S3Server) -> None:
    bucket = moto_executes.new_bucket()
    made = reader(bucket, ITEMS)
    make_function(moto_executes, "f")
    statuses, differences = [], []
    for number, (name, definition, value) in enumerate(COMMON):
        definition = with_reader(definition, made)
        ours = run(definition, copy.deepcopy(value), s3=bucket.client)
        theirs = run_with_moto(moto_executes, f"machine-{number}", definition, value)
        if (ours.status, without_metadata(ours.output)) != (theirs[0], without_metadata(theirs[1])):
            differences.append(f"{name}: {ours.status} {ours.output} {ours.error}, moto {theirs}")
        statuses.append(ours.status)
    assert not differences, "\n".join(differences)
    print(f"{len(COMMON)} machines, {statuses.count('FAILED')} of them failed in both")
    assert statuses.count("FAILED") >= 3


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (one({"Type": "Wait", "Seconds": 1} | END), "Type 'Wait'"),
        (one(pass_on(QueryLanguage="JSONata")), "QueryLanguage"),
        (one(task(HeartbeatSeconds=3)), "HeartbeatSeconds"),
        (one(task(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken")), "waitForTaskToken"),
        (one(task(Retry=[{"ErrorEquals": ["States.ALL"]}])), "one by one"),
        (one(pass_on(Parameters={"x.$": "States.Format('{}', $.a)"})), "States.Format"),
        (one(pass_on(InputPath="$.a[*]")), "path"),
        (one(pass_on(Next="S")), "Next or End"),
        (one(pass_on(), ("Idle", pass_on())), "nothing leads to"),
        (one({"Type": "Pass", "Next": "Nowhere"}), "Nowhere"),
        (one(inline(one(pass_on()), ItemBatcher={"MaxItemsPerBatch": 2})), "ItemBatcher"),
        (one(distributed(one(pass_on()), ItemBatcher={"MaxItemsPerBatchPath": "$.n"})), "MaxItemsPerBatchPath"),
        (one(CHOICE | {"Choices": [{"Variable": "$.a", "StringMatches": "x*", "Next": "S"}]}), "StringMatches"),
        (one(pass_on()) | {"Version": "1.0"}, "Version"),
    ],
)
def test_what_it_does_not_know_is_refused_before_it_runs(definition: Json, said: str) -> None:
    with pytest.raises(UnknownGrammar, match=said.replace("(", r"\(").replace("$", r"\$")):
        StateMachine("test", definition, echo)


def test_retries_are_counted_by_each_retrier() -> None:
    retry = [
        {"ErrorEquals": ["A"], "IntervalSeconds": 2, "MaxAttempts": 4, "BackoffRate": 3, "MaxDelaySeconds": 20},
        {"ErrorEquals": ["B"], "MaxAttempts": 2},
    ]
    done = run(one(task(Retry=retry, OutputPath="$.Payload")), {"v": 1}, failing("A", times=4))
    assert done.output == {"v": 1}
    assert [event.detail for event in done.retries()] == [("A", 2), ("A", 6), ("A", 18), ("A", 20)]
    assert run(one(task(Retry=retry)), {}, failing("B")).error.name == "B"
    assert len(run(one(task(Retry=retry)), {}, failing("B")).retries()) == 2
    assert run(one(task(Retry=retry)), {}, failing("C")).retries() == []


def test_a_caught_error_goes_on_with_the_input() -> None:
    catch = [{"ErrorEquals": ["A"], "ResultPath": None, "Next": "Then"}]
    machine = one(task(Catch=catch), ("Then", pass_on()))
    assert run(machine, {"v": 1}, failing("A")).output == {"v": 1}
    assert run(machine, {"v": 1}, failing("B")).error.name == "B"
    told = one(task(Catch=[{"ErrorEquals": ["A"], "ResultPath": "$.error", "Next": "Then"}]), ("Then", pass_on()))
    assert run(told, {"v": 1}, failing("A")).output == {"v": 1, "error": {"Error": "A", "Cause": "as told"}}


def batches_of(items: list[Json], bucket: Bucket, **batcher: Json) -> list[Json]:
    seen: list[Json] = []

    def see(function: str, payload: Json) -> Json:
        seen.append(payload)
        return {}

    machine = one(distributed(one(task()), ItemReader=reader(bucket, items), ItemBatcher=batcher, MaxConcurrency=1))
    assert run(machine, {"key": "items.json", "of": "run"}, see, s3=bucket.client).status == "SUCCEEDED"
    return seen


def test_batches_are_cut_by_count_and_by_bytes(bucket: Bucket) -> None:
    numbers = list(range(10))
    assert [batch["Items"] for batch in batches_of(numbers, bucket, MaxItemsPerBatch=4)] == [
        [0, 1, 2, 3], [4, 5, 6, 7], [8, 9],
    ]  # fmt: skip
    large = ["x" * 1000] * 10
    cut = batches_of(large, bucket, MaxItemsPerBatch=4, MaxInputBytesPerBatch=3100, BatchInput={"run.$": "$.of"})
    assert [len(batch["Items"]) for batch in cut] == [3, 3, 3, 1]
    assert all(batch["BatchInput"] == {"run": "run"} for batch in cut)
    assert all(len(json.dumps(batch, separators=(",", ":"))) <= 3100 for batch in cut)
    assert batches_of([1], bucket, MaxItemsPerBatch=4, BatchInput={"run": "$.of"})[0]["BatchInput"] == {"run": "$.of"}


def test_a_worker_that_fails_fails_the_map(bucket: Bucket) -> None:
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": bucket.name, "Prefix": "results"},
    }
    items = reader(bucket, [0, 1, 2, 3])
    machine = one(distributed(one(task()), ItemReader=items, MaxConcurrency=1, ResultWriter=writer))

    def refuse_two(function: str, payload: Json) -> Json:
        if payload == 2:
            raise StatesError("Function.Invalid", "two")
        return payload

    failed = run(machine, {"key": "items.json"}, refuse_two, s3=bucket.client)
    assert failed.error.name == "States.ExceedToleratedFailureThreshold"
    assert [child.status for child in failed.children] == ["SUCCEEDED", "SUCCEEDED", "FAILED"], "3 was not begun"
    keys = bucket.listing("results/")
    assert sorted(key.rpartition("/")[2] for key in keys) == ["FAILED_0.json", "SUCCEEDED_0.json", "manifest.json"]
    told = json.loads(bucket.get(next(key for key in keys if "FAILED" in key)))
    assert [(each["Error"], each["Cause"]) for each in told] == [("Function.Invalid", "two")]

    tolerant = copy.deepcopy(machine)
    tolerant["States"]["S"]["ToleratedFailureCount"] = 1
    done = run(tolerant, {"key": "items.json"}, refuse_two, s3=bucket.client)
    assert done.status == "SUCCEEDED" and len(done.children) == 4
    assert done.output["ResultWriterDetails"]["Bucket"] == bucket.name


def test_a_list_that_cannot_be_read_fails_the_map(bucket: Bucket) -> None:
    machine = one(distributed(one(task()), ItemReader=reader(bucket, {"no": "array"})))
    assert run(machine, {"key": "items.json"}, s3=bucket.client).error.name == "States.ItemReaderFailed"
    assert run(machine, {"key": "none.json"}, s3=bucket.client).error.name == "States.ItemReaderFailed"


def test_payloads_have_their_limit() -> None:
    largest = "x" * (MAX_PAYLOAD_BYTES - 2)  # with its quotation marks
    assert run(one(pass_on()), largest).status == "SUCCEEDED"
    assert run(one(pass_on()), largest + "x").error.name == "States.DataLimitExceeded"
    grown = run(one(pass_on(Parameters={"one.$": "$", "two.$": "$"})), largest[: MAX_PAYLOAD_BYTES // 2])
    assert grown.error.name == "States.DataLimitExceeded"
    assert run(one(task()), {"v": 1}, lambda function, payload: largest).error.name == "States.DataLimitExceeded"
    items = ["x" * 1000] * 250
    repeated = inline(one(pass_on(Parameters={"one.$": "$", "two.$": "$"})))
    assert run(one(repeated), items).error.name == "States.DataLimitExceeded", "the results of a map together"


def test_an_execution_has_a_history_of_25000_events() -> None:
    """A map of one Pass has four events an item, and the execution six."""
    counted = one(inline(one(pass_on(OutputPath=None)), ResultPath=None))
    assert len(run(counted, [0] * 6248).history) == 4 * 6248 + 6
    assert run(counted, [0] * 6249).error.name == "States.Runtime"
