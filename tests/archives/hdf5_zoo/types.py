"""Datatypes of every class."""

from __future__ import annotations

import h5py
import netCDF4
import numpy as np

from .case import hdf5, netcdf


@hdf5()
def numbers(file: h5py.File) -> None:
    for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        for order in "<>":
            limits = np.iinfo(code)
            file[f"{'little' if order == '<' else 'big'}_{code}"] = np.array([limits.min, 1, limits.max], order + code)
    for code in ("f2", "f4", "f8", "c8", "c16"):
        for order in "<>":
            values = np.array([0, -0.0, 1.5, np.inf, -np.inf, np.nan], order + code)
            file[f"{'little' if order == '<' else 'big'}_{code}"] = values


@hdf5()
def small_types(file: h5py.File) -> None:
    file["flags"] = np.array([[True, False], [False, True]])
    file.create_dataset("choice", data=[0, 5, 2], dtype=h5py.enum_dtype({"a": 0, "b": 5, "c": 2}, "u1"))
    file.create_dataset("big_choice", data=[0, 500], dtype=h5py.enum_dtype({"a": 0, "b": 500}, ">i2"))
    for base, name in ((h5py.h5t.STD_B8LE, "bits8"), (h5py.h5t.STD_B32LE, "bits32"), (h5py.h5t.STD_B16BE, "bits16")):
        space = h5py.h5s.create_simple((3,))
        dataset = h5py.h5d.create(file.id, name.encode(), base, space)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([1, 128, 255], f"u{base.get_size()}"), base)
    file["opaque"] = np.array([b"\x01\x00\xff", b"abc"], "V3")
    file["dates"] = np.array(["2024-02-29", "1969-12-31"], "M8[s]").astype(h5py.opaque_dtype("M8[s]"))


@hdf5()
def texts(file: h5py.File) -> None:
    file["variable"] = ["one", "µm", "", "long text " * 20]
    file["scalar"] = "only"
    file["fixed"] = np.array([b"one", b"three", b""], "S5")
    file["fixed_scalar"] = np.bytes_("fixed")
    file.create_dataset("utf8_fixed", data=["µm".encode(), b"m"], dtype=h5py.string_dtype("utf-8", 6))
    file.create_dataset("ascii", data=[b"a", b"bc"], dtype=h5py.string_dtype("ascii"))
    file.create_dataset("chunked", data=[[f"{i}.{j}" for j in range(5)] for i in range(7)], chunks=(3, 2))
    file.create_dataset("deflated", data=[f"text {i}" for i in range(40)], chunks=(7,), compression="gzip", shuffle=True)
    file.create_dataset("unwritten", (4,), dtype=h5py.string_dtype())
    partly = file.create_dataset("partly", (9,), dtype=h5py.string_dtype(), chunks=(2,))
    partly[4] = "here"
    growing = file.create_dataset("growing", (3,), maxshape=(None,), dtype=h5py.string_dtype(), chunks=(4,))
    growing[:] = ["a", "b", "c"]
    growing.resize((6,))
    growing[5] = "f"


@hdf5()
def padded_texts(file: h5py.File) -> None:
    for padding, name in ((h5py.h5t.STR_NULLPAD, "null"), (h5py.h5t.STR_NULLTERM, "terminated")):
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(6)
        kind.set_strpad(padding)
        dataset = h5py.h5d.create(file.id, name.encode(), kind, h5py.h5s.create_simple((2,)))
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b"text", b""], "S6"), kind)


@hdf5()
def structures(file: h5py.File) -> None:
    file["packed"] = np.array([(1, 2.5), (-3, 4.5)], [("number", "<i4"), ("value", "<f8")])
    file["big"] = np.array([(1, 2.5)], [("number", ">i4"), ("value", ">f4")])
    file.create_dataset("chunked", data=np.zeros(9, [("a", "<i2"), ("b", "<i2")]), chunks=(4,), compression="gzip")


