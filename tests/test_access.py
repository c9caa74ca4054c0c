"""Who asks: tokens, logins and temporary keys reach their server, and the printed lines of Python use the same ones."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archives.archive import Archive
from archives.mur import Mur
from comparison import assert_equals_sources
from engine import Engine
from opened import open_in_new_process
from servers.s3_server import S3Server
from servers.http_files import HttpFiles, http_files
from servers.scripted import Asked, Reply, scripted_server

LOGIN = base64.b64encode(b"me:open sesame").decode()
WAYS = {
    "bearer": ({"VDP_BEARER_TOKEN": "a-token"}, "Bearer a-token"),
    "earthdata": ({"EARTHDATA_TOKEN": "a-token"}, "Bearer a-token"),
    "http-basic": ({}, f"Basic {LOGIN}"),
}


def assert_all_asked_with(files: HttpFiles, authorization: str | None) -> None:
    assert files.requests
    assert {request.headers.get("authorization") for request in files.requests} == {authorization}
    files.requests.clear()


def describe(archive: Archive, prefix: str, *words: str) -> None:
    lines = "\n".join([f'prefix = "{prefix}"', *words])
    archive.redescribe('prefix = "data/"', lines)


@pytest.mark.parametrize("access", WAYS)
def test_web_servers(vdp: Engine, archive_of, tmp_path: Path, access: str) -> None:
    variables, authorization = WAYS[access]
    variables |= {"HOME": str(tmp_path)}
    netrc = tmp_path / ".netrc"
    netrc.write_text('machine 127.0.0.1 login me password "open sesame"\n')
    netrc.chmod(0o600)  # Python reads no other one
    archive = archive_of(Mur(), 3)
    with http_files(archive.data) as files:
        describe(archive, files.url(), f'access = "{access}"')
        answer = vdp.within(variables).run(archive.dataset)
        assert answer.outcomes == {"written": 3}
        assert_all_asked_with(files, authorization)
        opened = open_in_new_process(answer.python, environment=variables)
        assert_equals_sources(opened, archive.files())
        assert_all_asked_with(files, authorization)
        vdp.within(variables)("verify", archive.dataset)
        assert_all_asked_with(files, authorization)


def test_a_web_server_that_nobody_is_named_to(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    with http_files(archive.data) as files:
        describe(archive, files.url())
        answer = vdp.within({"VDP_BEARER_TOKEN": "a-token"}).run(archive.dataset)
        assert answer.outcomes == {"written": 3}
        assert_equals_sources(open_in_new_process(answer.python), archive.files())
        assert_all_asked_with(files, None)


def test_without_a_token(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 1)
    with http_files(archive.data) as files:
        describe(archive, files.url(), 'access = "bearer"')
        answer = vdp.run(archive.dataset, expect=3)
        assert "VDP_BEARER_TOKEN is not set" in answer.stderr
        assert files.requests == []


def test_temporary_keys_of_an_archive(vdp: Engine, archive_of, moto: S3Server) -> None:
    """From an endpoint like those of NASA: asked once, with a token. versitygw takes no session token, moto does."""
    bucket = moto.new_bucket()
    keys = {
        "accessKeyId": bucket.access_key,
        "secretAccessKey": bucket.secret_key,
        "sessionToken": "a-session-token",
        "expiration": f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%d %H:%M:%S}+00:00",
    }

    def give(asked: Asked) -> Reply:
        is_known = asked.headers.get("authorization") == "Bearer a-token" and asked.target == "/s3credentials"
        return Reply(200, json.dumps(keys).encode()) if is_known else Reply(401)

    archive = archive_of(Mur(), 3)
    bucket.upload(archive.data, "archive/")
    with scripted_server(give) as endpoint:
        describe(
            archive,
            bucket.url("archive/"),
            'access = "earthdata"',
            f'credentials_url = "{endpoint.endpoint}/s3credentials"',
            f'endpoint_url = "{bucket.endpoint}"',
        )
        answer = vdp.within({"EARTHDATA_TOKEN": "a-token"}).run(archive.dataset)
        assert answer.outcomes == {"written": 3}
        assert len(endpoint.asked) == 1
        assert not any(value in answer.stdout + answer.stderr for value in (*keys.values(), "a-token"))
        opened = open_in_new_process(answer.python, environment={"EARTHDATA_TOKEN": "a-token"})
        assert_equals_sources(opened, archive.files())
        refused = vdp.within({"EARTHDATA_TOKEN": "another"})("status", archive.dataset, expect=3)
        assert "answers with status 401" in refused.stderr


@pytest.fixture
def earthdata_secret(moto: S3Server) -> Iterator[dict[str, str]]:
    """Variables of a process that may read the secret with the token."""
    secrets = moto.client("secretsmanager")
    name = "earthdata"
    text = json.dumps({"username": "me", "password": "unused", "token": "a-token"})
    arn = secrets.create_secret(Name=name, SecretString=text)["ARN"]
    yield {
        "EARTHDATA_SECRET_ARN": arn,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto.endpoint,
        "AWS_ACCESS_KEY_ID": moto.access_key,
        "AWS_SECRET_ACCESS_KEY": moto.secret_key,
    }
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_a_token_of_a_secret(vdp: Engine, archive_of, earthdata_secret: dict[str, str]) -> None:
    """The token of AWS's Secrets Manager reaches the server of the files, and nothing that is written or printed."""
    archive = archive_of(Mur(), 3)
    with http_files(archive.data) as files:
        describe(archive, files.url(), 'access = "earthdata"')
        answer = vdp.within(earthdata_secret)("run", archive.dataset, "-v", "--json")
        assert answer.outcomes == {"written": 3}
        assert_all_asked_with(files, "Bearer a-token")
    assert not any(value in answer.stdout + answer.stderr for value in ("a-token", "unused"))
    for path in archive.root.rglob("*"):
        assert not path.is_file() or b"a-token" not in path.read_bytes(), path


def test_a_secret_that_is_not_there(vdp: Engine, archive_of, earthdata_secret: dict[str, str]) -> None:
    archive = archive_of(Mur(), 1)
    missing = earthdata_secret | {"EARTHDATA_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:other"}
    with http_files(archive.data) as files:
        describe(archive, files.url(), 'access = "earthdata"')
        answer = vdp.within(missing).run(archive.dataset, expect=3)
        assert "EARTHDATA_SECRET_ARN: GetSecretValue" in answer.stderr, answer
        assert files.requests == []
