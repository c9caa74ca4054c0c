"""The servers that other tests rely on do what those tests believe of them."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import botocore
import botocore.config
import botocore.exceptions
import pytest

from servers.bucket import Bucket
from servers.fault_proxy import Faults, fault_proxy
from servers.http_files import HttpFiles, http_files
from servers.s3_server import S3Server


def refusal(call: Callable[[], object]) -> int:
    """The status of what S3 refuses."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call()
    return caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("kind", ["versitygw", "moto"])
def test_conditions_are_honoured(request: pytest.FixtureRequest, kind: str) -> None:
    server: S3Server = request.getfixturevalue(kind)
    bucket = server.new_bucket()
    name = {"Bucket": bucket.name, "Key": "a key"}
    created = bucket.client.put_object(**name, Body=b"one", IfNoneMatch="*")
    assert refusal(lambda: bucket.client.put_object(**name, Body=b"two", IfNoneMatch="*")) == 412
    bucket.client.put_object(**name, Body=b"two", IfMatch=created["ETag"])
    assert refusal(lambda: bucket.client.put_object(**name, Body=b"three", IfMatch=created["ETag"])) == 412
    assert bucket.get("a key") == b"two"


def test_versitygw_checks_signatures(bucket: Bucket) -> None:
    bucket.put("a", b"text")
    forged = Bucket(bucket.name, bucket.endpoint, bucket.region, bucket.access_key, "another secret")
    assert refusal(lambda: forged.get("a")) == 403


def test_versitygw_serves_the_public(bucket: Bucket) -> None:
    """Only after it was allowed to."""
    bucket.put("a", b"text")
    unsigned = botocore.config.Config(signature_version=botocore.UNSIGNED, s3={"addressing_style": "path"})
    public = boto3.client("s3", endpoint_url=bucket.endpoint, region_name=bucket.region, config=unsigned)
    assert refusal(lambda: public.get_object(Bucket=bucket.name, Key="a")) == 403
    bucket.allow_anonymous_reads()
    assert public.get_object(Bucket=bucket.name, Key="a")["Body"].read() == b"text"
    assert public.list_objects_v2(Bucket=bucket.name)["KeyCount"] == 1
    assert refusal(lambda: public.put_object(Bucket=bucket.name, Key="b", Body=b"")) == 403


def test_a_proxy_without_faults_changes_nothing(bucket: Bucket) -> None:
    with fault_proxy(bucket.endpoint, Faults()) as proxy:
        seen = bucket.through(proxy.endpoint)
        big = bytes(range(256)) * 20_000
        seen.put("odd key +()@é", big)
        assert seen.get("odd key +()@é") == big
        assert seen.listing().keys() == {"odd key +()@é"}
        seen.client.head_object(Bucket=seen.name, Key="odd key +()@é")
        assert [exchange.status for exchange in proxy.exchanges] == [200] * 4
        assert proxy.conditional_puts() == {}


def test_a_lost_answer_is_of_a_write_that_landed(bucket: Bucket) -> None:
    with fault_proxy(bucket.endpoint, Faults(lost_answers=1.0, lost_after_s=0.01)) as proxy:
        seen = bucket.through(proxy.endpoint)
        seen.put("plain", b"1")
        with pytest.raises((botocore.exceptions.ClientError, botocore.exceptions.ConnectionClosedError)):
            seen.client.put_object(Bucket=seen.name, Key="conditional", Body=b"2", IfNoneMatch="*")
        assert bucket.get("conditional") == b"2"
        counts = proxy.conditional_puts("conditional")
        assert counts["ok"] == counts["lost"] == 1
        # boto3 tries again by itself, and meets its own object.
        assert counts["refused"] == 1


def test_slow_downs_change_nothing(bucket: Bucket) -> None:
    with fault_proxy(bucket.endpoint, Faults(slow_downs=1.0)) as proxy:
        seen = bucket.through(proxy.endpoint)
        assert refusal(lambda: seen.put("a", b"1")) == 503
        assert proxy.slow_downs == 2
    assert bucket.listing() == {}


@pytest.fixture
def files(tmp_path: Path):
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder" / "x+y.nc").write_bytes(bytes(range(100)))
    with http_files(tmp_path) as server:
        yield server


def ask(files: HttpFiles, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(urlsplit(files.endpoint).netloc)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


FILE = "/a%20folder/x+y.nc"


@pytest.mark.parametrize(
    "asked, status, expected, content_range",
    [
        ("bytes=10-19", 206, range(10, 20), "bytes 10-19/100"),
        ("bytes=90-", 206, range(90, 100), "bytes 90-99/100"),
        ("bytes=90-500", 206, range(90, 100), "bytes 90-99/100"),
        ("bytes=-7", 206, range(93, 100), "bytes 93-99/100"),
        ("bytes=100-", 416, range(0), "bytes */100"),
        ("bytes=0-1,5-6", 200, range(100), None),
    ],
)
def test_ranges(files: HttpFiles, asked: str, status: int, expected: range, content_range: str | None) -> None:
    answer, body = ask(files, FILE, Range=asked)
    assert (answer.status, body, answer.headers["Content-Range"]) == (status, bytes(expected), content_range)
    assert files.requests[-1].range == asked and files.requests[-1].body_bytes == len(expected)


def test_conditions(files: HttpFiles) -> None:
    whole, _ = ask(files, FILE, "HEAD")
    etag, modified = whole.headers["ETag"], whole.headers["Last-Modified"]
    assert (whole.status, whole.headers["Content-Length"]) == (200, "100")
    assert ask(files, FILE, If_Match=etag)[0].status == 200
    assert ask(files, FILE, If_Match='"other"', Range="bytes=0-3")[0].status == 412
    assert ask(files, FILE, If_None_Match=etag)[0].status == 304
    assert ask(files, FILE, If_Unmodified_Since=modified)[0].status == 200
    assert ask(files, FILE, If_Unmodified_Since="Mon, 01 Jan 2001 00:00:00 GMT")[0].status == 412
    assert ask(files, FILE, If_Modified_Since=modified)[0].status == 304


def test_listings_and_what_is_not_there(files: HttpFiles) -> None:
    answer, body = ask(files, "/a%20folder/")
    assert answer.status == 200 and b'<a href="x%2By.nc">x+y.nc</a>' in body
    assert ask(files, "/a%20folder")[0].headers["Location"] == "/a%20folder/"
    assert ask(files, "/none")[0].status == 404
    assert ask(files, "/../etc/passwd")[0].status in (403, 404)


def test_connections_are_kept_and_answers_delayed(files: HttpFiles) -> None:
    files.delay_s = 0.02
    connection = http.client.HTTPConnection(urlsplit(files.endpoint).netloc)
    started = time.monotonic()
    sockets = set()
    for _ in range(5):
        connection.request("GET", FILE)
        connection.getresponse().read()
        sockets.add(id(connection.sock))
    assert len(sockets) == 1 and connection.sock is not None
    assert time.monotonic() - started >= 0.1
    connection.close()
