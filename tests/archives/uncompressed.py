"""Files of which a library left the compressor out, of all chunks or of one, as it does where it makes nothing smaller."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import h5py
import numpy as np

from .values import encoded, set_age

START = datetime(2003, 1, 1)
STEPS, CELLS = 2, 4


@dataclass(frozen=True)
class Uncompressed:
    masks: tuple[tuple[int, ...], ...] = ((0, 0), (1, 1), (1, 0), (0, 0))  # of each chunk of each file
    group: str = "/"
    append_dimension: str = "time"

    def key(self, index: int) -> str:
        return f"flow.{START + timedelta(days=STEPS * index):%Y%m%d}.nc"

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        with h5py.File(path, "w") as file:
            time = file.create_dataset("time", data=STEPS * index + np.arange(STEPS, dtype="f8"))
            time.attrs["units"] = f"days since {START:%Y-%m-%d}"
            cell = file.create_dataset("cell", data=np.arange(CELLS, dtype="f8"))
            flow = file.create_dataset("flow", (STEPS, CELLS), "<f4", chunks=(1, CELLS), compression="gzip")
            values = encoded("f4", (STEPS, CELLS), variable=0, file=index, revision=revision)
            for step, mask in enumerate(self.masks[index]):
                content = np.asarray(values[step], "<f4").tobytes()
                flow.id.write_direct_chunk((step, 0), content if mask else zlib.compress(content), mask)
            for axis, scale in enumerate((time, cell)):
                scale.make_scale(("time", "cell")[axis])
                flow.dims[axis].attach_scale(scale)
        set_age(path, revision)

    def dataset_file(self, *, parse: str = "", batch: int = 100) -> str:
        """`parse`: lines of the section of that name."""
        return (
            '[source]\nprefix = "data/"\npattern = "flow.{day:re:[0-9]+}.nc"\n'
            f'[parse]\nformat = "hdf5"\n{parse}\n[axis.time]\nkind = "grow"\nfrom = "value"\n'
            f"[forward]\nbatch = {batch}\n"
        )
