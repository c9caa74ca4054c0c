"""Executions of state machines in moto. Its quirks: a path with an index gives an array, text that is an output has no
quotation marks, a distributed map succeeds where workers fail, and there is no ItemBatcher.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from .s3_server import S3Server, start_moto

Json = Any


@pytest.fixture(scope="module")
def moto_executes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A server of its own, as it is configured otherwise: executions run, and functions answer what they are told to, or
    else what they are called with.
    """
    server = start_moto(tmp_path_factory.mktemp("moto-states"))
    config = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}
    _tell(server, "config", config)
    yield server
    server.process.stop()


def _tell(server: S3Server, path: str, what: Any) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{server.endpoint}/moto-api/{path}", json.dumps(what).encode(), headers)
    urllib.request.urlopen(request, timeout=60).close()


def tell_answers(server: S3Server, answers: list[Any]) -> None:
    """Of the next calls of functions, whichever are called."""
    results = [json.dumps(answer) for answer in answers]
    _tell(server, "static/lambda-simple/response", {"results": results, "region": server.region})


def make_function(server: S3Server, name: str) -> None:
    role = server.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/vdp:1"}
    server.client("lambda").create_function(FunctionName=name, Role=role, Code=code, PackageType="Image")


def run_with_moto(server: S3Server, name: str, definition: Json, value: Json) -> tuple[str, Json]:
    states = server.client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/states"
    machine = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)
    arn = states.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps(value))["executionArn"]
    deadline = time.monotonic() + 120
    while (found := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < deadline, f"{name}: no end"
        time.sleep(0.02)
    return found["status"], json.loads(found["output"]) if "output" in found else None
