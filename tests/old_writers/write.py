"""Writes one repository with the installed release of official icechunk, and packs it.

How the archives beside this file were made, each in an environment of its own (Python 3.13):

    uv venv /tmp/old && uv pip install -p /tmp/old icechunk==0.2.0 zarr==3.0.3   # 0.2.0 is the oldest on PyPI
    /tmp/old/bin/python tests/old_writers/write.py            # or, from 2.0 on, with a format version: 1
    also icechunk==1.0.0 zarr==3.0.10, icechunk==1.1.21 zarr==3.1.5, icechunk==2.0.5 zarr==3.1.6
"""

from __future__ import annotations

import inspect
import sys
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icechunk
import states
import zarr

HERE = Path(__file__).parent
CHUNKS = {
    "/steps": (2, 4),
    "/long": (100,),  # 800 bytes: too long to lie in a manifest
    "/packed": (4, 4),
    "/group/x-1": (1,),
    "/group/été": (1,),
    "/virtual": (5,),
}
NAMES = {"/steps": ("t", "x"), "/virtual": ("t",)}
#: With the codecs that zarr takes by itself; all others are plain numbers.
COMPRESSED = ("/packed",)


def container() -> icechunk.VirtualChunkContainer:
    prefix = f"file://{states.SOURCE_FOLDER}/"
    store = icechunk.ObjectStoreConfig.LocalFileSystem(states.SOURCE_FOLDER)
    if "name" in inspect.signature(icechunk.VirtualChunkContainer).parameters and icechunk.__version__ < "1":
        return icechunk.VirtualChunkContainer("file", "file://", store)
    return icechunk.VirtualChunkContainer(prefix, store)


def create(folder: Path, spec_version: int | None) -> icechunk.Repository:
    config = icechunk.RepositoryConfig.default()
    config.inline_chunk_threshold_bytes = 500
    config.set_virtual_chunk_container(container())
    version = {} if spec_version is None else {"spec_version": spec_version}
    repository = icechunk.Repository.create(icechunk.local_filesystem_storage(str(folder)), config=config, **version)
    repository.save_config()
    return repository


def make_array(root: zarr.Group, path: str, state: states.State) -> zarr.Array:
    values = state.arrays[path]
    codecs: dict[str, Any] = {} if path in COMPRESSED else {"compressors": None, "filters": None}
    fill = -1 if path == "/packed" else -5 if path == "/virtual" else 0
    array = root.create_array(
        path.lstrip("/"),
        shape=values.shape,
        chunks=CHUNKS.get(path, values.shape),
        dtype=values.dtype,
        fill_value=fill,
        dimension_names=NAMES.get(path),
        attributes=state.attributes.get(path, {}),
        **codecs,
    )
    return array


def write_first(root: zarr.Group) -> None:
    root.create_group("group", attributes=states.FIRST.attributes["/group"])
    for path, values in states.FIRST.arrays.items():
        make_array(root, path, states.FIRST)[...] = values


def write_second(store: icechunk.IcechunkStore, root: zarr.Group) -> None:
    make_array(root, "/virtual", states.SECOND)
    modified = datetime.fromtimestamp(states.SOURCE_MODIFIED_S, UTC)
    for chunk, checksum in ((0, None), (1, modified), (3, None)):
        store.set_virtual_ref(
            f"virtual/c/{chunk}", states.SOURCE_URL, offset=4 + 20 * chunk, length=20, checksum=checksum
        )


def write_third(root: zarr.Group) -> None:
    steps = root["steps"]
    steps.resize(states.THIRD.arrays["/steps"].shape)
    steps[...] = states.THIRD.arrays["/steps"]  # a chunk of fill is deleted
    steps.attrs.update(states.THIRD.attributes["/steps"])
    del root["packed"]
    make_array(root, "/packed", states.THIRD)[...] = states.THIRD.arrays["/packed"]
    del root["group/été"]


def write(repository: icechunk.Repository) -> None:
    session = repository.writable_session("main")
    write_first(zarr.create_group(session.store, attributes=states.FIRST.attributes["/"]))
    first = session.commit(states.MESSAGES[0], {"n": 1, "by": icechunk.__version__})

    session = repository.writable_session("main")
    write_second(session.store, zarr.open_group(session.store))
    second = session.commit(states.MESSAGES[1], {"n": 2.5})

    repository.create_branch("dev", second)
    session = repository.writable_session("dev")
    zarr.open_group(session.store)["long"][...] = states.ON_A_BRANCH.arrays["/long"]
    session.commit("on a branch")

    session = repository.writable_session("main")
    write_third(zarr.open_group(session.store))
    session.commit(states.MESSAGES[2], {"l": [1, None, {"o": "ü"}]})
    if hasattr(session, "amend") and not is_version_1(repository):
        amend(repository)

    for name, snapshot in (("first", first), ("second", second), (states.DELETED_TAG, first)):
        repository.create_tag(name, snapshot)
    repository.delete_tag(states.DELETED_TAG)
    repository.create_branch("back", second)
    repository.reset_branch("back", first)
    repository.create_branch("left", first)
    repository.delete_branch("left")


def is_version_1(repository: icechunk.Repository) -> bool:
    return int(getattr(repository, "spec_version", 1)) == 1


def amend(repository: icechunk.Repository) -> None:
    session = repository.writable_session("main")
    root = zarr.open_group(session.store)
    root["scalar"][...] = states.AMENDED.arrays["/scalar"]
    root["group"].attrs.update(states.AMENDED.attributes["/group"])
    session.amend(states.MESSAGES[2], metadata={"amended": True})


def pack(folder: Path, name: str) -> None:
    """The same bytes for the same objects."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = 0, 0, 0, "", ""
        entry.mode = 0o755 if entry.isdir() else 0o644
        return entry

    with tarfile.open(HERE / f"{name}.tar.xz", "w:xz") as archive:
        for path in sorted(folder.rglob("*")):
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=plain)


def main() -> None:
    spec_version = int(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as folder:
        write(create(Path(folder) / "repository", spec_version))
        suffix = f"-format-{spec_version}" if spec_version else ""
        pack(Path(folder) / "repository", f"icechunk-{icechunk.__version__}{suffix}")


main()
