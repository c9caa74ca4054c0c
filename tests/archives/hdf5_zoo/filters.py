"""Every filter, alone and with others, and chunks that left filters out."""

from __future__ import annotations

import zlib

import hdf5plugin
import h5py
import numpy as np

from .case import hdf5
from .libhdf5 import set_nbit

# netCDF4 names its own plugins to every libhdf5 of the process; h5py's cannot use its blosc.
hdf5plugin.register(force=True)

SMOOTH = np.cumsum(np.arange(600) % 7).reshape(20, 30)
CHUNKS = (7, 11)


@hdf5()
def library_filters(file: h5py.File) -> None:
    for code in ("u1", "i2", "<f4", ">f8"):
        data = SMOOTH.astype(code)
        name = code.replace("<", "").replace(">", "big_")
        file.create_dataset(f"{name}_deflate", data=data, chunks=CHUNKS, compression="gzip", compression_opts=9)
        file.create_dataset(f"{name}_shuffle", data=data, chunks=CHUNKS, shuffle=True)
        file.create_dataset(f"{name}_checksum", data=data, chunks=CHUNKS, fletcher32=True)
        file.create_dataset(f"{name}_all", data=data, chunks=CHUNKS, compression="gzip", shuffle=True, fletcher32=True)


@hdf5("earliest", "v110", "latest")
def plugin_filters(file: h5py.File) -> None:
    data = SMOOTH.astype("f4")
    file.create_dataset("zstd", data=data, chunks=CHUNKS, **hdf5plugin.Zstd(5))
    file.create_dataset("zstd_shuffled", data=data, chunks=CHUNKS, shuffle=True, **hdf5plugin.Zstd(5))
    for compressor in ("blosclz", "lz4", "lz4hc", "zlib", "zstd"):
        for shuffle in range(3):
            options = hdf5plugin.Blosc(cname=compressor, clevel=5, shuffle=shuffle)
            file.create_dataset(f"blosc_{compressor}_{shuffle}", data=data, chunks=CHUNKS, **options)
    file.create_dataset("bzip2", data=data, chunks=CHUNKS, **hdf5plugin.BZip2(5))
    file.create_dataset("bzip2_shuffled", data=data, chunks=CHUNKS, shuffle=True, **hdf5plugin.BZip2(9))


@hdf5("earliest", "v110", "latest")
def filters_decoded_while_parsing(file: h5py.File) -> None:
    """Small arrays with filters that official readers do not know: inlined."""
    for code in ("i1", "u2", "<i4", ">i4", "u8", "<f4", ">f8"):
        name = code.replace("<", "").replace(">", "big_")
        data = SMOOTH.astype(code)
        for kind in ("szip", "lzf"):
            file.create_dataset(f"{name}_{kind}", data=data, chunks=CHUNKS, compression=kind)
        file.create_dataset(f"{name}_lz4", data=data, chunks=CHUNKS, **hdf5plugin.LZ4())
        file.create_dataset(f"{name}_lz4_blocks", data=data, chunks=CHUNKS, **hdf5plugin.LZ4(nbytes=64))
        digits = 2 if "f" in code else 0
        file.create_dataset(f"{name}_scaleoffset", data=data, chunks=CHUNKS, scaleoffset=digits)
        constant = file.create_dataset(f"{name}_constant", (12,), code, chunks=(6,), scaleoffset=digits)
        constant[:] = 7
        noise = np.random.default_rng(1).integers(0, 255, (9, 32), "u1").repeat(data.itemsize, 1)
        noise = noise.view(code)[:, :32] if "f" not in code else np.random.default_rng(2).normal(size=(9, 32))
        file.create_dataset(f"{name}_noise_lzf", data=noise, dtype=code, chunks=(4, 16), compression="lzf")
        file.create_dataset(f"{name}_noise_szip", data=noise, dtype=code, chunks=(4, 16), compression="szip")
    filled = file.create_dataset("scaleoffset_filled", (20,), "i4", chunks=(8,), scaleoffset=0, fillvalue=-9)
    filled[3:12] = np.arange(9)
    partly = file.create_dataset("lzf_partly", (20,), "i4", chunks=(8,), compression="lzf", fillvalue=-9)
    partly[3:5] = 1
    texts = [f"text {i}" for i in range(30)]
    file.create_dataset("texts_lzf", data=texts, chunks=(8,), compression="lzf", shuffle=True)
    nearest = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    nearest.set_chunk((5, 8))
    nearest.set_szip(h5py.h5z.SZIP_EC_OPTION_MASK, 8)
    space = h5py.h5s.create_simple(SMOOTH.shape)
    dataset = h5py.h5d.create(file.id, b"szip_entropy", h5py.h5t.STD_I16LE, space, nearest)
    h5py.Dataset(dataset)[...] = SMOOTH


@hdf5("earliest", "latest")
def nbit_of_whole_types(file: h5py.File) -> None:
    """The filter has nothing to do there, so the chunks are as they are."""
    for name, kind in (("i4", h5py.h5t.STD_I32LE), ("f8", h5py.h5t.IEEE_F64BE)):
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk(CHUNKS)
        set_nbit(properties)
        space = h5py.h5s.create_simple(SMOOTH.shape)
        dataset = h5py.h5d.create(file.id, name.encode(), kind, space, properties)
        h5py.Dataset(dataset)[...] = SMOOTH


