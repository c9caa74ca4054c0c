"""C17: NaN and infinity in attributes. JSON has neither: the store would be broken for strict readers."""

from __future__ import annotations

import json
from pathlib import Path

import netCDF4
import numpy as np

from archives.archive import make_archive
from archives.plain import Plain, add_field
from documented import assert_documented
from engine import Engine
from opened import open_as_printed
from stores import read_object


def not_finite(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "first", index, revision, fill_value=np.nan)
    file["first"].setncatts({"missing_value": np.float32(np.nan), "valid_max": np.inf, "limits": [-np.inf, np.inf]})
    file.setncatts({"threshold": np.nan, "largest": np.inf})


def open_raw(path: Path, name: str) -> np.ndarray:
    with netCDF4.Dataset(path) as file:
        file.set_auto_maskandscale(False)
        return file[name][...]


def test_attributes_that_json_cannot_hold(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(not_finite), 3)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    store = open_as_printed(answer.python)
    for index, path in enumerate(archive.files()):
        assert np.array_equal(store["first"].raw[index], open_raw(path, "first")[0])
    assert store.attributes["threshold"] == "NaN" and store.attributes["largest"] == "Infinity"
    assert store["first"].attributes["valid_max"] == "Infinity"


def test_they_are_told(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(not_finite), 3)
    notes = "\n".join(vdp.run(archive.dataset).document["notes"])
    for name in ("threshold", "largest", "valid_max", "limits"):
        assert name in notes
    assert_documented("C17", notes)


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def test_the_metadata_are_strict_json(vdp: Engine, tmp_path: Path) -> None:
    """As zarr.json reads to programs that are not Python."""
    archive = make_archive(tmp_path, Plain(not_finite), 2)
    vdp.run(archive.dataset)
    for key in ("zarr.json", "first/zarr.json", "_vdp/zarr.json"):
        document = json.loads(read_object(archive.store, key), parse_constant=refuse_constant)
        assert document["zarr_format"] == 3


def nan_in_the_second(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "first", index, revision)
    file["first"].setncatts({"missing_value": np.float32(np.nan)} if index else {})
    file.threshold = np.nan if index else 1.0


def test_a_nan_that_comes_later(vdp: Engine, tmp_path: Path) -> None:
    """A missing value of NaN changes no reading: NaN is missing anyway."""
    archive = make_archive(tmp_path, Plain(nan_in_the_second), 3)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    store = open_as_printed(answer.python)
    assert "threshold" not in store.attributes
    for index, path in enumerate(archive.files()):
        assert np.array_equal(store["first"].raw[index], open_raw(path, "first")[0])
