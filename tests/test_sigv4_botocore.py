"""Our signer against botocore's, over generated requests: the same signature, for whatever a key may hold."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from engine import LONG, ROOT

BUILD = Path(os.environ.get("VDP_BUILD", ROOT / "build" / "dev"))
BINARY = BUILD / "src" / "net" / "aws" / "vdp_sigv4_driver"

COUNT = 20_000 if LONG else 2_000
SEED = 20150830
UNSIGNED = "UNSIGNED-PAYLOAD"

# What breaks other signers: reserved and unreserved marks, percent signs that look encoded, two to four bytes of UTF-8,
# composed and decomposed letters, dot segments, empty segments.
PIECES = [
    *"aZ09-_.~ +()@:'!*%$&,;=?#[]{}|\\^`\"<>/\t\u007f",
    *"%2F %2f %41 %% // /./ /../ ../ ./ year=2024/ x=1&y=2".split(),
    *["\u00fc", "u\u0308", "\u65e5\u672c", "\U0001f30d", "  "],
]
NAMES = [*"uploads delete list-type prefix partNumber a A a-b a.b a=b a%20b".split(), "\u00fc", "x y"]
HEADERS = [
    ("Range", "bytes=0-99"),
    ("If-None-Match", "*"),
    ("If-Match", '"abc"'),
    ("Content-Type", "text/plain"),
    ("x-amz-meta-Note", "  two   words\tand more  "),
    ("x-amz-meta-empty", ""),
    ("X-Amz-Request-Payer", "requester"),
    ("X-Amz-Target", "AmazonSQS.SendMessage"),
    # Never signed.
    ("User-Agent", "x"),
    ("Expect", "100-continue"),
]
HOSTS = ["bucket.s3.eu-west-1.amazonaws.com", "127.0.0.1:9000", "minio.local:8080", "[::1]:7070", "a.b"]


@dataclass(frozen=True)
class Request:
    method: str
    host: str
    path: bytes
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: bytes
    service: str
    region: str
    now_s: int
    secret: str
    token: str | None
    is_payload_signed: bool = True
    key_id: str = "AKIDEXAMPLE"

    @property
    def sent_path(self) -> str:
        return quote(self.path, safe="/~")

    @property
    def url(self) -> str:
        # A name without a value is written with and without '=', which is the same to a signer.
        parts = [quote(n, safe="") + ("=" + quote(v, safe="") if v or len(n) % 2 else "") for n, v in self.query]
        return f"https://{self.host}{self.sent_path}" + ("?" + "&".join(parts) if parts else "")

    def script(self) -> dict[str, Any]:
        step: dict[str, Any] = {
            "method": self.method,
            "host": self.host,
            "path": encoded(self.path),
            "query": [[encoded(name.encode()), encoded(value.encode())] for name, value in self.query],
            "headers": self.headers,
            "payload_sha256": hashlib.sha256(self.body).hexdigest() if self.is_payload_signed else UNSIGNED,
            "service": self.service,
            "region": self.region,
            "now_us": self.now_s * 1_000_000 + 999_999,
            "access_key_id": self.key_id,
            "secret_access_key": self.secret,
        }
        if self.token is not None:
            step["session_token"] = self.token
        return step

    def official(self, monkeypatch: pytest.MonkeyPatch) -> AWSRequest:
        """The request as botocore signs it."""
        now = datetime.datetime.fromtimestamp(self.now_s, datetime.UTC)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: now)
        request = AWSRequest(self.method, self.url, data=self.body)
        for name, value in self.headers:
            request.headers.add_header(name, value)
        request.context["payload_signing_enabled"] = self.is_payload_signed
        if self.service == "s3" and not self.is_payload_signed:
            # What botocore asks for before it leaves a body to TLS: a checksum in a header, and a stream.
            request.context["checksum"] = {"request_algorithm": {"in": "header", "name": "Range"}}
            request.context["has_streaming_input"] = True
        credentials = Credentials(self.key_id, self.secret, self.token)
        signer = botocore.auth.S3SigV4Auth if self.service == "s3" else botocore.auth.SigV4Auth
        signer(credentials, self.service, self.region).add_auth(request)
        return request


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def some_text(rng: random.Random, longest: int) -> str:
    return "".join(rng.choice(PIECES) for _ in range(rng.randrange(longest + 1)))


def some_path(rng: random.Random) -> bytes:
    path = b"/" + some_text(rng, 12).encode()
    # One in twenty holds a byte that is no UTF-8, which a local file's name may.
    return path + bytes([rng.randrange(0x80, 0x100)]) if rng.random() < 0.05 else path


def some_query(rng: random.Random) -> list[tuple[str, str]]:
    return [(rng.choice(NAMES), some_text(rng, 5) if rng.random() < 0.7 else "") for _ in range(rng.randrange(6))]


def some_requests(service: str, count: int) -> Iterator[Request]:
    rng = random.Random(f"{SEED} {service}")
    for _ in range(count):
        headers = rng.sample(HEADERS, rng.randrange(5))
        if rng.random() < 0.1:
            headers += [("x-amz-meta-twice", "b  b"), ("X-Amz-Meta-Twice", "a")]
        # botocore leaves a body of S3 unsigned only with a checksum header, and Range stands in for one.
        unsigned = service == "s3" and ("Range", "bytes=0-99") in headers and rng.random() < 0.5
        yield Request(
            method=rng.choice(["GET", "PUT", "POST", "DELETE", "HEAD"]),
            host=rng.choice(HOSTS),
            path=some_path(rng),
            query=some_query(rng),
            headers=headers,
            body=rng.randbytes(rng.randrange(40)),
            service=service,
            region=rng.choice(["us-east-1", "eu-central-1", "auto"]),
            now_s=rng.randrange(0, 4_000_000_000),
            secret="".join(rng.choice("abcXYZ012/+=") for _ in range(40)),
            token=rng.choice([None, "IQoJb3JpZ2lu//" + "x+/=" * 20]),
            is_payload_signed=not unsigned,
        )


def signed_by_us(requests: list[Request]) -> list[dict[str, Any]]:
    assert BINARY.exists(), f"{BINARY} was not built: VDP_BUILD names the build directory with tests"
    script = json.dumps([request.script() for request in requests])
    done = subprocess.run([BINARY], input=script, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("service", ["s3", "sqs", "sts"])
def test_headers_are_those_of_botocore(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = list(some_requests(service, COUNT))
    assert service != "s3" or sum(not request.is_payload_signed for request in requests) > COUNT / 50
    for request, ours in zip(requests, signed_by_us(requests), strict=True):
        assert "headers" in ours, f"{request}: {ours}"
        official = request.official(monkeypatch)
        for name, value in ours["headers"].items():
            assert official.headers.get_all(name) == [value], f"{name} of {request}"
        assert ("X-Amz-Content-Sha256" in ours["headers"]) == (service == "s3")
        # What is sent is what was signed.
        assert ours["target"] == request.sent_path + ("?" + canonical_query(request) if request.query else "")


def canonical_query(request: Request) -> str:
    pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in request.query)
    return "&".join(f"{name}={value}" for name, value in pairs)


def test_a_line_feed_cannot_be_signed_into_a_header() -> None:
    request = replace(next(some_requests("s3", 1)), headers=[("x-amz-meta-a", "1\nx-amz-acl:public-read")])
    answer = signed_by_us([request])[0]
    assert answer["error"] == "invalid"
    assert "public-read" not in answer["message"]
