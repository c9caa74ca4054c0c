"""Dimensions and attributes as netCDF means them."""

from __future__ import annotations

from pathlib import Path

import h5netcdf
import h5py
import netCDF4
import numpy as np

from .case import Case, add, hdf5, netcdf, path_case

BOTH = ("NETCDF4", "NETCDF4_CLASSIC")


@netcdf(*BOTH)
def ordinary(file: netCDF4.Dataset) -> None:
    for name, length in (("time", None), ("lat", 4), ("lon", 5), ("nv", 2)):
        file.createDimension(name, length)
    file.createVariable("time", "f8", ("time",))[:] = np.arange(3)
    file.createVariable("lat", "f4", ("lat",))[:] = np.linspace(-1, 1, 4)
    file.createVariable("lon", "f4", ("lon",))[:] = np.linspace(0, 1, 5)
    file.createVariable("lat_bnds", "f4", ("lat", "nv"))[:] = np.arange(8).reshape(4, 2)
    data = file.createVariable("v", "f4", ("time", "lat", "lon"), zlib=True, shuffle=True, fill_value=1e20)
    data[:] = np.arange(60).reshape(3, 4, 5)
    data.setncatts({"units": "K", "coordinates": "lat lon", "valid_range": np.array([0, 100], "f4")})
    file.setncatts({"Conventions": "CF-1.8", "history": "now: made", "number": np.int32(3)})


@netcdf()
def netcdf_types(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 3)
    for code in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"):
        file.createVariable(f"v_{code}", code, ("x",))[:] = np.arange(3)
        file.createVariable(f"unwritten_{code}", code, ("x",))
        file.createVariable(f"big_{code}", code, ("x",), endian="big")[:] = np.arange(3)
    file.createVariable("characters", "S1", ("x",))[:] = np.array(["a", "b", ""], "S1")
    texts = file.createVariable("texts", str, ("x",))
    for index, text in enumerate(("one", "", "☃")):
        texts[index] = text
    choice = file.createEnumType("u1", "surface_t", {"sea": 0, "land": 1})
    file.createVariable("surface", choice, ("x",), fill_value=0)[:] = [0, 1, 0]
    file.createVariable("scalar", "f8", ()).assignValue(2.5)


@netcdf()
def netcdf_filters(file: netCDF4.Dataset) -> None:
    file.createDimension("y", 20)
    file.createDimension("x", 30)
    data = np.cumsum(np.arange(600) % 5).reshape(20, 30).astype("f4")
    for name, options in {
        "contiguous": {"contiguous": True},
        "chunked": {"chunksizes": (7, 8)},
        "zlib": {"compression": "zlib", "complevel": 4},
        "zstd": {"compression": "zstd"},
        "bzip2": {"compression": "bzip2"},
        "blosc_lz": {"compression": "blosc_lz"},
        "blosc_zstd": {"compression": "blosc_zstd", "blosc_shuffle": 2},
        "checksum": {"fletcher32": True, "zlib": True},
        "quantized": {"compression": "zlib", "significant_digits": 3},
    }.items():
        file.createVariable(name, "f4", ("y", "x"), **options)[:] = data


@netcdf()
def netcdf_szip(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 64)
    file.createVariable("szip", "i4", ("x",), compression="szip", szip_pixels_per_block=8)[:] = np.arange(64)
    file.createVariable("plain", "i4", ("x",))[:] = np.arange(64)


@netcdf()
def records_of_unequal_length(file: netCDF4.Dataset) -> None:
    file.createDimension("time", None)
    file.createDimension("x", 3)
    file.createVariable("time", "f8", ("time",))[:] = np.arange(5)
    file.createVariable("long", "f4", ("time", "x"))[:] = np.arange(15).reshape(5, 3)
    file.createVariable("short", "f4", ("time", "x"), fill_value=-7)[0:2] = np.arange(6).reshape(2, 3)
    file.createVariable("unwritten", "i2", ("time",))
    file.createVariable("text", str, ("time",))[0] = "only one"


