"""Small files that ask for much: many links, elements or blocks share what honest files have once for each."""

from __future__ import annotations

import struct

import h5py
import numpy as np

from .damaged import damaged, made

LONG = "x" * 300_000


def first_reference(content: bytearray) -> bytes:
    """The reference to LONG: length, collection, index."""
    at = content.index(struct.pack("<I", len(LONG)))
    return bytes(content[at : at + 16])


@damaged("more than the .* bytes of the file")
def attribute_of_one_text_many_times() -> bytes:
    def write(file: h5py.File) -> None:
        file.attrs.create("a", [LONG] + ["y"] * 3000, dtype=h5py.string_dtype())

    content = made(write)
    reference = first_reference(content)
    at = content.index(reference)
    content[at : at + 16 * 3001] = reference * 3001
    return bytes(content)


@damaged("memory: the chunks")
def datasets_of_one_text() -> bytes:
    def write(file: h5py.File) -> None:
        for number in range(1500):
            file.create_dataset(f"d{number}", data=LONG if number == 0 else "y" * 7, dtype=h5py.string_dtype())

    content = made(write)
    reference = first_reference(content)
    mark = struct.pack("<I", 7)
    at = content.find(mark)
    while at >= 0:
        collection = int.from_bytes(content[at + 4 : at + 12], "little")
        if 0 < collection < len(content) and content[collection : collection + 4] == b"GCOL":
            content[at : at + 16] = reference
        at = content.find(mark, at + 4)
    return bytes(content)


@damaged("memory: the copies")
def links_to_an_inlined_array() -> bytes:
    def write(file: h5py.File) -> None:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((60000,))
        dataset = h5py.h5d.create(file.id, b"x", h5py.h5t.STD_U8LE, space, properties)
        h5py.Dataset(dataset)[...] = 1
        for number in range(3000):
            file[f"l{number}"] = file["x"]

    return bytes(made(write))


@damaged("memory: the copies")
def links_to_many_chunks() -> bytes:
    def write(file: h5py.File) -> None:
        file.create_dataset("x", data=np.zeros(4000, "u1"), chunks=(1,))
        for number in range(3000):
            file[f"l{number}"] = file["x"]

    return bytes(made(write))


@damaged("memory: the copies")
def links_to_a_large_attribute() -> bytes:
    def write(file: h5py.File) -> None:
        file["x"] = 1
        file["x"].attrs["a"] = np.zeros(60000, "u1")
        for number in range(3000):
            file[f"l{number}"] = file["x"]

    return bytes(made(write))


@damaged("memory: the")
def links_of_few_bytes() -> bytes:
    def write(file: h5py.File) -> None:
        file["x"] = 1
        for number in range(20000):
            file[f"{number:x}"] = file["x"]

    return bytes(made(write, "latest"))


@damaged("memory: the")
def paths_behind_a_long_name() -> bytes:
    def write(file: h5py.File) -> None:
        group = file.create_group("n" * 60000)
        group["x"] = 1
        for number in range(3000):
            group[f"{number:x}"] = group["x"]

    return bytes(made(write, "latest"))


@damaged("claims to hold")
def chunk_of_strings_that_is_mostly_zeros() -> bytes:
    def write(file: h5py.File) -> None:
        file.create_dataset("x", (2_000_000,), h5py.string_dtype(), chunks=(2_000_000,), compression="gzip")
        file["x"][0] = "a"

    return bytes(made(write))


def header(*messages: bytes) -> bytes:
    """An object header of version 1."""
    body = b"".join(messages)
    return struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body


def message(kind: int, body: bytes) -> bytes:
    body = body.ljust(-(-len(body) // 8) * 8, b"\0")
    return struct.pack("<HHB3x", kind, len(body), 0) + body


@damaged("overlap")
def continuations_that_overlap() -> bytes:
    """Each of the continuations of a header is a part of the same messages."""
    content = made(lambda file: file.attrs.create("a", 1))
    start = len(content) + 8
    start += -start % 8
    count = 4000
    messages = b"".join(message(0x7777, b"") for _ in range(40000))
    first = start + 16 + 24 * count
    continuations = (message(0x10, struct.pack("<QQ", first + 8 * n, len(messages) - 8 * n)) for n in range(count))
    content += bytes(start - len(content)) + header(*continuations) + messages
    struct.pack_into("<Q", content, 40, len(content))  # end of file
    struct.pack_into("<Q", content, 64, start)  # the root's object header
    return bytes(content)


@damaged("over and over|memory: the")
def headers_that_overlap() -> bytes:
    """Each symbol of the root leads into the same messages, one message later than the one before."""

    def write(file: h5py.File) -> None:
        for number in range(3000):
            file[f"{number}"] = h5py.SoftLink("/")  # replaced

    content = made(write)
    start = len(content) + (-len(content) % 8)
    content += bytes(start - len(content))
    # A prefix whose size reaches the end, every 16 bytes: to the ones before it is a message of 0 bytes.
    count = 3000
    end = 16 * count + 8 * 60000
    for number in range(count):
        content += struct.pack("<BxHII4x", 1, 0, 0, end - 16 * (number + 1))
    content += b"".join(message(0x7777, b"") for _ in range(60000))
    struct.pack_into("<Q", content, 40, len(content))
    at = number = 0
    while (at := content.find(b"SNOD", at)) >= 0:
        for symbol in range(int.from_bytes(content[at + 6 : at + 8], "little")):
            place = at + 8 + 40 * symbol
            struct.pack_into("<QI", content, place + 8, start + 16 * number, 0)
            number += 1
        at += 8
    return bytes(content)


@damaged("over and over|memory: the")
def committed_type_in_a_large_header() -> bytes:
    """Each attribute reads the whole header of the committed type that it names."""

    def write(file: h5py.File) -> None:
        file["type"] = np.dtype("f4")
        for number in range(60):
            file["type"].attrs[f"a{number}"] = np.zeros(60000, "u1")
        for number in range(3000):
            group = file.create_group(f"g{number}") if number % 10 == 0 else group
            group.attrs.create(f"b{number}", 1.0, dtype=file["type"])

    return bytes(made(write))