@hdf5(
    "earliest",
    "latest",
    skipped={
        "/large_szip": "szip",
        "/large_scaleoffset": "scaleoffset",
        "/large_lzf": "lzf",
        "/large_lz4": "lz4",
        "/bitshuffle": "bitshuffle",
        "/blosc2": "blosc2",
        "/zfp": "zfp",
        "/sz3": "32024|sz3|SZ3",
    },
)
def filters_without_a_codec(file: h5py.File) -> None:
    data = SMOOTH.astype("f4")
    large = np.arange(40000)
    file.create_dataset("kept", data=data, chunks=CHUNKS, compression="gzip")
    file.create_dataset("large_szip", data=large, chunks=(20000,), compression="szip")
    file.create_dataset("large_scaleoffset", data=large, chunks=(20000,), scaleoffset=0)
    file.create_dataset("large_lzf", data=large, chunks=(20000,), compression="lzf")
    file.create_dataset("large_lz4", data=large, chunks=(20000,), **hdf5plugin.LZ4())
    file.create_dataset("bitshuffle", data=data, chunks=CHUNKS, **hdf5plugin.Bitshuffle())
    file.create_dataset("blosc2", data=data, chunks=CHUNKS, **hdf5plugin.Blosc2())
    file.create_dataset("zfp", data=data, chunks=CHUNKS, **hdf5plugin.Zfp(rate=8))
    file.create_dataset("sz3", data=data, chunks=CHUNKS, **hdf5plugin.SZ3(absolute=0.1))


Filters = list[tuple[int, tuple[int, ...]]]


def _filtered(file: h5py.File, name: str, filters: Filters, data: np.ndarray, edge: int = 4) -> h5py.Dataset:
    """A dataset whose pipeline is exactly this, all of it optional."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((edge,))
    for number, values in filters:
        properties.set_filter(number, h5py.h5z.FLAG_OPTIONAL, values)
    space = h5py.h5s.create_simple(data.shape)
    return h5py.Dataset(h5py.h5d.create(file.id, name.encode(), h5py.h5t.py_create(data.dtype), space, properties))


DEFLATE, SHUFFLE, CHECKSUM = (1, (6,)), (2, ()), (3, ())


@hdf5(
    "earliest",
    "v110",
    "latest",
    skipped={"/large": "chunk 0 has the filter mask 0x0, chunk 1 has 0x1", "/large_behind": "shuffle behind"},
)
def filter_masks(file: h5py.File) -> None:
    """Chunks that went through some of the filters only: all of an array alike, or not, which only small arrays may."""
    data = np.arange(8, dtype="<i4")
    for name, filters, masks in (
        ("no_chunk", [SHUFFLE, DEFLATE], (0, 0)),
        ("all_chunks", [DEFLATE], (1, 1)),
        ("all_chunks_shuffled", [SHUFFLE, DEFLATE], (2, 2)),
        ("all_filters", [SHUFFLE, DEFLATE], (3, 3)),
        ("some_chunks", [DEFLATE], (0, 1)),
        ("other_chunks", [SHUFFLE, DEFLATE], (2, 3)),
    ):
        dataset = _filtered(file, name, filters, data)
        for number, mask in enumerate(masks):
            part = data[4 * number : 4 * number + 4]
            dataset.id.write_direct_chunk((4 * number,), _encode(part, filters, mask), mask)
    _filtered(file, "shuffled_behind", [DEFLATE, SHUFFLE], data)[...] = data
    _filtered(file, "deflated_twice", [DEFLATE, DEFLATE], data)[...] = data
    _filtered(file, "checksum_first", [CHECKSUM, DEFLATE], data)[...] = data


    large = np.arange(40000, dtype="<i4")
    dataset = _filtered(file, "large", [DEFLATE], large, 20000)
    for number, mask in enumerate((0, 1)):
        part = large[20000 * number : 20000 * (number + 1)]
        dataset.id.write_direct_chunk((20000 * number,), _encode(part, [DEFLATE], mask), mask)
    _filtered(file, "large_behind", [DEFLATE, SHUFFLE], large, 20000)[...] = large


def _encode(part: np.ndarray, filters: Filters, mask: int) -> bytes:
    content = part.tobytes()
    for number, (filter_id, _) in enumerate(filters):
        if mask >> number & 1:
            continue
        if filter_id == DEFLATE[0]:
            content = zlib.compress(content)
        else:
            content = np.frombuffer(content, "u1").reshape(-1, part.itemsize).T.tobytes()
    return content


@hdf5("earliest", "v110", "latest")
def one_chunk_without_its_filter(file: h5py.File) -> None:
    """What libraries do to tiny chunks that do not shrink, such as bounds of time."""
    data = np.random.default_rng(3).standard_normal(4)
    dataset = _filtered(file, "time_bnds", [DEFLATE], data)
    dataset.id.write_direct_chunk((0,), data.tobytes(), 1)
    strings = file.create_dataset("texts", data=["x", "yy"], chunks=(2,), compression="gzip")
    strings.attrs["note"] = "strings are decoded while parsing"