@netcdf()
def dimensions_in_groups(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 3)
    file.createVariable("x", "i4", ("x",))[:] = [1, 2, 3]
    inner = file.createGroup("first/inner")
    inner.createDimension("y", 2)
    inner.createVariable("v", "f4", ("y", "x"))[:] = np.arange(6).reshape(2, 3)
    other = file.createGroup("firs")
    other.createDimension("x", 4)
    other.createVariable("w", "f4", ("x",))[:] = np.arange(4)
    other.createVariable("x", "f8", ("x",))[:] = np.arange(4)
    file.createGroup("empty").title = "nothing in it"


@netcdf(*BOTH)
def dimensions_without_variables(file: netCDF4.Dataset) -> None:
    file.createDimension("station", 4)
    file.createDimension("sample", 2)
    file.createDimension("unused", 9)
    file.createDimension("record", None)
    file.createVariable("v", "f8", ("station", "sample"))[:] = np.arange(8).reshape(4, 2)
    file.createVariable("w", "f8", ("record", "sample"))[:] = np.arange(6).reshape(3, 2)


@netcdf()
def coordinates_of_two_dimensions(file: netCDF4.Dataset) -> None:
    file.createDimension("time", None)
    file.createDimension("length", 4)
    file.createVariable("time", "S1", ("time", "length"))[:] = np.array([list("2024"), list("2025")], "S1")
    file.createVariable("v", "i4", ("time",))[:] = [1, 2]


@path_case(dimensions={"/_nc4_non_coord_x": ("y",), "/y": ("y",)})
def variable_named_as_another_dimension(path: Path) -> None:
    """netCDF-C stores such a variable under a name of its own, which is kept."""
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", 3)
        file.createDimension("y", 2)
        file.createVariable("x", "f8", ("y",))[:] = [0.5, 1.5]
        file.createVariable("y", "f8", ("y",))[:] = [1, 2]


@netcdf()
def same_dimension_twice(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 3)
    file.createVariable("covariance", "f8", ("x", "x"))[:] = np.arange(9).reshape(3, 3)
    file.createVariable("x", "f8", ("x",))[:] = np.arange(3)


@netcdf()
def netcdf_many_variables(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 2)
    for number in range(120):
        variable = file.createVariable(f"v{number}", "f4", ("x",))
        variable[:] = [number, -number]
        variable.setncatts({f"a{k}": k for k in range(number % 12)})


@netcdf()
def renamed(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 3)
    file.createVariable("x", "i4", ("x",))[:] = [1, 2, 3]
    file.createVariable("v", "i4", ("x",))[:] = [4, 5, 6]
    file.renameVariable("v", "w")


@netcdf()
def fill_values_of_netcdf(file: netCDF4.Dataset) -> None:
    file.createDimension("x", 6)
    for code, value in (("i1", -1), ("i2", -99), ("f4", 1e20), ("f8", np.nan), ("u8", 2**64 - 1)):
        variable = file.createVariable(f"v_{code}", code, ("x",), fill_value=value, chunksizes=(2,))
        variable[2:3] = 1
    file.createVariable("without", "f4", ("x",), fill_value=False)[0:2] = 1
    file.createVariable("character", "S1", ("x",), fill_value="-")[0:2] = np.array(["a", "b"], "S1")


@hdf5(named_by_netcdf=True)
def without_scales(file: h5py.File) -> None:
    """Phony dimensions: one for each length."""
    file["a"] = np.zeros((3, 4))
    file["b"] = np.zeros((4, 3))
    file["c"] = np.zeros((5,))
    file["square"] = np.zeros((3, 3))


