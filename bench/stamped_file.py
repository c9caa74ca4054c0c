"""Files that differ in their times only: copies of one, with the bytes of the times exchanged."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path


@cache
def template(write: Callable[[Path, int], None], index: int, marks: tuple[bytes, ...]) -> bytes:
    """The file `index` as HDF5 writes it; its `marks` must be told from all else that is in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "template.h5")
        write(path, index)
        content = path.read_bytes()
    for mark in marks:
        if not 1 <= content.count(mark) <= 2:
            raise ValueError(f"{mark!r} is {content.count(mark)} times in the file")
    return content


def stamp(content: bytes, old: Sequence[bytes], new: Sequence[bytes]) -> bytes:
    for before, after in zip(old, new, strict=True):
        content = content.replace(before, after)
    return content
