"""Attributes: few and many, small and huge, of every type, shared."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from .case import hdf5, path_case


@hdf5()
def attribute_numbers(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=np.arange(2))
    for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"):
        for order in "<>":
            limits = np.finfo(code) if code[0] == "f" else np.iinfo(code)
            name = f"{'little' if order == '<' else 'big'}_{code}"
            dataset.attrs[name] = np.array([limits.min, 0, limits.max], order + code)
            file.attrs[name] = np.array(limits.max, order + code)
    file.attrs["odd"] = np.array([np.nan, np.inf, -np.inf, -0.0])
    file.attrs["matrix"] = np.arange(6).reshape(2, 3)
    file.attrs["cube"] = np.arange(8.0).reshape(2, 2, 2)
    file.attrs["one"] = np.array([5])
    file.attrs["one_by_one"] = np.array([[5]])
    file.attrs["flag"] = True
    file.attrs["flags"] = np.array([True, False])


@hdf5()
def attribute_texts(file: h5py.File) -> None:
    file.attrs["variable"] = "µm and ☃"
    file.attrs["empty"] = ""
    file.attrs["list"] = ["one", "", "three"]
    file.attrs["one_in_a_list"] = ["only"]
    file.attrs["table"] = np.array([["a", "b"], ["c", "dd"]], dtype=h5py.string_dtype())
    file.attrs["ascii"] = np.bytes_("fixed")
    file.attrs["fixed_list"] = np.array([b"a", b"bcd", b""], "S4")
    file.attrs["long"] = "x" * 3000
    file.attrs["nothing"] = h5py.Empty("S1")
    file.attrs["no_number"] = h5py.Empty("f4")
    for padding, name in ((h5py.h5t.STR_NULLPAD, "null_padded"), (h5py.h5t.STR_SPACEPAD, "space_padded")):
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(8)
        kind.set_strpad(padding)
        attribute = h5py.h5a.create(file.id, name.encode(), kind, h5py.h5s.create(h5py.h5s.SCALAR))
        attribute.write(np.array(b"text", "S8"))


@hdf5()
def many_attributes(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=np.arange(3))
    for owner in (file, dataset, file.create_group("group")):
        for number in range(150):
            owner.attrs[f"attribute_{number * 37 % 150:03d}"] = "." * (number % 50)


@hdf5("v108", "v110", "latest")
def attributes_in_deep_heaps(file: h5py.File) -> None:
    """Enough for indirect blocks of indirect blocks, beside objects too large for the heap."""
    for number in range(400):
        file.attrs[f"attribute_{number:04d}"] = np.full(300, number, "i4")
    for number in range(3):
        file.attrs[f"huge_{number}"] = np.arange(9000 + number, dtype="f8")


@hdf5("v108", "latest")
def attributes_created_in_order(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=np.arange(3), track_order=True)
    for number in range(20):
        dataset.attrs[f"n{50 - number}"] = number


@hdf5("v108", "latest")
def attributes_deleted(file: h5py.File) -> None:
    for number in range(40):
        file.attrs[f"n{number}"] = number
    for number in range(0, 40, 3):
        del file.attrs[f"n{number}"]
    for number in range(5):
        file.attrs[f"n{number}"] = "again"


@hdf5(
    lost={
        "/x@compound": "compound",
        "/x@reference": "reference",
        "/x@region": "reference",
        "/x@sequence": "sequence",
        "/x@opaque": "opaque",
        "/x@latin": "UTF-8",
        "/x@complex": "compound",
        "/@sequence": "sequence",
    }
)
def attributes_without_json(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=np.arange(3))
    attributes = dataset.attrs
    attributes["compound"] = np.array((1, 2.5), [("a", "i4"), ("b", "f8")])
    attributes["reference"] = dataset.ref
    attributes["region"] = dataset.regionref[0:2]
    _sequence(dataset, "i4")
    attributes["opaque"] = np.void(b"\x00\x01\x02")
    attributes["latin"] = np.bytes_("23 °C".encode("latin-1"))
    attributes["complex"] = 1 + 2j
    attributes["kept"] = 7
    _sequence(file, "f8")


def _sequence(owner: h5py.HLObject, code: str) -> None:
    kind = h5py.h5t.py_create(h5py.vlen_dtype(code))
    attribute = h5py.h5a.create(owner.id, b"sequence", kind, h5py.h5s.create_simple((1,)))
    value = np.empty(1, object)
    value[0] = np.arange(3, dtype=code)
    attribute.write(value, kind)


@hdf5()
def attribute_arrays(file: h5py.File) -> None:
    """Elements that are arrays, enumerations and committed types."""
    kind = h5py.h5t.array_create(h5py.h5t.STD_I32BE, (3,))
    attribute = h5py.h5a.create(file.id, b"array", kind, h5py.h5s.create_simple((2,)))
    attribute.write(np.arange(6, dtype=">i4").reshape(2, 3), kind)
    file.attrs.create("choice", 1, dtype=h5py.enum_dtype({"no": 0, "yes": 1}, "i4"))
    file["type"] = np.dtype("f4")
    for number in range(12):
        file.attrs.create(f"committed_{number}", number / 2, dtype=file["type"])


@path_case()
def attribute_rewritten_larger(path: Path) -> None:
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("x", data=np.arange(3))
        for number in range(6):
            dataset.attrs["history"] = "step; " * (1 + 60 * number)
            file.attrs["history"] = "step; " * (1 + 60 * number)
