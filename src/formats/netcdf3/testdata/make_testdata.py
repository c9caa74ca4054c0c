"""Makes the small files of this folder, as netCDF-C lays them out. Run: python make_testdata.py"""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np

HERE = Path(__file__).parent


def several_records(file: netCDF4.Dataset) -> None:
    """Two fixed variables, and three of records: a padded one among them."""
    file.title = "a test"
    file.createDimension("time", None)
    file.createDimension("x", 3)
    x = file.createVariable("x", "f8", ("x",))
    x.units = "m"
    x[:] = [0.5, 1.5, 2.5]
    file.createVariable("flags", "i1", ("x", "x"))[:] = np.arange(9).reshape(3, 3)
    file.createVariable("time", "i4", ("time",))[:] = np.arange(4)
    file.createVariable("small", "i2", ("time", "x"), fill_value=-7)[:] = np.arange(12).reshape(4, 3)
    file.createVariable("v", "f4", ("time", "x"))[:] = np.arange(12).reshape(4, 3) / 2


def one_record_variable(file: netCDF4.Dataset) -> None:
    """Its records follow each other without padding."""
    file.createDimension("time", None)
    file.createDimension("x", 3)
    file.createVariable("x", "i4", ("x",))[:] = [1, 2, 3]
    file.createVariable("small", "i2", ("time", "x"))[:] = np.arange(15).reshape(5, 3)


def all_types(file: netCDF4.Dataset) -> None:
    """The types of CDF-5, as variables and as attributes."""
    file.createDimension("x", 2)
    for code in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"):
        values = np.array([np.iinfo(code).min, np.iinfo(code).max] if code[0] != "f" else [-1.5, np.inf], code)
        variable = file.createVariable(code, code, ("x",))
        variable.both, variable.last = values, values[1]
        variable[:] = values
    text = file.createVariable("text", "S1", ("x",), fill_value=b"-")
    text.note = "\N{DEGREE SIGN}C"
    text[:] = np.array([b"a", b""])


for name, layout, write in (
    ("several_records.nc", "NETCDF3_CLASSIC", several_records),
    ("one_record_variable.nc", "NETCDF3_64BIT_OFFSET", one_record_variable),
    ("all_types.nc", "NETCDF3_64BIT_DATA", all_types),
):
    with netCDF4.Dataset(HERE / name, "w", format=layout) as opened:
        opened.set_auto_maskandscale(False)
        write(opened)