@hdf5(
    skipped={
        "/padded": "padding",
        "/mixed_order": "byte order",
        "/with_text": "field text",
        "/with_array": "field array",
        "/nested_padded": "padding",
        "/array": "array",
        "/sequences": "sequence",
        "/references": "object reference",
        "/regions": "region reference",
        "/null": "null dataspace",
        "/long_double": "floating point",
        "/bits24": "3 bytes",
        "/precision12": "12 bits",
        "/offset4": "bit 4",
        "/bfloat16": "floating point",
    }
)
def types_without_a_zarr_type(file: h5py.File) -> None:
    file["kept"] = np.arange(3)
    file["padded"] = np.zeros(2, np.dtype([("a", "i1"), ("b", "f8")], align=True))
    file["mixed_order"] = np.zeros(2, [("a", "<i4"), ("b", ">i4")])
    file.create_dataset("with_text", (2,), [("a", "<i4"), ("text", h5py.string_dtype())])
    file["with_array"] = np.zeros(2, [("a", "<i4"), ("array", "<i4", (3,))])
    file["nested_padded"] = np.zeros(2, [("a", np.dtype([("x", "i1"), ("y", "i4")], align=True))])
    file.create_dataset("array", (2,), np.dtype(("i4", (3,))))[:] = np.arange(6).reshape(2, 3)
    file.create_dataset("sequences", (2,), h5py.vlen_dtype("i4"))[0] = [1, 2, 3]
    file.create_dataset("references", data=[file["kept"].ref], dtype=h5py.ref_dtype)
    file.create_dataset("regions", data=[file["kept"].regionref[:2]], dtype=h5py.regionref_dtype)
    file["null"] = h5py.Empty("f4")
    file["long_double"] = np.arange(3, dtype="g")
    wide = h5py.h5t.STD_I32LE.copy()
    wide.set_size(3)
    short = h5py.h5t.STD_I16LE.copy()
    short.set_precision(12)
    shifted = short.copy()
    shifted.set_offset(4)
    brain = h5py.h5t.IEEE_F32LE.copy()
    brain.set_fields(15, 7, 8, 0, 7)
    brain.set_precision(16)
    brain.set_size(2)
    brain.set_ebias(127)
    for name, kind in (("bits24", wide), ("precision12", short), ("offset4", shifted), ("bfloat16", brain)):
        h5py.h5d.create(file.id, name.encode(), kind, h5py.h5s.create_simple((3,)))


@hdf5()
def shapes(file: h5py.File) -> None:
    file["scalar"] = 42
    file["one"] = np.array([1.5])
    file["nothing"] = np.zeros((0, 3))
    file.create_dataset("no_rows", (0, 3), chunks=(2, 2), maxshape=(None, 3))
    file["deep"] = np.arange(48).reshape(2, 1, 3, 1, 2, 4)
    file.create_dataset("deepest", data=np.arange(2).reshape((1,) * 20 + (2,)))


@hdf5()
def fill_values(file: h5py.File) -> None:
    for code, value in (("i2", -99), ("u4", 7), ("f4", 1e20), ("f8", np.nan), (">i4", 12), ("?", True), ("f2", 0.5)):
        name = code.replace(">", "big_").replace("?", "flag")
        dataset = file.create_dataset(name, (6, 4), code, chunks=(2, 2), fillvalue=value)
        dataset[2:4, 2:] = 1
        file.create_dataset(f"{name}_unwritten", (3, 2), code, fillvalue=value)
    file.create_dataset("text", (3,), "S4", fillvalue=b"none")
    file.create_dataset("default", (3,), "i4", chunks=(2,))
    attribute = file.create_dataset("attribute", (4,), "f4", fillvalue=1e20)
    attribute.attrs["_FillValue"] = np.float32(1e20)
    packed = file.create_dataset("packed", (4,), "i2", fillvalue=-32768)
    packed.attrs.update({"_FillValue": np.int16(-32768), "scale_factor": 0.01, "add_offset": 273.15})
    kind = np.dtype([("a", "<i4"), ("b", "<f8")])
    file.create_dataset("structure", (3,), kind, fillvalue=np.array((7, 2.5), kind))


@netcdf("NETCDF4", "NETCDF4_CLASSIC")
def fill_values_of_characters(file: netCDF4.Dataset) -> None:
    """xarray opens no store in which texts have the attribute."""
    file.createDimension("x", 4)
    file.createVariable("code", "S1", ("x",), fill_value=b"-")[1:3] = np.array([b"a", b"b"])
    file.createVariable("number", "i2", ("x",), fill_value=-9)[:2] = 1


@netcdf()
def fill_values_of_strings(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 4)
    file.createVariable("name", str, ("x",), fill_value="none")[1] = "text"


@hdf5()
def fill_values_of_texts(file: h5py.File) -> None:
    fixed = file.create_dataset("fixed", (3,), "S4", fillvalue=b"none")
    fixed.attrs["_FillValue"] = np.bytes_(b"none")
    variable = file.create_dataset("variable", (3,), h5py.string_dtype())
    variable[1] = "text"
    variable.attrs["_FillValue"] = "none"
