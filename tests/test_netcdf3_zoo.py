"""NetCDF-3 files: what `vdp inspect` finds and what `vdp run` stores reads, through official zarr, as in the files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.netcdf3_broken import BROKEN
from archives.netcdf3_zoo import ZOO, Animal
from archives.values import set_age
from comparison import differences
from engine import DONE, FAILED, Engine
from golden.virtualizarr_document import virtualizarr_document
from opened import open_as_printed
from rejection import assert_matches
from through_zarr import read_through_zarr

def inspect(vdp: Engine, file: Path) -> dict:
    return vdp("inspect", file, "--json").document


def assert_same_values(found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> None:
    assert set(found) == set(expected)
    problems = {name: differences(found[name], values) for name, values in expected.items()}
    assert not any(problems.values()), problems


@pytest.mark.parametrize("name", ZOO)
def test_inspect_finds_the_values(vdp: Engine, tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.nc"
    expected = ZOO[name].write(file)
    document = inspect(vdp, file)
    assert document["format"] == "netcdf3"
    assert document["skipped"] == []
    assert_same_values(
        {path[1:]: read_through_zarr(array, file) for path, array in document["arrays"].items()}, expected
    )


# Where VirtualiZarr trusts declared sizes, or misses a last record without padding: docs/formats.md.
WRONG_IN_VIRTUALIZARR = ("saturated_sizes", "sizes_of_nothing", "streaming_without_last_padding")


@pytest.mark.parametrize("name", [name for name in ZOO if not name.startswith(WRONG_IN_VIRTUALIZARR)])
def test_inspect_says_what_virtualizarr_says(vdp: Engine, tmp_path: Path, name: str) -> None:
    """But for fill values that the file does not tell, and for the only record variable, whose records we join."""
    file = tmp_path / f"{name}.nc"
    ZOO[name].write(file)
    found, expected = inspect(vdp, file), json.loads(json.dumps(virtualizarr_document(file)))
    assert found["groups"] == expected["groups"]
    assert set(found["arrays"]) == set(expected["arrays"])
    for path, array in found["arrays"].items():
        other = expected["arrays"][path]
        if isinstance(array["metadata"]["data_type"], dict):  # characters
            assert "_FillValue" not in array["attributes"]
            other["attributes"].pop("_FillValue", None)
        elif "_FillValue" not in array["attributes"]:
            assert array["metadata"].pop("fill_value") == default_fill_value(array["metadata"]["data_type"])
            other["metadata"].pop("fill_value")
        if array["nchunks"] != other["nchunks"] or array["metadata"]["shape"][:1] == [0]:
            array, other = without_chunks(array), without_chunks(other)
        assert array == other, path


def default_fill_value(data_type: str) -> object:
    """What netCDF-C reads where nothing was written."""
    value = netCDF4.default_fillvals[np.dtype(data_type).str[1:]]
    return float(value) if isinstance(value, float) else int(value)


def without_chunks(array: dict) -> dict:
    """An array's document without what says how its one block of bytes is cut."""
    metadata = {name: value for name, value in array["metadata"].items() if name != "chunk_grid"}
    first = list(array["chunks"].values())[:1]
    return {
        "metadata": metadata,
        "attributes": array["attributes"],
        "begin": [place[1] for place in first],
        "bytes": sum(length for _, _, length in array["chunks"].values()),
    }


def store_of(vdp: Engine, folder: Path, animal: Animal) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A store of one file, in which every variable has one step of an axis more; the values without it, and the file's."""
    file = folder / "data" / "zoo.20240101.nc"
    file.parent.mkdir(parents=True)
    expected = animal.write(file)
    set_age(file)
    document = inspect(vdp, file)
    promoted = {path[1:]: ["step", *array["metadata"]["dimension_names"]] for path, array in document["arrays"].items()}
    (folder / "dataset.toml").write_text(
        '[source]\nprefix = "data/"\npattern = "zoo.{step:%Y%m%d}.nc"\n'
        '[parse]\nformat = "netcdf3"\n[parse.promote]\n'
        + "".join(f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(dims, ensure_ascii=False)}\n"
                  for name, dims in promoted.items())
        + '[axis.step]\nkind = "regular"\nstart = "2024-01-01"\nstep = "1d"\n'
    )
    answer = vdp.run(folder / "dataset.toml", expect=DONE)
    store = open_as_printed(answer.python)
    return {name: store[name].raw[0, ...] for name in store.arrays if name != "step"}, expected


@pytest.mark.parametrize("name", ZOO)
def test_a_store_has_the_values(vdp: Engine, tmp_path: Path, name: str) -> None:
    found, expected = store_of(vdp, tmp_path, ZOO[name])
    assert_same_values(found, expected)


def test_the_zoo_is_as_large_as_it_is_said_to_be() -> None:
    assert len(ZOO) >= 40
    assert {name.rpartition("_")[2] for name in ZOO} == {"cdf1", "cdf2", "cdf5"}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file(vdp: Engine, tmp_path: Path, name: str) -> None:
    broken = BROKEN[name]
    file = tmp_path / "broken.nc"
    file.write_bytes(broken.content)
    answer = vdp("inspect", file, "--json", expect=FAILED if broken.error else DONE)
    if broken.error:
        assert_matches(answer.document["error"]["message"], rf"broken\.nc: .*{broken.error}")
        return
    skipped = {entry["path"][1:]: entry["reason"] for entry in answer.document["skipped"]}
    assert set(skipped) == set(broken.skipped)
    for variable, reason in broken.skipped.items():
        assert_matches(skipped[variable], reason)


