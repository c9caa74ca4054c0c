#!/usr/bin/env python3
"""Makes the small files beside it, with h5py and netCDF4. The tests know their contents; remake them only with reason."""
import ctypes
import pathlib

import h5py
import netCDF4
import numpy as np

HERE = pathlib.Path(__file__).parent


def classic():
    """What h5py writes by default: symbol tables, version 1 headers and B-trees, the global heap."""
    with h5py.File(HERE / "classic.h5", "w") as f:
        f.attrs["title"] = "a test"
        f.attrs["empty"] = np.bytes_(b"")
        f.create_dataset("chunked", data=np.arange(35, dtype="i4").reshape(5, 7), chunks=(2, 4),
                         compression="gzip", shuffle=True, fletcher32=True)
        f["big_endian"] = np.arange(3, dtype=">f8")
        f["texts"] = ["a", "bé", ""]
        f["flags"] = np.array([True, False])
        f.create_dataset("growing", data=np.arange(3.0), maxshape=(None,), chunks=(64,))
        f.create_dataset("unwritten", shape=(5, 3), chunks=(2, 3), dtype="i2", fillvalue=7)
        f.create_dataset("null", data=h5py.Empty("f4"))
        f["chunked"].attrs["values"] = [1.5, np.nan]
        f["chunked"].attrs["names"] = ["x", "yy"]
        f["chunked"].attrs["bad"] = np.bytes_(b"\xff\xfe")
        group = f.create_group("group")
        group["inner"] = np.int16(-3)
        group["loop"] = f["/"]
        f["soft"] = h5py.SoftLink("/group/inner")
        f["dangling"] = h5py.SoftLink("/nowhere")
        f["external"] = h5py.ExternalLink("other.h5", "/x")
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((2,))
        data = h5py.h5d.create(f.id, b"compact", h5py.h5t.STD_I16LE, space, compact)
        data.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([5, 6], dtype="i2"))
        masked = f.create_dataset("masked", shape=(4,), chunks=(4,), dtype="u1", compression="gzip")
        masked.id.write_direct_chunk((0,), bytes(range(4)), filter_mask=1)


def dense():
    """Version 2 headers, dense links and attributes in fractal heaps, one attribute too large for its heap's blocks."""
    with h5py.File(HERE / "dense.h5", "w", libver=("v108", "v108")) as f:
        for k in range(12):
            f.create_group(f"group_{k:02d}").attrs["number"] = k
        for k in range(12):
            f["group_03"].attrs[f"attribute_{k:02d}"] = k * 0.5
        f["group_03"].attrs["large"] = np.arange(700, dtype="f8")
        f["group_03"]["data"] = np.arange(4, dtype="u1")


def netcdf():
    """What netCDF-C writes: dimension scales, dimensions without variables, an inherited dimension."""
    with netCDF4.Dataset(HERE / "netcdf.nc", "w", format="NETCDF4") as ds:
        ds.createDimension("time", None)
        ds.createDimension("lat", 4)
        ds.createDimension("nv", 2)
        time = ds.createVariable("time", "f8", ("time",))
        time.units = "days since 2000-01-01"
        time[:] = np.arange(3)
        lat = ds.createVariable("lat", "f4", ("lat",))
        lat[:] = np.arange(4) * 10
        v = ds.createVariable("v", "f4", ("time", "lat"), zlib=True, fill_value=1e20)
        v[:] = np.arange(12).reshape(3, 4)
        bounds = ds.createVariable("lat_bnds", "f4", ("lat", "nv"))
        bounds[:] = 0
        inner = ds.createGroup("inner").createVariable("w", "i2", ("lat",))
        inner[:] = [1, 2, 3, 4]


