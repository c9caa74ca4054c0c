"""A model's output in NetCDF-3: some steps of a grid with depth in each file, laid out in one of the formats' ways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np

from .values import encoded, set_age

START = datetime(1994, 1, 1)
DEPTHS, LATITUDES, LONGITUDES = 3, 4, 5


@dataclass(frozen=True)
class Ocean:
    """`records`: whether time is the record dimension, so that variables are interleaved, step by step."""

    layout: str = "NETCDF3_64BIT_OFFSET"
    records: bool = True
    steps: tuple[int, ...] = (4, 3, 5)  # of each file
    group: str = "/"
    append_dimension: str = "time"

    def first_day(self, index: int) -> int:
        return sum(self.steps[:index])

    def key(self, index: int) -> str:
        return f"ocean.{START + timedelta(days=self.first_day(index)):%Y%m%d}.nc"

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        count = self.steps[index]
        days = self.first_day(index) + np.arange(count)
        with netCDF4.Dataset(path, "w", format=self.layout) as file:
            file.set_auto_maskandscale(False)
            file.setncatts({"Conventions": "CF-1.6", "history": f"run {revision}", "source": "an ocean model"})
            lengths = {"time": None if self.records else count, "depth": DEPTHS, "lat": LATITUDES, "lon": LONGITUDES}
            for name, length in (lengths | {"bnds": 2}).items():
                file.createDimension(name, length)
            time = file.createVariable("time", "f8", ("time",))
            time.setncatts({"units": f"days since {START:%Y-%m-%d}", "calendar": "standard", "bounds": "time_bnds"})
            time[:] = days + 0.5
            file.createVariable("time_bnds", "f8", ("time", "bnds"))[:] = np.stack([days, days + 1], axis=1)
            for name, length, dtype in (("depth", DEPTHS, "f4"), ("lat", LATITUDES, "f8"), ("lon", LONGITUDES, "f8")):
                file.createVariable(name, dtype, (name,))[:] = np.arange(length)
            temperature = file.createVariable(
                "water_temp", "i2", ("time", "depth", "lat", "lon"), fill_value=np.int16(-30000)
            )
            temperature.set_auto_maskandscale(False)
            temperature.setncatts({"units": "degC", "scale_factor": 0.001, "add_offset": 20.0})
            shape = (count, DEPTHS, LATITUDES, LONGITUDES)
            temperature[:] = encoded("i2", shape, variable=0, file=index, revision=revision)
            file.createVariable("surf_el", "f4", ("time", "lat", "lon"))[:] = encoded(
                "f4", (count, LATITUDES, LONGITUDES), variable=1, file=index, revision=revision
            )
            file.createVariable("mask", "i1", ("lat", "lon"))[:] = np.eye(LATITUDES, LONGITUDES)
        set_age(path, revision)

    def dataset_file(self, *, parse: str = "", batch: int = 100) -> str:
        """`parse`: lines of the section of that name."""
        return (
            '[source]\nprefix = "data/"\npattern = "ocean.{day:re:[0-9]+}.nc"\n'
            f'[parse]\nformat = "netcdf3"\n{parse}\n[axis.time]\nkind = "grow"\nfrom = "value"\n'
            f"[forward]\nbatch = {batch}\n"
        )
