"""scripts/start_backfill.sh, with the command line of AWS, against moto."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine import BAD_USAGE, FAILED, ROOT
from servers.bucket import Bucket
from servers.s3_server import S3Server

SCRIPT = ROOT / "scripts" / "start_backfill.sh"
INVENTORY = b'["level3/a.nc", "level3/b.nc"]'


@dataclass
class Stack:
    """What of a deployed stack the script sees."""

    server: S3Server
    name: str
    artifacts: Bucket
    folder: Path

    def start(self, *arguments: str | Path, expect: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "AWS_ENDPOINT_URL": self.server.endpoint,
            "VDP_ENV_FILE": str(self.folder / "none"),
        }
        done = subprocess.run(
            ["bash", SCRIPT, *map(str, arguments)],
            env=environment | self.artifacts.credentials() | {"STACK_NAME": self.name} | variables,
            capture_output=True,
            text=True,
            timeout=300,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done

    def execution(self, started: subprocess.CompletedProcess[str]) -> dict[str, Any]:
        """As the service has it."""
        arn = started.stdout.strip()
        assert "\n" not in arn, "standard output has the ARN alone"
        return self.server.client("stepfunctions").describe_execution(executionArn=arn)

    def stop(self, execution: dict[str, Any]) -> None:
        self.server.client("stepfunctions").stop_execution(executionArn=execution["executionArn"])


def deploy(server: S3Server, name: str, folder: Path, *, backfill: bool = True) -> Stack:
    artifacts = server.new_bucket()
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "StateMachineName": f"{name}-backfill",
            "RoleArn": "arn:aws:iam::123456789012:role/states",
            "DefinitionString": json.dumps({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}),
        },
    }
    outputs = {
        "BackfillStateMachineArn": {"Value": {"Ref": "Machine"}},
        "BackfillArtifactsUrl": {"Value": artifacts.url("backfill")},
    }
    template = {"Resources": {"Machine": machine}, "Outputs": outputs if backfill else {}}
    server.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))
    return Stack(server, name, artifacts, folder)


@pytest.fixture
def stack(moto: S3Server, tmp_path: Path) -> Stack:
    return deploy(moto, f"stack-{tmp_path.name.replace('_', '-')}", tmp_path)


def test_it_starts_an_execution_with_a_copy_of_the_inventory(stack: Stack, moto: S3Server) -> None:
    elsewhere = moto.new_bucket()
    elsewhere.put("lists/all of 2020.json", INVENTORY)
    started = stack.start("archive-2020", elsewhere.url("lists/all of 2020.json"))
    execution = stack.execution(started)
    assert execution["name"].startswith("archive-2020-") and len(execution["name"]) == len("archive-2020-") + 14
    assert execution["stateMachineArn"].endswith(f":{stack.name}-backfill")
    asked = json.loads(execution["input"])
    assert asked["name"] == "archive-2020"
    prefix = stack.artifacts.url("")
    assert asked["inventory_uri"].startswith(f"{prefix}backfill/inventories/")
    assert asked["inventory_uri"].endswith("/all_of_2020.json")
    assert stack.artifacts.get(asked["inventory_uri"].removeprefix(prefix)) == INVENTORY
    for command in ("describe-execution", "get-execution-history", "redrive-execution"):
        line = next(line for line in started.stderr.splitlines() if command in line)
        assert line.endswith(f"--execution-arn {execution['executionArn']}") and "--region us-east-1" in line


def test_one_at_a_time_of_the_stack_that_the_settings_name(stack: Stack, tmp_path: Path) -> None:
    """From a file here: the copy's name follows from the content, so that a second start reads the same."""
    inventory = tmp_path / "list.json"
    inventory.write_bytes(INVENTORY)
    settings = tmp_path / "prod.env"
    settings.write_text(f"STACK_NAME=other\nSTAGE=prod\nexport STACK_NAME = '{stack.name}'  # the last one counts\n")
    first = stack.execution(stack.start("-e", settings, "run", inventory, STACK_NAME=""))
    assert first["stateMachineArn"].endswith(f":{stack.name}-backfill")
    assert first["executionArn"] in stack.start("other", inventory, expect=FAILED).stderr
    stack.stop(first)
    second = stack.execution(stack.start("other", inventory))
    assert json.loads(second["input"]) == json.loads(first["input"]) | {"name": "other"}


def test_what_cannot_be_started_says_why(stack: Stack, moto: S3Server, tmp_path: Path) -> None:
    inventory = tmp_path / "list.json"
    inventory.write_bytes(INVENTORY)
    assert "NAME INVENTORY" in stack.start(expect=BAD_USAGE).stderr
    assert "found 'a/b'" in stack.start("a/b", inventory, expect=FAILED).stderr
    assert "none.json" in stack.start("run", tmp_path / "none.json", expect=FAILED).stderr
    assert "no-such-stack" in stack.start("run", inventory, STACK_NAME="no-such-stack", expect=FAILED).stderr
    without = deploy(moto, f"{stack.name}-without", tmp_path, backfill=False)
    assert "BACKFILL_ENABLED=true" in without.start("run", inventory, expect=FAILED).stderr
    assert moto.client("stepfunctions").list_executions(stateMachineArn=machine_of(stack))["executions"] == []


def machine_of(stack: Stack) -> str:
    return f"arn:aws:states:us-east-1:123456789012:stateMachine:{stack.name}-backfill"
