"""NetCDF-3 files that are broken: what an error must say, or which variable must be missing and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .classic_file import RECORD, ClassicFile

_VARIABLES = {
    "x": (("x",), np.arange(5, dtype="i4")),
    "wide": ((RECORD, "x"), np.arange(20, dtype="f8").reshape(4, 5)),
    "small": ((RECORD, "x"), np.arange(20, dtype="i1").reshape(4, 5)),
}


@dataclass(frozen=True)
class Broken:
    """`error`: a regular expression for the message about the whole file; `skipped`: for each variable that is lost."""

    content: bytes
    error: str | None = None
    skipped: dict[str, str] | None = None


def _whole(version: int = 1, **how: object) -> bytes:
    return ClassicFile(_VARIABLES, version=version, **how).to_bytes()


def _with(offset: int, value: int, width: int = 4, *, version: int = 1) -> bytes:
    """A whole file with another number at an offset."""
    content = bytearray(_whole(version))
    content[offset : offset + width] = (value % 2 ** (8 * width)).to_bytes(width, "big")
    return bytes(content)


def _place_of(stored: bytes, *, version: int = 1) -> int:
    """Where the file has these bytes for the first time."""
    return _whole(version).index(stored)


_LAST = len(_whole())  # with the padding of the last slice
_X_ENTRY = _place_of(b"\0\0\0\1x\0\0\0\0\0\0\1\0\0\0\0")  # variable x, of one dimension: number 0

BROKEN: dict[str, Broken] = {
    "signature alone": Broken(b"CDF\1", error=r"number of records: 0 bytes found before the end of the file"),
    "version 3": Broken(_with(3, 3, 1), error=r"offset 3: version: found 3, expected 1, 2 or 5"),
    "negative record count": Broken(_with(4, -2), error=r"offset 4: number of records: found 0xfffffffe"),
    "other tag": Broken(_with(8, 12), error=r"offset 8: list of dimensions: found tag 12"),
    "entries without a tag": Broken(_with(8, 0), error=r"offset 8: list of dimensions: found tag 0 and 2 entries"),
    "too many dimensions": Broken(_with(12, 2**31 - 1), error=r"offset 8: .*found 2147483647 entries, expected at most"),
    "negative dimensions": Broken(_with(12, -1), error=r"offset 12: list of dimensions: found 0xffffffff"),
    "name beyond the end": Broken(_with(16, 2**30), error=r"offset 20: name of a dimension: \d+ bytes found"),
    "two record dimensions": Broken(
        _with(24, 0), error=r"dimension 1: found length 0 a second time, expected one record dimension"
    ),
    "too many variables": Broken(
        _with(_X_ENTRY - 4, 10**9), error=r"list of variables: found 1000000000 entries, expected at most"
    ),
    "too many dimensions of a variable": Broken(
        _with(_X_ENTRY + 8, 10**9), error=r"number of a variable's dimensions: found 1000000000, expected at most"
    ),
    "dimension that is none": Broken(
        _with(_X_ENTRY + 12, 7), error=r"dimension of a variable: found 7, expected less than 2"
    ),
    "type that is none": Broken(_with(_X_ENTRY + 24, 99), error=r"type of a variable: found type 99, expected 1 to 6"),
    "type of CDF-5": Broken(_with(_X_ENTRY + 24, 9), error=r"type of a variable: found type 9, expected 1 to 6"),
    "negative begin": Broken(_with(_X_ENTRY + 32, -1), error=r"begin of a variable: found 0xffffffff"),
    "header cut off": Broken(_whole()[:150], error=r"offset 144: number of a variable.s dimensions: .*the file ends"),
    "text of another kind": Broken(b"CDF is short for something\n", error=r"text, beginning with \"CDF is short"),
    "slices in the next record": Broken(
        _with(_whole().index(b"\0\0\0\5small") - 4, 300), error=r"record variables: found slices from offset \d+ to \d+"
    ),
    "huge attribute": Broken(
        ClassicFile(_VARIABLES, version=5, attributes={"a": b"text"})
        .to_bytes()
        .replace((4).to_bytes(8, "big") + b"text", (2**60).to_bytes(8, "big") + b"text"),
        error=r"attribute 0: found 1152921504606846976 values, expected at most",
    ),
    "no room for the last slice": Broken(
        _whole()[: _LAST - 4], skipped={"small": r"truncated: its values of 4 records end at offset \d+, the file has"}
    ),
    "no room for a record": Broken(
        _whole()[: _LAST - 60], skipped={"small": "truncated", "wide": "truncated: its values of 4 records"}
    ),
    "more records than there are": Broken(_with(4, 2**31 - 1), skipped={"small": "truncated", "wide": "truncated"}),
    "values in the header": Broken(
        _with(_X_ENTRY + 32, 16), skipped={"x": "begin at offset 16, within the header, which ends at"}
    ),
    "values beyond the end": Broken(_with(_X_ENTRY + 32, 10**9), skipped={"x": "truncated: its values end at offset 10"}),
    "name with a slash": Broken(
        _whole().replace(b"\0\0\0\4wide", b"\0\0\0\4w/de"), skipped={"w/de": "holds a character that separates names"}
    ),
    "name that is not UTF-8": Broken(
        _whole().replace(b"\0\0\0\4wide", b"\0\0\0\4w\xefde"), skipped={"w\N{REPLACEMENT CHARACTER}de": "UTF-8"}
    ),
    "two of one name": Broken(
        ClassicFile({"ab": _VARIABLES["x"], "cd": _VARIABLES["x"]}).to_bytes().replace(b"\2cd", b"\2ab"),
        skipped={"ab": "a former variable has the same name"},
    ),
}
