"""Layouts and the indexes of chunks."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from .case import Case, add, hdf5, path_case
from .libhdf5 import leave_edge_chunks_unfiltered


def _properties() -> h5py.h5p.PropDCID:
    return h5py.h5p.create(h5py.h5p.DATASET_CREATE)


def _compact(file: h5py.File, name: str, values: np.ndarray) -> None:
    properties = _properties()
    properties.set_layout(h5py.h5d.COMPACT)
    kind = h5py.h5t.py_create(values.dtype, logical=True)
    dataset = h5py.h5d.create(file.id, name.encode(), kind, h5py.h5s.create_simple(values.shape), properties)
    h5py.Dataset(dataset)[...] = values


@hdf5()
def compact(file: h5py.File) -> None:
    _compact(file, "numbers", np.arange(12.0).reshape(3, 4))
    _compact(file, "big", np.arange(5, dtype=">i2"))
    _compact(file, "texts", np.array(["a", "bc"], dtype=h5py.string_dtype()))
    _compact(file, "large", np.arange(8000, dtype="i8"))


@hdf5()
def contiguous(file: h5py.File) -> None:
    file["numbers"] = np.arange(60).reshape(3, 4, 5)
    file.create_dataset("unwritten", (3, 4), "f4")
    file.create_dataset("early", dcpl=_early(), shape=(5,), dtype="i4")


def _early() -> h5py.h5p.PropDCID:
    properties = _properties()
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    return properties


FILTERS = {"plain": {}, "deflated": {"compression": "gzip", "shuffle": True}}


@hdf5()
def chunked_fixed(file: h5py.File) -> None:
    """A single chunk, a fixed array, with pages, and none at all (allocated early)."""
    for kind, options in FILTERS.items():
        file.create_dataset(f"one_{kind}", data=np.arange(12).reshape(3, 4), chunks=(3, 4), **options)
        file.create_dataset(f"few_{kind}", data=np.arange(70).reshape(7, 10), chunks=(3, 4), **options)
        file.create_dataset(f"pages_{kind}", data=np.arange(1100), chunks=(1,), **options)
        sparse = file.create_dataset(f"sparse_{kind}", (30, 80), "i4", chunks=(1, 2), **options)
        sparse[27, 7:70] = 3
        sparse[0, 0] = 4
    file.create_dataset("one_large", data=np.arange(6), chunks=(10,), maxshape=(12,))
    file.create_dataset("implicit", (7, 5), "i4", chunks=(3, 2), dcpl=_early())[...] = np.arange(35).reshape(7, 5)
    shrinkable = file.create_dataset("implicit_of_less", (9, 5), "i4", chunks=(3, 2), maxshape=(9, 9), dcpl=_early())
    shrinkable[...] = np.arange(45).reshape(9, 5)
    shrinkable.resize((5, 4))


@hdf5()
def chunked_growing(file: h5py.File) -> None:
    """Extensible arrays from one chunk to paged blocks."""
    for kind, options in FILTERS.items():
        for count in (1, 4, 7, 40, 200):
            data = np.arange(3 * count - 1)
            file.create_dataset(f"n{count}_{kind}", data=data, chunks=(3,), maxshape=(None,), **options)
        wide = file.create_dataset(f"wide_{kind}", (9, 7), "i4", chunks=(2, 3), maxshape=(None, 7), **options)
        wide[...] = np.arange(63).reshape(9, 7)
    sparse = file.create_dataset("sparse", (2000,), "i2", chunks=(2,), maxshape=(None,))
    sparse[1900:1909] = 5
    sparse[3] = 6


@hdf5("v110", "latest", parts=(slice(300), slice(149990, 150020), slice(263000, 263100), slice(299900, None)))
def chunked_growing_far(file: h5py.File) -> None:
    """Data blocks with pages, which begin behind element 131,060 of the index; most of them not written."""
    for kind, options in FILTERS.items():
        far = file.create_dataset(kind, (300000,), "i1", chunks=(2,), maxshape=(None,), fillvalue=-1, **options)
        for start in (0, 150000, 263040, 299990):
            far[start : start + 7] = np.arange(7)


@hdf5("v110", "latest")
def unlimited_axis_not_first(file: h5py.File) -> None:
    """libhdf5 lists the chunks of such an array in wrong places; reading is right."""
    data = np.arange(15 * 40).reshape(15, 40)
    file.create_dataset("second", data=data, chunks=(4, 3), maxshape=(15, None))
    file.create_dataset("second_deflated", data=data, chunks=(4, 3), maxshape=(15, None), compression="gzip")
    file.create_dataset("more_room", data=data, chunks=(4, 3), maxshape=(60, None))
    cube = np.arange(5 * 6 * 7).reshape(5, 6, 7)
    file.create_dataset("middle", data=cube, chunks=(2, 3, 2), maxshape=(5, None, 7))
    file.create_dataset("last", data=cube, chunks=(2, 3, 2), maxshape=(9, 8, None))
    part = file.create_dataset("part", (15, 40), "i4", chunks=(4, 3), maxshape=(15, None))
    part[8:12, 30:33] = 1


@hdf5()
def chunked_growing_both_ways(file: h5py.File) -> None:
    """B-trees of version 2, of one level and more."""
    for kind, options in FILTERS.items():
        for rows, columns in ((4, 4), (10, 30), (50, 40)):
            data = np.arange(rows * columns).reshape(rows, columns)
            name = f"n{rows}_{kind}"
            file.create_dataset(name, data=data, chunks=(2, 2), maxshape=(None, None), **options)
    cube = file.create_dataset("cube", (5, 6, 7), "f4", chunks=(2, 2, 2), maxshape=(None, 9, None), fillvalue=-1)
    cube[1:3, 2:4, 5:] = 2


@hdf5()
def resized(file: h5py.File) -> None:
    """Extents that shrank, grew again, and chunks that lie beyond them."""
    for name, maximum in (("first", (None, 12)), ("second", (12, None)), ("both", (None, None)), ("bounded", (40, 40))):
        dataset = file.create_dataset(name, (12, 12), "i4", chunks=(3, 4), maxshape=maximum, fillvalue=-5)
        dataset[...] = np.arange(144).reshape(12, 12)
        dataset.resize((7, 12) if name == "first" else (12, 6) if name == "second" else (5, 6))
    again = file.create_dataset("again", (12,), "i4", chunks=(4,), maxshape=(None,), fillvalue=-5)
    again[...] = np.arange(12)
    again.resize((5,))
    again.resize((11,))


@hdf5()
def chunks_larger_than_the_extent(file: h5py.File) -> None:
    file.create_dataset("first", data=np.arange(6).reshape(3, 2), chunks=(10, 2), maxshape=(None, 2))
    file.create_dataset("second", data=np.arange(6).reshape(3, 2), chunks=(3, 10), maxshape=(3, None))
    options = {"chunks": (10, 2), "maxshape": (None, 2), "compression": "gzip"}
    file.create_dataset("deflated", data=np.arange(6).reshape(3, 2), **options)
    file.create_dataset("texts", data=["a", "b"], chunks=(64,), maxshape=(None,), dtype=h5py.string_dtype())


@hdf5("earliest", "v110", "latest")
def many_chunks(file: h5py.File) -> None:
    file.create_dataset("x", data=np.arange(5000).reshape(50, 100), chunks=(1, 2))
    file.create_dataset("deflated", data=np.arange(800), chunks=(2,), compression="gzip")


@hdf5()
def partly_written(file: h5py.File) -> None:
    for name, options in FILTERS.items():
        dataset = file.create_dataset(name, (12, 12), "f4", chunks=(4, 4), fillvalue=-1, **options)
        dataset[4:8, 8:] = 3
        file.create_dataset(f"{name}_never", (12, 12), "f4", chunks=(5, 5), fillvalue=-1, **options)


def _edge_chunks(
    name: str, shape: tuple[int, ...], maximum: tuple[int | None, ...] | None, libver: str, skipped: dict[str, str] = {}
) -> None:
    def write(path: Path) -> None:
        with h5py.File(path, "w", libver=libver) as file:
            properties = _properties()
            properties.set_chunk((4, 4))
            properties.set_shuffle()
            properties.set_deflate(6)
            leave_edge_chunks_unfiltered(properties)
            limits = tuple(h5py.h5s.UNLIMITED if n is None else n for n in maximum or shape)
            space = h5py.h5s.create_simple(shape, limits)
            dataset = h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_INT32, space, properties)
            h5py.Dataset(dataset)[...] = np.arange(np.prod(shape)).reshape(shape)
            file["other"] = np.arange(3)

    add(Case(f"unfiltered_edge_chunks_{name}-{libver}", write, skipped))


for _libver in ("v110", "latest"):
    _edge_chunks("none", (8, 8), None, _libver)
    _edge_chunks("all", (3, 7), (9, 9), _libver)
    _edge_chunks("some", (9, 8), None, _libver)
    _edge_chunks("some_growing", (9, 8), (None, 8), _libver)
    _edge_chunks("some_growing_both_ways", (9, 10), (None, None), _libver)
    _edge_chunks("some_of_many", (150, 130), None, _libver, {"/x": "without some of the filters"})


@hdf5()
def values_in_external_files(file: h5py.File) -> None:
    folder = Path(file.filename).parent
    stem = Path(file.filename).stem
    raw = folder / f"{stem}.raw"
    raw.write_bytes(b"head" + np.arange(30, dtype="<i4").tobytes())
    file["inside"] = np.arange(3)
    file.create_dataset("outside", (5, 6), "<i4", external=[(str(raw.name), 4, 120)], efile_prefix=str(folder))


@hdf5("v110", "latest", skipped={"/view": "virtual dataset", "/of_this_file": "virtual dataset"})
def virtual_datasets(file: h5py.File) -> None:
    file["source"] = np.arange(8.0)
    layout = h5py.VirtualLayout((2, 4), "f8")
    for row in range(2):
        layout[row] = h5py.VirtualSource(f"piece_{row}.h5", "x", (4,))
    file.create_virtual_dataset("view", layout, fillvalue=-1)
    own = h5py.VirtualLayout((8,), "f8")
    own[:] = h5py.VirtualSource(file["source"])
    file.create_virtual_dataset("of_this_file", own)


def _older_layout(version: int) -> None:
    """Layout messages of versions 1 and 2, which no library writes any more: those of version 3, written anew."""

    def write(path: Path) -> None:
        with h5py.File(path, "w", libver=("earliest", "v108")) as file:
            file["contiguous"] = np.arange(7, dtype="<i4")
            file.create_dataset("chunked", data=np.arange(21, dtype="<i4"), chunks=(4,))
            addresses = {"contiguous": file["contiguous"].id.get_offset()}
        content = bytearray(path.read_bytes())
        _age_contiguous(content, addresses["contiguous"], version)
        _age_chunked(content, version)
        path.write_bytes(content)

    add(Case(f"layout_version_{version}", write))


def _age_contiguous(content: bytearray, address: int, version: int) -> None:
    """Version, class, address, size -> version, rank, class, reserved (5), address, lengths (4 each)."""
    place = address.to_bytes(8, "little")
    at = content.index(bytes([3, 1]) + place + (28).to_bytes(8, "little"))
    lengths = b"".join(length.to_bytes(4, "little") for length in (7, 4))
    content[at : at + 24] = bytes([version, 2, 1]) + bytes(5) + place + lengths


def _age_chunked(content: bytearray, version: int) -> None:
    """Version, class, rank, address, lengths -> version, rank, class, reserved (5), address, lengths."""
    lengths = b"".join(length.to_bytes(4, "little") for length in (4, 4))
    end = content.index(lengths, content.index(bytes([3, 2, 2])))
    at = end - 11
    place = bytes(content[at + 3 : at + 11])
    content[at : at + 24] = bytes([version, 2, 2]) + bytes(5) + place + lengths


_older_layout(1)
_older_layout(2)


@path_case()
def chunks_written_in_any_order(path: Path) -> None:
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("x", (40, 6), "i4", chunks=(2, 3))
        for row in np.random.default_rng(5).permutation(20):
            dataset[2 * row : 2 * row + 2] = np.arange(12).reshape(2, 6) + row
