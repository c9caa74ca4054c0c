"""Real files, other than CMIP6's: every value that `vdp inspect` finds equals netCDF's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.real import CLASSIC, debian_files, iris_files
from comparison import differences
from engine import LONG, Engine
from through_zarr import read_through_zarr


def is_classic(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(3) == CLASSIC


def values_of(array: dict, file: Path) -> np.ndarray:
    """Through official zarr; where that takes long, as there are thousands of records, as it would."""
    if array["nchunks"] <= 100 or not is_classic(file):
        return read_through_zarr(array, file)
    content = file.read_bytes()
    # Keys of a document are in the order of texts.
    places = sorted(array["chunks"].items(), key=lambda item: [int(part) for part in item[0].split(".")])
    stored = b"".join(content[offset : offset + length] for _, (_, offset, length) in places)
    data_type = array["metadata"]["data_type"]
    dtype = "S1" if isinstance(data_type, dict) else np.dtype(data_type).newbyteorder(">")
    return np.frombuffer(stored, dtype).reshape(array["metadata"]["shape"])


def problems_of(vdp: Engine, file: Path) -> list[str]:
    """Where a file's document is not what netCDF reads."""
    document = vdp("inspect", file, "--json", "--max-chunks", "1000000").document
    problems = [f"{entry['path']}: {entry['reason']}" for entry in document["skipped"]]
    with netCDF4.Dataset(file) as dataset:
        dataset.set_auto_maskandscale(False)
        dataset.set_auto_chartostring(False)
        if missing := set(dataset.variables) - {path[1:] for path in document["arrays"]}:
            problems.append(f"not there: {sorted(missing)}")
        for path, array in document["arrays"].items():
            variable = dataset[path[1:]]
            if array["metadata"]["dimension_names"] != list(variable.dimensions):
                problems.append(f"{path}: dimensions {array['metadata']['dimension_names']}")
            if problem := differences(values_of(array, file), np.asarray(variable[...])):
                problems.append(f"{path}: {problem}")
    return [f"{file.name}: {problem}" for problem in problems]


def test_files_of_iris(vdp: Engine) -> None:
    files = iris_files()
    assert Counter(map(is_classic, files)) == {True: 2, False: 13}
    problems = [problem for file in files for problem in problems_of(vdp, file)]
    assert not problems, "\n".join(problems)


@pytest.mark.skipif(not LONG, reason="26 MB of Debian's archive: VDP_TEST_LONG=1")
def test_files_of_ncar(vdp: Engine, tmp_path: Path) -> None:
    files = [file for file in debian_files("libncarg-data", tmp_path) if is_classic(file)]
    if not files:
        pytest.skip("apt-get download libncarg-data does not work here")
    print(Counter(file.read_bytes()[3] for file in files), "files by version")
    assert len(files) > 80
    problems = [problem for file in files for problem in problems_of(vdp, file)]
    assert not problems, "\n".join(problems)
