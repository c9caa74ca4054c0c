"""What roles ask of AWS, by the logs of proxies before the test servers, against what the stack grants them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from servers.fault_proxy import FaultProxy, Faults, fault_proxy
from servers.http_message import Message
from servers.iam_actions import Permission, permissions

# Granted, and not to be seen in a log: by action, why.
UNSEEN = {
    "logs:CreateLogStream": "Lambda itself writes the logs",
    "logs:PutLogEvents": "Lambda itself writes the logs",
    "sqs:ReceiveMessage": "Lambda itself takes the messages, in the name of the function",
    "sqs:DeleteMessage": "Lambda itself deletes them",
    "sqs:GetQueueAttributes": "Lambda itself asks for them",
    "s3:AbortMultipartUpload": "after a failed upload of a large object alone",
    "s3:ListBucket": "without it S3 answers 403, and not 404, for an object that is missing",
}

Grants = dict[str, dict[str, list[str]]]  # role -> action -> resources


@dataclass
class Logs:
    """Proxies before all servers, for one role at a time."""

    s3: FaultProxy
    sqs: FaultProxy
    _begin: tuple[int, int] = field(default=(0, 0))

    def take(self) -> set[Permission]:
        """What was asked since the last call."""
        requests: list[Message] = self.s3.requests[self._begin[0] :] + self.sqs.requests[self._begin[1] :]
        self._begin = (len(self.s3.requests), len(self.sqs.requests))
        return set().union(*map(permissions, requests))


@contextmanager
def logging_proxies(s3: str, sqs: str) -> Iterator[Logs]:
    with fault_proxy(s3, Faults()) as before_s3, fault_proxy(sqs, Faults()) as before_sqs:
        yield Logs(before_s3, before_sqs)


def arn(permission: Permission) -> str:
    return f"arn:aws:s3:::{permission.resource}" if permission.resource else ""


def allows(grants: dict[str, list[str]], permission: Permission) -> bool:
    """Whether a role's grants have it. Requests to SQS name their queue in the body: there the action alone counts."""
    resources = grants.get(permission.action, [])
    return any(not permission.resource or fnmatchcase(arn(permission), resource) for resource in resources)


def is_used(action: str, resource: str, asked: set[Permission]) -> bool:
    return any(
        permission.action == action and (not permission.resource or fnmatchcase(arn(permission), resource))
        for permission in asked
    )


def assert_asked_is_granted(asked: dict[str, set[Permission]], grants: Grants) -> None:
    """Nothing more, and nothing less."""
    assert asked.keys() == grants.keys()
    for role, permitted in grants.items():
        refused = {permission for permission in asked[role] if not allows(permitted, permission)}
        assert not refused, f"{role} asks for what it is not granted: {sorted(refused)}"
        idle = {
            (action, resource)
            for action, resources in permitted.items()
            for resource in resources
            if action not in UNSEEN and not is_used(action, resource, asked[role])
        }
        assert not idle, f"{role} is granted what it never asks for: {sorted(idle)}"
