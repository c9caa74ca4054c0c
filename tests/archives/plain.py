"""Daily netCDF-4 files with the content that one test needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import h5py
import netCDF4
import numpy as np

from .values import encoded, set_age

START = datetime(2024, 2, 27)
LATITUDES, LONGITUDES = 4, 6


@dataclass(frozen=True)
class Plain:
    """`fill(file, index, revision)` writes what is in a file, on a grid that is there already."""

    fill: Callable[[netCDF4.Dataset, int, int], None]
    has_time: bool = True
    group: str = "/"
    append_dimension: str = "time"
    latitudes: int = LATITUDES
    longitudes: int = LONGITUDES

    def time(self, index: int) -> datetime:
        return START + timedelta(days=index)

    def key(self, index: int) -> str:
        return f"plain.{self.time(index):%Y%m%d}.nc"

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
            if self.has_time:
                file.createDimension("time", 1)
                time = file.createVariable("time", "i4", ("time",))
                time.units = "hours since 2000-01-01"
                time[:] = int((self.time(index) - datetime(2000, 1, 1)).total_seconds()) // 3600
            for name, count in (("lat", self.latitudes), ("lon", self.longitudes)):
                file.createDimension(name, count)
                file.createVariable(name, "f4", (name,))[:] = np.arange(count)
            self.fill(file, index, revision)
        set_age(path, revision)

    def dataset_file(self, *, kind: str = "regular", parse: str = "", more: str = "") -> str:
        """`parse`: lines of the section of that name; `more`: whole sections."""
        steps = f'start = "{START:%Y-%m-%d}"\nstep = "1d"\n' if kind == "regular" else ""
        return (
            '[source]\nprefix = "data/"\npattern = "plain.{time:%Y%m%d}.nc"\n'
            f'[parse]\n{parse}\n[axis.time]\nkind = "{kind}"\n{steps}{more}\n'
        )


def add_field(file: netCDF4.Dataset, name: str, index: int, revision: int = 0, dtype: str = "f4", **layout) -> None:
    """One step of data on the grid, with the time as a dimension where the file has one."""
    dimensions = ("time", "lat", "lon") if "time" in file.dimensions else ("lat", "lon")
    shape = tuple(len(file.dimensions[dimension]) for dimension in dimensions)
    file.createVariable(name, dtype, dimensions, **layout)[:] = encoded(
        np.dtype(dtype).newbyteorder("=").str, shape, variable=len(file.variables), file=index, revision=revision
    )


def replace_field(path: Path, name: str, *, fill: bool = True, **creation: object) -> None:
    """The variable again, in a form that only h5py can give it."""
    with h5py.File(path, "r+") as file:
        values, scales = file[name][...], [dimension[0] for dimension in file[name].dims]
        chunks = file[name].chunks
        del file[name]
        field = file.create_dataset(
            name, **({"shape": values.shape, "dtype": values.dtype, "chunks": chunks} | creation)
        )
        for axis, scale in enumerate(scales):
            field.dims[axis].attach_scale(scale)
        if fill and field.dtype == values.dtype:
            field[...] = values
    set_age(path)


def shuffle_all_but_one(path: Path, name: str) -> None:
    """The filter mask of the first chunk says that its only filter was left out."""
    with h5py.File(path) as file:
        values, (_, rows, columns) = file[name][...], file[name].chunks
    replace_field(path, name, shuffle=True, fill=False)
    with h5py.File(path, "r+") as file:
        field = file[name]
        # First of all: libhdf5 does not note a mask in the place of a chunk of the same size.
        field.id.write_direct_chunk((0, 0, 0), values[:1, :rows, :columns].tobytes(), filter_mask=1)
        field[:, rows:, :] = values[:, rows:, :]
        field[:, :rows, columns:] = values[:, :rows, columns:]
    set_age(path)
