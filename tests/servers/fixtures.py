"""One server of each kind for a process of tests, and a fresh bucket for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .bucket import Bucket
from .s3_server import S3Server, start_moto, start_versitygw
from .sqs_queue import SqsQueue
from .sqs_server import SqsServer, start_elasticmq


def _running[Server: (S3Server, SqsServer)](start: Callable[[Path], Server], folder: Path) -> Iterator[Server]:
    server = start(folder)
    yield server
    server.process.stop()


@pytest.fixture(scope="session")
def versitygw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    yield from _running(start_versitygw, tmp_path_factory.mktemp("versitygw"))


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    yield from _running(start_moto, tmp_path_factory.mktemp("moto"))


@pytest.fixture(scope="session")
def elasticmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqsServer]:
    yield from _running(start_elasticmq, tmp_path_factory.mktemp("elasticmq"))


@pytest.fixture
def sqs_queue(elasticmq: SqsServer) -> SqsQueue:
    return elasticmq.new_queue()


@pytest.fixture
def bucket(versitygw: S3Server) -> Bucket:
    """Of the server that is the stricter one."""
    return versitygw.new_bucket()
