"""Official icechunk, driven as sides.py says."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import icechunk
from zarr.core.buffer import default_buffer_prototype

from .sides import Config, Conflict, Diff, Line, Refs, Refused, Revision, Virtual
from .zarr_nodes import Content, Index, chunk_key, key_prefix, node_key

_prototype = default_buffer_prototype()
_runner = asyncio.Runner()
#: Each may have a file open.
READ_AT_ONCE = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def wait[T](awaitable: Awaitable[T]) -> T:
    """On one event loop for all calls: to make one costs more than most calls."""

    async def run() -> T:
        return await awaitable

    return _runner.run(run())


def kind_name(kind: Any) -> str:
    """ "chunk_double_update", of ConflictType.ChunkDoubleUpdate."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", repr(kind).rpartition(".")[2]).lower()


def refusals[**P, T](call: Callable[P, T]) -> Callable[P, T]:
    """The library's errors as sides.py names them."""

    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except icechunk.RebaseFailedError as error:
            conflicts = frozenset((kind_name(one.conflict_type), one.path) for one in error.conflicts)
            raise Conflict(str(error), conflicts) from error
        except icechunk.ConflictError as error:
            raise Conflict(str(error)) from error
        except (icechunk.IcechunkError, ValueError) as error:
            raise Refused(str(error)) from error

    return told


async def _read(store: icechunk.IcechunkStore) -> Content:
    keys = [key async for key in store.list()]
    content = {}
    for batch in itertools.batched(keys, READ_AT_ONCE):
        values = await asyncio.gather(*(store.get(key, _prototype) for key in batch))
        content |= {key: value.to_bytes() for key, value in zip(batch, values, strict=True) if value is not None}
    return content


def read(session: icechunk.Session) -> Content:
    return wait(_read(session.store))


def to_official(config: Config) -> icechunk.RepositoryConfig | None:
    if config == Config():
        return None
    official = icechunk.RepositoryConfig.default()
    if config.inline_threshold is not None:
        official.inline_chunk_threshold_bytes = config.inline_threshold
    if config.updates_per_file is not None:
        official.num_updates_per_repo_info_file = config.updates_per_file
    if config.split is not None:
        named = icechunk.ManifestSplitDimCondition.DimensionName
        sizes = {icechunk.ManifestSplitCondition.AnyArray(): {named(f"^{k}$"): n for k, n in config.split.items()}}
        official.manifest = icechunk.ManifestConfig(splitting=icechunk.ManifestSplittingConfig.from_dict(sizes))
    for one in config.containers:
        container = icechunk.VirtualChunkContainer(one.url_prefix, store=one.official_store, name=one.name)
        official.set_virtual_chunk_container(container)
    return official


@dataclass
class OfficialSession:
    session: icechunk.Session

    @property
    def base(self) -> str:
        return self.session.snapshot_id

    @refusals
    def content(self) -> Content:
        return read(self.session)

    def _set(self, key: str, data: bytes) -> None:
        wait(self.session.store.set(key, _prototype.buffer.from_bytes(data)))

    @refusals
    def set_node(self, path: str, zarr_json: bytes) -> None:
        self._set(node_key(path), zarr_json)

    @refusals
    def set_chunk(self, path: str, index: Index, data: bytes) -> None:
        self._set(chunk_key(path, index), data)

    @refusals
    def set_virtual(self, path: str, grid: Index, refs: Sequence[Virtual]) -> None:
        del grid
        specs = [
            icechunk.VirtualChunkSpec(
                list(ref.index),
                ref.url,
                ref.offset,
                ref.length,
                etag_checksum=ref.etag,
                last_updated_at_checksum=None
                if ref.modified_s is None
                else datetime.fromtimestamp(ref.modified_s, UTC),
            )
            for ref in refs
        ]
        failed = self.session.store.set_virtual_refs(path.lstrip("/"), specs, validate_containers=True)
        if failed:
            raise Refused(f"no container for {failed[:3]}")

    @refusals
    def delete_chunk(self, path: str, index: Index) -> None:
        wait(self.session.store.delete(chunk_key(path, index)))

    @refusals
    def delete_node(self, path: str) -> None:
        wait(self.session.store.delete_dir(key_prefix(path).rstrip("/")))

    @refusals
    def shift(self, path: str, offset: Index) -> None:
        self.session.shift_array(path, offset)

    @refusals
    def discard(self) -> None:
        self.session.discard_changes()

    @refusals
    def commit(self, message: str, metadata: dict[str, Any]) -> str:
        return self.session.commit(message, metadata)

    @refusals
    def amend(self, message: str, metadata: dict[str, Any]) -> str:
        return self.session.amend(message, metadata=metadata)

    @refusals
    def flush(self, message: str, metadata: dict[str, Any]) -> str:
        return self.session.flush(message, metadata=metadata)

    @refusals
    def rebase(self, solver: str) -> None:
        """With the detector, or the basic solver: it prefers "ours" or "theirs", or is "strict"."""
        if solver == "detector":
            self.session.rebase(icechunk.ConflictDetector())
            return
        if solver == "strict":
            strict = {"fail_on_delete_of_updated_array": True, "fail_on_delete_of_updated_group": True}
            self.session.rebase(icechunk.BasicConflictSolver(on_chunk_conflict=icechunk.VersionSelection.Fail, **strict))
            return
        selection = {"ours": icechunk.VersionSelection.UseOurs, "theirs": icechunk.VersionSelection.UseTheirs}[solver]
        self.session.rebase(icechunk.BasicConflictSolver(on_chunk_conflict=selection))

    @refusals
    def move(self, source: str, target: str) -> None:
        self.session.move(source, target)



