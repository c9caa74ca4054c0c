"""Makes an archive of files of the shape of GPM IMERG, quickly: all are copies of a few, with times of their own.

usage: imerg_archive.py FOLDER [COUNT] [FIRST]
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

import measure  # noqa: F401  (for the path of the tests)
from archives.archive import Archive
from archives.imerg import MISSING, TIME_EPOCH, Imerg
from archives.values import set_age
from stamped_file import stamp, template

PAYLOADS = 4


@cache
def compressed_chunks(shape: tuple[int, ...]) -> list[bytes]:
    """A few chunks as the filters shuffle and deflate leave them."""
    elements = [np.full(shape, value, "<f4") for value in range(PAYLOADS)]
    shuffled = [chunk.reshape(-1).view("u1").reshape(-1, 4).T.tobytes() for chunk in elements]
    return [zlib.compress(chunk, 4) for chunk in shuffled]


@dataclass(frozen=True)
class FullSizeImerg(Imerg):
    """Three fields of 25 chunks each in the group Grid."""

    longitudes: int = 3600
    latitudes: int = 1800
    chunk: tuple[int, int, int] = (1, 145, 1800)
    chunk_bytes: int = 0  # of each chunk at least; 100,000 makes a file of 7.6 MB, as real ones are

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        """A copy of one of the first files, in which the bytes of its times are exchanged."""
        original = index % PAYLOADS
        content = template(super().write, original, self._seconds(original))
        path.write_bytes(stamp(content, self._seconds(original), self._seconds(index)))
        set_age(path, revision)

    def _seconds(self, index: int) -> tuple[bytes, ...]:
        """The first and the last second of a file, as they lie in it."""
        first = int((self.time(index) - TIME_EPOCH).total_seconds())
        return tuple(np.array([second], "<i4").tobytes() for second in (first, first + 1799))

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
        payloads = [payload.ljust(self.chunk_bytes, b"\0") for payload in compressed_chunks(self.chunk)]
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


def make(folder: Path, count: int, *, batch: int = 10, first: int = 0, **options: object) -> Archive:
    """Or adds to what is there."""
    archive = Archive(folder, FullSizeImerg())
    archive.data.mkdir(parents=True, exist_ok=True)
    archive.describe(batch=batch, **options)
    archive.deliver(*range(first, first + count))
    return archive


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[2:]]
    archive = make(Path(sys.argv[1]), numbers[0] if numbers else 200, first=numbers[1] if len(numbers) > 1 else 0)
    print(f"{len(archive.files())} files, {sum(file.stat().st_size for file in archive.files()) / 1e6:.0f} MB")
