"""Addresses that come out of data: references and containers of a foreign repository, redirects, names to enqueue.

No connection is made to any of them and no file is opened. What counts is each call of connect(), whatever is behind
its address; where an address is one of this machine, a trap listens there as well.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import hostile
import icechunk_driver
from archives.mur import Mur
from connect_log import ConnectLog
from engine import Answer, Engine
from servers.scripted import Asked, Reply, ScriptedServer, scripted_server

SECRET = "planted-secret-key-0123456789"
KEYS = {
    "AWS_ACCESS_KEY_ID": "PLANTEDKEYID",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REGION": "us-east-1",
    "EARTHDATA_TOKEN": "planted-earthdata-token",
    "VDP_BEARER_TOKEN": "planted-bearer-token",
}


@dataclass
class Trap:
    """Listens at every address of this machine; nothing may ever reach it."""

    sockets: list[socket.socket]
    port: int

    def has_caught(self) -> bool:
        for listener in self.sockets:
            try:
                listener.accept()[0].close()
                return True
            except BlockingIOError:
                pass
        return False


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    listener.setblocking(False)
    yield Trap([listener], listener.getsockname()[1])
    listener.close()


@pytest.fixture
def log(shared_folder: Path, tmp_path: Path) -> ConnectLog:
    return ConnectLog.build(shared_folder, tmp_path / "connects")


@pytest.fixture
def guarded(vdp: Engine, log: ConnectLog) -> Engine:
    """The program of a user who has all kinds of credentials, watched."""
    return vdp.within(KEYS | log.environment())


def assert_refused(answer: Answer, what: str) -> None:
    """With an error of its own, and nothing of what it could have told."""
    said = answer.stdout + answer.stderr
    assert answer.exit_code in (1, 2, 3) and answer.stderr.startswith("error: "), f"{what}: {answer}"
    assert "root:" not in said and "PATH=" not in said, f"{what}: {answer}"
    assert not any(value in said for name, value in KEYS.items() if "PLANTED" in value.upper()), f"{what}: {answer}"


def array() -> dict[str, Any]:
    return icechunk_driver.array([4], [4], "uint8")


def foreign_repository(store: Path, references: list[str], containers: dict[str, Any] | None = None) -> None:
    """One array for each reference: /a0, /a1, ..."""
    config = {
        "virtual_chunk_containers": {
            prefix: {"name": None, "url_prefix": prefix, "store": settings}
            for prefix, settings in (containers or {}).items()
        }
    }
    steps: list[dict[str, Any]] = [
        {"op": "create", "url": str(store), "config": config},
        {"op": "session"},
        {"op": "set_group", "path": "/", "zarr_json": {"zarr_format": 3, "node_type": "group", "attributes": {}}},
    ]
    for number, reference in enumerate(references):
        refs = [[[0], reference, 0, 4, 0, ""]]
        steps += [
            {"op": "set_array", "path": f"/a{number}", "zarr_json": array()},
            {"op": "set_refs", "path": f"/a{number}", "grid": [1], "origin": [0], "refs": refs},
        ]
    icechunk_driver.run([*steps, {"op": "commit", "message": "foreign"}])


def cat(vdp: Engine, store: Path, number: int, *options: str) -> Answer:
    return vdp("repo", "cat", store, f"/a{number}", "--bytes", *options, expect=None)


def test_there_are_enough(trap: Trap) -> None:
    urls = hostile.urls(trap.port)
    assert len(set(urls)) == len(urls) >= 120


def test_references_of_a_foreign_repository(guarded: Engine, log: ConnectLog, trap: Trap, tmp_path: Path) -> None:
    """Read with what a user would authorize: a folder, and a bucket at an endpoint that the user names."""
    # Our own writer does not take the others.
    references = [url for url in hostile.urls(trap.port) if re.match(r"[a-z][a-z0-9]*://", url, re.IGNORECASE)]
    foreign_repository(tmp_path / "store", references)
    (tmp_path / "data").mkdir()
    authorized = ("--authorize", f"{tmp_path}/data/", "--authorize", "s3://bucket/", "--endpoint-url", "http://127.0.0.1:9")
    for number, reference in enumerate(references):
        assert_refused(cat(guarded, tmp_path / "store", number, *authorized), reference)
        assert log.take() == [], reference
    assert not trap.has_caught()


def test_references_that_only_look_authorized(guarded: Engine, log: ConnectLog, trap: Trap, tmp_path: Path) -> None:
    """Each begins like a place that may be read."""
    with scripted_server(lambda asked: Reply(200, b"good")) as honest:
        references = [
            f"s3://bucket@127.0.0.1:{trap.port}/x",
            "s3://bucket.evil.example/x",
            "s3://bucket-of-somebody-else/x",
            f"s3://bucket/../../127.0.0.1:{trap.port}/x",
            "s3://bucket/%2e%2e/x",
            "s3://bucket/a/../../x",
            "s3://bucket",
            "S3://bucket/x",
            f"{tmp_path.as_uri()}/data-of-somebody-else/x",
            f"{tmp_path.as_uri()}/data/../secret",
            f"{tmp_path.as_uri()}/data/%2e%2e/secret",
            f"{tmp_path.as_uri()}/data/link",
            f"file://127.0.0.1{tmp_path}/data/x",
        ]
        foreign_repository(tmp_path / "store", references)
        (tmp_path / "data").mkdir()
        (tmp_path / "secret").write_bytes(b"root:")
        for number, reference in enumerate(references):
            options = ("--authorize", f"{tmp_path}/data/", "--authorize", "s3://bucket/")
            answer = cat(guarded, tmp_path / "store", number, *options, "--endpoint-url", honest.endpoint)
            assert_refused(answer, reference)
            assert log.take() == [], reference
        assert honest.asked == [] and not trap.has_caught()


def s3_settings(endpoint: str | None, region: str = "us-east-1") -> dict[str, Any]:
    settings = {"region": region, "endpoint_url": endpoint, "anonymous": False, "allow_http": True}
    return {"s3_compatible" if endpoint else "s3": settings | {"force_path_style": True}}


def test_endpoints_of_a_foreign_repositorys_containers(
    guarded: Engine, log: ConnectLog, trap: Trap, tmp_path: Path
) -> None:
    """The user authorizes the bucket, and not the place that the repository says it is at."""
    endpoints = [f"http://{host}:{trap.port}" for host in hostile.LOOPBACK_HOSTS]
    endpoints += [f"http://{host}" for host in hostile.OTHER_HOSTS]
    containers = {f"s3://bucket-{n}/": s3_settings(endpoint) for n, endpoint in enumerate(endpoints)}
    foreign_repository(tmp_path / "store", [f"{prefix}x" for prefix in containers], containers)
    for number, (prefix, endpoint) in enumerate(zip(containers, endpoints, strict=True)):
        assert_refused(cat(guarded, tmp_path / "store", number, "--authorize", prefix), endpoint)
        assert log.take() == [], endpoint
    assert not trap.has_caught()


def test_regions_of_a_foreign_repositorys_containers(
    guarded: Engine, log: ConnectLog, trap: Trap, tmp_path: Path
) -> None:
    """A region is a part of Amazon's host names: one that is a host of its own leads nowhere."""
    regions = [f"@127.0.0.1:{trap.port}/", f"127.0.0.1:{trap.port}/#", "evil.example/", "evil.example", "x\r\nHost: x"]
    containers = {f"s3://bucket-{n}/": s3_settings(None, region) for n, region in enumerate(regions)}
    foreign_repository(tmp_path / "store", [f"{prefix}x" for prefix in containers], containers)
    with scripted_server(lambda asked: Reply(403)) as honest:
        for number, prefix in enumerate(containers):
            answer = cat(guarded, tmp_path / "store", number, "--authorize", prefix, "--endpoint-url", honest.endpoint)
            assert_refused(answer, regions[number])
            assert set(log.take()) == {f"127.0.0.1 {honest.port}"}
        assert all("/us-east-1/s3/" in asked.headers["authorization"] for asked in honest.asked)
    assert not trap.has_caught()


