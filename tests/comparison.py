"""Compares an opened store with its source files, value by value, as netCDF4 and xarray read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np
import xarray

from opened import Opened

# Attributes of xarray's own making, or that say how netCDF stores a variable.
NOT_COMPARED = {"coordinates", "_FillValue", "missing_value"}


@dataclass
class Source:
    """One variable of the source files: those with the append dimension joined along it, the others from the first."""

    dimensions: tuple[str, ...]
    values: np.ndarray


def read_raw(files: Sequence[Path], *, group: str = "/", along: str = "time") -> dict[str, Source]:
    """Every variable as stored, neither masked nor scaled."""
    pieces: dict[str, list[np.ndarray]] = {}
    dimensions: dict[str, tuple[str, ...]] = {}
    for file in files:
        with netCDF4.Dataset(file) as opened:
            opened.set_auto_maskandscale(False)
            opened.set_auto_chartostring(False)
            for name, variable in (opened if group == "/" else opened[group]).variables.items():
                dimensions[name] = variable.dimensions
                pieces.setdefault(name, []).append(np.asarray(variable[...]))
    return {
        name: Source(dims, np.concatenate(pieces[name], dims.index(along)) if along in dims else pieces[name][0])
        for name, dims in dimensions.items()
    }


def read_decoded(files: Sequence[Path], *, group: str = "/", along: str = "time") -> xarray.Dataset:
    """What xarray's own open_mfdataset makes of the files."""
    with xarray.open_mfdataset(
        list(map(str, files)),
        engine="netcdf4",
        group=None if group == "/" else group,
        combine="nested",
        concat_dim=along,
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
        combine_attrs="drop_conflicts",
    ) as dataset:
        return dataset.load()


def differences(found: np.ndarray, expected: np.ndarray, *, same_type: bool = True) -> str | None:
    """Says where two arrays differ, or None. NaN equals NaN; byte order is no difference."""
    if found.shape != expected.shape:
        return f"shape {found.shape}, expected {expected.shape}"
    if found.dtype.kind in "OSTU" or expected.dtype.kind in "OSTU":
        found, expected = found.astype(object), expected.astype(object)
    elif same_type and found.dtype.newbyteorder("=") != expected.dtype.newbyteorder("="):
        return f"type {found.dtype}, expected {expected.dtype}"
    unequal = found != expected
    if found.dtype.kind in "fc" or found.dtype.kind in "mM":
        unequal &= ~(np.isnan(found) & np.isnan(expected))
    if not np.any(unequal):
        return None
    place = tuple(int(i) for i in np.argwhere(unequal)[0])
    return (
        f"{np.count_nonzero(unequal)} of {unequal.size} values differ, the first at {place}: "
        f"found {found[place]!r}, expected {expected[place]!r}"
    )


def assert_equals_sources(
    store: Opened,
    files: Sequence[Path],
    *,
    group: str = "/",
    along: str = "time",
    dropped: Sequence[str] = (),
) -> None:
    """Every value of every variable, raw and decoded, and the attributes of the variables.

    The raw values of the axis itself are compared decoded only: its units and type are the dataset file's choice.
    """
    raw = {name: source for name, source in read_raw(files, group=group, along=along).items() if name not in dropped}
    decoded = read_decoded(files, group=group, along=along)
    assert set(store.arrays) == set(raw)
    problems = []
    for name, source in raw.items():
        array = store[name]
        if array.dimensions != source.dimensions:
            problems.append(f"{name}: dimensions {array.dimensions}, expected {source.dimensions}")
        if name != along and (problem := differences(array.raw, source.values)):
            problems.append(f"{name}, raw: {problem}")
        # Characters are joined into strings by xarray: then the raw comparison is the one that counts.
        expected = decoded.variables[name].values
        if expected.shape == array.decoded.shape and (problem := differences(array.decoded, expected)):
            problems.append(f"{name}, decoded: {problem}")
        for attribute, value in decoded.variables[name].attrs.items():
            if attribute not in NOT_COMPARED and not np.array_equal(array.attributes.get(attribute), value):
                problems.append(f"{name}.{attribute}: {array.attributes.get(attribute)!r}, expected {value!r}")
    assert not problems, "\n".join(problems)


def assert_equal_stores(found: Opened, expected: Opened) -> None:
    """Raw values, metadata and attributes of two stores."""
    assert set(found.arrays) == set(expected.arrays)
    problems = []
    for name, array in expected.arrays.items():
        other = found[name]
        if (other.dimensions, other.chunks, other.attributes) != (array.dimensions, array.chunks, array.attributes):
            problems.append(f"{name}: metadata differ: {other.attributes} {other.chunks}, expected {array.attributes}")
        if problem := differences(other.raw, array.raw):
            problems.append(f"{name}: {problem}")
    assert not problems, "\n".join(problems)
    assert found.attributes == expected.attributes
