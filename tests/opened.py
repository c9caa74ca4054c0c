"""Opens a store by exactly the lines of Python that `vdp run` printed, in a process of its own.

As a script: `opened.py LINES GROUP RESULT` executes the file LINES, then writes all arrays to the pickle RESULT.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np


@dataclass
class Array:
    """One variable of an opened store."""

    dimensions: tuple[str, ...]
    raw: np.ndarray  # as stored: neither masked nor scaled nor decoded
    attributes: dict[str, Any]
    chunks: tuple[int, ...]
    decoded: np.ndarray  # as xarray gives it to a scientist


@dataclass
class Opened:
    arrays: dict[str, Array]
    attributes: dict[str, Any]

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]


def open_as_printed(lines: str, group: str = "/", environment: dict[str, str] | None = None) -> Opened:
    """`group` is where in the store the dataset is; the printed lines know it, the reading of raw values does not.
    `environment` has what the lines do not print, as keys of S3.

    One process serves all calls, as importing takes seconds.
    """
    return _process().submit(read, lines, group, environment or {}).result(timeout=300)


@cache
def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def open_in_new_process(lines: str, group: str = "/", environment: dict[str, str] | None = None) -> Opened:
    """As a user does who pastes the lines into a file. Warnings of deprecated calls fail it."""
    with tempfile.TemporaryDirectory() as folder:
        printed, result = Path(folder, "printed.py"), Path(folder, "result.pickle")
        printed.write_text(lines)
        done = subprocess.run(
            [sys.executable, __file__, str(printed), group, str(result)],
            capture_output=True,
            text=True,
            cwd=folder,
            env=os.environ | (environment or {}),
            timeout=300,
        )
        assert done.returncode == 0, f"the printed lines failed:\n{lines}\n{done.stderr}"
        assert "DEPRECATED" not in done.stderr, done.stderr
        return pickle.loads(result.read_bytes())


def read(lines: str, group: str, environment: dict[str, str] | None = None) -> Opened:
    """Executes the lines in an empty namespace, and reads all that they opened. `environment` stands in place of all
    variables of AWS that this process has.
    """
    import icechunk
    import xarray
    import zarr

    if environment is not None:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(environment)
    namespace: dict[str, Any] = {"__name__": "printed"}
    exec(compile(lines, "printed.py", "exec"), namespace)
    dataset = _only(namespace, xarray.Dataset)
    session = _only(namespace, icechunk.Repository).readonly_session("main")
    opened = zarr.open_group(session.store, path=group.strip("/"), mode="r", zarr_format=3)
    arrays = {}
    for name, array in opened.arrays():
        arrays[name] = Array(
            dimensions=tuple(array.metadata.dimension_names or ()),
            raw=_plain(array[...]),
            attributes=dict(array.attrs),
            chunks=array.chunks,
            decoded=_plain(dataset.variables[name].values),
        )
    assert set(arrays) == set(dataset.variables), f"zarr has {set(arrays)}, xarray has {set(dataset.variables)}"
    return Opened(arrays, dict(opened.attrs))


def _only(namespace: dict[str, Any], kind: type) -> Any:
    found = [value for value in namespace.values() if isinstance(value, kind)]
    assert len(found) == 1, f"expected one {kind.__name__} among {sorted(namespace)}, found {len(found)}"
    return found[0]


def _plain(values: Any) -> np.ndarray:
    """Strings of any kind as Python objects, so that they compare alike and can be pickled."""
    array = np.asarray(values)
    return array.astype(object) if array.dtype.kind in "TU" else array


def _main(printed: str, group: str, result: str) -> None:
    # By the module's importable name, as what is pickled from __main__ cannot be read elsewhere.
    import opened

    Path(result).write_bytes(pickle.dumps(opened.read(Path(printed).read_text(), group)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
