"""The Python way over the archives of the hazards: VirtualiZarr and icechunk, as their documentation shows it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import icechunk
import xarray as xr
from obspec_utils.registry import ObjectStoreRegistry
from obstore.store import LocalStore
from virtualizarr import open_virtual_dataset, open_virtual_mfdataset
from virtualizarr.parsers import HDFParser

Ingest = Callable[[Sequence[Path], icechunk.Repository], None]


def create_repository(store: Path, data: Path) -> icechunk.Repository:
    config = icechunk.RepositoryConfig.default()
    prefix = f"{data.as_uri()}/"
    config.set_virtual_chunk_container(
        icechunk.VirtualChunkContainer(prefix, icechunk.local_filesystem_store(str(data)))
    )
    return icechunk.Repository.create(
        icechunk.local_filesystem_storage(str(store)),
        config,
        authorize_virtual_chunk_access={prefix: icechunk.Credentials.LocalFileSystemAccess()},
    )


def registry() -> ObjectStoreRegistry:
    return ObjectStoreRegistry({"file://": LocalStore()})


def open_virtual(file: Path) -> xr.Dataset:
    return open_virtual_dataset(file.as_uri(), registry=registry(), parser=HDFParser())


def write(dataset: xr.Dataset, repository: icechunk.Repository, **how: object) -> None:
    """One commit."""
    session = repository.writable_session("main")
    dataset.vz.to_icechunk(session.store, **how)
    session.commit("written")


def append(files: Sequence[Path], repository: icechunk.Repository) -> None:
    """One file after the other, as a service does that gets them one by one."""
    for number, file in enumerate(files):
        write(open_virtual(file), repository, **({"append_dim": "time"} if number else {}))


def concatenate(files: Sequence[Path], repository: icechunk.Repository) -> None:
    """All files at once, joined without comparing what they have in common: without it, nothing large is feasible."""
    dataset = open_virtual_mfdataset(
        [file.as_uri() for file in files],
        registry=registry(),
        parser=HDFParser(),
        combine="nested",
        concat_dim="time",
        data_vars="minimal",
        coords="minimal",
        compat="override",
    )
    write(dataset, repository)


def open_store(repository: icechunk.Repository) -> xr.Dataset:
    return xr.open_zarr(repository.readonly_session("main").store, consolidated=False)


def quietly[T](work: Callable[[], T]) -> T:
    """Warnings of zarr about codecs without a specification say nothing of the values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work()
