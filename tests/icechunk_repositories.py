"""Repositories that the official library writes, in both format versions, for our reader to be held against."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icechunk
import numpy as np
import zarr

Maker = Callable[[Path, int], icechunk.Repository]
#: name -> (maker, format versions that it is for)
MAKERS: dict[str, tuple[Maker, tuple[int, ...]]] = {}


def maker(*versions: int) -> Callable[[Maker], Maker]:
    def register(function: Maker) -> Maker:
        MAKERS[function.__name__] = (function, versions)
        return function

    return register


def storage(path: Path) -> icechunk.Storage:
    return icechunk.local_filesystem_storage(str(path))


def sources_of(path: Path) -> Path:
    """Where the source files of a repository lie."""
    return path.with_name(path.name + "-sources")


def access(path: Path) -> dict[str, Any]:
    return {f"file://{sources_of(path)}/": icechunk.Credentials.LocalFileSystemAccess()}


def reopen(path: Path) -> icechunk.Repository:
    return icechunk.Repository.open(storage(path), authorize_virtual_chunk_access=access(path))


def create(path: Path, version: int, config: icechunk.RepositoryConfig | None = None) -> icechunk.Repository:
    return icechunk.Repository.create(
        storage(path), config=config, spec_version=version, authorize_virtual_chunk_access=access(path)
    )


def root_group(session: icechunk.Session) -> zarr.Group:
    return zarr.open_group(session.store, mode="a")


def add_series(group: zarr.Group, name: str = "a", steps: int = 10, chunk: int = 2) -> zarr.Array:
    series = group.create_array(name, shape=(steps, 4), chunks=(chunk, 4), dtype="f8", dimension_names=["t", "x"])
    series[:] = np.arange(steps * 4).reshape(steps, 4)
    return series


def commit_steps(repository: icechunk.Repository, count: int) -> list[str]:
    """So many commits that each write one step of the array "a"."""
    ids = []
    for step in range(count):
        session = repository.writable_session("main")
        group = root_group(session)
        if step == 0:
            add_series(group)
        else:
            group["a"][step] = step
        ids.append(session.commit(f"step {step}"))
    return ids


@maker(1, 2)
def hierarchy(path: Path, version: int) -> icechunk.Repository:
    repository = create(path, version)
    session = repository.writable_session("main")
    group = zarr.create_group(session.store, attributes={"title": "some"})
    add_series(group)
    native = group.create_array("native", shape=(3000,), chunks=(1000,), dtype="f8", compressors=None)
    native[:2000] = np.arange(2000)
    group.create_array("scalar", shape=(), dtype="i4")[...] = 42
    group.create_array("nothing", shape=(0, 5), chunks=(3, 5), dtype="i2")
    add_series(group.create_group("sub-a"), "x")
    add_series(group.create_group("sub").create_group("d\u00e9p"), "y", 4, 4)
    session.commit("first", metadata={"k": 1, "f": 1.5, "o": {"q": [1, None, "\u00fc"]}, "large": 2**40, "neg": -7})
    session = repository.writable_session("main")
    del root_group(session)["sub-a"]
    root_group(session).attrs["title"] = "other"
    session.commit("second")
    return repository


@maker(1, 2)
def references(path: Path, version: int) -> icechunk.Repository:
    sources = sources_of(path)
    sources.mkdir()
    config = icechunk.RepositoryConfig.default()
    store = icechunk.local_filesystem_store(str(sources))
    config.set_virtual_chunk_container(icechunk.VirtualChunkContainer(f"file://{sources}/", store=store, name="ext"))
    repository = create(path, version, config)
    session = repository.writable_session("main")
    group = zarr.create_group(session.store)
    source = sources / "source.bin"
    source.write_bytes(b"HEAD" + np.arange(20, dtype="<i4").tobytes())
    url = f"file://{source}"
    modified = datetime.fromtimestamp(int(source.stat().st_mtime) + 1, UTC)
    for name in ("plain", "timed", "relative"):
        group.create_array(name, shape=(20,), chunks=(5,), dtype="i4", compressors=None, filters=None)
    for i in range(4):
        session.store.set_virtual_ref(f"plain/c/{i}", url, offset=4 + 20 * i, length=20)
        session.store.set_virtual_ref(f"timed/c/{i}", url, offset=4 + 20 * i, length=20, checksum=modified)
        if version == 2:
            session.store.set_virtual_ref(f"relative/c/{i}", "vcc://ext/source.bin", offset=4 + 20 * i, length=20)
    # Enough of them that locations are compressed with a dictionary.
    count = 1500
    group.create_array("many", shape=(count * 2,), chunks=(2,), dtype="i2", compressors=None, filters=None)
    specs = []
    for i in range(count):
        part = sources / f"part_{i // 100:04d}.bin"
        if not part.exists():
            part.write_bytes(np.arange(400, dtype="<i2").tobytes())
        specs.append(icechunk.VirtualChunkSpec([i], f"file://{part}", (i % 100) * 4, 4))
    session.store.set_virtual_refs("many", specs, validate_containers=True)
    session.commit("references")
    return reopen(path)


@maker(1, 2)
def names(path: Path, version: int) -> icechunk.Repository:
    repository = create(path, version)
    ids = commit_steps(repository, 3)
    repository.create_branch("dev", ids[0])
    repository.create_tag("v1", ids[0])
    repository.create_tag("gone", ids[1])
    repository.delete_tag("gone")
    repository.create_branch("short", ids[1])
    repository.delete_branch("short")
    if version == 2:
        repository.create_branch("with/slash", ids[1])
    repository.reset_branch("main", ids[1], from_snapshot_id=ids[2])
    return repository


@maker(1, 2)
def split(path: Path, version: int) -> icechunk.Repository:
    sizes = {
        icechunk.ManifestSplitCondition.AnyArray(): {icechunk.ManifestSplitDimCondition.DimensionName("t"): 3},
    }
    manifest = icechunk.ManifestConfig(splitting=icechunk.ManifestSplittingConfig.from_dict(sizes))
    repository = create(path, version, icechunk.RepositoryConfig(manifest=manifest, inline_chunk_threshold_bytes=0))
    repository.save_config()
    session = repository.writable_session("main")
    add_series(root_group(session), "a", 14, 2)
    session.commit("seven chunks")
    for steps, value in ((20, 5.0), (8, None), (16, None)):
        session = repository.writable_session("main")
        series = root_group(session)["a"]
        former = series.shape[0]
        series.resize((steps, 4))
        if value is not None:
            series[former:] = value
        session.commit(f"{steps} steps")
    return repository


@maker(1, 2)
def expired(path: Path, version: int) -> icechunk.Repository:
    repository = create(path, version)
    commit_steps(repository, 3)
    time.sleep(0.05)
    older_than = datetime.now(UTC)
    time.sleep(0.05)
    for step in (5, 6):
        session = repository.writable_session("main")
        root_group(session)["a"][step] = step
        session.commit(f"step {step}")
    repository.expire_snapshots(older_than=older_than)
    repository = reopen(path)
    repository.garbage_collect(datetime.now(UTC))
    return reopen(path)


@maker(2)
def operations(path: Path, version: int) -> icechunk.Repository:
    """A log longer than one object, flags, metadata, moves, an amended and a detached snapshot, read-only at last."""
    repository = create(path, version, icechunk.RepositoryConfig(num_updates_per_repo_info_file=3))
    session = repository.writable_session("main")
    group = root_group(session)
    add_series(group)
    add_series(group.create_group("from"), "x")
    group.create_group("to")
    first = session.commit("first")
    session = repository.rearrange_session("main")
    session.move("/from", "/to/from")
    session.commit("moved")
    session = repository.writable_session("main")
    root_group(session)["a"][0] = 5
    session.commit("to amend")
    session = repository.writable_session("main")
    root_group(session)["a"][4] = 6
    session.amend("amended")
    session = repository.writable_session("main")
    root_group(session)["a"][2] = 8
    session.flush("detached")
    for i in range(4):
        repository.create_tag(f"t{i}", first)
    repository.set_metadata({"owner": "x", "n": [1, 2]})
    repository.set_feature_flag("delete_tag", setting=False)
    repository.set_status(
        icechunk.RepoStatus(icechunk.RepoAvailability.read_only, limited_availability_reason="maintenance")
    )
    return repository


@maker(2)
def migrated(path: Path, version: int) -> icechunk.Repository:
    del version
    names(path, 1)
    repository = reopen(path)
    icechunk.upgrade_icechunk_repository(repository, dry_run=False, delete_unused_v1_files=True)
    return reopen(path)


@maker(2)
def forked(path: Path, version: int) -> icechunk.Repository:
    repository = create(path, version)
    commit_steps(repository, 1)
    session = repository.writable_session("main")
    one, two = session.fork(), session.fork()
    root_group(one)["a"][0] = 1
    root_group(two)["a"][2] = 2
    session.merge(one, two)
    session.commit("merged")
    return repository


def make(name: str, path: Path, version: int) -> icechunk.Repository:
    shutil.rmtree(path, ignore_errors=True)
    return MAKERS[name][0](path, version)
