"""Repositories that older releases of official icechunk wrote (tests/old_writers): read, refused or migrated, and
lived in. Their values are those of states.py, which knows nothing of how they are stored."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import icechunk
import numpy as np
import pytest
import zarr

from engine import FAILED, Engine
from icechunk_driver import Driver, StepError, array, text
from interop.official_side import OfficialSide, read
from interop.our_side import OurSide
from interop.sides import Revision
from interop.view import assert_content
from old_writers import states
from old_writers.states import State

HERE = Path(__file__).parent / "old_writers"
ARCHIVES = sorted(path.name.removesuffix(".tar.xz") for path in HERE.glob("*.tar.xz"))
OF_VERSION_2 = ("icechunk-2.0.5",)
MAIN = "branch:main"
KINDS = ("inline", "native", "virtual")
PREFIX = f"file://{states.SOURCE_FOLDER}/"


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as driver:
        yield driver


@pytest.fixture(scope="module", autouse=True)
def source() -> None:
    """At the one place that the references name: put there whole, as other processes of tests do so, too."""
    folder = Path(states.SOURCE_FOLDER)
    path = folder / "source.bin"
    if path.exists() and path.read_bytes() == states.SOURCE and path.stat().st_mtime == states.SOURCE_MODIFIED_S:
        return  # perhaps another user's
    folder.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(states.SOURCE)
    os.chmod(file.name, 0o644)
    os.utime(file.name, (states.SOURCE_MODIFIED_S, states.SOURCE_MODIFIED_S))
    os.replace(file.name, path)


@dataclass(frozen=True)
class OldRepository:
    name: str
    path: Path

    @property
    def states(self) -> dict[str, State]:
        """By revision. Amending came with version 2."""
        return states.REVISIONS | {MAIN: states.AMENDED if self.name in OF_VERSION_2 else states.THIRD}

    @property
    def release(self) -> str:
        return self.name.split("-")[1]

    def official(self) -> icechunk.Repository:
        """With the container in today's form: what release 0.2 saved, today's library reads and does not heed."""
        config = icechunk.RepositoryConfig.default()
        store = icechunk.local_filesystem_store(states.SOURCE_FOLDER)
        config.set_virtual_chunk_container(icechunk.VirtualChunkContainer(PREFIX, store))
        return icechunk.Repository.open(
            icechunk.local_filesystem_storage(str(self.path)),
            config=config,
            authorize_virtual_chunk_access={PREFIX: icechunk.Credentials.LocalFileSystemAccess()},
        )


@pytest.fixture(params=ARCHIVES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> OldRepository:
    path = tmp_path / "repository"
    with tarfile.open(HERE / f"{request.param}.tar.xz") as archive:
        archive.extractall(path, filter="data")
    return OldRepository(request.param, path)


# ---- Reading by either library ----


def read_by_us(vdp: Engine, old: OldRepository, revision: str) -> State:
    def cat(path: str, *options: str) -> str:
        return vdp("repo", "cat", old.path, path, "--ref", revision, *options).stdout

    nodes = {"/": "group"} | {one["path"]: one["kind"] for one in json.loads(cat("/"))["nodes"]}
    arrays, attributes = {}, {}
    for path, kind in nodes.items():
        metadata = json.loads(cat(path))["metadata"]
        attributes[path] = metadata["attributes"]
        if kind == "array":
            arrays[path] = our_values(vdp, old, revision, path, metadata)
    return State(arrays, attributes)


def our_values(vdp: Engine, old: OldRepository, revision: str, path: str, metadata: dict) -> np.ndarray:
    command = [vdp.binary, "repo", "cat", old.path, path, "--ref", revision, "--bytes", "--authorize", PREFIX]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.dtype(metadata["data_type"]).newbyteorder("<")).reshape(metadata["shape"])


def read_by_official(repository: icechunk.Repository, revision: str) -> State:
    kind, _, name = revision.partition(":")
    root = zarr.open_group(repository.readonly_session(**{kind: name}).store, mode="r")
    nodes = [("/", root), *((f"/{path}", node) for path, node in root.members(max_depth=None))]
    arrays = {path: node[...] for path, node in nodes if isinstance(node, zarr.Array)}
    return State(arrays, {path: node.attrs.asdict() for path, node in nodes})


def assert_state(found: State, expected: State, where: str) -> None:
    assert found.arrays.keys() == expected.arrays.keys(), where
    for path, values in expected.arrays.items():
        assert found.arrays[path].dtype == values.dtype, f"{where} {path}"
        np.testing.assert_array_equal(found.arrays[path], values, err_msg=f"{where} {path}")
    given = {path: attributes for path, attributes in found.attributes.items() if attributes}
    assert given == {path: expected.attributes[path] for path in given.keys() | expected.attributes.keys()}, where


def assert_all(driver: Driver, old: OldRepository, expected: dict[str, State]) -> None:
    """The values by the official library; by ours, that every key has the bytes which those were decoded from."""
    repository = old.official()
    driver("open", url=str(old.path))
    for revision, state in expected.items():
        where = f"{old.name} {revision}"
        assert_state(read_by_official(repository, revision), state, where)
        kind, _, name = revision.partition(":")
        driver("readonly", session="read", **{kind: name})
        ours = driver("content", session="read", bytes=True, containers={})
        content = {key: base64.b64decode(value) for key, value in ours.items()}
        assert_content(content, read(repository.readonly_session(**{kind: name})), where)


# ---- Tests ----


def test_there_are_archives() -> None:
    assert {name.split("-")[1].split(".")[0] for name in ARCHIVES} == {"0", "1", "2"}
    assert sum((HERE / f"{name}.tar.xz").stat().st_size for name in ARCHIVES) < 300_000


def test_we_read_every_value(old: OldRepository, vdp: Engine, driver: Driver) -> None:
    assert_state(read_by_us(vdp, old, MAIN), old.states[MAIN], f"{old.name} by us")
    for path, kind in (("/group/x-1", "inline"), ("/long", "native"), ("/virtual", "virtual")):
        assert vdp("repo", "cat", old.path, path).document["chunks"] == dict.fromkeys(KINDS, 0) | {kind: 3}, path
    assert_all(driver, old, old.states)
    ours = OurSide(driver, str(old.path))
    ours.open()
    refs = ours.refs()
    assert refs.branches.keys() == {"main", "dev", "back"}
    assert refs.tags.keys() == {"first", "second"} and refs.deleted_tags == {states.DELETED_TAG}
    assert refs.branches["back"] == refs.tags["first"]
    lines = ours.history(Revision(branch="main"))
    assert [one.message for one in lines] == [*reversed(states.MESSAGES), "Repository initialized"]
    assert [one.metadata for one in lines[1:3]] == [{"n": 2.5}, {"n": 1, "by": old.release}]
    official = OfficialSide(
        lambda: icechunk.local_filesystem_storage(str(old.path)), spec_version=2 if old.name in OF_VERSION_2 else 1
    )
    official.open()
    assert lines == official.history(Revision(branch="main"))
    assert refs.branches == official.refs().branches and refs.tags == official.refs().tags


@pytest.mark.parametrize("old", [name for name in ARCHIVES if name not in OF_VERSION_2], indirect=True)
def test_version_1_is_not_written(old: OldRepository, vdp: Engine, driver: Driver) -> None:
    before = {path: path.read_bytes() for path in old.path.rglob("*") if path.is_file()}
    driver("open", url=str(old.path))
    with pytest.raises(StepError) as refused:
        driver("session", session="v1")
    assert refused.value.kind == "unsupported" and "migrate" in refused.value.message
    for verb in (["expire", old.path, "--older-than", "0s"], ["collect", old.path, "--older-than", "0s"]):
        assert "migrate" in vdp("repo", *verb, expect=FAILED).stderr
    assert {path: path.read_bytes() for path in old.path.rglob("*") if path.is_file()} == before


def test_it_lives_on(old: OldRepository, vdp: Engine, driver: Driver) -> None:
    """Migrated if need be, written by us and by them, expired and collected; what was there before stays as it was."""
    if old.name not in OF_VERSION_2:
        assert not vdp("repo", "migrate", old.path, "--json").document["was_migrated"]  # before
    assert_all(driver, old, old.states)
    base = old.states[MAIN]

    write_by_us(driver, old)
    steps = states.changed(base.arrays["/steps"], np.s_[0:2], 9)
    virtual = states.changed(base.arrays["/virtual"], np.s_[5:10], 8)
    ours = State(base.arrays | {"/steps": steps, "/virtual": virtual, "/ours": states.numbers(1, 2)}, base.attributes)
    assert_all(driver, old, old.states | {MAIN: ours})

    session = old.official().writable_session("main")
    root = zarr.open_group(session.store)
    root["long"][100:200] = 6
    root["ours"].resize(3)
    session.commit("theirs")
    arrays = ours.arrays | {"/long": states.changed(ours.arrays["/long"], np.s_[100:200], 6)}
    theirs = State(arrays | {"/ours": np.array([1, 2, 0], "<i4")}, ours.attributes)
    now = old.states | {MAIN: theirs}
    assert_all(driver, old, now)

    ours_again = OurSide(driver, str(old.path))
    ours_again.open()
    ours_again.expire(time.time_ns() // 1000)
    ours_again.collect(time.time_ns() // 1000)
    assert_all(driver, old, now)
    old.official().garbage_collect(datetime.now(UTC))
    assert_all(driver, old, now)


def write_by_us(driver: Driver, old: OldRepository) -> None:
    """One chunk over an inline one, one over a virtual one, and an array of our own."""
    driver("open", url=str(old.path))
    driver("session", session="old")
    driver("set_chunk", session="old", path="/steps", index=[0, 0], bytes=text(np.full(8, 9, "<i4").tobytes()))
    driver("set_chunk", session="old", path="/virtual", index=[1], bytes=text(np.full(5, 8, "<i4").tobytes()))
    driver("set_array", session="old", path="/ours", zarr_json=array([2], [1]))
    for index in range(2):
        data = text(np.array([index + 1], "<i4").tobytes())
        driver("set_chunk", session="old", path="/ours", index=[index], bytes=data)
    assert "committed" in driver("commit", session="old", message="ours")