@dataclass
class OfficialSide:
    storage: Callable[[], icechunk.Storage]
    access: dict[str, Any] = field(default_factory=dict)
    spec_version: int = 2
    name: str = "official"
    repository: icechunk.Repository = field(init=False, repr=False)

    @refusals
    def create(self, config: Config) -> None:
        self.repository = icechunk.Repository.create(
            self.storage(),
            config=to_official(config),
            spec_version=self.spec_version,
            authorize_virtual_chunk_access=self.access,
        )

    @refusals
    def open(self) -> None:
        self.repository = icechunk.Repository.open(self.storage(), authorize_virtual_chunk_access=self.access)

    @refusals
    def writable(self, branch: str = "main") -> OfficialSession:
        return OfficialSession(self.repository.writable_session(branch))

    @refusals
    def rearranging(self, branch: str = "main") -> OfficialSession:
        return OfficialSession(self.repository.rearrange_session(branch))

    @refusals
    def readonly(self, revision: Revision) -> icechunk.Session:
        if revision.snapshot is not None:
            return self.repository.readonly_session(snapshot_id=revision.snapshot)
        return self.repository.readonly_session(**revision.fields())

    def content(self, revision: Revision) -> Content:
        return read(self.readonly(revision))

    @refusals
    def refs(self) -> Refs:
        branches = {name: self.repository.lookup_branch(name) for name in self.repository.list_branches()}
        tags = {name: self.repository.lookup_tag(name) for name in self.repository.list_tags()}
        deleted = frozenset(self.repository.inspect_repo_info()["deleted_tags"]) if self.spec_version == 2 else None
        return Refs(branches, tags, deleted or frozenset())

    @refusals
    def history(self, revision: Revision) -> list[Line]:
        fields = revision.fields()
        if "snapshot" in fields:
            fields = {"snapshot_id": fields["snapshot"]}
        return [
            Line(one.id, one.parent_id, one.message, one.metadata, microseconds(one.written_at))
            for one in self.repository.ancestry(**fields)
        ]

    @refusals
    def operations(self) -> list[tuple[int, str]]:
        """Time and kind, the newest first."""
        return [
            (microseconds(one.updated_at), type(one.kind).__name__.rpartition("_")[2])
            for one in self.repository.ops_log()
        ]

    @refusals
    def create_branch(self, name: str, snapshot: str) -> None:
        self.repository.create_branch(name, snapshot)

    @refusals
    def create_tag(self, name: str, snapshot: str) -> None:
        self.repository.create_tag(name, snapshot)

    @refusals
    def delete_branch(self, name: str) -> None:
        self.repository.delete_branch(name)

    @refusals
    def delete_tag(self, name: str) -> None:
        self.repository.delete_tag(name)

    @refusals
    def reset_branch(self, name: str, to: str, expected: str | None = None) -> None:
        self.repository.reset_branch(name, to, from_snapshot_id=expected)

    @refusals
    def save_config(self, config: Config) -> None:
        """What is stored keeps what `config` leaves open."""
        self.repository = icechunk.Repository.open(
            self.storage(), config=to_official(config), authorize_virtual_chunk_access=self.access
        )
        self.repository.save_config()

    @refusals
    def metadata(self) -> dict[str, Any]:
        return dict(self.repository.get_metadata())

    @refusals
    def set_metadata(self, metadata: dict[str, Any]) -> None:
        self.repository.set_metadata(metadata)

    @refusals
    def flags(self) -> dict[str, bool]:
        return {one.name: one.enabled for one in self.repository.feature_flags()}

    @refusals
    def set_flag(self, flag: str, value: bool | None) -> None:
        self.repository.set_feature_flag(flag, value)

    @refusals
    def status(self) -> tuple[str, str | None]:
        found = self.repository.get_status()
        names = ("online", "read_only", "offline")
        name = next(name for name in names if getattr(icechunk.RepoAvailability, name) == found.availability)
        return name, found.limited_availability_reason

    @refusals
    def set_status(self, availability: str, reason: str | None = None) -> None:
        kind = getattr(icechunk.RepoAvailability, availability)
        self.repository.set_status(icechunk.RepoStatus(kind, limited_availability_reason=reason))

    @refusals
    def diff(self, base: str, to: str) -> Diff:
        found = self.repository.diff(from_snapshot_id=base, to_snapshot_id=to)
        # An array stays in the log when all chunks that it had there were given up in a rebase.
        chunks = {path: frozenset(map(tuple, indices)) for path, indices in found.updated_chunks.items() if indices}
        sets = {name: frozenset(getattr(found, name)) for name in Diff.SETS}
        return Diff(**sets, updated_chunks=chunks, moved_nodes=tuple(found.moved_nodes))

    @refusals
    def expire(self, older_than_us: int, delete_branches: bool = False, delete_tags: bool = False) -> set[str]:
        return self.repository.expire_snapshots(
            EPOCH + timedelta(microseconds=older_than_us),
            delete_expired_branches=delete_branches,
            delete_expired_tags=delete_tags,
        )

    @refusals
    def collect(self, older_than_us: int) -> None:
        self.repository.garbage_collect(EPOCH + timedelta(microseconds=older_than_us))
