"""MUR sea surface temperature: netCDF-4, packed integers, one day a file, many attributes that differ per file."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np

from .values import encoded, punch_holes, set_age

TIME_EPOCH = datetime(1981, 1, 1)
PATTERN = "{time:%Y%m%d%H%M%S}-JPL-L4_GHRSST-SSTfnd-MUR-GLOB-v02.0-fv04.1.nc"
# name, type, scale_factor, add_offset, _FillValue
PACKED = (
    ("analysed_sst", "i2", 0.001, 298.15, -32768),
    ("analysis_error", "i2", 0.01, 0.0, -32768),
    ("sea_ice_fraction", "i1", 0.01, 0.0, -128),
)


@dataclass(frozen=True)
class Mur:
    """Chunks that overhang the array, chunks that were never written, and netCDF-C's default chunking of time."""

    latitudes: int = 17
    longitudes: int = 26
    chunk: tuple[int, int, int] = (1, 6, 9)
    start: datetime = datetime(2023, 12, 25, 9)
    scale_factor: float | None = None  # another one than the product's, for the first variable
    latitude_shift: float = 0.0
    group: str = "/"
    append_dimension: str = "time"

    def time(self, index: int) -> datetime:
        return self.start + timedelta(days=index)

    def key(self, index: int) -> str:
        return f"{self.time(index):%Y%m%d%H%M%S}-JPL-L4_GHRSST-SSTfnd-MUR-GLOB-v02.0-fv04.1.nc"

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
            self._write_global_attributes(file, index, revision)
            file.createDimension("time", None)
            file.createDimension("lat", self.latitudes)
            file.createDimension("lon", self.longitudes)
            self._write_coordinates(file, index)
            for number, packed in enumerate(PACKED):
                self._write_packed(file, number, packed, index, revision)
            self._write_mask(file, index, revision)
        set_age(path, revision)

    def _write_global_attributes(self, file: netCDF4.Dataset, index: int, revision: int) -> None:
        # More than eight attributes go to dense storage, which is what the real files have.
        file.setncatts({f"constant_{number:02d}": f"value {number}" for number in range(20)})
        file.Conventions = "CF-1.7"
        file.netcdf_version_id = "4.1"
        file.history = f"file {index}, revision {revision}"
        file.uuid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"mur/{index}/{revision}"))
        file.start_time = f"{self.time(index):%Y%m%dT%H%M%SZ}"
        file.northernmost_latitude = np.float32(90)

    def _write_coordinates(self, file: netCDF4.Dataset, index: int) -> None:
        time = file.createVariable("time", "i4", ("time",))
        time.setncatts({"long_name": "reference time of sst field", "standard_name": "time", "axis": "T"})
        time.units = "seconds since 1981-01-01 00:00:00 UTC"
        time[:] = [int((self.time(index) - TIME_EPOCH).total_seconds())]
        for name, count, limit in (("lat", self.latitudes, 90), ("lon", self.longitudes, 180)):
            coordinate = file.createVariable(name, "f4", (name,), zlib=True)
            coordinate.setncatts({"units": "degrees_north" if name == "lat" else "degrees_east", "valid_max": limit})
            shift = self.latitude_shift if name == "lat" else 0
            coordinate[:] = np.linspace(-limit, limit, count, dtype="f4") + np.float32(shift)

    def _write_packed(self, file: netCDF4.Dataset, number: int, packed: tuple, index: int, revision: int) -> None:
        name, dtype, scale, offset, missing = packed
        variable = file.createVariable(
            name, dtype, ("time", "lat", "lon"), zlib=True, shuffle=True, chunksizes=self.chunk, fill_value=missing
        )
        if number == 0 and self.scale_factor is not None:
            scale = self.scale_factor
        variable.setncatts({"scale_factor": np.float64(scale), "add_offset": np.float64(offset), "units": "kelvin"})
        variable.set_auto_maskandscale(False)
        shape = (1, self.latitudes, self.longitudes)
        values = punch_holes(encoded(dtype, shape, variable=number, file=index, revision=revision), missing, file=index)
        # Over land a provider may leave chunks out: in every third file the last rows are never written.
        rows = self.chunk[1] if index % 3 == 2 and number == 0 else self.latitudes
        variable[:, :rows, :] = values[:, :rows, :]

    def _write_mask(self, file: netCDF4.Dataset, index: int, revision: int) -> None:
        mask = file.createVariable("mask", "i1", ("time", "lat", "lon"), zlib=True, chunksizes=self.chunk)
        mask.flag_values = np.array([1, 2, 5, 9, 13], "i1")
        mask.flag_meanings = "open_sea land open_lake open_sea_with_ice open_lake_with_ice"
        mask[:] = encoded("i1", (1, self.latitudes, self.longitudes), variable=4, file=index, revision=revision)

    def dataset_file(self, *, kind: str = "regular", end: int | None = None, start: int = 0, batch: int = 100) -> str:
        """`kind` is that of the axis; `start` and `end` are file indices of a regular axis."""
        axis = ['[axis.time]', f'kind = "{kind}"']
        if kind == "regular":
            axis += [f'start = "{self.time(start):%Y-%m-%dT%H:%M:%SZ}"', 'step = "1d"']
            if end is not None:
                axis.append(f'end = "{self.time(end):%Y-%m-%dT%H:%M:%SZ}"')
        return "\n".join(
            [
                '[dataset]',
                'name = "mur-like"',
                '[source]',
                'prefix = "data/"',
                f'pattern = "{PATTERN}"',
                *axis,
                '[forward]',
                f'batch = {batch}',
                '',
            ]
        )
