"""What the tests of `vdp lambda` share: functions over an archive, and the events that they get."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import icechunk
import pytest

from archives.archive import Archive
from archives.mur import Mur
from comparison import assert_equals_sources
from engine import Engine
from opened import open_as_printed
from servers.lambda_runtime import LambdaFunction, lambda_function, sqs_event

type Start = Callable[..., AbstractContextManager[LambdaFunction]]


@pytest.fixture
def start(vdp: Engine, tmp_path: Path) -> Start:
    """Starts a function; its dataset file is that of an archive, where one is given."""

    def start(role: str | None, archive: Archive | None = None, **variables: str):
        environment = {"VDP_DATASET": str(archive.dataset)} if archive else {}
        how = {name: variables.pop(name) for name in ("as_argument", "runtime") if name in variables}
        return lambda_function(vdp.binary, role, tmp_path / "function", environment | variables, **how)

    return start


@pytest.fixture
def archive(vdp: Engine, archive_of) -> Archive:
    """Six files, and a store that holds none of them yet."""
    archive = archive_of(Mur(), 6)
    vdp("init", archive.dataset)
    return archive


def message(archive: Archive, index: int) -> str:
    """The body of a message that names a file."""
    return json.dumps({"uri": archive.path(index).as_uri()})


def event(archive: Archive, *indices: int) -> dict:
    return sqs_event(*(message(archive, index) for index in indices))


def history(archive: Archive) -> list[str]:
    """The snapshots of the store, newest first, as the official library sees them."""
    repository = icechunk.Repository.open(icechunk.local_filesystem_storage(str(archive.store)))
    return [snapshot.id for snapshot in repository.ancestry(branch="main")]


def assert_written(vdp: Engine, archive: Archive) -> None:
    """All files are in the store, with their values; nothing is left to do."""
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"unchanged": len(archive.present)}, str(answer)
    assert_equals_sources(open_as_printed(answer.python), archive.files())
