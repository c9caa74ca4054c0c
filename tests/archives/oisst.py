"""NOAA OISST v2.1: netCDF-4, packed integers, one day a file at noon, preliminary files that final ones replace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np

from .values import encoded, punch_holes, set_age

TIME_EPOCH = datetime(1978, 1, 1, 12)
MISSING = -999
VARIABLES = ("sst", "anom", "err", "ice")


@dataclass(frozen=True)
class Oisst:
    """The layout of the real files on a smaller grid. The first file is of 1 September 1981."""

    latitudes: int = 12
    longitudes: int = 24
    preliminary: frozenset[int] = frozenset()
    group: str = "/"
    append_dimension: str = "time"

    def time(self, index: int) -> datetime:
        return datetime(1981, 9, 1, 12) + timedelta(days=index)

    def key(self, index: int) -> str:
        state = "_preliminary" if index in self.preliminary else ""
        return f"{self.time(index):%Y%m}/oisst-avhrr-v02r01.{self.time(index):%Y%m%d}{state}.nc"

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        state = "Interim" if index in self.preliminary else "Final"
        with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
            file.setncatts({"title": f"OISST Version 2.1 - {state}", "Conventions": "CF-1.6, ACDD-1.3"})
            file.setncatts({"id": path.name, "time_coverage_start": f"{self.time(index):%Y-%m-%dT00:00:00Z}"})
            for name, length in (("time", None), ("zlev", 1), ("lat", self.latitudes), ("lon", self.longitudes)):
                file.createDimension(name, length)
            time = file.createVariable("time", "f4", ("time",))
            time.setncatts({"long_name": "Center time of the day", "units": "days since 1978-01-01 12:00:00"})
            time[:] = (self.time(index) - TIME_EPOCH).days
            self._write_grid(file)
            for number, name in enumerate(VARIABLES):
                self._write_field(file, number, name, index, revision + ("Interim" == state))
        set_age(path, revision)

    def _write_grid(self, file: netCDF4.Dataset) -> None:
        depth = file.createVariable("zlev", "f4", ("zlev",))
        depth.setncatts({"long_name": "Sea surface height", "units": "meters", "positive": "down"})
        depth[:] = 0
        for name, count, first, extent in (("lat", self.latitudes, -90, 180), ("lon", self.longitudes, 0, 360)):
            coordinate = file.createVariable(name, "f4", (name,))
            coordinate.units = "degrees_north" if name == "lat" else "degrees_east"
            coordinate[:] = first + extent / count * (np.arange(count) + 0.5)

    def _write_field(self, file: netCDF4.Dataset, number: int, name: str, index: int, revision: int) -> None:
        shape = (1, 1, self.latitudes, self.longitudes)
        field = file.createVariable(
            name, "i2", ("time", "zlev", "lat", "lon"), zlib=True, shuffle=True, chunksizes=shape, fill_value=MISSING
        )
        field.set_auto_maskandscale(False)
        field.setncatts({"scale_factor": np.float32(0.01), "add_offset": np.float32(0), "units": "Celsius"})
        field[:] = punch_holes(encoded("i2", shape, variable=number, file=index, revision=revision), MISSING, file=index)

    def dataset_file(self, **options: object) -> str:
        raise NotImplementedError("datasets/oisst/dataset.toml describes it")
