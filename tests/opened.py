"""Opens a store by exactly the lines of Python that `vdp run` printed, in a process of its own.

As a script: `opened.py LINES GROUP RESULT` executes the file LINES, then writes all arrays to the pickle RESULT.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass
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


def open_as_printed(lines: str, group: str = "/") -> Opened:
    """`group` is where in the store the dataset is; the printed lines know it, the reading of raw values does not."""
    with tempfile.TemporaryDirectory() as folder:
        printed, result = Path(folder, "printed.py"), Path(folder, "result.pickle")
        printed.write_text(lines)
        done = subprocess.run(
            [sys.executable, __file__, str(printed), group, str(result)],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=300,
        )
        assert done.returncode == 0, f"the printed lines failed:\n{lines}\n{done.stderr}"
        return pickle.loads(result.read_bytes())


def _only(namespace: dict[str, Any], kind: type) -> Any:
    found = [value for value in namespace.values() if isinstance(value, kind)]
    assert len(found) == 1, f"expected one {kind.__name__} among {sorted(namespace)}, found {len(found)}"
    return found[0]


def _main(printed: str, group: str, result: str) -> None:
    import icechunk
    import xarray
    import zarr

    namespace: dict[str, Any] = {"__name__": "printed"}
    exec(compile(Path(printed).read_text(), printed, "exec"), namespace)
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
    Path(result).write_bytes(pickle.dumps(Opened(arrays, dict(opened.attrs))))


def _plain(values: Any) -> np.ndarray:
    """Strings of any kind as Python objects, so that they compare alike and can be pickled."""
    array = np.asarray(values)
    return array.astype(object) if array.dtype.kind in "TU" else array


if __name__ == "__main__":
    # Pickle by the module's importable name, not as __main__.
    sys.path.insert(0, str(Path(__file__).parent))
    import opened as module

    module._main(*sys.argv[1:])
