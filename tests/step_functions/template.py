"""What of a CloudFormation template a state machine and its functions need: the definition, and their environments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .paths import Json

PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "123456789012"}


@dataclass(frozen=True)
class DeployedFunction:
    arn: str
    role: str  # of the program: the image's command
    environment: dict[str, str]
    timeout_s: int


class Template:
    """`buckets` names the buckets that it makes, by the beginning of their logical ids. What it cannot resolve is an
    error.
    """

    def __init__(self, document: Json, buckets: dict[str, str]) -> None:
        self._resources: dict[str, Json] = document["Resources"]
        self._buckets = buckets

    def definition(self) -> Json:
        """Of its one state machine."""
        machine = self._of_type("AWS::StepFunctions::StateMachine")
        assert len(machine) == 1, sorted(machine)
        return json.loads(self.resolve(next(iter(machine.values()))["DefinitionString"]))

    @cached_property
    def functions(self) -> dict[str, DeployedFunction]:
        """Those of the program's image, by their ARNs."""
        functions = {}
        for logical_id, properties in self._of_type("AWS::Lambda::Function").items():
            if properties.get("PackageType") == "Image":
                variables = properties["Environment"]["Variables"]
                arn = self._attribute(logical_id, "Arn")
                functions[arn] = DeployedFunction(
                    arn,
                    properties["ImageConfig"]["Command"][0],
                    {name: self.resolve(value) for name, value in variables.items()},
                    properties["Timeout"],
                )
        return functions

    def resolve(self, value: Json) -> str:
        if isinstance(value, str):
            return value
        ((name, argument),) = value.items()
        if name == "Fn::Join":
            return argument[0].join(map(self.resolve, argument[1]))
        if name == "Fn::GetAtt":
            return self._attribute(*argument)
        assert name == "Ref", f"{name} is not known here"
        return PSEUDO[argument] if argument in PSEUDO else self._named(argument)

    def _attribute(self, logical_id: str, attribute: str) -> str:
        assert attribute == "Arn", f"{logical_id}.{attribute}"
        kind = self._resources[logical_id]["Type"]
        if kind == "AWS::Lambda::Function":
            return f"arn:aws:lambda:us-east-1:123456789012:function:{logical_id}"
        assert kind == "AWS::S3::Bucket", f"{logical_id}.{attribute} of {kind}"
        return f"arn:aws:s3:::{self._named(logical_id)}"

    def _named(self, logical_id: str) -> str:
        kind = self._resources[logical_id]["Type"]
        if kind == "AWS::S3::Bucket":
            return next(name for prefix, name in self._buckets.items() if logical_id.startswith(prefix))
        # Queues and what else is only handed on: nothing here calls them.
        return f"https://unused.example/{logical_id}"

    def _of_type(self, kind: str) -> dict[str, Any]:
        return {
            logical_id: resource["Properties"]
            for logical_id, resource in self._resources.items()
            if resource["Type"] == kind
        }
