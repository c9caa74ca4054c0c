"""MUR with as many chunks as real files have, and as far apart: what is in them is not looked at."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import h5py
import netCDF4
import numpy as np

from .mur import Mur
from .values import set_age


@dataclass(frozen=True)
class FullSizeMur(Mur):
    """Four fields of 324 chunks, by netCDF-C; the global attributes are in dense storage."""

    latitudes: int = 17999
    longitudes: int = 36000
    chunk: tuple[int, int, int] = (1, 1023, 2047)
    chunk_bytes: int = 0  # of each chunk at least; 442,000 makes a file of 573 MB, as real ones are

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        super().write(path, index, revision=revision)
        with h5py.File(path, "r+") as file:
            for name in ("analysed_sst", "analysis_error", "sea_ice_fraction", "mask"):
                self._fill(file[name])
        set_age(path, revision)

    def _fill(self, field: h5py.Dataset) -> None:
        payload = zlib.compress(bytes(int(np.prod(field.chunks)) * field.dtype.itemsize), 4)
        payload = payload.ljust(self.chunk_bytes, b"\0")
        field.resize(1, axis=0)
        for offset in product(*(range(0, length, edge) for length, edge in zip(field.shape, field.chunks))):
            field.id.write_direct_chunk(offset, payload)

    def _write_packed(self, file: netCDF4.Dataset, number: int, packed: tuple, index: int, revision: int) -> None:
        name, dtype, scale, offset, missing = packed
        variable = file.createVariable(
            name, dtype, ("time", "lat", "lon"), zlib=True, shuffle=True, chunksizes=self.chunk, fill_value=missing
        )
        variable.setncatts({"scale_factor": np.float64(scale), "add_offset": np.float64(offset), "units": "kelvin"})

    def _write_mask(self, file: netCDF4.Dataset, index: int, revision: int) -> None:
        mask = file.createVariable("mask", "i1", ("time", "lat", "lon"), zlib=True, chunksizes=self.chunk)
        mask.flag_values = np.array([1, 2, 5, 9, 13], "i1")
        mask.flag_meanings = "open_sea land open_lake open_sea_with_ice open_lake_with_ice"
