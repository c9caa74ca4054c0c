"""The file as a whole: superblocks, user blocks, widths, page allocation, shared messages, cache images."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from .case import Case, add, hdf5, path_case
from .libhdf5 import shared_messages, write_cache_image

# Bits of the types of messages that a table of shared messages may hold.
DATASPACE, DATATYPE, FILL_VALUE, PIPELINE, ATTRIBUTE = 1 << 1, 1 << 3, 1 << 5, 1 << 11, 1 << 12
ALL_MESSAGES = DATASPACE | DATATYPE | FILL_VALUE | PIPELINE | ATTRIBUTE


def fill(file: h5py.File) -> None:
    """A little of everything whose address matters."""
    file.attrs["title"] = "structure"
    file["contiguous"] = np.arange(12.0).reshape(3, 4)
    file.create_dataset("chunked", data=np.arange(40).reshape(8, 5), chunks=(3, 2), compression="gzip", shuffle=True)
    file.create_dataset("growing", data=np.arange(9), maxshape=(None,), chunks=(2,))
    file["group/texts"] = ["one", "two"]
    file["group"].attrs["names"] = ["x", "yy"]


@hdf5()
def plain(file: h5py.File) -> None:
    fill(file)


@hdf5("earliest", "v108", "latest", userblock_size=512)
def user_block_512(file: h5py.File) -> None:
    fill(file)


@hdf5("earliest", "v110", userblock_size=4096)
def user_block_4096(file: h5py.File) -> None:
    fill(file)


def _create(path: Path, creation: h5py.h5p.PropFCID, access: h5py.h5p.PropFAID) -> h5py.File:
    return h5py.File(h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, fcpl=creation, fapl=access))


def _access(low: int, high: int) -> h5py.h5p.PropFAID:
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(low, high)
    return access


BOUNDS = {
    "earliest": (h5py.h5f.LIBVER_EARLIEST, h5py.h5f.LIBVER_V18),
    "v108": (h5py.h5f.LIBVER_V18, h5py.h5f.LIBVER_V18),
    "v110": (h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110),
    "v112": (h5py.h5f.LIBVER_V112, h5py.h5f.LIBVER_V112),
    "v114": (h5py.h5f.LIBVER_V114, h5py.h5f.LIBVER_V114),
    "latest": (h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST),
}


def _widths(offset_bytes: int, length_bytes: int, libver: str) -> None:
    def write(path: Path) -> None:
        creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
        creation.set_sizes(offset_bytes, length_bytes)
        with _create(path, creation, _access(*BOUNDS[libver])) as file:
            fill(file)
            if length_bytes < 8 and libver in ("v110", "latest"):
                del file["growing"]  # libhdf5 cannot open its own index with lengths of 4 bytes

    add(Case(f"widths_{offset_bytes}_{length_bytes}-{libver}", write))


for _libver in ("earliest", "v108", "v110", "latest"):
    _widths(4, 4, _libver)
_widths(8, 4, "v108")
_widths(4, 8, "earliest")
_widths(2, 2, "v108")


def _between(libver: str) -> None:
    def write(path: Path) -> None:
        with _create(path, h5py.h5p.create(h5py.h5p.FILE_CREATE), _access(*BOUNDS[libver])) as file:
            fill(file)

    add(Case(f"plain-{libver}", write))


_between("v112")
_between("v114")


@hdf5("v110", "latest", fs_strategy="page", fs_page_size=4096)
def paged_file_space(file: h5py.File) -> None:
    fill(file)


@hdf5("v110", fs_strategy="page", fs_page_size=16384, fs_persist=True)
def paged_persistent_file_space(file: h5py.File) -> None:
    fill(file)


@hdf5("v110", fs_strategy="fsm", fs_persist=True)
def persistent_free_space(file: h5py.File) -> None:
    fill(file)
    del file["contiguous"]


@hdf5("v110", fs_strategy="none")
def file_space_never_reused(file: h5py.File) -> None:
    fill(file)


def _shared(name: str, types: list[tuple[int, int]], libver: str, limits: tuple[int, int] = (50, 40)) -> None:
    def write(path: Path) -> None:
        creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
        shared_messages(creation, types, *limits)
        with _create(path, creation, _access(*BOUNDS[libver])) as file:
            fill(file)
            for number in range(12):
                dataset = file.create_dataset(
                    f"alike_{number:02d}", data=np.arange(40).reshape(8, 5), chunks=(3, 2), compression="gzip", fillvalue=7
                )
                dataset.attrs["long_name"] = "the same text on every dataset " * 4
                dataset.attrs["number"] = np.arange(number + 1)
            for number in range(30):  # dense storage, whose records are shared too
                file["alike_00"].attrs[f"attribute_{number:02d}"] = f"text that is long enough to share {number % 3}"

    add(Case(f"shared_{name}-{libver}", write))


for _libver in ("earliest", "v108", "latest"):
    _shared("all", [(ALL_MESSAGES, 20)], _libver)
_shared("all_in_a_tree", [(ALL_MESSAGES, 8)], "v110", (4, 3))
_shared("types_and_spaces", [(DATATYPE, 8), (DATASPACE, 8)], "v110")
_shared("attributes", [(ATTRIBUTE, 10)], "v110")
_shared("attributes_by_datatype", [(ATTRIBUTE, 10), (DATATYPE | DATASPACE, 4)], "latest")
_shared("pipelines_and_fills", [(PIPELINE | FILL_VALUE, 4)], "v108")


@path_case(error="cache image")
def metadata_cache_image(path: Path) -> None:
    access = _access(*BOUNDS["latest"])
    with _create(path, h5py.h5p.create(h5py.h5p.FILE_CREATE), access) as file:
        fill(file)
    write_cache_image(access)
    with h5py.File(h5py.h5f.open(str(path).encode(), h5py.h5f.ACC_RDWR, fapl=access)) as file:
        file["contiguous"][0, 0] = 17
        file.attrs["later"] = 1


@path_case()
def written_by_many_openings(path: Path) -> None:
    """Object headers that grew: continuation blocks, several of them."""
    with h5py.File(path, "w", libver=("earliest", "v108")) as file:
        fill(file)
    for number in range(12):
        with h5py.File(path, "r+") as file:
            file["chunked"].attrs[f"pass_{number}"] = "x" * (20 + 17 * number)
            file[f"group/added_{number}"] = np.full(3, number)


@path_case()
def written_by_many_openings_latest(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        fill(file)
    for number in range(7):
        with h5py.File(path, "r+", libver="latest") as file:
            file["chunked"].attrs[f"pass_{number}"] = "x" * (20 + 17 * number)
            file["growing"].resize((10 + 3 * number,))


@path_case()
def single_writer_multiple_readers(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        dataset = file.create_dataset("x", (0,), maxshape=(None,), chunks=(4,), dtype="i4")
        file.swmr_mode = True
        for number in range(1, 8):
            dataset.resize((5 * number,))
            dataset[-5:] = number
            dataset.flush()
