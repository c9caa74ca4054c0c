"""A CMIP6 time series in pieces: monthly means, contiguous and uncompressed, in any CF calendar."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cftime
import netCDF4
import numpy as np

from .values import encoded, set_age

UNITS = "days since 1850-01-01"


@dataclass(frozen=True)
class Cmip6:
    """Pieces of unequal length that follow each other without a gap."""

    calendar: str = "standard"
    months: tuple[int, ...] = (24, 12, 7)  # of each piece
    first_year: int = 1999  # so that a piece holds the leap day of 2000
    own_units: bool = False  # each piece counts from its own beginning; its bounds do too, and do not say so
    group: str = "/"
    append_dimension: str = "time"

    def first_month(self, index: int) -> int:
        """Months since January of year 0."""
        return self.first_year * 12 + sum(self.months[:index])

    def key(self, index: int) -> str:
        first = self.first_month(index)
        last = first + self.months[index] - 1
        span = f"{first // 12:04d}{first % 12 + 1:02d}-{last // 12:04d}{last % 12 + 1:02d}"
        return f"ta_Amon_MODEL_historical_r1i1p1f1_gn_{span}.nc"

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        months = self.first_month(index) + np.arange(self.months[index] + 1)
        edges = [cftime.datetime(month // 12, month % 12 + 1, 1, calendar=self.calendar) for month in months]
        units = f"days since {edges[0].strftime('%Y-%m-%d')}" if self.own_units else UNITS
        days = cftime.date2num(edges, units, calendar=self.calendar).astype("f8")
        with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
            file.setncatts({"Conventions": "CF-1.7 CMIP-6.2", "tracking_id": f"hdl:21.14100/{index}-{revision}"})
            for name, length in (("time", len(days) - 1), ("plev", 2), ("lat", 3), ("lon", 2), ("bnds", 2)):
                file.createDimension(name, length)
            time = file.createVariable("time", "f8", ("time",), contiguous=True)
            time.setncatts({"units": units, "calendar": self.calendar, "bounds": "time_bnds", "axis": "T"})
            time[:] = (days[:-1] + days[1:]) / 2
            file.createVariable("time_bnds", "f8", ("time", "bnds"), contiguous=True)[:] = np.stack(
                [days[:-1], days[1:]], axis=1
            )
            for name, values in (("plev", [85000, 50000]), ("lat", [-1, 0, 1]), ("lon", [10, 20])):
                file.createVariable(name, "f8", (name,))[:] = values
            height = file.createVariable("height", "f8", ())
            height.units = "m"
            height.assignValue(2.0)
            shape = (len(days) - 1, 2, 3, 2)
            air = file.createVariable("ta", "f4", ("time", "plev", "lat", "lon"), contiguous=True, fill_value=1e20)
            air.setncatts({"units": "K", "missing_value": np.float32(1e20), "coordinates": "height"})
            air[:] = encoded("f4", shape, variable=0, file=index, revision=revision)
        set_age(path, revision)

    def dataset_file(self, *, batch: int = 100) -> str:
        return cmip6_dataset_file("ta_Amon_MODEL_historical_r1i1p1f1_gn", batch=batch)


def cmip6_dataset_file(stem: str, prefix: str = "data/", *, drop: tuple[str, ...] = (), batch: int = 100) -> str:
    """For any CMIP6 series: its files are named by their first and last step, which hold in `time`."""
    names = ", ".join(f'"{name}"' for name in drop)
    return "\n".join(
        [
            '[dataset]',
            f'name = "{stem}"',
            '[source]',
            f'prefix = "{prefix}"',
            f'pattern = "{stem}_{{first:re:[0-9]+}}-{{last:re:[0-9]+}}.nc"',
            '[parse]',
            f'drop = [{names}]',
            '[axis.time]',
            'kind = "grow"',
            'from = "value"',
            '[forward]',
            f'batch = {batch}',
            '',
        ]
    )
