"""Broken files: each is a good one with one thing wrong, with all checksums made right again where that is possible."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

SIGNATURE = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class Damaged:
    """`told`: a pattern of the message, or of the reason for which the object was skipped."""

    name: str
    content: Callable[[], bytes]
    told: str


DAMAGED: dict[str, Damaged] = {}


def damaged(told: str):
    def register(content: Callable[[], bytes]) -> Callable[[], bytes]:
        DAMAGED[content.__name__] = Damaged(content.__name__, content, told)
        return content

    return register


def made(write: Callable[[h5py.File], None], libver: str | tuple[str, str] = ("earliest", "v108")) -> bytearray:
    """The bytes of a file, which is never on a disk."""
    with h5py.File("memory.h5", "w", driver="core", backing_store=False, libver=libver) as file:
        write(file)
        file.flush()
        return bytearray(file.id.get_file_image())


def two_arrays(file: h5py.File) -> None:
    file["x"] = np.arange(6, dtype="<i4")
    file.create_dataset("y", data=np.arange(40, dtype="<i4"), chunks=(4,), compression="gzip")
    file.attrs["title"] = "text"


def old() -> bytearray:
    return made(two_arrays)


def new() -> bytearray:
    return made(two_arrays, "latest")


def growing(file: h5py.File) -> None:
    file.create_dataset("y", data=np.arange(400, dtype="<i4"), chunks=(2,), maxshape=(None,))


def put(content: bytearray, at: int, value: int, width: int) -> bytes:
    content[at : at + width] = value.to_bytes(width, "little")
    return bytes(content)


def find(content: bytes, pattern: bytes, which: int = 0) -> int:
    at = -1
    for _ in range(which + 1):
        at = content.index(pattern, at + 1)
    return at


def lookup3(data: bytes) -> int:
    """Bob Jenkins's checksum, which every structure since version 1.8 ends with."""
    mask = 0xFFFFFFFF
    a = b = c = (0xDEADBEEF + len(data)) & mask
    rotate = lambda x, k: ((x << k) | (x >> (32 - k))) & mask  # noqa: E731 (as the algorithm is written)
    at = 0
    while len(data) - at > 12:
        x, y, z = struct.unpack_from("<III", data, at)
        a, b, c = (a + x) & mask, (b + y) & mask, (c + z) & mask
        a = (a - c) & mask ^ rotate(c, 4)
        c = (c + b) & mask
        b = (b - a) & mask ^ rotate(a, 6)
        a = (a + c) & mask
        c = (c - b) & mask ^ rotate(b, 8)
        b = (b + a) & mask
        a = (a - c) & mask ^ rotate(c, 16)
        c = (c + b) & mask
        b = (b - a) & mask ^ rotate(a, 19)
        a = (a + c) & mask
        c = (c - b) & mask ^ rotate(b, 4)
        b = (b + a) & mask
        at += 12
    if at == len(data):
        return c
    x, y, z = struct.unpack("<III", data[at:].ljust(12, b"\0"))
    a, b, c = (a + x) & mask, (b + y) & mask, (c + z) & mask
    for first, second, bits in (("c", "b", 14), ("a", "c", 11), ("b", "a", 25), ("c", "b", 16), ("a", "c", 4), ("b", "a", 14), ("c", "b", 24)):
        values = {"a": a, "b": b, "c": c}
        values[first] = ((values[first] ^ values[second]) - rotate(values[second], bits)) & mask
        a, b, c = values["a"], values["b"], values["c"]
    return c


def sealed(content: bytearray, start: int, length: int) -> bytes:
    """With the checksum of the structure of `length` bytes (its checksum included) made right."""
    return put(content, start + length - 4, lookup3(bytes(content[start : start + length - 4])), 4)


# The file as a whole.


@damaged("empty")
def empty() -> bytes:
    return b""


@damaged("not a known format")
def only_half_a_signature() -> bytes:
    return SIGNATURE[:4] + bytes(600)


@damaged("superblock")
def only_a_signature() -> bytes:
    return SIGNATURE


@damaged("truncated")
def truncated_by_one_byte() -> bytes:
    return bytes(old()[:-1])


