"""`vdp inspect --json` beside VirtualiZarr: the same groups, arrays, metadata and byte ranges, file by file."""

from __future__ import annotations

import json
import os
import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import pytest

from archives.archive import Product
from archives.cmip6 import Cmip6
from archives.imerg import Imerg
from archives.mur import Mur
from archives.naqfc import Naqfc
from archives.real import real_files
from archives.zoo import ZOO
from engine import FAILED, LONG, Engine
from golden.virtualizarr_document import virtualizarr_document


@dataclass(frozen=True)
class KnownDifference:
    """Where a document need not equal VirtualiZarr's. docs/formats.md says the same in words."""

    file: str  # regular expression of the file's name
    place: str  # regular expression of the place in the document
    reason: str


KNOWN_DIFFERENCES = [
    KnownDifference(
        r"netcdf_unwritten|h5py_scalars",
        r"arrays /(unwritten|no_steps|zero_length) grid.*",
        "VirtualiZarr gives an array without chunks a chunk grid of the array's own shape",
    ),
    KnownDifference(
        r"h5py_(chunked|strings|boolean_and_complex)",
        r"arrays \S+ metadata dimension_names \d+",
        "VirtualiZarr numbers dimensions without a scale anew in each array, so that one name has several lengths; "
        "ours are netCDF's (see below)",
    ),
    KnownDifference(
        r"netcdf_coordinate_of_two_dimensions",
        r"arrays /time metadata dimension_names 1",
        "VirtualiZarr gives a scale of several dimensions its own name for each of them; netCDF keeps their ids",
    ),
    KnownDifference(
        r"netcdf_compound",
        r"(arrays|skipped).*",
        "a compound with padding is skipped by name; VirtualiZarr describes it without, so that it is unreadable",
    ),
]


def places(document: object, at: str = "") -> dict[str, object]:
    """A document as its leaves: place -> value, so that a difference is named and not only noticed."""
    if isinstance(document, dict) and document:
        return {key: leaf for name, item in document.items() for key, leaf in places(item, f"{at} {name}").items()}
    if isinstance(document, list) and document:
        return {key: leaf for i, item in enumerate(document) for key, leaf in places(item, f"{at} {i}").items()}
    return {at.strip(): document}


def assert_same_document(found: dict, file: Path) -> None:
    # Through JSON, as ours came that way: 1.0 stays a float and keys are text.
    expected = places(json.loads(json.dumps(virtualizarr_document(file))))
    actual = places(found)
    known = [difference.place for difference in KNOWN_DIFFERENCES if re.search(difference.file, file.name)]
    problems = [
        f"{place}: found {actual.get(place, 'nothing')!r}, expected {expected.get(place, 'nothing')!r}"
        for place in sorted(actual.keys() | expected.keys())
        if not same_leaf(actual.get(place), expected.get(place), place in actual, place in expected)
        and not any(re.fullmatch(pattern, place) for pattern in known)
    ]
    assert not problems, f"{file.name}: {len(problems)} differences\n" + "\n".join(problems[:40])


def same_leaf(a: object, b: object, has_a: bool, has_b: bool) -> bool:
    """1 and 1.0 and True are three values."""
    return has_a and has_b and type(a) is type(b) and a == b


def inspect(vdp: Engine, file: Path) -> dict:
    return vdp("inspect", file, "--json").document


def test_sample(vdp: Engine, sample: Path) -> None:
    for file in sorted((sample / "data").glob("*.nc")):
        assert_same_document(inspect(vdp, file), file)


@pytest.mark.parametrize(
    "product",
    [Imerg(), Mur(), Naqfc(), Naqfc(time_chunk=None), Cmip6(), Cmip6("360_day")],
    ids=["imerg", "mur", "naqfc", "naqfc contiguous", "cmip6", "cmip6 360_day"],
)
def test_generated_archive(vdp: Engine, made_once, product: Product) -> None:
    for file in made_once(product, 3).files():
        assert_same_document(inspect(vdp, file), file)


@pytest.mark.parametrize("name", ZOO)
def test_zoo(vdp: Engine, tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}{'.nc' if name.startswith('netcdf') else '.h5'}"
    ZOO[name](file)
    assert_same_document(inspect(vdp, file), file)


@pytest.mark.parametrize("name", ["h5py_chunked", "h5py_strings", "h5py_fill_values", "h5py_nested_groups"])
def test_dimensions_without_a_scale_are_named_as_by_netcdf(vdp: Engine, tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.h5"
    ZOO[name](file)
    arrays = inspect(vdp, file)["arrays"]
    with netCDF4.Dataset(file) as dataset:
        groups, compared = [dataset], 0
        while groups:
            group = groups.pop()
            groups += group.groups.values()
            for variable in group.variables.values():
                path = f"{group.path.rstrip('/')}/{variable.name}"
                assert arrays[path]["metadata"]["dimension_names"] == list(variable.dimensions), path
                compared += len(variable.dimensions)
    assert compared


def chosen_files() -> list[Path]:
    """All in the long run, else 40 that are the same every time."""
    files = real_files()
    return files if LONG else sorted(random.Random(3).sample(files, 40))


def test_real_files(vdp: Engine) -> None:
    for file in chosen_files():
        assert_same_document(inspect(vdp, file), file)


def test_every_real_file_parses_with_nothing_skipped(vdp: Engine) -> None:
    files = real_files()
    assert len(files) == 326
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        documents = list(pool.map(lambda file: inspect(vdp, file), files))
    skipped = {file.name: document["skipped"] for file, document in zip(files, documents) if document["skipped"]}
    assert skipped == {}
    assert all(any(array["nchunks"] for array in document["arrays"].values()) for document in documents)


def test_a_file_that_is_no_hdf5_is_an_error(vdp: Engine, tmp_path: Path) -> None:
    file = tmp_path / "page.nc"
    file.write_text("<html></html>")
    answer = vdp("inspect", file, "--json", expect=FAILED)
    assert answer.document["error"]["kind"] and answer.document["error"]["message"]


def test_raw_paths_name_the_file(vdp: Engine, sample: Path) -> None:
    file = sorted((sample / "data").glob("*.nc"))[0]
    document = vdp("inspect", file, "--json", "--raw-paths").document
    assert document["arrays"]["/lat"]["chunks"]["0"][0] == file.resolve().as_uri()


def test_many_chunks_are_a_digest(vdp: Engine, tmp_path: Path) -> None:
    file = tmp_path / "chunks.h5"
    ZOO["h5py_many_chunks"](file)
    document = vdp("inspect", file, "--json", "--max-chunks", "100").document
    assert document["arrays"]["/x"]["nchunks"] == 3000
    assert list(document["arrays"]["/x"]["chunks"]) == ["sha256"]
