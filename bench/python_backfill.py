"""The Python way of a backfill: VirtualiZarr and icechunk, forks of one session, worker processes, one merge.

usage: python_backfill.py DATA_FOLDER STORE [--workers 2] [--batch 10] [--suffix .HDF5] [--group Grid]
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import warnings
from pathlib import Path

import icechunk
import numpy as np
import zarr
from obspec_utils.registry import ObjectStoreRegistry
from obstore.store import LocalStore
from virtualizarr import open_virtual_dataset
from virtualizarr.parsers import HDFParser

from python_loop import create_repository


def open_one(file: Path, group: str | None):
    warnings.simplefilter("ignore")
    registry = ObjectStoreRegistry({"file://": LocalStore()})
    parser = HDFParser(group=group)
    dataset = open_virtual_dataset(file.as_uri(), registry=registry, parser=parser, loadable_variables=["time"])
    dataset.attrs.clear()  # the merge refuses group attributes that differ between files
    return dataset


def declare(session: icechunk.Session, files: list[Path], group: str | None) -> None:
    """The store at its full length, with all times."""
    first = open_one(files[0], group)
    first.vz.to_icechunk(session.store)
    steps = first.sizes["time"]
    root = zarr.open_group(session.store, mode="r+")
    for name, array in root.arrays():
        dimensions = array.metadata.dimension_names
        if dimensions and "time" in dimensions:
            shape = list(array.shape)
            shape[dimensions.index("time")] = steps * len(files)
            array.resize(tuple(shape))
    step = int(root["time"][1] - root["time"][0]) if steps > 1 else 1800
    begin = int(root["time"][0])
    root["time"][:] = begin + step * np.arange(steps * len(files))


def work(fork: icechunk.ForkSession, group: str | None, files: list[Path]) -> icechunk.ForkSession:
    for file in files:
        dataset = open_one(file, group)
        static = [name for name, variable in dataset.variables.items() if "time" not in variable.dims]
        dataset.drop_vars(static).vz.to_icechunk(fork.store, region="auto")
    return fork


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--suffix", default=".HDF5")
    parser.add_argument("--group")
    options = parser.parse_args()
    data = options.data.resolve()
    files = sorted(data.rglob(f"*{options.suffix}"))
    repository = create_repository(options.store, data)
    session = repository.writable_session("main")
    declare(session, files, options.group)
    session.commit("declared")
    session = repository.writable_session("main")
    batches = [files[first : first + options.batch] for first in range(0, len(files), options.batch)]
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        session.merge(*pool.imap(functools.partial(work, session.fork(), options.group), batches))
    session.commit("backfill")


if __name__ == "__main__":
    main()
