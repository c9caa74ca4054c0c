"""Makes an archive of files of the shape of GPM IMERG, quickly: chunks are compressed once and written as they are.

usage: imerg_archive.py FOLDER [COUNT]
"""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from archives.archive import Archive, make_archive
from archives.imerg import MISSING, Imerg


@cache
def compressed_chunks(shape: tuple[int, ...]) -> list[bytes]:
    """A few chunks as the filters shuffle and deflate leave them."""
    elements = [np.full(shape, value, "<f4") for value in range(4)]
    shuffled = [chunk.reshape(-1).view("u1").reshape(-1, 4).T.tobytes() for chunk in elements]
    return [zlib.compress(chunk, 4) for chunk in shuffled]


@dataclass(frozen=True)
class FullSizeImerg(Imerg):
    """Three fields of 25 chunks each in the group Grid."""

    longitudes: int = 3600
    latitudes: int = 1800
    chunk: tuple[int, int, int] = (1, 145, 1800)

    def _write_fields(
        self,
        group: h5py.Group,
        index: int,
        revision: int,
        names: tuple[str, ...] = ("precipitation", "precipitationUncal", "randomError"),
    ) -> None:
        if group.name != "/Grid":
            return
        shape = (1, self.longitudes, self.latitudes)
        payloads = compressed_chunks(self.chunk)
        for name in names:
            field = group.create_dataset(
                name,
                shape,
                "<f4",
                chunks=self.chunk,
                maxshape=(None, *shape[1:]),
                fillvalue=MISSING,
                compression="gzip",
                shuffle=True,
            )
            field.attrs.update({"units": np.bytes_("mm/hr"), "_FillValue": MISSING})
            field.attrs["DimensionNames"] = np.bytes_("time,lon,lat")
            for axis, dimension in enumerate(("time", "lon", "lat")):
                field.dims[axis].attach_scale(group[dimension])
            edges = (range(0, length, edge) for length, edge in zip(shape, self.chunk))
            for number, offset in enumerate(product(*edges)):
                field.id.write_direct_chunk(offset, payloads[(index + number) % len(payloads)])


def make(folder: Path, count: int, *, batch: int) -> Archive:
    return make_archive(folder, FullSizeImerg(), count, batch=batch)


if __name__ == "__main__":
    archive = make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200, batch=10)
    print(f"{len(archive.files())} files, {sum(file.stat().st_size for file in archive.files()) / 1e6:.0f} MB")
