"""The S3 servers: versitygw, which checks signatures and checksums, and moto as a second opinion."""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from engine import ROOT
from .bucket import Bucket
from .process import ServerProcess, start_server

VERSITYGW = ROOT / "build" / "servers" / "versitygw"


@dataclass
class S3Server:
    """A server with one account."""

    name: str
    process: ServerProcess
    access_key: str
    secret_key: str
    region: str = "us-east-1"
    access_log: Path | None = None  # a line a request, in the format of S3's own server access logs
    _numbers: itertools.count = field(default_factory=itertools.count)

    @property
    def endpoint(self) -> str:
        return self.process.endpoint

    def client(self, service: str) -> Any:
        """boto3's, for the other services that moto has."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )

    def new_bucket(self) -> Bucket:
        bucket = Bucket(
            name=f"bucket-{next(self._numbers)}",
            endpoint=self.endpoint,
            region=self.region,
            access_key=self.access_key,
            secret_key=self.secret_key,
        )
        bucket.client.create_bucket(Bucket=bucket.name)
        return bucket


def start_versitygw(folder: Path) -> S3Server:
    """Keeps objects as files below `folder`. Quirk: the key `x//y` is stored as `x/y`."""
    if not VERSITYGW.is_file():
        raise FileNotFoundError(f"no {VERSITYGW}: scripts/test_servers.sh builds it")
    data, access_log = folder / "data", folder / "access.log"
    data.mkdir(parents=True)
    access_key, secret_key = "versitygw-access", "versitygw-secret-0123456789"

    def command(port: int) -> list[str]:
        options = ["--port", f"127.0.0.1:{port}", "--quiet", "--keep-alive", "--health", "/health"]
        return [str(VERSITYGW), *options, "--access-log", str(access_log), "posix", str(data)]

    environment = {"ROOT_ACCESS_KEY": access_key, "ROOT_SECRET_KEY": secret_key}
    process = start_server(command, folder / "versitygw.log", ready_path="/health", environment=environment)
    return S3Server("versitygw", process, access_key, secret_key, access_log=access_log)


def start_moto(folder: Path) -> S3Server:
    """Keeps objects in memory. Quirk: it checks no signature, and accepts wrong checksums."""
    folder.mkdir(parents=True, exist_ok=True)

    def command(port: int) -> list[str]:
        return [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]

    process = start_server(command, folder / "moto.log", ready_path="/")
    return S3Server("moto", process, "moto-access", "moto-secret-0123456789")
