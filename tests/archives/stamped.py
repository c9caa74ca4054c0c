"""Small hourly files of which thousands take a second: each is a copy of one, with bytes of its own in place."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import h5py
import numpy as np

from .values import encoded, set_age

START = datetime(2023, 12, 30, 20)
UNITS = "hours since 2000-01-01"
EPOCH = datetime(2000, 1, 1)
# Names, types and attributes of what is in a file.
FIELDS = {
    "temperature": ("<f4", {"units": "K", "_FillValue": np.float32(-9999)}),
    "wind": ("<i2", {"units": "m s-1", "scale_factor": 0.01, "add_offset": 3.0, "_FillValue": np.int16(-32768)}),
}


@dataclass(frozen=True)
class Stamped:
    """`scale_factor` and `latitudes` other than the default make files that do not fit the others."""

    latitudes: int = 4
    longitudes: int = 6
    scale_factor: float = 0.01
    group: str = "/"
    append_dimension: str = "time"

    def time(self, index: int) -> datetime:
        return START + timedelta(hours=index)

    def key(self, index: int) -> str:
        return f"{self.time(index):%Y}/stamped.{self.time(index):%Y%m%dT%H}.nc"

    def values(self, index: int, revision: int = 0) -> dict[str, np.ndarray]:
        shape = (1, self.latitudes, self.longitudes)
        fields = {
            name: encoded(dtype, shape, variable=number, file=index, revision=revision)
            for number, (name, (dtype, _)) in enumerate(FIELDS.items())
        }
        hours = int((self.time(index) - EPOCH).total_seconds()) // 3600
        return {"time": np.array([hours], "<i4")} | fields

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        content, places = _template(self)
        stamped = bytearray(content)
        for name, values in self.values(index, revision).items():
            stamped[places[name] : places[name] + values.nbytes] = values.tobytes()
        path.write_bytes(stamped)
        set_age(path, revision)

    def dataset_file(self, *, batch: int = 100) -> str:
        return (
            '[dataset]\nname = "stamped"\n'
            '[source]\nprefix = "data/"\npattern = "{time:%Y}/stamped.{time:%Y%m%dT%H}.nc"\n'
            f'[axis.time]\nkind = "regular"\nstart = "{START:%Y-%m-%dT%H:%M:%SZ}"\nstep = "1h"\n'
            f"[forward]\nbatch = {batch}\n"
        )


@cache
def _template(product: Stamped) -> tuple[bytes, dict[str, int]]:
    """A whole file, and where in it the values of each variable lie."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "template.nc")
        with h5py.File(path, "w") as file:
            _write(file, product)
            places = {name: file[name].id.get_chunk_info(0).byte_offset for name in ("time", *FIELDS)}
        return path.read_bytes(), places


def _write(file: h5py.File, product: Stamped) -> None:
    for name, count in (("lat", product.latitudes), ("lon", product.longitudes)):
        file.create_dataset(name, data=np.arange(count, dtype="f4")).make_scale(name)
    for name, values in product.values(0).items():
        variable = file.create_dataset(name, data=values, chunks=values.shape, maxshape=(None, *values.shape[1:]))
        if name == "time":
            variable.attrs["units"] = np.bytes_(UNITS)
            variable.make_scale(name)
            continue
        attributes = FIELDS[name][1] | ({"scale_factor": product.scale_factor} if name == "wind" else {})
        for attribute, value in attributes.items():
            variable.attrs[attribute] = np.bytes_(value) if isinstance(value, str) else value
        for axis, dimension in enumerate(("time", "lat", "lon")):
            variable.dims[axis].attach_scale(file[dimension])
