"""What IAM would have been asked for a request: actions and the resource of each.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

from .http_message import Message

SERVICES = {"AmazonSQS": "sqs", "secretsmanager": "secretsmanager"}
# A batch is allowed by the action for one.
BATCHES = {"sqs:SendMessageBatch", "sqs:DeleteMessageBatch", "sqs:ChangeMessageVisibilityBatch"}


class Permission(NamedTuple):
    action: str  # "s3:GetObject"
    resource: str  # "bucket/key" or "bucket"; empty for services whose requests name it in the body


def permissions(request: Message) -> set[Permission]:
    if target := request.header("X-Amz-Target"):
        service, _, operation = target.partition(".")
        action = f"{SERVICES[service]}:{operation}"
        return {Permission(action.removesuffix("Batch") if action in BATCHES else action, "")}
    return _of_s3(request)


def _of_s3(request: Message) -> set[Permission]:
    """Of a request that has the bucket in its path."""
    place = urlsplit(request.target)
    bucket, _, key = unquote(place.path).lstrip("/").partition("/")
    query = parse_qs(place.query, keep_blank_values=True)
    if not key:
        if request.method == "POST" and "delete" in query:
            return {Permission("s3:DeleteObject", f"{bucket}/{key}") for key in _keys_of_batch(request.body)}
        assert request.method == "GET" and "list-type" in query, request.start_line
        return {Permission("s3:ListBucket", bucket)}
    action = _ACTIONS[request.method, "uploadId" in query and request.method == "DELETE"]
    needed = {Permission(action, f"{bucket}/{key}")}
    if source := request.header("x-amz-copy-source"):
        needed.add(Permission("s3:GetObject", unquote(source).lstrip("/")))
    return needed


def _keys_of_batch(body: bytes) -> list[str]:
    """Of the XML of DeleteObjects."""
    keys = [element.text or "" for element in ElementTree.fromstring(body).iter() if element.tag.endswith("Key")]
    assert keys, body
    return keys


# By method, and whether an upload in parts is given up.
_ACTIONS = {
    ("GET", False): "s3:GetObject",
    ("HEAD", False): "s3:GetObject",
    ("PUT", False): "s3:PutObject",
    ("POST", False): "s3:PutObject",  # begins or completes an upload in parts
    ("DELETE", False): "s3:DeleteObject",
    ("DELETE", True): "s3:AbortMultipartUpload",
}
