"""How one variable is kept in a file: its type, packing and encoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import netCDF4
import numpy as np

from .values import encoded, punch_holes


@dataclass(frozen=True)
class Packing:
    dtype: str = "i2"
    scale_factor: float | None = 0.01
    add_offset: float | None = 273.15
    fill: int = -999
    missing: int | None = None
    units: str | None = "kelvin"
    unsigned: str | None = None
    long_name: str = "temperature"
    zlib: bool = True
    complevel: int = 4
    shuffle: bool = True
    fletcher32: bool = False
    chunks: tuple[int, int, int] = (1, 2, 3)
    endian: str = "little"

    def write(self, file: netCDF4.Dataset, name: str, index: int, revision: int = 0) -> None:
        """One step on the grid of the file, of packed numbers that encode where they are."""
        variable = file.createVariable(
            name,
            np.dtype(self.dtype).newbyteorder(self.endian),
            ("time", "lat", "lon"),
            fill_value=np.dtype(self.dtype).type(self.fill),
            zlib=self.zlib,
            complevel=self.complevel,
            shuffle=self.shuffle,
            fletcher32=self.fletcher32,
            chunksizes=self.chunks,
            endian=self.endian,
        )
        variable.set_auto_maskandscale(False)
        attributes = {
            "scale_factor": self.scale_factor,
            "add_offset": self.add_offset,
            "missing_value": None if self.missing is None else np.dtype(self.dtype).type(self.missing),
            "units": self.units,
            "_Unsigned": self.unsigned,
            "long_name": self.long_name,
        }
        variable.setncatts({name: value for name, value in attributes.items() if value is not None})
        shape = tuple(len(file.dimensions[dimension]) for dimension in ("time", "lat", "lon"))
        values = encoded(self.dtype, shape, variable=1, file=index, revision=revision)
        variable[:] = punch_holes(values, self.fill, file=index)


def packed(usual: Packing, **others: Packing) -> Callable[[netCDF4.Dataset, int, int], None]:
    """For `Plain`: the variable `sst`, packed as `file_N` says in file N and as usual elsewhere."""

    def fill(file: netCDF4.Dataset, index: int, revision: int) -> None:
        others.get(f"file_{index}", usual).write(file, "sst", index, revision)

    return fill
