"""Values that encode where they come from, and moments that do not depend on when a test runs."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

# A local file that changed a moment ago is waited for, so the files of an archive are given an old age.
EPOCH_OF_FILES = datetime(2024, 1, 1, tzinfo=UTC).timestamp()


def encoded(dtype: str, shape: tuple[int, ...], *, variable: int, file: int, revision: int = 0) -> np.ndarray:
    """An array whose element is a function of variable, file, revision and the position in the file.

    Floats are distinct for up to 1,000 files and 8 variables while an array has fewer than 1,000 elements (all stay
    below 2**24). Small integers repeat, with periods that no chunk shape shares. One element in 37 is `missing`.
    """
    place = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    if np.dtype(dtype).kind == "f":
        return (place + place.size * (file + 1000 * (variable + 8 * revision))).astype(dtype)
    span = 2 ** (8 * np.dtype(dtype).itemsize) - 8
    code = place * 31 + file * 257 + variable * 4099 + revision * 8191
    return (code % span - span // 2).astype(dtype)


def punch_holes(values: np.ndarray, missing: float, *, file: int) -> np.ndarray:
    """Sets one element in 37 to the missing value; which ones, depends on the file."""
    holed = values.copy()
    holed.reshape(-1)[file % 37 :: 37] = missing
    return holed


def set_age(path: Path, revision: int = 0) -> None:
    """Gives a file a modification time long ago, an hour later with each revision."""
    set_modified(path, EPOCH_OF_FILES + 3600 * revision)


def set_modified(path: Path, moment_s: float) -> None:
    os.utime(path, (moment_s, moment_s))