@damaged("truncated")
def truncated_to_a_third() -> bytes:
    content = new()
    return bytes(content[: len(content) // 3])


@damaged("superblock version 9")
def unknown_superblock() -> bytes:
    return put(old(), 8, 9, 1)


@damaged("size of offsets is 3")
def offsets_of_3_bytes() -> bytes:
    return put(old(), 13, 3, 1)


@damaged("size of lengths is 0")
def lengths_of_0_bytes() -> bytes:
    return put(old(), 14, 0, 1)


@damaged("superblock")
def superblock_checksum() -> bytes:
    content = new()
    content[20] ^= 1
    return bytes(content)


@damaged("end of the file|truncated")
def end_of_file_beyond_reason() -> bytes:
    return put(old(), 40, 2**63, 8)


@damaged("beyond the end")
def root_beyond_the_end() -> bytes:
    return put(old(), 64, 2**40, 8)


@damaged("undefined")
def root_undefined() -> bytes:
    return put(old(), 64, 2**64 - 1, 8)


@damaged("version|object header")
def root_in_the_data() -> bytes:
    return put(old(), 64, 0, 8)


# Object headers.


def header_1(content: bytearray) -> int:
    return int.from_bytes(content[64:72], "little")


@damaged("version 7")
def header_of_an_unknown_version() -> bytes:
    content = old()
    return put(content, header_1(content), 7, 1)


@damaged("beyond the end|object header")
def header_beyond_the_end() -> bytes:
    content = old()
    return put(content, header_1(content) + 8, 2**31, 4)


@damaged("checksum")
def header_checksum() -> bytes:
    content = new()
    content[find(content, b"OHDR") + 20] ^= 1
    return bytes(content)


@damaged("message|header")
def message_larger_than_its_header() -> bytes:
    content = old()
    return put(content, header_1(content) + 18, 60000, 2)


def _with_continuation(address: int | None, length: int) -> bytes:
    """The symbol table message of the root becomes a continuation of the header."""
    content = old()
    at = header_1(content) + 16
    content[at : at + 2] = (0x10).to_bytes(2, "little")
    put(content, at + 8, header_1(content) + 16 if address is None else address, 8)
    return put(content, at + 16, length, 8)


@damaged("circle")
def continuation_of_itself() -> bytes:
    return _with_continuation(None, 24)


@damaged("beyond the end")
def continuation_beyond_the_end() -> bytes:
    return _with_continuation(2**50, 64)


@damaged("beyond the end")
def continuation_of_all_bytes() -> bytes:
    return _with_continuation(96, 2**63)


# Groups.


def group_tree(content: bytes) -> int:
    return find(content, b"TREE\x00")


@damaged("TREE|B-tree")
def group_tree_without_signature() -> bytes:
    content = old()
    return put(content, group_tree(content), 0, 4)


@damaged("share|level|B-tree")
def group_tree_that_is_its_own_child() -> bytes:
    content = old()
    at = group_tree(content)
    put(content, at + 5, 1, 1)
    return put(content, at + 32, at, 8)


@damaged("level|SNOD|B-tree|end of the file")
def group_tree_of_255_levels() -> bytes:
    content = old()
    return put(content, group_tree(content) + 5, 255, 1)


@damaged("end of the file|B-tree")
def group_tree_of_65535_entries() -> bytes:
    content = old()
    return put(content, group_tree(content) + 6, 65535, 2)


@damaged("SNOD|symbol|end of the file")
def symbols_of_65535_entries() -> bytes:
    content = old()
    return put(content, find(content, b"SNOD") + 6, 65535, 2)


@damaged("local heap")
def names_beyond_their_heap() -> bytes:
    content = old()
    return put(content, find(content, b"SNOD") + 8, 2**33, 8)


@damaged("more text")
def names_that_are_all_the_longest() -> bytes:
    """Each symbol takes 40 bytes; a name can be as long as the heap."""

    def write(file: h5py.File) -> None:
        for name in ("a" * 500, *"bcdefgh"):
            file[name] = 1

    content = made(write)
    at = find(content, b"SNOD") + 8
    longest = int.from_bytes(content[at : at + 8], "little")  # names are in order, so it is the first
    for number in range(8):
        put(content, at + 40 * number, longest, 8)
    return bytes(content)


@damaged("local heap|end of the file")
def heap_of_all_bytes() -> bytes:
    content = old()
    return put(content, find(content, b"HEAP") + 8, 2**63, 8)


@damaged("contains it|circle|no group")
def group_that_holds_itself() -> bytes:
    content = old()
    return put(content, find(content, b"SNOD") + 16, header_1(content), 8)


def many_links(file: h5py.File) -> None:
    for number in range(40):
        file[f"v{number}"] = number


@damaged("FRHP|fractal heap")
def link_heap_without_signature() -> bytes:
    content = made(many_links, "latest")
    return put(content, find(content, b"FRHP"), 0, 4)


@damaged("not possible|fractal heap")
def link_heap_of_no_width() -> bytes:
    content = made(many_links, "latest")
    at = find(content, b"FRHP")
    put(content, at + 110, 0, 2)
    return sealed(content, at, 146)


@damaged("checksum|B-tree")
def link_tree_checksum() -> bytes:
    content = made(many_links, "latest")
    content[find(content, b"BTLF") + 9] ^= 4
    return bytes(content)


@damaged("B-tree")
def link_tree_of_65535_records() -> bytes:
    content = made(many_links, "latest")
    at = find(content, b"BTHD")
    put(content, at + 24, 65535, 2)
    return sealed(content, at, 38)


@damaged("B-tree")
def link_tree_of_60000_levels() -> bytes:
    content = made(many_links, "latest")
    at = find(content, b"BTHD")
    put(content, at + 12, 60000, 2)
    return sealed(content, at, 38)


# Chunks.


def chunk_tree(content: bytes) -> int:
    return find(content, b"TREE\x01")


@damaged("share|B-tree")
def chunk_tree_that_is_its_own_child() -> bytes:
    """On this file libhdf5 2.0 recurses until its stack ends."""
    content = old()
    at = chunk_tree(content)
    put(content, at + 5, 1, 1)
    return put(content, at + 24 + 24, at, 8)


@damaged("end of the file|B-tree")
def chunk_tree_of_65535_entries() -> bytes:
    content = old()
    return put(content, chunk_tree(content) + 6, 65535, 2)


@damaged("end of the file")
def chunk_beyond_the_end() -> bytes:
    content = old()
    return put(content, chunk_tree(content) + 24 + 24, 2**40, 8)


@damaged("end of the file")
def chunk_of_4_gigabytes() -> bytes:
    content = old()
    return put(content, chunk_tree(content) + 24, 2**32 - 1, 4)


@damaged("size is 0|0 bytes")
def chunk_of_no_bytes() -> bytes:
    content = old()
    return put(content, chunk_tree(content) + 24, 0, 4)


@damaged("no multiple")
def chunk_between_the_grid() -> bytes:
    content = old()
    return put(content, chunk_tree(content) + 24 + 8, 3, 8)


@damaged("chunk dimension is 0")
def chunks_without_length() -> bytes:
    content = old()
    at = find(content, bytes([3, 2, 2]))
    return put(content, at + 11, 0, 4)


@damaged("EAHD|extensible array|checksum")
def array_header_checksum() -> bytes:
    content = made(growing, "latest")
    content[find(content, b"EAHD") + 9] ^= 1
    return bytes(content)


@damaged("extensible array")
def array_of_impossible_blocks() -> bytes:
    content = made(growing, "latest")
    at = find(content, b"EAHD")
    put(content, at + 9, 3, 1)
    return sealed(content, at, 12 + 48 + 8 + 4)


@damaged("extensible array|end of the file")
def array_with_blocks_elsewhere() -> bytes:
    content = made(growing, "latest")
    at = find(content, b"EAHD")
    put(content, at + 60, 2**45, 8)
    return sealed(content, at, 12 + 48 + 8 + 4)


@damaged("fixed array|end of the file")
def fixed_array_of_all_elements() -> bytes:
    content = new()
    at = find(content, b"FAHD")
    put(content, at + 8, 2**60, 8)
    return sealed(content, at, 8 + 8 + 8 + 4)


@damaged("fixed array|checksum")
def fixed_array_checksum() -> bytes:
    content = new()
    content[find(content, b"FADB") + 30] ^= 1
    return bytes(content)


# Messages of datasets, and values.


@damaged("2\\^64|beyond the end|reaches")
def array_of_all_elements() -> bytes:
    content = old()
    at = find(content, (6).to_bytes(8, "little") * 2)
    put(content, at, 2**62, 8)
    return put(content, at + 8, 2**62, 8)


@damaged("rank 200")
def dataspace_of_200_dimensions() -> bytes:
    content = old()
    at = find(content, (6).to_bytes(8, "little") * 2)
    return put(content, at - 7, 200, 1)


@damaged("beyond the end|reaches")
def values_beyond_the_end() -> bytes:
    """The layout message of a contiguous dataset: version 3, class 1, address, size."""
    content = old()
    size = (24).to_bytes(8, "little")
    starts = (at for at in range(len(content)) if content[at : at + 2] == b"\x03\x01")
    at = next(at for at in starts if content[at + 10 : at + 18] == size)
    return put(content, at + 2, 2**50, 8)


@damaged("layout: version")
def layout_of_an_unknown_version() -> bytes:
    content = old()
    return put(content, find(content, bytes([3, 2, 2])), 77, 1)


@damaged("nested deeper|datatype")
def datatype_nested_without_end() -> bytes:
    def write(file: h5py.File) -> None:
        kind = np.dtype("i4")
        for _ in range(25):
            kind = np.dtype([("deeper", kind)])
        file.create_dataset("deep", (2,), kind)

    return bytes(made(write))


@damaged("global heap")
def texts_without_their_heap() -> bytes:
    content = old()
    return put(content, find(content, b"GCOL"), 0, 4)


@damaged("global heap|end of the file")
def text_heap_of_all_bytes() -> bytes:
    content = old()
    return put(content, find(content, b"GCOL") + 8, 2**62, 8)


@damaged("global heap|object 9")
def text_that_its_heap_has_not() -> bytes:
    content = old()
    return put(content, find(content, b"GCOL") + 16, 9, 2)


@damaged("global heap")
def text_longer_than_its_heap() -> bytes:
    content = old()
    return put(content, find(content, b"GCOL") + 24, 2**40, 8)