@hdf5(
    dimensions={
        "/v": ("phony_dim_0", "phony_dim_1"),
        "/group/d": ("phony_dim_0", "phony_dim_1"),
        "/group/e": ("phony_dim_0",),
        "/group/deep/f": ("phony_dim_0",),
    }
)
def without_scales_in_groups(file: h5py.File) -> None:
    """netCDF counts them through all groups of a file, so that a name would depend on what is in other groups."""
    file["v"] = np.zeros((3, 4))
    file["group/d"] = np.zeros((7, 3))
    file["group/e"] = np.zeros((7,))
    file["group/deep/f"] = np.zeros((9,))


@hdf5(
    dimensions={
        "/time": ("time",),
        "/v": ("time", "lat"),
        "/half": ("time", "phony_dim_1"),
        "/labelled": ("phony_dim_0",),
        "/other": ("other",),
    }
)
def scales(file: h5py.File) -> None:
    """Two scales on one dimension: netCDF4 opens no such file."""
    for name, length in (("time", 3), ("lat", 4), ("other", 4)):
        file[name] = np.arange(length)
        file[name].make_scale(name)
    file["v"] = np.zeros((3, 4))
    file["v"].dims[0].attach_scale(file["time"])
    file["v"].dims[1].attach_scale(file["lat"])
    file["v"].dims[1].attach_scale(file["other"])
    file["half"] = np.zeros((3, 6))
    file["half"].dims[0].attach_scale(file["time"])
    file["labelled"] = np.zeros(4)
    file["labelled"].dims[0].label = "latitude"


@hdf5(
    "earliest",
    "v110",
    "latest",
    dimensions={
        "/v": ("grid/lat", "grid/deep/lon", "gridded/z", "level"),
        "/grid/v": ("lat", "deep/lon", "gridded/z", "level"),
        "/grid/deep/v": ("grid/lat", "lon", "gridded/z", "level"),
        "/elsewhere/v": ("grid/lat", "grid/deep/lon", "gridded/z", "level"),
    },
)
def scales_in_other_groups(file: h5py.File) -> None:
    for path in ("grid/lat", "grid/deep/lon", "gridded/z", "level"):
        file[path] = np.arange(3)
        file[path].make_scale()
    for group in ("", "/grid", "/grid/deep", "/elsewhere"):
        data = file.create_dataset(f"{group}/v", data=np.zeros((3, 3, 3, 3)))
        for axis, path in enumerate(("grid/lat", "grid/deep/lon", "gridded/z", "level")):
            data.dims[axis].attach_scale(file[path])


def _by_h5netcdf(libver: str) -> None:
    def write(path: Path) -> None:
        with h5netcdf.File(path, "w", libver=(libver, libver)) as file:
            file.dimensions = {"time": None, "x": 4, "unnamed": 2}
            file.resize_dimension("time", 3)
            time = file.create_variable("time", ("time",), "i8")
            time[...] = np.arange(3)
            time.attrs["units"] = "days since 2000-01-01"
            v = file.create_variable("v", ("time", "x"), "f4", fillvalue=-1.0, compression="gzip")
            v[...] = np.arange(12).reshape(3, 4)
            file.create_variable("w", ("x", "unnamed"), "i2", data=np.arange(8).reshape(4, 2))
            file.create_variable("/inner/u", ("x",), "f8", data=np.arange(4))

    add(Case(f"by_h5netcdf-{libver}", write, reader="netCDF4", named_by_netcdf=True))


for _libver in ("v108", "v110", "latest"):
    _by_h5netcdf(_libver)


@path_case(reader="netCDF4", named_by_netcdf=True)
def time_appended_in_steps(path: Path) -> None:
    """A file that grew as models write theirs."""
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", None)
        file.createDimension("x", 4)
        file.createVariable("time", "f8", ("time",), chunksizes=(512,))
        file.createVariable("v", "f4", ("time", "x"), zlib=True)
    for step in range(5):
        with netCDF4.Dataset(path, "a") as file:
            file["time"][step] = step
            file["v"][step] = np.arange(4) + 10 * step
            file.history = f"step {step}; " * (step + 1)
