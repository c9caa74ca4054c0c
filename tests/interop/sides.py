"""What a test asks of either library, so that one script drives both: the official one, and ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from .zarr_nodes import Content, Index


class Conflict(Exception):
    """The branch moved while the session was open, or both changed what cannot be brought together: see `conflicts`."""

    def __init__(self, message: str, conflicts: frozenset[tuple[str, str]] = frozenset()) -> None:
        super().__init__(message)
        #: Kind and path.
        self.conflicts = conflicts


class Refused(Exception):
    """The library says that this must not be done."""


@dataclass(frozen=True)
class Virtual:
    """A reference to a range of a source, in the version that was seen."""

    index: Index
    url: str
    offset: int
    length: int
    etag: str | None = None
    modified_s: int | None = None


@dataclass(frozen=True)
class Container:
    """Where virtual chunks may come from."""

    url_prefix: str
    name: str | None = None
    #: Of the official library: the object store, and what it may be read with.
    official_store: Any = None
    official_access: Any = None
    #: Ours, as the configuration stores it.
    store: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """The parts of a configuration that change what is written; what is None is left at its default."""

    inline_threshold: int | None = None
    #: Chunks of a manifest along each dimension, by its name.
    split: dict[str, int] | None = None
    updates_per_file: int | None = None
    containers: tuple[Container, ...] = ()

    def document(self) -> dict[str, Any]:
        """As a repository stores it."""
        document: dict[str, Any] = {}
        if self.inline_threshold is not None:
            document["inline_chunk_threshold_bytes"] = self.inline_threshold
        if self.updates_per_file is not None:
            document["num_updates_per_repo_info_file"] = self.updates_per_file
        if self.split is not None:
            dimensions = [
                {"condition": {"DimensionName": f"^{name}$"}, "num_chunks": count} for name, count in self.split.items()
            ]
            document["manifest"] = {"splitting": {"split_sizes": [["any_array", dimensions]]}}
        if self.containers:
            document["virtual_chunk_containers"] = {
                one.url_prefix: {"name": one.name, "url_prefix": one.url_prefix, "store": one.store}
                for one in self.containers
            }
        return document


@dataclass(frozen=True)
class Revision:
    """Exactly one of them."""

    branch: str | None = None
    tag: str | None = None
    snapshot: str | None = None

    def fields(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Refs:
    branches: dict[str, str]
    tags: dict[str, str]
    deleted_tags: frozenset[str]


@dataclass(frozen=True)
class Line:
    """Of a history."""

    id: str
    parent: str | None
    message: str
    metadata: dict[str, Any]
    flushed_at_us: int = field(compare=True)


@dataclass(frozen=True)
class Diff:
    """By path."""

    SETS: ClassVar = tuple(f"{what}_{kind}" for what in ("new", "deleted", "updated") for kind in ("groups", "arrays"))

    new_groups: frozenset[str]
    new_arrays: frozenset[str]
    deleted_groups: frozenset[str]
    deleted_arrays: frozenset[str]
    updated_groups: frozenset[str]
    updated_arrays: frozenset[str]
    updated_chunks: dict[str, frozenset[Index]]
    moved_nodes: tuple[tuple[str, str], ...]


class SideSession(Protocol):
    """Errors are Conflict and Refused."""

    @property
    def base(self) -> str: ...
    def content(self) -> Content: ...
    def set_node(self, path: str, zarr_json: bytes) -> None: ...
    def set_chunk(self, path: str, index: Index, data: bytes) -> None: ...
    def set_virtual(self, path: str, grid: Index, refs: Sequence[Virtual]) -> None: ...
    def delete_chunk(self, path: str, index: Index) -> None: ...
    def delete_node(self, path: str) -> None: ...
    def shift(self, path: str, offset: Index) -> None: ...
    def discard(self) -> None: ...
    def commit(self, message: str, metadata: dict[str, Any]) -> str: ...
    def amend(self, message: str, metadata: dict[str, Any]) -> str: ...
    def flush(self, message: str, metadata: dict[str, Any]) -> str: ...
    def rebase(self, solver: str) -> None: ...
    def move(self, source: str, target: str) -> None: ...


class Side(Protocol):
    name: str

    def create(self, config: Config) -> None: ...
    def open(self) -> None: ...
    def writable(self, branch: str = "main") -> SideSession: ...
    def rearranging(self, branch: str = "main") -> SideSession: ...
    def content(self, revision: Revision) -> Content: ...
    def refs(self) -> Refs: ...
    def history(self, revision: Revision) -> list[Line]: ...
    def operations(self) -> list[tuple[int, str]]: ...
    def save_config(self, config: Config) -> None: ...
    def create_branch(self, name: str, snapshot: str) -> None: ...
    def create_tag(self, name: str, snapshot: str) -> None: ...
    def delete_branch(self, name: str) -> None: ...
    def delete_tag(self, name: str) -> None: ...
    def reset_branch(self, name: str, to: str, expected: str | None = None) -> None: ...
    def metadata(self) -> dict[str, Any]: ...
    def set_metadata(self, metadata: dict[str, Any]) -> None: ...
    def flags(self) -> dict[str, bool]: ...
    def set_flag(self, flag: str, value: bool | None) -> None: ...
    def status(self) -> tuple[str, str | None]: ...
    def set_status(self, availability: str, reason: str | None = None) -> None: ...
    def diff(self, base: str, to: str) -> Diff: ...
    def expire(self, older_than_us: int, delete_branches: bool = False, delete_tags: bool = False) -> set[str]: ...
    def collect(self, older_than_us: int) -> None: ...
