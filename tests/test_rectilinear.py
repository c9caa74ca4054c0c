"""Arrays whose chunks have different shapes: each library reads, grows and cuts what the other wrote."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import icechunk
import numpy as np
import pytest
import zarr

import icechunk_driver as ours
import icechunk_repositories as official
from engine import Engine

EDGES: list[list[int]] = [[2, 3, 5], [2, 4]]


@pytest.fixture(autouse=True)
def rectilinear() -> Iterator[None]:
    with zarr.config.set({"array.rectilinear_chunks": True}):
        yield


def array(shape: list[int], chunk_shapes: list[Any]) -> dict[str, Any]:
    grid = {"name": "rectilinear", "configuration": {"kind": "inline", "chunk_shapes": chunk_shapes}}
    return ours.array(shape, [1] * len(shape)) | {"chunk_grid": grid}


def values(path: Path) -> list[list[int]]:
    root = zarr.open_group(official.reopen(path).readonly_session("main").store, mode="r")
    found: list[list[int]] = root["a"][...].tolist()
    return found


def make_official(path: Path) -> np.ndarray[Any, Any]:
    session = official.create(path, 2).writable_session("main")
    root = zarr.open_group(session.store, mode="a")
    made = root.create_array("a", shape=(10, 6), chunks=EDGES, dtype="i4", compressors=None, filters=None, fill_value=0)
    data = np.arange(60, dtype="i4").reshape(10, 6)
    made[...] = data
    session.commit("made")
    return data


def test_we_read_and_write_theirs(tmp_path: Path) -> None:
    path = tmp_path / "theirs"
    data = make_official(path)
    with ours.Driver() as driver:
        driver("open", url=str(path))
        driver("session")
        dump = driver("dump")["/a"]
        assert [ref["index"] for ref in dump["refs"]] == [[i, j] for i in range(3) for j in range(2)]
        assert [ref["length"] for ref in dump["refs"]] == [16, 32, 24, 48, 40, 80]
        driver("set_chunk", path="/a", index=[1, 0], bytes=ours.text(np.full((3, 2), 7, "<i4").tobytes()))
        # As zarr-python grows one: an edge for what is new.
        driver("set_array", path="/a", zarr_json=array([14, 6], [[2, 3, 5, 4], [2, 4]]))
        driver("set_chunk", path="/a", index=[3, 1], bytes=ours.text(np.full((4, 4), 8, "<i4").tobytes()))
        driver("commit", message="ours")
        with pytest.raises(ours.StepError):
            driver("set_chunk", path="/a", index=[4, 0], bytes=ours.text(bytes(4)))
    data[2:5, 0:2] = 7
    grown = np.zeros((14, 6), "i4")
    grown[:10] = data
    grown[10:, 2:] = 8
    assert values(path) == grown.tolist()
    session = official.reopen(path).writable_session("main")
    root = zarr.open_group(session.store)
    root["a"][11] = 9
    session.commit("theirs")
    grown[11] = 9
    assert values(path) == grown.tolist()


def test_they_read_and_write_ours(tmp_path: Path) -> None:
    path = tmp_path / "ours"
    with ours.Driver() as driver:
        driver("create", url=str(path))
        driver("session")
        driver("set_group", path="/")
        driver("set_array", path="/a", zarr_json=array([10, 6], [[2, 3, 5], [[3, 2]]]))
        for row, edge in enumerate((2, 3, 5)):
            chunk = np.full((edge, 3), row + 1, "<i4").tobytes()
            driver("set_chunk", path="/a", index=[row, 0], bytes=ours.text(chunk))
        driver("commit", message="ours")
    expected = np.zeros((10, 6), "i4")
    for begin, end, value in ((0, 2, 1), (2, 5, 2), (5, 10, 3)):
        expected[begin:end, :3] = value
    assert values(path) == expected.tolist()
    session = official.reopen(path).writable_session("main")
    root = zarr.open_group(session.store)
    root["a"][4:6, 2:4] = 5
    root["a"].resize((12, 6))
    root["a"][10:] = 6
    session.commit("theirs")
    expected[4:6, 2:4] = 5
    assert values(path) == [*expected.tolist(), *[[6] * 6] * 2]


@pytest.mark.parametrize("cut_by", ["us", "them"])
def test_what_is_cut_does_not_come_back(cut_by: str, tmp_path: Path) -> None:
    """Edges beyond the shape stay in the grid, chunks that begin there do not."""
    path = tmp_path / "cut"
    data = make_official(path)
    if cut_by == "us":
        with ours.Driver() as driver:
            driver("open", url=str(path))
            driver("session")
            driver("set_array", path="/a", zarr_json=array([5, 6], EDGES))
            driver("commit", message="cut")
            driver("set_array", path="/a", zarr_json=array([10, 6], EDGES))
            driver("commit", message="grown")
    else:
        for length in (5, 10):
            session = official.reopen(path).writable_session("main")
            zarr.open_group(session.store)["a"].resize((length, 6))
            session.commit(str(length))
    data[5:] = 0
    assert values(path) == data.tolist()
    with ours.Driver() as driver:
        driver("open", url=str(path))
        driver("readonly")
        assert [ref["index"] for ref in driver("dump")["/a"]["refs"]] == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_version_one_has_none(tmp_path: Path) -> None:
    path = tmp_path / "one"
    session = official.create(path, 1).writable_session("main")
    root = zarr.open_group(session.store, mode="a")
    with pytest.raises(icechunk.IcechunkError):
        root.create_array("a", shape=(10, 6), chunks=EDGES, dtype="i4")
    with ours.Driver() as driver:
        driver("open", url=str(path))
        with pytest.raises(ours.StepError) as failed:
            driver("session")
    assert failed.value.kind == "unsupported"


def test_cat_decodes_chunks_of_different_shapes(vdp: Engine, tmp_path: Path) -> None:
    path = tmp_path / "theirs"
    data = make_official(path)
    session = official.reopen(path).writable_session("main")
    root = zarr.open_group(session.store)
    root["a"][2:5, 2:6] = 0  # a chunk of fill is deleted
    root["a"].resize((8, 6))
    packed = root.create_array("packed", shape=(7,), chunks=[[1, 4, 2]], dtype="f8", fill_value=np.nan)
    packed[:5] = np.arange(5) / 2
    session.commit("changed")
    data[2:5, 2:6] = 0
    assert cat(vdp, path, "/a", "<i4").reshape(8, 6).tolist() == data[:8].tolist()
    np.testing.assert_array_equal(cat(vdp, path, "/packed", "<f8"), [0, 0.5, 1, 1.5, 2, np.nan, np.nan])
    told = vdp("repo", "cat", path, "/a").document
    assert told["chunks"]["inline"] == 5 and told["metadata"]["chunk_grid"]["name"] == "rectilinear"


def cat(vdp: Engine, path: Path, array: str, dtype: str) -> np.ndarray[Any, Any]:
    done = subprocess.run([vdp.binary, "repo", "cat", path, array, "--bytes"], capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype)
