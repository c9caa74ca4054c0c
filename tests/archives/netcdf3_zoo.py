"""Small NetCDF-3 files, each with one thing that netCDF-C writes, or that others wrote and netCDF-C may not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

from .classic_file import RECORD, ClassicFile

LAYOUTS = {"cdf1": "NETCDF3_CLASSIC", "cdf2": "NETCDF3_64BIT_OFFSET", "cdf5": "NETCDF3_64BIT_DATA"}
VERSIONS = {"cdf1": 1, "cdf2": 2, "cdf5": 5}


@dataclass(frozen=True)
class Animal:
    """A file, and the values that are in it, by variable."""

    write: Callable[[Path], dict[str, np.ndarray]]


ZOO: dict[str, Animal] = {}


def _as_netcdf_reads(path: Path) -> dict[str, np.ndarray]:
    with netCDF4.Dataset(path) as file:
        file.set_auto_maskandscale(False)
        file.set_auto_chartostring(False)
        return {name: np.asarray(variable[...]) for name, variable in file.variables.items()}


def _netcdf(write: Callable[[netCDF4.Dataset], None]) -> Callable[[netCDF4.Dataset], None]:
    """As netCDF-C writes and reads it, in each of the formats."""

    def of(layout: str) -> Animal:
        def to_path(path: Path) -> dict[str, np.ndarray]:
            with netCDF4.Dataset(path, "w", format=layout) as file:
                file.set_auto_maskandscale(False)
                write(file)
            return _as_netcdf_reads(path)

        return Animal(to_path)

    for name, layout in LAYOUTS.items():
        ZOO[f"{write.__name__}_{name}"] = of(layout)
    return write


def _variable(
    file: netCDF4.Dataset, name: str, dtype: str, dimensions: tuple[str, ...], values: object, **how: object
) -> netCDF4.Variable:
    variable = file.createVariable(name, dtype, dimensions, **how)
    variable.set_auto_maskandscale(False)
    variable[...] = values
    return variable


def _dimensions(file: netCDF4.Dataset, **lengths: int | None) -> None:
    for name, length in lengths.items():
        file.createDimension(name, length)


@_netcdf
def fixed(file: netCDF4.Dataset) -> None:
    _dimensions(file, y=3, x=5)
    for code in ("i1", "i2", "i4", "f4", "f8"):
        _variable(file, code, code, ("y", "x"), np.arange(15).reshape(3, 5) - 7)


@_netcdf
def several_records(file: netCDF4.Dataset) -> None:
    _dimensions(file, time=None, x=3)
    for code in ("i1", "i2", "i4", "f4", "f8"):
        _variable(file, code, code, ("time", "x"), np.arange(21).reshape(7, 3) - 3)
    _variable(file, "x", "f4", ("x",), [1, 2, 3])


@_netcdf
def only_record_of_bytes(file: netCDF4.Dataset) -> None:
    _dimensions(file, time=None, x=3)
    _variable(file, "v", "i1", ("time", "x"), np.arange(21).reshape(7, 3))


@_netcdf
def only_record_of_shorts(file: netCDF4.Dataset) -> None:
    _dimensions(file, time=None, x=3)
    _variable(file, "before", "i2", ("x",), [7, 8, 9])
    _variable(file, "v", "i2", ("time", "x"), np.arange(21).reshape(7, 3))
    _variable(file, "behind", "f8", ("x",), [7, 8, 9])


@_netcdf
def only_record_of_chars(file: netCDF4.Dataset) -> None:
    _dimensions(file, time=None, letters=5)
    _variable(file, "v", "S1", ("time", "letters"), np.array([list("hello"), list("world")], "S1"))


@_netcdf
def only_record_of_doubles(file: netCDF4.Dataset) -> None:
    _dimensions(file, time=None, y=2, x=3)
    _variable(file, "v", "f8", ("time", "y", "x"), np.arange(24).reshape(4, 2, 3) / 4)


@_netcdf
def scalars(file: netCDF4.Dataset) -> None:
    for code in ("i1", "i2", "i4", "f4", "f8"):
        _variable(file, code, code, (), 42)
    _variable(file, "letter", "S1", (), b"q")


@_netcdf
def no_records(file: netCDF4.Dataset) -> None:
    _dimensions(file, time=None, x=3)
    file.createVariable("v", "f4", ("time", "x"))
    file.createVariable("w", "i2", ("time",))
    _variable(file, "x", "f4", ("x",), [1, 2, 3])


@_netcdf
def fill_values(file: netCDF4.Dataset) -> None:
    _dimensions(file, x=4)
    for code, fill in (("i1", -1), ("i2", -999), ("i4", -2147483648), ("f4", 1e20), ("f8", np.nan)):
        _variable(file, code, code, ("x",), [1, fill, 3, 4], fill_value=fill)
    _variable(file, "letters", "S1", ("x",), np.array(list("ab-d"), "S1"), fill_value=b"-")
    file.createVariable("unwritten", "f8", ("x",))


@_netcdf
def characters(file: netCDF4.Dataset) -> None:
    _dimensions(file, time=None, station=2, letters=6)
    names = np.array([list("Berlin"), list("Rome\0\0")], "S1")
    _variable(file, "name", "S1", ("station", "letters"), names)
    _variable(file, "code", "S1", ("time", "letters"), np.array([list("abcdef")] * 3, "S1"))
    _variable(file, "kind", "S1", ("time",), np.array(list("xyz"), "S1"))


@_netcdf
def attributes(file: netCDF4.Dataset) -> None:
    file.setncatts({"title": "a text", "nothing": "", "degrees": "\N{DEGREE SIGN}C"})
    _dimensions(file, x=2)
    variable = _variable(file, "v", "f4", ("x",), [1, 2])
    variable.setncatts({"units": "K", "valid_range": np.array([-1.5, 2.5], "f4"), "scale_factor": np.float64(0.1)})
    variable.setncatts({"flags": np.array([1, 2, 4], "i1"), "short": np.int16(-3), "numbers": np.arange(5, dtype="i4")})
    variable.setncatts({"not_finite": np.array([np.nan, np.inf, -np.inf])})


@_netcdf
def names(file: netCDF4.Dataset) -> None:
    _dimensions(file, **{"länge": 2, "with space": 3})
    _variable(file, "température", "f4", ("länge", "with space"), np.arange(6).reshape(2, 3))
    _variable(file, "x.y-z+1@2", "i4", ("länge",), [1, 2])
    _variable(file, "v" * 200, "i4", ("länge",), [3, 4])


@_netcdf
def climate(file: netCDF4.Dataset) -> None:
    """As models write it: coordinates, bounds, packed data."""
    _dimensions(file, time=None, lat=3, lon=4, bnds=2)
    _variable(file, "time", "f8", ("time",), [0.5, 1.5]).units = "days since 2000-01-01"
    _variable(file, "time_bnds", "f8", ("time", "bnds"), [[0, 1], [1, 2]])
    _variable(file, "lat", "f4", ("lat",), [-60, 0, 60]).units = "degrees_north"
    _variable(file, "lon", "f4", ("lon",), [0, 90, 180, 270]).units = "degrees_east"
    packed = _variable(file, "tas", "i2", ("time", "lat", "lon"), np.arange(24).reshape(2, 3, 4), fill_value=-32768)
    packed.setncatts({"units": "K", "scale_factor": 0.01, "add_offset": 273.15})


@_netcdf
def many(file: netCDF4.Dataset) -> None:
    _dimensions(file, time=None, x=2)
    for number in range(120):
        dimensions = ("time", "x") if number % 3 else ("x",)
        values = np.arange(10).reshape(5, 2) + number if number % 3 else [number, -number]
        _variable(file, f"v{number}", ("i2", "f4", "i1")[number % 3], dimensions, values).number = number


def _cdf5_types(path: Path) -> dict[str, np.ndarray]:
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_DATA") as file:
        _dimensions(file, time=None, x=3)
        for code in ("u1", "u2", "u4", "i8", "u8"):
            limits = np.iinfo(code)
            values = np.array([limits.min, 1, limits.max], code)
            _variable(file, code, code, ("x",), values).limits = values
            _variable(file, f"{code}_records", code, ("time", "x"), np.array([values, values[::-1]]))
    return _as_netcdf_reads(path)


ZOO["types_cdf5"] = Animal(_cdf5_types)


def _laid(name: str, variables: dict[str, tuple[tuple[str, ...], np.ndarray]], **how: object) -> None:
    """By hand, in each version; the values are those that were laid."""

    def of(version: int) -> Animal:
        def to_path(path: Path) -> dict[str, np.ndarray]:
            path.write_bytes(ClassicFile(variables, version=version, **how).to_bytes())
            return {name: values for name, (_, values) in variables.items()}

        return Animal(to_path)

    for format_name, version in VERSIONS.items():
        ZOO[f"{name}_{format_name}"] = of(version)


_FIXED = {"x": (("x",), np.arange(5, dtype="i2")), "y": (("y",), np.arange(3, dtype="f8"))}
_RECORDS = {
    "wide": ((RECORD, "x"), np.arange(20, dtype="f8").reshape(4, 5)),
    "small": ((RECORD, "x"), np.arange(20, dtype="i1").reshape(4, 5)),
}
_ONE_RECORD = {"small": ((RECORD, "y"), np.arange(12, dtype="i1").reshape(4, 3))}

_laid("streaming", _FIXED | _RECORDS, record_count=-1)
_laid("streaming_without_last_padding", _FIXED | _RECORDS, record_count=-1, keeps_last_padding=False)
_laid("streaming_one_variable", _FIXED | _ONE_RECORD, record_count=-1)
_laid("saturated_sizes", _FIXED | _RECORDS, declared_size=-1)
_laid("sizes_of_nothing", _FIXED | _RECORDS, declared_size=0)
_laid("padding_of_letters", _FIXED | _RECORDS, padding=b"P")
_laid("room_for_a_longer_header", _FIXED | _RECORDS, gap=1000)
_laid("empty_lists_with_tags", _FIXED | _ONE_RECORD, empty_lists="tagged")
_laid("no_last_padding", {"v": (("x",), np.arange(5, dtype="i1"))}, keeps_last_padding=False)
_laid("latin_1", _FIXED, attributes={"units": "µm²".encode("latin-1"), "padded": b"text\0\0"})
