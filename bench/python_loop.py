"""The Python way: VirtualiZarr and icechunk in a loop, a commit every few files.

usage: python_loop.py DATA_FOLDER STORE FILES_A_COMMIT
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import icechunk
from obspec_utils.registry import ObjectStoreRegistry
from obstore.store import LocalStore
from virtualizarr import open_virtual_dataset
from virtualizarr.parsers import HDFParser


def create_repository(store: Path, data: Path) -> icechunk.Repository:
    return icechunk.Repository.create(icechunk.local_filesystem_storage(str(store)), configuration(data))


def open_repository(store: Path, data: Path) -> icechunk.Repository:
    return icechunk.Repository.open(icechunk.local_filesystem_storage(str(store)), configuration(data))


def configuration(data: Path) -> icechunk.RepositoryConfig:
    config = icechunk.RepositoryConfig.default()
    local = icechunk.local_filesystem_store(str(data))
    config.set_virtual_chunk_container(icechunk.VirtualChunkContainer(f"{data.as_uri()}/", local))
    return config


def main(data: Path, store: Path, files_a_commit: int) -> None:
    warnings.simplefilter("ignore")
    repository = create_repository(store, data)
    registry = ObjectStoreRegistry({"file://": LocalStore()})
    files = sorted(data.rglob("*.HDF5"))
    for first in range(0, len(files), files_a_commit):
        session = repository.writable_session("main")
        for number, file in enumerate(files[first : first + files_a_commit], first):
            dataset = open_virtual_dataset(file.as_uri(), registry=registry, parser=HDFParser(group="Grid"))
            dataset.vz.to_icechunk(session.store, **({"append_dim": "time"} if number else {}))
        session.commit(f"files from {first}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]), int(sys.argv[3]))
