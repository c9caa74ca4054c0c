"""What h5py and netCDF4 read from a file: the arrays by path, their attributes and the names of their dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import netCDF4
import numpy as np

PLACEHOLDER = b"This is a netCDF dimension but not a netCDF variable"
HIDDEN = {
    "REFERENCE_LIST",
    "CLASS",
    "DIMENSION_LIST",
    "NAME",
    "_Netcdf4Dimid",
    "_Netcdf4Coordinates",
    "_nc3_strict",
    "_NCProperties",
}


class Hdf5Truth:
    """By h5py. A group that is reached from itself is left out, as is what h5py cannot open."""

    def __init__(self, file: Path) -> None:
        self.file = h5py.File(file)
        self.groups: dict[str, h5py.Group] = {}
        self.arrays: dict[str, h5py.Dataset] = {}
        self._walk("/", self.file, [])

    def close(self) -> None:
        self.file.close()

    def _walk(self, path: str, group: h5py.Group, ancestors: list[h5py.Group]) -> None:
        self.groups[path] = group
        for name in group:
            try:
                item = group[name]
            except (KeyError, OSError, RuntimeError):
                continue
            at = f"{path.rstrip('/')}/{name}"
            if isinstance(item, h5py.Dataset):
                if not self._is_placeholder(item):
                    self.arrays[at] = item
            elif isinstance(item, h5py.Group) and item not in [*ancestors, group]:
                self._walk(at, item, [*ancestors, group])

    @staticmethod
    def _is_placeholder(dataset: h5py.Dataset) -> bool:
        name = dataset.attrs.get("NAME", b"")
        return isinstance(name, bytes) and name.startswith(PLACEHOLDER) and "_Netcdf4Dimid" in dataset.attrs

    def values(self, path: str) -> np.ndarray:
        dataset = self.arrays[path]
        if h5py.check_string_dtype(dataset.dtype) and dataset.dtype.kind == "O":
            return np.asarray(dataset.asstr()[()], object)
        return np.asarray(dataset[()])

    def attributes(self, path: str) -> dict[str, Any]:
        owner = self.arrays.get(path, self.groups.get(path))
        return {name: value for name, value in _readable(owner) if name not in HIDDEN}


def _readable(owner: h5py.HLObject) -> Iterator[tuple[str, Any]]:
    for name in owner.attrs:
        try:
            yield name, owner.attrs[name]
        except (OSError, TypeError, UnicodeDecodeError, ValueError) as error:
            yield name, error


class NetcdfTruth:
    """By netCDF4, as the file has it: neither masked nor scaled, characters apart."""

    def __init__(self, file: Path) -> None:
        self.file = netCDF4.Dataset(file)
        self.file.set_auto_maskandscale(False)
        self.file.set_auto_chartostring(False)
        self.groups: dict[str, netCDF4.Group] = {}
        self.arrays: dict[str, netCDF4.Variable] = {}
        waiting = [self.file]
        while waiting:
            group = waiting.pop()
            self.groups[group.path] = group
            waiting += group.groups.values()
            for name, variable in group.variables.items():
                self.arrays[f"{group.path.rstrip('/')}/{name}"] = variable

    def close(self) -> None:
        self.file.close()

    def values(self, path: str) -> np.ndarray:
        return np.asarray(self.arrays[path][...])

    def attributes(self, path: str) -> dict[str, Any]:
        owner = self.arrays.get(path, self.groups.get(path))
        return {name: owner.getncattr(name) for name in owner.ncattrs()}

    def dimensions(self, path: str) -> tuple[str, ...]:
        return self.arrays[path].dimensions


def attribute_json(value: Any) -> Any:
    """An attribute as the document has it: one element is a scalar, but for fixed texts."""
    if isinstance(value, h5py.Empty):
        return ""
    if isinstance(value, (bytes, np.bytes_)):
        return value.decode() or " "
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "S":
            return np.char.decode(value).tolist()
        return _scalar(value.reshape(-1)[0]) if value.size == 1 else _lists(value.tolist())
    return _scalar(value)


def _lists(value: Any) -> Any:
    return [_lists(item) for item in value] if isinstance(value, list) else _scalar(value)


def _scalar(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not np.isfinite(value):
        return {"$float": "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    return value


def difference(found: np.ndarray, expected: np.ndarray) -> str | None:
    """Why two arrays are not the same, in shape, type but for byte order, and bits but for which NaN."""
    if found.shape != expected.shape:
        return f"shape {found.shape}, expected {expected.shape}"
    if expected.dtype.names:
        pairs = ((difference(found[name], expected[name]), name) for name in expected.dtype.names)
        return next((f"field {name}: {reason}" for reason, name in pairs if reason), None)
    if expected.dtype.kind in "OSUT":
        lists = [_texts(found), _texts(expected)]
        return None if lists[0] == lists[1] else f"texts {lists[0][:5]}, expected {lists[1][:5]}"
    if expected.dtype.kind in "VMm":
        return None if found.tobytes() == expected.tobytes() else "other bytes"
    if found.dtype.newbyteorder("=") != expected.dtype.newbyteorder("="):
        return f"type {found.dtype}, expected {expected.dtype}"
    same = np.array_equal(found, expected, equal_nan=expected.dtype.kind in "fc")
    return None if same else f"{int((found != expected).sum())} of {found.size} values differ"


def _texts(array: np.ndarray) -> list[str]:
    return [item.decode() if isinstance(item, bytes) else str(item) for item in array.reshape(-1).tolist()]
