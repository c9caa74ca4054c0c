"""The state machine of a backfill, as the stack has it, over stages that only speak as src/pipeline/backfill/README.md
says they do: what is called when, what becomes of errors, and the limits of the service. test_backfill_stack.py has the
program's own stages.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra import run_in_infra
from servers.bucket import Bucket
from servers.moto_states import make_function, moto_executes, run_with_moto, tell_answers  # noqa: F401 (fixture)
from servers.s3_server import S3Server
from step_functions.errors import StatesError
from step_functions.limits import MAX_HISTORY_EVENTS
from step_functions.machine import Execution, StateMachine
from step_functions.template import Template

SETTINGS = {
    "STAGE": "dev",
    "DATASET": "infra/test/datasets/daily/dataset.toml",
    "ICECHUNK_BUCKET": "given-store",
    "BACKFILL_ENABLED": "true",
    "BACKFILL_PARTITION_SIZE": "25",
    "BACKFILL_MAX_ITEMS_PER_BATCH": "10",
    "BACKFILL_MAX_CONCURRENCY": "3",
}


@pytest.fixture(scope="module")
def document() -> Any:
    return run_in_infra("template", SETTINGS)


@dataclass
class Stages:
    """Answers as the contract has them. `fails` holds errors by role, one a call, until none is left."""

    template: Template
    artifacts: Bucket
    partitions: int = 4
    files: int = 25  # of each
    done: set[int] = field(default_factory=set)  # partitions that are committed already
    fails: dict[str, list[str]] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)

    def __call__(self, arn: str, payload: Any) -> Any:
        role = self.template.functions[arn].role.removeprefix("backfill_")
        self.calls.append((role, payload))
        if errors := self.fails.get(role):
            raise StatesError(errors.pop(0), "as told")
        return getattr(self, role)(payload)

    def partition(self, asked: Any) -> Any:
        assert asked.keys() == {"name", "inventory_uri", "partition_size"}
        parts = [{"index": index, "files": self.files} for index in range(self.partitions)]
        plan = f"{self.artifacts.url('backfill')}/{asked['name']}/{'0' * 16}/plan.json"
        total = self.files * self.partitions
        counts = {"files": total, "unchanged": 0, "rejected": 0}
        return {"version": 1, "name": asked["name"], "plan_uri": plan, "partitions": parts} | counts

    def initialize(self, plan: Any) -> Any:
        return plan | {"branch": f"backfill-{plan['name']}", "base": "A" * 20, "snapshot": "B" * 20}

    def fork(self, asked: Any) -> Any:
        assert asked.keys() == {"version", "name", "plan_uri", "branch", "partition"}
        index = asked["partition"]
        key = f"backfill/items-{index}.json"
        items = [{"index": number, "key": f"level3/{number}.nc", "size": 1} for number in range(self.files)]
        self.artifacts.put(key, json.dumps(items).encode())
        prefix = self.artifacts.url(f"backfill/{index}/")
        places = {"fork_uri": prefix + "fork", "work_prefix": prefix, "items_uri": self.artifacts.url(key)}
        items_at = {"bucket": "somebody-elses-bucket", "key": key}
        return asked | places | {"base": "B" * 20, "items": items_at, "files": self.files, "done": index in self.done}

    def process(self, batch: Any) -> Any:
        told = {"version", "name", "plan_uri", "branch", "partition", "base", "fork_uri", "work_prefix"}
        assert batch.keys() == {"BatchInput", "Items"} and batch["BatchInput"].keys() - {"give_up"} == told
        return {"version": 1, "partition": batch["BatchInput"]["partition"], "files": len(batch["Items"])}

    def reduce(self, fork: Any) -> Any:
        assert fork["done"] is False and fork["fork_uri"]
        return {"version": 1, "name": fork["name"], "partition": fork["partition"], "snapshot": "C" * 20}

    def promote(self, asked: Any) -> Any:
        assert asked.keys() == {"version", "name", "plan_uri", "branch"}
        return {"version": 1, "name": asked["name"], "snapshot": "D" * 20, "promoted": True}

    def of(self, role: str) -> list[Any]:
        return [payload for called, payload in self.calls if called == role]

    def run(self) -> Execution:
        machine = StateMachine("backfill", self.template.definition(), self, self.artifacts.client)
        value = {"name": "archive-2020", "inventory_uri": self.artifacts.url("backfill/inventories/0/list.json")}
        return machine.start(value)


@pytest.fixture
def stages(document: Any, bucket: Bucket) -> Stages:
    return Stages(Template(document, {"BackfillArtifacts": bucket.name}), bucket)


def test_each_partition_in_its_order_and_each_file_once(stages: Stages) -> None:
    execution = stages.run()
    assert execution.output["promoted"] is True, execution.error
    assert stages.of("partition") == [
        {"name": "archive-2020", "inventory_uri": stages.artifacts.url("backfill/inventories/0/list.json")}
        | {"partition_size": 25}
    ]
    serial = [role for role, _ in stages.calls if role != "process"]
    assert serial == ["partition", "initialize"] + ["fork", "reduce"] * 4 + ["promote"]
    assert [payload["partition"] for payload in stages.of("reduce")] == [0, 1, 2, 3]
    seen = Counter(
        (batch["BatchInput"]["partition"], item["index"]) for batch in stages.of("process") for item in batch["Items"]
    )
    assert seen == {(partition, file): 1 for partition in range(4) for file in range(25)}
    assert sorted(len(batch["Items"]) for batch in stages.of("process")) == [5] * 4 + [10] * 8


def test_what_each_worker_said_is_kept_below_a_prefix_of_its_own(stages: Stages) -> None:
    stages.run()
    runs = stages.artifacts.listing("backfill/map-runs/")
    assert Counter(key.rpartition("/")[2] for key in runs) == {"manifest.json": 4, "SUCCEEDED_0.json": 4}


def test_a_partition_that_is_committed_is_passed_over(stages: Stages) -> None:
    stages.done = {0, 1}
    assert stages.run().status == "SUCCEEDED"
    assert [payload["partition"] for payload in stages.of("reduce")] == [2, 3]
    assert {batch["BatchInput"]["partition"] for batch in stages.of("process")} == {2, 3}


def test_with_nothing_to_do_nothing_is_done(stages: Stages) -> None:
    stages.partitions = 0
    assert stages.run().status == "SUCCEEDED"
    assert [role for role, _ in stages.calls] == ["partition", "initialize", "promote"]


@pytest.mark.parametrize(
    "error",
    [
        "Runtime.ExitError", "Sandbox.Timedout", "Lambda.Unknown", "Lambda.TooManyRequestsException",
        "Lambda.ServiceException", "States.Timeout", "Function.Transient",
    ],
)  # fmt: skip
def test_what_may_go_well_the_next_time_is_tried_again(stages: Stages, error: str) -> None:
    roles = ["partition", "initialize", "fork", "process", "reduce", "promote"]
    stages.fails = {role: [error] * 3 for role in roles}
    execution = stages.run()
    assert execution.status == "SUCCEEDED", execution.error
    assert len(execution.retries()) == 3 * len(roles)


@pytest.mark.parametrize("role", ["partition", "initialize", "fork", "process", "reduce", "promote"])
def test_what_a_stage_refuses_ends_the_execution(stages: Stages, role: str) -> None:
    stages.fails = {role: ["Function.Invalid"]}
    execution = stages.run()
    name = "States.ExceedToleratedFailureThreshold" if role == "process" else "Function.Invalid"
    assert execution.error.name == name and "as told" in execution.error.cause
    assert execution.retries() == [] and (role == "promote" or not stages.of("promote"))


def test_what_stays_unreadable_is_given_up_by_its_worker_alone(stages: Stages) -> None:
    stages.partitions, stages.files = 1, 10
    stages.fails = {"process": ["Function.Transient"] * 4}
    assert stages.run().status == "SUCCEEDED"
    assert [batch["BatchInput"].get("give_up") for batch in stages.of("process")] == [None] * 4 + [True]
    items = [batch["Items"] for batch in stages.of("process")]
    assert items[0] == items[-1]


def test_a_worker_that_is_always_killed_ends_the_execution(stages: Stages) -> None:
    stages.fails = {"process": ["Runtime.ExitError"] * 100}
    assert stages.run().error.name == "States.ExceedToleratedFailureThreshold"
    assert not stages.of("reduce")


def test_a_thousand_partitions_fit_and_more_are_refused_by_name(stages: Stages) -> None:
    stages.partitions, stages.files = 1000, 1
    stages.done = set(range(990))
    execution = stages.run()
    assert execution.status == "SUCCEEDED", execution.error
    entered = len(execution.history)
    # Of the ten that were worked on, each has this many more.
    stages.done = set(range(991))
    stages.calls.clear()
    more = entered - len(stages.run().history)
    worst = entered + 990 * more
    print(f"{worst} events for 1000 partitions, of {MAX_HISTORY_EVENTS}")
    assert worst < 0.85 * MAX_HISTORY_EVENTS, "some must be left for retries"
    stages.partitions = 1001
    stages.calls.clear()
    refused = stages.run().error
    assert refused.name == "Backfill.TooManyPartitions" and "BACKFILL_PARTITION_SIZE" in refused.cause
    assert [role for role, _ in stages.calls] == ["partition"]


def test_it_ends_in_moto_as_it_ends_here(document: Any, moto_executes: S3Server) -> None:
    """Without batches, which moto does not know: its functions answer what the stages answered here, call by call."""
    artifacts = moto_executes.new_bucket()
    template = Template(document, {"BackfillArtifacts": artifacts.name})
    definition = template.definition()
    del definition["States"]["EachPartition"]["ItemProcessor"]["States"]["Work"]["ItemBatcher"]
    for arn in template.functions:
        make_function(moto_executes, arn.rpartition(":")[2])
    stages = Stages(template, artifacts, partitions=2, files=1, done={0})
    answers: list[Any] = []

    def remember(arn: str, payload: Any) -> Any:
        process = template.functions[arn].role == "backfill_process"
        answers.append({"files": 1} if process else stages(arn, payload))
        return answers[-1]

    value = {"name": "archive-2020", "inventory_uri": artifacts.url("backfill/inventories/0/list.json")}
    ours = StateMachine("backfill", definition, remember, artifacts.client).start(value)
    assert ours.status == "SUCCEEDED" and len(answers) == 7, ours.error
    tell_answers(moto_executes, answers)
    assert run_with_moto(moto_executes, "backfill", definition, value) == (ours.status, ours.output)