def indexes():
    """The chunk indexes of layout version 4, each in its smallest form that has all of its parts."""
    with h5py.File(HERE / "indexes.h5", "w", libver=("v110", "v110")) as f:
        f.create_dataset("single", data=np.arange(6, dtype="u1"), chunks=(6,), compression="gzip")
        f.create_dataset("fixed", data=np.arange(24, dtype="u1").reshape(4, 6), chunks=(2, 2))
        f.create_dataset("fixed_filtered", data=np.arange(24, dtype="u1"), chunks=(12,), compression="gzip")
        paged = f.create_dataset("fixed_paged", shape=(1100,), chunks=(1,), dtype="u1", fillvalue=9)
        paged[1098:] = [1, 2]
        f.create_dataset("extensible", data=np.arange(60, dtype="u1"), chunks=(1,), maxshape=(None,))
        f.create_dataset("extensible_axis_1", data=np.arange(24, dtype="u1").reshape(4, 6), chunks=(2, 2),
                         maxshape=(4, None))
        far = f.create_dataset("extensible_far", shape=(400,), chunks=(1,), maxshape=(None,), dtype="u1")
        far[399] = 5
        f.create_dataset("tree", data=np.arange(24, dtype="u1").reshape(4, 6), chunks=(2, 2), maxshape=(None, None))
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((2, 2))
        plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        implicit = h5py.h5d.create(f.id, b"implicit", h5py.h5t.STD_U8LE, h5py.h5s.create_simple((4, 6)), plist)
        implicit.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(24, dtype="u1").reshape(4, 6))


def records():
    """Variables along one unlimited dimension that were written to different lengths, or not at all."""
    with netCDF4.Dataset(HERE / "records.nc", "w", format="NETCDF4") as ds:
        ds.createDimension("time", None)
        ds.createDimension("x", 3)
        ds.createDimension("level", None)
        long = ds.createVariable("long", "i4", ("time", "x"), fill_value=-7)
        long[:] = np.arange(15).reshape(5, 3)
        ds.createVariable("unwritten", "i4", ("time",), fill_value=-7)
        short = ds.createVariable("short", "i4", ("time", "level"), fill_value=-7, chunksizes=(1, 2))
        short[0:2, 0:3] = np.arange(6).reshape(2, 3)
        level = ds.createVariable("levels", "i4", ("level",))
        level[:] = np.arange(4)


def call(function, properties, *numbers):
    """A function of h5py's own libhdf5 that h5py does not offer."""
    mapped = pathlib.Path("/proc/self/maps").read_text().split()
    (path,) = {name for name in mapped if "h5py" in name and "/libhdf5-" in name}
    answer = getattr(ctypes.CDLL(path), function)(ctypes.c_int64(properties.id), *map(ctypes.c_uint, numbers))
    assert answer >= 0, function


def shared():
    """A table of shared messages: attributes in one index, datatypes and dataspaces in another."""
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    call("H5Pset_shared_mesg_nindexes", creation, 2)
    call("H5Pset_shared_mesg_index", creation, 0, 1 << 12, 10)
    call("H5Pset_shared_mesg_index", creation, 1, 1 << 1 | 1 << 3, 8)
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V18, h5py.h5f.LIBVER_V18)
    with h5py.File(h5py.h5f.create(str(HERE / "shared.h5").encode(), fcpl=creation, fapl=access)) as f:
        for name in ("x", "y"):
            f.create_dataset(name, data=np.arange(6, dtype="u1").reshape(2, 3)).attrs["note"] = "the same on both"
        for k in range(10):
            f["x"].attrs[f"dense_{k}"] = f"a text that is shared {k % 2}"


def filtered():
    """Small arrays with filters that no reader of Zarr knows, and chunks that left out some of theirs."""
    with h5py.File(HERE / "filtered.h5", "w", libver=("v110", "v110")) as f:
        data = np.arange(24, dtype="u2").reshape(4, 6)
        f.create_dataset("lzf", data=data, chunks=(2, 6), compression="lzf")
        f.create_dataset("szip", data=data, chunks=(2, 6), compression="szip")
        f.create_dataset("scaleoffset", data=data, chunks=(2, 6), scaleoffset=0)
        masked = f.create_dataset("some_masked", shape=(4,), chunks=(2,), dtype="u1", compression="gzip")
        masked[0:2] = [0, 1]
        masked.id.write_direct_chunk((2,), bytes([2, 3]), filter_mask=1)
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((4, 4))
        plist.set_deflate(6)
        call("H5Pset_chunk_opts", plist, 2)
        edges = h5py.h5d.create(f.id, b"edges", h5py.h5t.STD_U16LE, h5py.h5s.create_simple((4, 6)), plist)
        edges.write(h5py.h5s.ALL, h5py.h5s.ALL, data)


if __name__ == "__main__":
    records()
    shared()
    filtered()
    indexes()
    classic()
    dense()
    netcdf()
