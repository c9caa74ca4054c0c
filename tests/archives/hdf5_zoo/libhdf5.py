"""What the C library can do and h5py does not offer: calls into the very library that h5py has loaded."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import h5py


@cache
def library() -> ctypes.CDLL:
    """h5py's own, of which netCDF4 may have loaded another one beside it."""
    mapped = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libhdf5-" in line}
    (path,) = [path for path in mapped if "h5py" in path]
    return ctypes.CDLL(path)


def call(function: str, *arguments: object) -> int:
    """Fails where the library does. Integers are passed as they are: name the type of what is no C int."""
    answer = getattr(library(), function)(*arguments)
    assert answer >= 0, f"{function}{arguments} answered {answer}"
    return answer


def identifier(item: object) -> ctypes.c_int64:
    """The library's number of an h5py object (hid_t)."""
    return ctypes.c_int64(item.id)


def shared_messages(properties: h5py.h5p.PropFCID, types: list[tuple[int, int]], list_limit: int, tree_limit: int) -> None:
    """A table of shared messages: for each index the types of messages (a bit each) and their least size."""
    call("H5Pset_shared_mesg_nindexes", identifier(properties), ctypes.c_uint(len(types)))
    for number, (flags, least_bytes) in enumerate(types):
        call(
            "H5Pset_shared_mesg_index",
            identifier(properties),
            ctypes.c_uint(number),
            ctypes.c_uint(flags),
            ctypes.c_uint(least_bytes),
        )
    call(
        "H5Pset_shared_mesg_phase_change", identifier(properties), ctypes.c_uint(list_limit), ctypes.c_uint(tree_limit)
    )


def leave_edge_chunks_unfiltered(properties: h5py.h5p.PropDCID) -> None:
    call("H5Pset_chunk_opts", identifier(properties), ctypes.c_uint(2))


def set_nbit(properties: h5py.h5p.PropDCID) -> None:
    call("H5Pset_nbit", identifier(properties))


class _CacheImage(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("generate_image", ctypes.c_bool),
        ("save_resize_status", ctypes.c_bool),
        ("entry_ageout", ctypes.c_int),
    ]


def write_cache_image(properties: h5py.h5p.PropFAID) -> None:
    configuration = _CacheImage(1, True, False, -1)
    call("H5Pset_mdc_image_config", identifier(properties), ctypes.byref(configuration))


def filter_links(properties: h5py.h5p.PropGCID) -> None:
    """Deflates the heap of a group's links."""
    call("H5Pset_deflate", identifier(properties), ctypes.c_uint(6))


def user_defined_types_of(base: h5py.h5t.TypeID, precision: int, offset: int) -> h5py.h5t.TypeID:
    """An integer of which only some bits mean something."""
    copy = base.copy()
    copy.set_precision(precision)
    copy.set_offset(offset)
    return copy
