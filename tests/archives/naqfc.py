"""NAQFC air quality: netCDF-4 as GRIB converters write it, a day of hours in every file, no unlimited dimension."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np

from .values import encoded, punch_holes, set_age

MISSING = np.float32(9.999e20)


@dataclass(frozen=True)
class Naqfc:
    """Several time steps a file; static two-dimensional coordinates, a scalar grid mapping, characters and strings."""

    rows: int = 5
    columns: int = 7
    steps: int = 24
    time_chunk: int | None = 12  # None: contiguous, uncompressed
    shuffle_doubles: bool = False  # netCDF-C shuffles after the checksum: for doubles no official zarr reader undoes it
    start: datetime = datetime(2024, 5, 14)
    group: str = "/"
    append_dimension: str = "time"

    def time(self, index: int) -> datetime:
        """Of the first step of a file."""
        return self.start + timedelta(hours=self.steps) * index

    def key(self, index: int) -> str:
        return f"{self.time(index):%Y%m%d}/aqm.{self.time(index):%Y%m%d%H}.ave_1hr_o3.227.nc"

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
            file.setncatts({"Conventions": "CF-1.6", "GRIB_centre": "kwbc", "GRIB_edition": np.int64(2)})
            file.history = f"file {index}, revision {revision}"
            for name, length in (("time", self.steps), ("y", self.rows), ("x", self.columns), ("nchar", 6)):
                file.createDimension(name, length)
            self._write_coordinates(file, index)
            self._write_texts(file)
            self._write_fields(file, index, revision)
        set_age(path, revision)

    def _write_coordinates(self, file: netCDF4.Dataset, index: int) -> None:
        time = file.createVariable("time", "f8", ("time",), **self._layout(("time",)))
        time.units = "seconds since 1970-01-01 00:00:00.0 0:00"
        first = (self.time(index) - datetime(1970, 1, 1)).total_seconds()
        time[:] = first + 3600.0 * np.arange(self.steps)
        for name, count in (("y", self.rows), ("x", self.columns)):
            coordinate = file.createVariable(name, "f8", (name,))
            coordinate.setncatts({"standard_name": f"projection_{name}_coordinate", "units": "m"})
            coordinate[:] = 5079.0 * np.arange(count)
        for name, slope in (("latitude", 0.05), ("longitude", -0.06)):
            coordinate = file.createVariable(name, "f8", ("y", "x"), fill_value=9.999e20)
            coordinate[:] = 20 + slope * np.arange(self.rows * self.columns).reshape(self.rows, self.columns)
        mapping = file.createVariable("lambert_conformal", "i4", ())
        mapping.setncatts({"grid_mapping_name": "lambert_conformal_conic", "standard_parallel": [25.0, 25.0]})
        mapping.assignValue(-7)

    def _write_texts(self, file: netCDF4.Dataset) -> None:
        row_names = file.createVariable("row_name", "S1", ("y", "nchar"))
        row_names[:] = netCDF4.stringtochar(np.array([f"row {row}" for row in range(self.rows)], "S6"))
        column_names = file.createVariable("column_name", str, ("x",))
        for column in range(self.columns):
            column_names[column] = f"column {column} \N{GREEK SMALL LETTER MU}" if column else ""

    def _write_fields(self, file: netCDF4.Dataset, index: int, revision: int) -> None:
        shape = (self.steps, self.rows, self.columns)
        for number, (name, dtype) in enumerate((("ozcon", "f4"), ("ozcon_std", "f8"))):
            missing = MISSING.astype(dtype)
            layout = self._layout(("time", "y", "x")) | {"shuffle": dtype == "f4" or self.shuffle_doubles}
            variable = file.createVariable(name, dtype, ("time", "y", "x"), fill_value=missing, **layout)
            variable.setncatts({"units": "ppb", "coordinates": "latitude longitude"})
            variable.grid_mapping = "lambert_conformal"
            variable[:] = punch_holes(
                encoded(dtype, shape, variable=number, file=index, revision=revision), missing, file=index
            )
        lead = file.createVariable("lead", "i4", ("time",), **self._layout(("time",)))
        lead.units = "1"
        lead[:] = encoded("i4", (self.steps,), variable=5, file=index, revision=revision)

    def _layout(self, dimensions: tuple[str, ...]) -> dict[str, object]:
        if self.time_chunk is None:
            return {"contiguous": True}
        sizes = {"time": self.time_chunk, "y": self.rows, "x": self.columns}
        return {"zlib": True, "fletcher32": True, "chunksizes": tuple(sizes[name] for name in dimensions)}

    def dataset_file(self, *, kind: str = "grow", end: int | None = None, batch: int = 100) -> str:
        """`kind` is that of the axis, whose values are in the files; `end` is a file index of a regular axis."""
        axis = ['[axis.time]', f'kind = "{kind}"', 'from = "value"']
        if kind == "regular":
            axis += [f'start = "{self.start:%Y-%m-%dT%H:%M:%SZ}"', 'step = "1h"']
            if end is not None:
                axis.append(f'end = "{self.time(end):%Y-%m-%dT%H:%M:%SZ}"')
        return "\n".join(
            [
                '[dataset]',
                'name = "naqfc-like"',
                '[source]',
                'prefix = "data/"',
                'pattern = "{day:%Y%m%d}/aqm.{run:%Y%m%d%H}.ave_1hr_o3.227.nc"',
                *axis,
                '[forward]',
                f'batch = {batch}',
                '',
            ]
        )
