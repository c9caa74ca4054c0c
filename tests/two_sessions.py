"""Two sessions on one base, one of each library: the same edits in the words of both."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import icechunk
import pytest
import zarr

import icechunk_driver as ours
import icechunk_repositories as official

LENGTH = 8
#: Chunks of each array that are there at first.
PRESENT = 6


@dataclass(frozen=True)
class Edit:
    """One change; `who` is written into what it changes."""

    what: str
    path: str
    chunk: int = 0
    length: int = LENGTH


def write(path: str, chunk: int) -> Edit:
    return Edit("write", path, chunk)


def group(path: str) -> Edit:
    return Edit("group", path)


def resize(path: str, length: int) -> Edit:
    return Edit("resize", path, length=length)


@dataclass
class OurSide:
    """Sessions of ours in a process of the driver."""

    driver: ours.Driver
    path: Path
    number: int
    session: str = "side"

    def open(self) -> OurSide:
        self.driver("open", url=str(self.path))
        self.driver("session", session=self.session)
        return self

    def do(self, op: str, **fields: Any) -> Any:
        return self.driver(op, session=self.session, **fields)

    def apply(self, edits: list[Edit]) -> None:
        for edit in edits:
            getattr(self, edit.what)(edit)

    def write(self, edit: Edit) -> None:
        value = ours.text(struct.pack("<i", self.number))
        self.do("set_chunk", path=edit.path, index=[edit.chunk], bytes=value)

    def group(self, edit: Edit) -> None:
        self.do("set_group", path=edit.path)

    def resize(self, edit: Edit) -> None:
        self.do("set_array", path=edit.path, zarr_json=ours.array([edit.length], [1]))

    def commit(self, message: str) -> str:
        committed: str = self.do("commit", message=message)["committed"]
        return committed


@dataclass
class OfficialSide:
    path: Path
    number: int
    session: icechunk.Session = field(init=False)

    def open(self) -> OfficialSide:
        self.session = official.reopen(self.path).writable_session("main")
        return self

    @property
    def root(self) -> zarr.Group:
        return zarr.open_group(self.session.store, mode="r+")

    def apply(self, edits: list[Edit]) -> None:
        for edit in edits:
            getattr(self, edit.what)(edit.path.strip("/"), edit)

    def write(self, name: str, edit: Edit) -> None:
        self.root[name][edit.chunk] = self.number

    def group(self, name: str, edit: Edit) -> None:
        del edit
        self.root.create_group(name)

    def resize(self, name: str, edit: Edit) -> None:
        self.root[name].resize((edit.length,))

    def commit(self, message: str) -> str:
        return self.session.commit(message)


def make_base(path: Path) -> None:
    """The arrays /a, /b and /g/x with their first chunks, and the groups /g and /h."""
    with ours.Driver() as driver:
        driver("create", url=str(path))
        driver("session")
        for group_path in ("/", "/g", "/h"):
            driver("set_group", path=group_path)
        for array_path in ("/a", "/b", "/g/x"):
            driver("set_array", path=array_path, zarr_json=ours.array([LENGTH], [1]))
            for chunk in range(PRESENT):
                driver("set_chunk", path=array_path, index=[chunk], bytes=ours.text(struct.pack("<i", 100 + chunk)))
        driver("commit", message="base")


def official_conflicts(failed: icechunk.RebaseFailedError) -> set[tuple[str, str]]:
    return {(str(one.conflict_type).lower().replace(" ", "_"), one.path) for one in failed.conflicts}


def official_chunks(failed: icechunk.RebaseFailedError) -> dict[str, list[list[int]]]:
    return {one.path: sorted(one.conflicted_chunks) for one in failed.conflicts if one.conflicted_chunks}


def content(path: Path) -> dict[str, Any]:
    """What the branch holds, as the official library reads it: values of arrays, attributes of groups."""
    root = zarr.open_group(official.reopen(path).readonly_session("main").store, mode="r")
    found: dict[str, Any] = {"/": dict(root.attrs)}
    for name, node in root.members(max_depth=None):
        found[f"/{name}"] = (
            (node[...].tolist(), dict(node.attrs)) if isinstance(node, zarr.Array) else dict(node.attrs)
        )
    return found


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("base") / "base"
    make_base(path)
    return path


@pytest.fixture(scope="module")
def driver() -> Iterator[ours.Driver]:
    with ours.Driver() as process:
        yield process


@pytest.fixture
def repository(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "repository"))