@dataclass
class Redirector:
    """Sends every request to one address."""

    target: str = ""
    status: int = 302

    def __call__(self, asked: Asked) -> Reply:
        # What no header can hold is left out, as a server would have to.
        return Reply(self.status, b"", {"Location": self.target.replace("\r\n", "%0d%0a").encode().decode("latin-1")})


@pytest.mark.parametrize("scheme", ["s3", "http"])
def test_redirects(guarded: Engine, log: ConnectLog, trap: Trap, scheme: str) -> None:
    """Of a server that the user named: it is asked, and nobody else."""
    redirector = Redirector()
    with scripted_server(redirector) as honest:
        source = "s3://bucket/file.nc" if scheme == "s3" else f"{honest.endpoint}/file.nc"
        # What is relative to the server leads back to it.
        targets = [url for url in hostile.urls(trap.port) if "://" in url or url.startswith(("//", "\\"))]
        for number, target in enumerate(targets):
            redirector.target, redirector.status = target, (301, 302, 303, 307, 308)[number % 5]
            asked_before = len(honest.asked)
            answer = guarded("inspect", source, "--endpoint-url", honest.endpoint, expect=None, timeout_s=30)
            assert_refused(answer, target)
            assert len(honest.asked) > asked_before, f"{target}: {answer}"
            assert set(log.take()) == {f"127.0.0.1 {honest.port}"}, target
    assert not trap.has_caught()
    assert_credentials_went_to(honest, scheme)


def assert_credentials_went_to(honest: ScriptedServer, scheme: str) -> None:
    """The endpoint of S3 has signatures, and a plain web server nothing; neither has a key."""
    for asked in honest.asked:
        assert SECRET not in asked.text and "planted" not in asked.text
        assert ("authorization" in asked.headers) == (scheme == "s3")


def test_names_to_enqueue(guarded: Engine, log: ConnectLog, trap: Trap, archive_of) -> None:
    """What does not lie under the source prefix is no granule, wherever it leads."""
    archive = archive_of(Mur(), 1)
    names = [url for url in hostile.urls(trap.port) if not url.startswith("-")]
    answer = guarded("enqueue", archive.dataset, *names, "--json", expect=1)
    assert answer.document["enqueued"] == 0 and len(answer.document["findings"]) == len(names)
    assert "pass@" not in answer.stdout
    assert log.take() == [] and not trap.has_caught()
