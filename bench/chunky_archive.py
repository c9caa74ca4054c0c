"""Archives of daily files that hold many chunks: of the shape of MUR (1,296 a file), or of one field with 100,000."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import h5py
import numpy as np

import measure  # noqa: F401  (for the path of the tests)
from archives.archive import Archive
from archives.values import set_age
from stamped_file import stamp, template

EPOCH = datetime(1981, 1, 1)


@dataclass(frozen=True)
class Chunky:
    """All chunks hold the same few bytes: what is in them is not looked at."""

    fields: tuple[str, ...]
    latitudes: int
    longitudes: int
    chunk: tuple[int, int]
    group: str = "/"
    append_dimension: str = "time"
    libver: str = "earliest"  # chunk indexes are B-trees then; from "v110" arrays
    is_unlimited: bool = True  # along time, which makes an array index an extensible one
    chunk_bytes: int = 0  # of each chunk at least, so that the nodes of its index lie as far apart as in real files

    def time(self, index: int) -> datetime:
        return datetime(2002, 6, 1, 9) + timedelta(days=index)

    def key(self, index: int) -> str:
        return f"chunky.{self.time(index):%Y%m%d}.nc"

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        content = template(self._write, 0, (self._seconds(0),))
        path.write_bytes(stamp(content, [self._seconds(0)], [self._seconds(index)]))
        set_age(path, revision)

    def _seconds(self, index: int) -> bytes:
        return np.array([(self.time(index) - EPOCH).total_seconds()], "<i4").tobytes()

    def _write(self, path: Path, index: int) -> None:
        with h5py.File(path, "w", libver=(self.libver, "latest")) as file:
            seconds = np.frombuffer(self._seconds(index), "<i4")
            time = file.create_dataset("time", data=seconds, maxshape=(None,), chunks=(1,))
            time.attrs["units"] = np.bytes_(f"seconds since {EPOCH:%Y-%m-%d %H:%M:%S}")
            for name, count in (("lat", self.latitudes), ("lon", self.longitudes)):
                degrees = np.linspace(-90, 90, count, dtype="f4")
                file.create_dataset(name, data=degrees, compression="gzip", shuffle=True)
            for name in ("time", "lat", "lon"):
                file[name].make_scale(name)
            for name in self.fields:
                self._write_field(file, name)

    def _write_field(self, file: h5py.File, name: str) -> None:
        shape, chunk = (1, self.latitudes, self.longitudes), (1, *self.chunk)
        layout = {"chunks": chunk, "compression": "gzip", "fillvalue": -1}
        if self.is_unlimited:
            layout["maxshape"] = (None, *shape[1:])
        field = file.create_dataset(name, shape, "<i2", **layout)
        for axis, dimension in enumerate(("time", "lat", "lon")):
            field.dims[axis].attach_scale(file[dimension])
        payload = zlib.compress(bytes(2 * int(np.prod(chunk))), 4).ljust(self.chunk_bytes, b"\0")
        for offset in product(*(range(0, length, edge) for length, edge in zip(shape, chunk))):
            field.id.write_direct_chunk(offset, payload)

    def dataset_file(self, *, kind: str = "grow", batch: int = 100) -> str:
        return (
            '[dataset]\nname = "chunky"\n[source]\nprefix = "data/"\npattern = "chunky.{time:%Y%m%d}.nc"\n'
            f'[axis.time]\nkind = "{kind}"\nfrom = "value"\n[forward]\nbatch = {batch}\n'
        )


MUR_LIKE = Chunky(("analysed_sst", "analysis_error", "mask", "sea_ice_fraction"), 17999, 36000, (1023, 2047))
MANY_CHUNKS = Chunky(("field",), 3160, 3170, (10, 10), chunk_bytes=2000)  # in a B-tree of version 1
MANY_IN_FIXED_ARRAY = replace(MANY_CHUNKS, libver="v110", is_unlimited=False)
MANY_IN_EXTENSIBLE_ARRAY = replace(MANY_CHUNKS, libver="v110")


def make(folder: Path, kind: Chunky, count: int, **options: object) -> Archive:
    archive = Archive(folder, kind)
    archive.data.mkdir(parents=True, exist_ok=True)
    archive.describe(**options)
    archive.deliver(*range(count))
    return archive
