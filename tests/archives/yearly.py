"""Years of days in one file each: the archives in which the chunks of a file do not fill it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import netCDF4
import numpy as np

from .values import encoded, set_age

EPOCH = datetime(2001, 1, 1)
LATITUDES, LONGITUDES = 4, 6  # a year of them is over the 64 KiB below which a variable may be decoded


@dataclass(frozen=True)
class Yearly:
    """`days` steps a file, in chunks of `chunk` steps; there are no leap years here."""

    days: int = 365
    chunk: int = 100
    group: str = "/"
    append_dimension: str = "time"

    def key(self, index: int) -> str:
        return f"daily.{2001 + index}.nc"

    def write(self, path: Path, index: int, *, revision: int = 0, days: int | None = None) -> None:
        """`days` of the year are over so far: all, by default."""
        days = self.days if days is None else days
        with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
            for name, length in (("time", None), ("lat", LATITUDES), ("lon", LONGITUDES)):
                file.createDimension(name, length)
            time = file.createVariable("time", "f8", ("time",))
            time.setncatts({"units": f"days since {EPOCH:%Y-%m-%d}", "calendar": "noleap"})
            time[:] = self.days * index + np.arange(days)
            for name, count in (("lat", LATITUDES), ("lon", LONGITUDES)):
                file.createVariable(name, "f4", (name,))[:] = np.arange(count)
            chunks = (self.chunk, LATITUDES, LONGITUDES)
            tos = file.createVariable("tos", "f8", ("time", "lat", "lon"), zlib=True, chunksizes=chunks)
            year = encoded("f8", (self.days, LATITUDES, LONGITUDES), variable=0, file=index, revision=revision)
            tos[:] = year[:days]
        set_age(path, revision)

    def dataset_file(self, *, kind: str = "grow", parse: str = "") -> str:
        """`parse`: lines of the section of that name."""
        steps = f'start = "{EPOCH:%Y-%m-%d}"\nstep = "1d"\ncalendar = "noleap"\n' if kind == "regular" else ""
        return (
            '[source]\nprefix = "data/"\npattern = "daily.{year:%Y}.nc"\n'
            f'[parse]\n{parse}\n[axis.time]\nkind = "{kind}"\nfrom = "value"\n{steps}'
        )
