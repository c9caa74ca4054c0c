"""GPM IMERG half-hourly: HDF5 by h5py, the data in the group Grid, one time step a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import h5py
import numpy as np

from .values import encoded, punch_holes, set_age

MISSING = np.float32(-9999.9)
TIME_UNITS = "seconds since 1980-01-06 00:00:00 UTC"
TIME_EPOCH = datetime(1980, 1, 6)
PATTERN = (
    "{time:%Y/%j}/3B-HHR.MS.MRG.3IMERG.{time:%Y%m%d}-S{time:%H%M%S}"
    "-E{time+29m59s:%H%M%S}.{minute_of_day:04d}.V07B.HDF5"
)


@dataclass(frozen=True)
class Imerg:
    """Float32 fields with a fill value, chunked below their size, deflated; an unlimited time with h5py's chunking."""

    longitudes: int = 24
    latitudes: int = 16
    chunk: tuple[int, int, int] = (1, 10, 16)
    start: datetime = datetime(2020, 2, 28, 22, 30)  # crosses the end of a day, a leap day and the end of a month
    group: str = "Grid"
    append_dimension: str = "time"

    def time(self, index: int) -> datetime:
        return self.start + timedelta(minutes=30) * index

    def key(self, index: int) -> str:
        begin = self.time(index)
        end = begin + timedelta(minutes=29, seconds=59)
        minute = begin.hour * 60 + begin.minute
        return f"{begin:%Y/%j}/3B-HHR.MS.MRG.3IMERG.{begin:%Y%m%d}-S{begin:%H%M%S}-E{end:%H%M%S}.{minute:04d}.V07B.HDF5"

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        with h5py.File(path, "w") as file:
            file.attrs["FileHeader"] = np.bytes_(f"GranuleNumber={index};\nFileRevision={revision};\n")
            grid = file.create_group("Grid")
            grid.attrs["GridHeader"] = np.bytes_("BinMethod=ARITHMEAN;\nRegistration=CENTER;\n")
            grid.attrs["history"] = f"made as file {index}, revision {revision}"
            self._write_coordinates(grid, index)
            self._write_fields(grid, index, revision)
            self._write_fields(grid.create_group("Intermediate"), index, revision, names=("MWprecipitation",))
        set_age(path, revision)

    def _write_coordinates(self, grid: h5py.Group, index: int) -> None:
        seconds = int((self.time(index) - TIME_EPOCH).total_seconds())
        time = grid.create_dataset("time", data=np.array([seconds], "i4"), maxshape=(None,), chunks=(32,))
        for name, text in (("units", TIME_UNITS), ("calendar", "standard"), ("bounds", "time_bnds")):
            time.attrs[name] = np.bytes_(text)
        for name, count, low, high in (("lon", self.longitudes, -180, 180), ("lat", self.latitudes, -90, 90)):
            step = (high - low) / count
            centres = (low + step * (np.arange(count) + 0.5)).astype("f4")
            coordinate = grid.create_dataset(name, data=centres)
            coordinate.attrs["units"] = np.bytes_("degrees_east" if name == "lon" else "degrees_north")
        for name in ("time", "lon", "lat"):
            grid[name].make_scale(name)
        vertices = grid.create_dataset("nv", data=np.arange(2, dtype="i4"))
        vertices.make_scale("nv")
        bounds = grid.create_dataset(
            "time_bnds", data=np.array([[seconds, seconds + 1799]], "i4"), maxshape=(None, 2), chunks=(32, 2)
        )
        bounds.dims[0].attach_scale(time)
        bounds.dims[1].attach_scale(vertices)

    def _write_fields(
        self,
        group: h5py.Group,
        index: int,
        revision: int,
        names: tuple[str, ...] = ("precipitation", "randomError", "probabilityLiquidPrecipitation"),
    ) -> None:
        shape = (1, self.longitudes, self.latitudes)
        for number, name in enumerate(names):
            dtype, missing = ("i2", np.int16(-9999)) if name.startswith("probability") else ("f4", MISSING)
            values = punch_holes(
                encoded(dtype, shape, variable=number, file=index, revision=revision), missing, file=index
            )
            field = group.create_dataset(
                name,
                data=values,
                chunks=self.chunk,
                maxshape=(None, *shape[1:]),
                fillvalue=missing,
                compression="gzip",
                shuffle=number != 1,
            )
            field.attrs["DimensionNames"] = np.bytes_("time,lon,lat")
            field.attrs["units"] = np.bytes_("percent" if dtype == "i2" else "mm/hr")
            field.attrs["_FillValue"] = missing
            scales = group if "time" in group else group.parent
            for axis, dimension in enumerate(("time", "lon", "lat")):
                field.dims[axis].attach_scale(scales[dimension])

    def dataset_file(self, *, kind: str = "regular", end: int | None = None, start: int = 0, batch: int = 100) -> str:
        """`kind` is that of the axis; `start` and `end` are file indices of a regular axis."""
        axis = ['[axis.time]', f'kind = "{kind}"']
        if kind == "regular":
            axis += [f'start = "{self.time(start):%Y-%m-%dT%H:%M:%SZ}"', 'step = "30m"']
            if end is not None:
                axis.append(f'end = "{self.time(end):%Y-%m-%dT%H:%M:%SZ}"')
        axis.append('from = "pattern"')
        return "\n".join(
            [
                '[dataset]',
                'name = "imerg-like"',
                '[store]',
                'url = "./store"',
                '[source]',
                'prefix = "data/"',
                f'pattern = "{PATTERN}"',
                '[parse]',
                'format = "hdf5"',
                'group = "Grid"',
                'drop = ["nv"]',
                *axis,
                '[coords]',
                'static = ["lon", "lat"]',
                '[forward]',
                f'batch = {batch}',
                '',
            ]
        )
