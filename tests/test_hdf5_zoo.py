"""Every structure of HDF5: what `vdp inspect` says of a file, read by official zarr, is what h5py or netCDF4 reads."""

from __future__ import annotations

import json
import re
import resource
import subprocess
from pathlib import Path

import numpy as np
import pytest
import xarray
import zarr
from xarray.backends.zarr import FillValueCoder

from archives.hdf5_zoo import CASES, DAMAGED, Case, Damaged
from engine import DONE, FAILED, Engine
from hdf5_truth import Hdf5Truth, NetcdfTruth, attribute_json, difference
from inspected_store import open_inspected

MANY = 10**9  # chunks are listed, never a digest


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_file(vdp: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    monkeypatch.chdir(tmp_path)  # where libhdf5 looks for external files
    file = tmp_path / case.file_name
    case.write(file)
    answer = vdp("inspect", file, "--json", "--max-chunks", str(MANY), expect=FAILED if case.error else DONE)
    if case.error:
        assert re.search(case.error, answer.document["error"]["message"]), answer
        return
    truth = NetcdfTruth(file) if case.reader == "netCDF4" else Hdf5Truth(file)
    try:
        problems = [*skipped_problems(case, answer.document), *problems_of(answer.document, truth, file, case)]
    finally:
        truth.close()
    assert not problems, "\n".join(problems[:30])


def skipped_problems(case: Case, document: dict) -> list[str]:
    """What was skipped is what the case names, with its reason."""
    expected = {(path, ""): reason for path, reason in case.skipped.items()}
    expected |= {tuple(place.rsplit("@", 1)): reason for place, reason in case.lost.items()}
    problems = []
    for entry in document["skipped"]:
        attribute = re.match(r"attribute (\w+): ", entry["reason"])
        pattern = expected.pop((entry["path"], attribute[1] if attribute else ""), None)
        if pattern is None or not re.search(pattern, entry["reason"]):
            problems.append(f"skipped {entry['path']}: {entry['reason']!r}, expected {pattern!r}")
    return problems + [f"{path} {name} was not skipped" for path, name in expected]


def problems_of(document: dict, truth: Hdf5Truth | NetcdfTruth, file: Path, case: Case) -> list[str]:
    arrays = {path for path in truth.arrays if not is_skipped(path, case)}
    problems = [f"{path} is missing" for path in arrays - document["arrays"].keys()]
    problems += [f"{path} is in excess" for path in document["arrays"].keys() - arrays]
    groups = {path for path in truth.groups if not is_skipped(path, case)}
    if document["groups"].keys() != groups:
        problems.append(f"groups {sorted(document['groups'])}, expected {sorted(groups)}")
    found = arrays & document["arrays"].keys()
    store = open_inspected(document, file)
    for path in sorted(found):
        try:
            reasons = value_problems(store[path.strip("/")], truth.values(path), case)
        except Exception as error:  # whatever zarr raises is a finding about this array
            reasons = [f"{type(error).__name__}: {error}"]
        problems += [f"{path}: {reason}" for reason in reasons]
    problems += opening_problems(document, store)
    for path in (document["groups"].keys() & truth.groups.keys()) | found:
        problems += attribute_problems(path, document, truth, case)
    names = dict(case.dimensions) | (netcdf_dimensions(file) if case.named_by_netcdf else {})
    return problems + dimension_problems(document, names)


def is_skipped(path: str, case: Case) -> bool:
    return any(path == skipped or path.startswith(f"{skipped}/") for skipped in case.skipped)


def value_problems(array: zarr.Array, expected: np.ndarray, case: Case) -> list[str]:
    parts = case.parts if array.ndim else (...,)
    reasons = [difference(np.asarray(array[part]), expected[part]) for part in parts]
    return [reason for reason in reasons if reason]


def attribute_problems(path: str, document: dict, truth: Hdf5Truth | NetcdfTruth, case: Case) -> list[str]:
    found = dict((document["groups"].get(path) or document["arrays"][path])["attributes"])
    expected = {name: value for name, value in truth.attributes(path).items() if f"{path}@{name}" not in case.lost}
    problems = [f"{path}@{name} in excess" for name in found.keys() - expected.keys()]
    for name, value in expected.items():
        value = attribute_json(value)
        mine = found.get(name, "nothing")
        if name == "_FillValue" and path in truth.arrays:
            dtype = np.dtype(truth.arrays[path].dtype)
            if dtype.kind in "OSU":  # texts are without it
                mine = value if mine == "nothing" else f"{mine!r}, with which xarray opens nothing"
            elif dtype.kind in "iuf":
                mine = attribute_json(FillValueCoder.decode(mine, dtype))
        if type(mine) is not type(value) or mine != value:
            problems.append(f"{path}@{name}: {mine!r}, expected {value!r}")
    return problems


def opening_problems(document: dict, store: zarr.Group) -> list[str]:
    """xarray opens each group that has an array with a fill value among its attributes, or it opens none of it."""
    filled = {path for path, array in document["arrays"].items() if "_FillValue" in array["attributes"]}
    problems = []
    for group in sorted({path.rpartition("/")[0] for path in filled}):
        try:
            xarray.open_zarr(store.store, group=group.strip("/"), consolidated=False, zarr_format=3, chunks=None)
        except Exception as error:  # whatever xarray raises is a finding
            problems.append(f"{group or '/'} does not open: {type(error).__name__}: {error}")
    return problems


def netcdf_dimensions(file: Path) -> dict[str, tuple[str, ...]]:
    """netCDF4 crashes on some files that are not netCDF's own, so that not all of them are opened."""
    truth = NetcdfTruth(file)
    names = {path: truth.dimensions(path) for path in truth.arrays}
    truth.close()
    return names


def dimension_problems(document: dict, expected: dict[str, tuple[str, ...]]) -> list[str]:
    found = {path: array["metadata"].get("dimension_names", []) for path, array in document["arrays"].items()}
    return [
        f"{path}: dimensions {found[path]}, expected {names}"
        for path, names in expected.items()
        if path in found and tuple(found[path]) != names
    ]


def test_the_zoo_is_whole() -> None:
    print(f"{len(CASES)} files, {len(DAMAGED)} damaged ones")
    assert len(CASES) >= 220 and len(DAMAGED) >= 45


# The program maps some 60 MB when it starts; what a file claims must not add more than that again.
MEMORY = 128 << 20
CPU_S = 10


def limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_damaged_file_ends_as_a_clear_message(vdp: Engine, tmp_path: Path, damage: Damaged) -> None:
    file = tmp_path / f"{damage.name}.h5"
    file.write_bytes(damage.content())
    command = [str(vdp.binary), "inspect", str(file), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit_process, timeout=60)
    assert done.returncode in (DONE, FAILED), f"{done.returncode}: {done.stderr}"
    document = json.loads(done.stdout)
    messages = [document["error"]["message"]] if done.returncode else [item["reason"] for item in document["skipped"]]
    assert any(re.search(damage.told, message) for message in messages), f"{messages}, expected {damage.told!r}"
