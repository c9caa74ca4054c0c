"""Small files, each with one thing that h5py or netCDF-C writes with default settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import netCDF4
import numpy as np

Writer = Callable[[Path], None]
ZOO: dict[str, Writer] = {}


def _h5py(write: Callable[[h5py.File], None], **options: object) -> Writer:
    def to_path(path: Path) -> None:
        with h5py.File(path, "w", **options) as file:
            write(file)

    return to_path


def _hdf5(write: Callable[[h5py.File], None]) -> Callable[[h5py.File], None]:
    """As h5py writes it by default: superblock 0, old object headers and symbol tables."""
    ZOO[f"h5py_{write.__name__}"] = _h5py(write)
    return write


def _both_formats(write: Callable[[h5py.File], None]) -> Callable[[h5py.File], None]:
    """Also with superblock 2, new object headers, links and attributes, as netCDF-C has them."""
    ZOO[f"h5py_{write.__name__}_v108"] = _h5py(write, libver=("v108", "v108"))
    return _hdf5(write)


def _netcdf(write: Callable[[netCDF4.Dataset], None]) -> Callable[[netCDF4.Dataset], None]:
    def to_path(path: Path) -> None:
        with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
            write(file)

    ZOO[f"netcdf_{write.__name__}"] = to_path
    return write


@_both_formats
def empty(file: h5py.File) -> None:
    pass


@_both_formats
def nested_groups(file: h5py.File) -> None:
    deepest = file.create_group("a/b/c/d")
    deepest.attrs["depth"] = 4
    deepest["x"] = np.arange(6).reshape(2, 3)
    file.create_group("a/empty")


@_both_formats
def many_links(file: h5py.File) -> None:
    for number in range(300):
        file[f"variable_{number * 7919 % 300:03d}"] = np.int32(number)


@_both_formats
def many_attributes(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=np.arange(3))
    for owner in (file, dataset):
        for number in range(200):
            owner.attrs[f"attribute_{number:03d}"] = f"text {number} " + "." * (number % 50)


@_both_formats
def large_attribute(file: h5py.File) -> None:
    file.attrs["table"] = np.arange(5000, dtype="f8")


@_both_formats
def integer_types(file: h5py.File) -> None:
    for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        for order in "<>":
            limits = np.iinfo(code)
            file[f"{'little' if order == '<' else 'big'}_{code}"] = np.array([limits.min, 0, limits.max], order + code)


@_both_formats
def float_types(file: h5py.File) -> None:
    for code in ("f2", "f4", "f8"):
        for order in "<>":
            values = np.array([0, -0.0, 1.5, np.inf, -np.inf, np.nan], order + code)
            file[f"{'little' if order == '<' else 'big'}_{code}"] = values


@_hdf5
def boolean_and_complex(file: h5py.File) -> None:
    file["flags"] = np.array([True, False, True])
    file["waves"] = np.array([1 + 2j, -3.5j], "c16")
    file["small_waves"] = np.array([1 + 2j, -3.5j], "c8")


@_hdf5
def enumeration(file: h5py.File) -> None:
    kinds = h5py.enum_dtype({"sea": 0, "land": 1, "ice": 7}, basetype="i1")
    file.create_dataset("surface", data=np.array([0, 1, 7, 0], "i1"), dtype=kinds)


@_hdf5
def compound(file: h5py.File) -> None:
    file["records"] = np.array([(1, 2.5), (-3, 4.5)], dtype=[("number", "<i4"), ("value", "<f8")])


@_both_formats
def strings(file: h5py.File) -> None:
    file["fixed"] = np.array([b"one", b"three", b""], "S5")
    file["variable"] = ["one", "\N{GREEK SMALL LETTER MU}m", "", "a longer text " * 10]
    file["scalar"] = "only one"
    file["ascii"] = np.bytes_("fixed scalar")
    file.create_dataset("table", data=[["a", "b"], ["c", "dd"]], dtype=h5py.string_dtype())


@_both_formats
def attribute_types(file: h5py.File) -> None:
    attributes = file.attrs
    attributes["text"] = "variable length \N{DEGREE SIGN}C"
    attributes["fixed_text"] = np.bytes_("fixed length")
    attributes["empty_text"] = ""
    attributes["texts"] = ["one", "two", "three"]
    attributes["fixed_texts"] = np.array([b"one", b"two"], "S5")
    attributes["flag"] = True
    attributes["big_endian"] = np.array([1, 2, 3], ">i2")
    attributes["one_in_an_array"] = np.array([5], "i4")
    attributes["matrix"] = np.arange(6, dtype="f4").reshape(2, 3)
    attributes["not_finite"] = np.array([np.nan, np.inf, -np.inf])
    attributes["no_number"] = np.nan
    attributes["small"] = np.float32(0.1)
    attributes["largest"] = np.uint64(2**64 - 1)
    attributes["nothing"] = h5py.Empty("f4")


@_both_formats
def chunked(file: h5py.File) -> None:
    file.create_dataset("even", data=np.arange(64).reshape(8, 8), chunks=(4, 4))
    file.create_dataset("partial", data=np.arange(70).reshape(7, 10), chunks=(4, 4))
    file.create_dataset("one_chunk", data=np.arange(10.0), chunks=(10,))
    file.create_dataset("automatic", data=np.arange(60000).reshape(100, 600), chunks=True)
    file.create_dataset("deep", data=np.arange(36).reshape(2, 3, 1, 6), chunks=(1, 2, 1, 3))


@_both_formats
def many_chunks(file: h5py.File) -> None:
    # More than one level of the chunk B-tree.
    file.create_dataset("x", data=np.arange(6000).reshape(60, 100), chunks=(1, 2))


@_both_formats
def filters(file: h5py.File) -> None:
    values = np.arange(1000, dtype="f4").reshape(20, 50)
    file.create_dataset("deflate", data=values, chunks=(10, 25), compression="gzip", compression_opts=9)
    file.create_dataset("shuffle", data=values, chunks=(10, 25), shuffle=True)
    file.create_dataset("checksum", data=values, chunks=(10, 25), fletcher32=True)
    file.create_dataset("all", data=values, chunks=(7, 20), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("bytes", data=values.astype("u1"), chunks=(10, 25), compression="gzip", shuffle=True)


@_both_formats
def resizable(file: h5py.File) -> None:
    dataset = file.create_dataset("x", (3, 4), maxshape=(None, 4), chunks=(2, 4), dtype="i2")
    dataset[...] = 7
    dataset.resize((9, 4))
    dataset[7:] = 9


@_both_formats
def partly_written(file: h5py.File) -> None:
    dataset = file.create_dataset("x", (12, 12), chunks=(4, 4), dtype="f4", fillvalue=-1)
    dataset[4:8, 8:] = 3


@_both_formats
def fill_values(file: h5py.File) -> None:
    file.create_dataset("integer", data=np.arange(4, dtype="i2"), fillvalue=-99)
    file.create_dataset("number", data=np.arange(4, dtype="f8"), fillvalue=np.nan)
    file.create_dataset("none", data=np.arange(4, dtype="u4"))
    dataset = file.create_dataset("attribute", data=np.arange(4, dtype="f4"), fillvalue=1e20)
    dataset.attrs["_FillValue"] = np.float32(1e20)
    packed = file.create_dataset("packed", data=np.arange(4, dtype="i2"), fillvalue=-32768)
    packed.attrs.update({"_FillValue": np.int16(-32768), "scale_factor": 0.01, "add_offset": 273.15})


@_both_formats
def scalars(file: h5py.File) -> None:
    file["integer"] = 42
    file["number"] = 1.5
    file["zero_length"] = np.zeros((0, 3))


@_both_formats
def scales(file: h5py.File) -> None:
    file["time"] = np.arange(3)
    file["lat"] = np.linspace(-1, 1, 4)
    for name in ("time", "lat"):
        file[name].make_scale(name)
    dataset = file.create_dataset("x", data=np.zeros((3, 4)))
    for axis, name in enumerate(("time", "lat")):
        dataset.dims[axis].attach_scale(file[name])
    file["no_scales"] = np.zeros((3, 4))


@_both_formats
def soft_and_hard_links(file: h5py.File) -> None:
    file["g/x"] = np.arange(5)
    file["alias"] = h5py.SoftLink("/g/x")
    file["again"] = file["g/x"]


ZOO["h5py_superblock_3"] = _h5py(lambda file: file.create_dataset("x", data=np.arange(5)), libver=("v110", "v110"))
ZOO["h5py_user_block"] = _h5py(lambda file: file.create_dataset("x", data=np.arange(5)), userblock_size=1024)
ZOO["h5py_creation_order"] = _h5py(
    lambda file: [file.create_dataset(name, data=np.arange(3)) for name in "zyx"], track_order=True
)


@_netcdf
def classic_shape(file: netCDF4.Dataset) -> None:
    file.createDimension("time", None)
    file.createDimension("x", 5)
    file.createVariable("time", "f8", ("time",))[:] = np.arange(3)
    file.createVariable("v", "f4", ("time", "x"), zlib=True)[:] = np.arange(15).reshape(3, 5)
    file.createVariable("w", "i2", ("x",))[:] = np.arange(5)


@_netcdf
def dimension_without_variable(file: netCDF4.Dataset) -> None:
    file.createDimension("station", 4)
    file.createDimension("sample", 2)
    file.createVariable("v", "f8", ("station", "sample"))[:] = np.arange(8).reshape(4, 2)


@_netcdf
def groups(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 3)
    file.createVariable("x", "i4", ("x",))[:] = [1, 2, 3]
    inner = file.createGroup("first").createGroup("inner")
    inner.createDimension("y", 2)
    inner.createVariable("y", "f4", ("y",))[:] = [0.5, 1.5]
    inner.createVariable("own", "f4", ("y",))[:] = [1, 2]
    file["first"].title = "a group"


@_netcdf
def types(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 3)
    for code in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"):
        file.createVariable(f"v_{code}", code, ("x",))[:] = np.arange(3)
    file.createVariable("characters", "S1", ("x",))[:] = np.array(["a", "b", ""], "S1")
    texts = file.createVariable("texts", str, ("x",))
    for index, text in enumerate(("one", "", "\N{SNOWMAN}")):
        texts[index] = text


@_netcdf
def attributes(file: netCDF4.Dataset) -> None:
    file.setncatts({f"attribute_{number}": number for number in range(30)})
    file.text = "text"
    file.setncattr_string("texts", ["one", "two"])
    variable = file.createVariable("v", "i4", ())
    variable.setncatts({"flag_values": np.array([0, 1], "i1"), "missing": np.float32(np.nan), "units": "1"})
    variable.assignValue(3)


@_netcdf
def checksums_and_chunks(file: netCDF4.Dataset) -> None:
    file.createDimension("y", 10)
    file.createDimension("x", 9)
    variable = file.createVariable("v", "f4", ("y", "x"), zlib=True, fletcher32=True, chunksizes=(4, 4), fill_value=-1)
    variable[:] = np.arange(90).reshape(10, 9)
    file.createVariable("contiguous", "f4", ("y", "x"), contiguous=True)[:] = np.arange(90).reshape(10, 9)


@_netcdf
def unwritten(file: netCDF4.Dataset) -> None:
    file.createDimension("time", None)
    file.createDimension("x", 6)
    file.createVariable("written", "f4", ("x",), chunksizes=(4,))[:] = np.arange(6)
    file.createVariable("unwritten", "f4", ("x",), chunksizes=(4,))
    file.createVariable("no_steps", "f4", ("time", "x"))


@_netcdf
def inherited_dimensions(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 3)
    file.createVariable("x", "i4", ("x",))[:] = [1, 2, 3]
    inner = file.createGroup("inner")
    inner.createDimension("y", 2)
    inner.createVariable("v", "f4", ("y", "x"))[:] = np.arange(6).reshape(2, 3)


@_netcdf
def variable_named_as_a_dimension_it_lacks(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 3)
    file.createDimension("y", 2)
    file.createVariable("x", "f8", ("y",))[:] = [0.5, 1.5]


@_netcdf
def coordinate_of_two_dimensions(file: netCDF4.Dataset) -> None:
    file.createDimension("time", None)
    file.createDimension("length", 4)
    file.createVariable("time", "S1", ("time", "length"))[:] = np.array([list("2024"), list("2025")], "S1")
    file.createVariable("v", "i4", ("time",))[:] = [1, 2]


@_netcdf
def two_unlimited_dimensions(file: netCDF4.Dataset) -> None:
    file.createDimension("time", None)
    file.createDimension("station", None)
    file.createVariable("v", "f4", ("time", "station"))[:] = np.arange(6).reshape(2, 3)


@_netcdf
def enumeration(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 3)
    kinds = file.createEnumType("u1", "surface_t", {"sea": 0, "land": 1})
    file.createVariable("surface", kinds, ("x",), fill_value=0)[:] = [0, 1, 0]


@_netcdf
def compound(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 2)
    record = file.createCompoundType(np.dtype([("a", "f8"), ("b", "i4")]), "record_t")
    file.createVariable("records", record, ("x",))[:] = np.array([(1.5, 2), (2.5, 3)], [("a", "f8"), ("b", "i4")])


@_netcdf
def many_variables(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 2)
    for number in range(120):
        file.createVariable(f"v{number}", "f4", ("x",))[:] = [number, -number]


def make_zoo(folder: Path) -> dict[str, Path]:
    """All files, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.{'nc' if name.startswith('netcdf') else 'h5'}" for name in ZOO}
    for name, write in ZOO.items():
        write(paths[name])
    return paths
