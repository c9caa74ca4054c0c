"""Ways to parse in Python, one file after the other; no file shows what starting takes.

usage: python_parse.py HOW GROUP FILE...

HOW: `parser` is VirtualiZarr's HDFParser alone, `dataset` its open_virtual_dataset, which is what people call. The
others list chunks and attributes of the whole file, and say what they found: `h5py` by chunk_iter, `h5py-values` with
the values of dimension scales, too, `async-hdf5`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

References = list[tuple[int, int]]  # offset and length


def virtualizarr(files: list[Path], group: str, *, is_dataset: bool) -> None:
    from obspec_utils.registry import ObjectStoreRegistry
    from obstore.store import LocalStore
    from virtualizarr import open_virtual_dataset
    from virtualizarr.parsers import HDFParser

    registry = ObjectStoreRegistry({"file://": LocalStore()})
    parser = HDFParser(group=group)
    for file in files:
        url = file.resolve().as_uri()
        if is_dataset:
            # xarray cannot read the units of NAQFC.
            open_virtual_dataset(url, registry=registry, parser=parser, decode_times=False)
        else:
            parser(url, registry)


def by_h5py(files: list[Path], *, with_values: bool) -> None:
    import h5py

    references: References = []

    def list_object(name: str, item: h5py.Group | h5py.Dataset) -> None:
        dict(item.attrs)
        if not isinstance(item, h5py.Dataset):
            return
        if item.chunks:
            item.id.chunk_iter(lambda chunk: references.append((chunk.byte_offset, chunk.size)))
        elif (offset := item.id.get_offset()) is not None:
            references.append((offset, item.nbytes))
        if with_values and item.is_scale:
            item[()]

    for path in files:
        references.clear()
        with h5py.File(path) as file:
            list_object("/", file)
            file.visititems(list_object)
    print(len(references), "references")


def by_async_hdf5(files: list[Path]) -> None:
    from async_hdf5 import HDF5File, HDF5Group
    from obstore.store import LocalStore

    references: References = []

    async def list_group(group: HDF5Group) -> None:
        await group.attributes()
        for name in await group.dataset_names():
            dataset = await group.dataset(name)
            await dataset.attributes()
            references.extend((chunk.byte_offset, chunk.byte_length) for chunk in await dataset.chunk_index())
        for name in await group.group_names():
            await list_group(await group.group(name))

    async def list_files() -> None:
        store = LocalStore()
        for path in files:
            references.clear()
            file = await HDF5File.open(str(path.resolve()), store=store)
            await list_group(await file.root_group())

    asyncio.run(list_files())
    print(len(references), "references", flush=True)
    os._exit(0)  # its threads may crash at the end of the interpreter


def main(how: str, group: str, files: list[Path]) -> None:
    warnings.simplefilter("ignore")
    ways: dict[str, Callable[[], None]] = {
        "parser": lambda: virtualizarr(files, group, is_dataset=False),
        "dataset": lambda: virtualizarr(files, group, is_dataset=True),
        "h5py": lambda: by_h5py(files, with_values=False),
        "h5py-values": lambda: by_h5py(files, with_values=True),
        "async-hdf5": lambda: by_async_hdf5(files),
    }
    ways[how]()


if __name__ == "__main__":
    main(*sys.argv[1:3], [Path(name) for name in sys.argv[3:]])
