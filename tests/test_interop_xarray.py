"""Repositories that we wrote, as scientists read them: official icechunk under xarray.open_zarr, held against the
numbers that were put in."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr

from icechunk_driver import Driver
from interop.places import LocalPlace, Place, S3Place
from interop.sides import Config, Virtual
from interop.writer import Changes, Writer
from interop.zarr_nodes import Array, Index
from servers.s3_server import S3Server

STEPS, GROWN = 8, 13


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as driver:
        yield driver


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, driver: Driver) -> Iterator[Place]:
    if request.param == "local":
        yield LocalPlace(tmp_path, driver)
        return
    server: S3Server = request.getfixturevalue("versitygw")
    bucket = server.new_bucket()
    with Driver(bucket.environment()) as of_bucket:
        yield S3Place(bucket, of_bucket)


@dataclass
class Expected:
    """What was written, by group and name, before xarray decodes it."""

    groups: dict[str, dict[str, xr.Variable]] = field(default_factory=dict)

    def put(self, path: str, array: Array, values: np.ndarray) -> None:
        group, _, name = path.rpartition("/")
        variable = xr.Variable(array.names or (), values, array.attributes)
        self.groups.setdefault(group or "/", {})[name] = variable

    def dataset(self, group: str) -> xr.Dataset:
        return xr.decode_cf(xr.Dataset(self.groups[group]))


def edges(chunks: int | tuple[int, ...], length: int) -> list[tuple[int, int]]:
    """Begin and end of each chunk along one dimension, before the shape cuts the last."""
    lengths = chunks if isinstance(chunks, tuple) else (chunks,) * -(-length // chunks)
    ends = list(itertools.accumulate(lengths))
    return list(zip([0, *ends], ends, strict=False))


def chunk_of(array: Array, values: np.ndarray, index: Index) -> bytes:
    """Padded where the array ends inside it."""
    spans = [edges(c, n)[i] for c, n, i in zip(array.chunks, array.shape, index, strict=True)]
    inside = values[tuple(slice(begin, end) for begin, end in spans)]
    chunk = np.full([end - begin for begin, end in spans], array.fill, values.dtype)
    chunk[tuple(slice(0, n) for n in inside.shape)] = inside
    return chunk.tobytes()


def write(s: Changes, expected: Expected, path: str, array: Array, values: np.ndarray, first: int = 0) -> None:
    """Its chunks from `first` on along the first dimension; those before are there. Chunks of fill are left out."""
    s.array(path, array)
    for index in array.indices():
        data = chunk_of(array, values, index)
        if (not index or index[0] >= first) and data != chunk_of(array, np.full_like(values, array.fill), index):
            s.chunk(path, index, data)
    expected.put(path, array, values)


def ramp(*shape: int, dtype: str = "int32", first: int = 1) -> np.ndarray:
    return (np.arange(np.prod(shape, dtype=int)) + first).reshape(shape).astype(dtype)


TIME_UNITS = {"units": "hours since 2000-01-01", "calendar": "noleap"}


def coordinates(s: Changes, expected: Expected, steps: int, first: int = 0) -> None:
    time = Array((steps,), (2,), "int64", ("time",), attributes=TIME_UNITS)
    write(s, expected, "/time", time, 6 * ramp(steps, dtype="int64"), first // 2)
    write(s, expected, "/lat", Array((3,), (3,), "float64", ("lat",)), np.array([-45.5, 0.0, 45.5]))


def inline_chunks(s: Changes, expected: Expected, steps: int, first: int = 0) -> None:
    """With a chunk that is not there, and one that reaches beyond the end."""
    values = ramp(steps, 3, dtype="int16")
    values[4:6] = -9
    attributes = {"_FillValue": -9, "scale_factor": 0.5, "add_offset": 10.0, "units": "K"}
    write(s, expected, "/air", Array((steps, 3), (2, 2), "int16", ("time", "lat"), -9, attributes), values, first // 2)


def native_chunks(s: Changes, expected: Expected, steps: int, first: int = 0) -> None:
    array = Array((steps, 3, 100), (2, 3, 100), "float64", ("time", "lat", "band"))
    write(s, expected, "/radiance", array, ramp(steps, 3, 100, dtype="float64"), first // 2)


def virtual_chunks(place: Place, s: Changes, expected: Expected, steps: int, first: int = 0) -> None:
    """By absolute URLs, and by URLs in a named container."""
    values = ramp(steps, 3, dtype="float32", first=100)
    array = Array((steps, 3), (1, 3), "float32", ("time", "lat"))
    s.array("/sst", array)
    source = place.add_source(f"from-{first}.bin", b"HEAD" + values[first:].tobytes())
    version = {"etag": source.etag} if source.etag else {"modified_s": source.modified_s}
    url = f"vcc://{place.container.name}/from-{first}.bin" if first else source.url
    places = [(step, 4 + 12 * (step - first)) for step in range(first, steps)]
    refs = [(Virtual((step, 0), url, at, 12, **version), at) for step, at in places]
    s.virtual("/sst", array.grid, source, refs)
    expected.put("/sst", array, values)


def groups(s: Changes, expected: Expected) -> None:
    for path in ("/sub", "/sub/d\u00e9p"):
        s.group(path, title=path)
    for path in ("/sub/depth", "/sub/d\u00e9p/deep"):
        write(s, expected, path, Array((5, 2), (2, 2), names=("x", "y")), ramp(5, 2))
    write(s, expected, "/sub/scalar", Array((), ()), np.array(42, "int32"))
    write(s, expected, "/sub/empty", Array((0, 2), (2, 2), names=("none", "y")), ramp(0, 2))


def write_all(w: Writer, expected: Expected) -> None:
    w.create(Config(split={"time": 3}, containers=(w.place.container,)))
    for first, steps in ((0, STEPS), (STEPS, GROWN)):
        with w.session() as s:
            s.group("/", title="all")
            coordinates(s, expected, steps, first)
            inline_chunks(s, expected, steps, first)
            native_chunks(s, expected, steps, first)
            virtual_chunks(w.place, s, expected, steps, first)
    with w.session() as s:
        groups(s, expected)


def opened(place: Place, group: str = "/") -> xr.Dataset:
    place.official.open()
    session = place.official.repository.readonly_session("main")
    return xr.open_zarr(session.store, group=group, consolidated=False, chunks=None)


def test_every_kind_of_chunk_and_group(place: Place) -> None:
    expected = Expected()
    write_all(Writer(place, [place.ours]), expected)
    assert expected.groups.keys() == {"/", "/sub", "/sub/d\u00e9p"}
    for group in expected.groups:
        found = opened(place, group)
        xr.testing.assert_equal(found, expected.dataset(group))
        for name, variable in expected.dataset(group).variables.items():
            assert found[name].attrs == variable.attrs and found[name].dtype == variable.dtype, name
    assert opened(place).attrs == {"title": "all"} and opened(place)["time"].dtype == object
    tree = xr.open_datatree(place.official.repository.readonly_session("main").store, engine="zarr", consolidated=False)
    assert {node.path for node in tree.subtree} == expected.groups.keys()
    part = opened(place).isel(time=slice(7, 10), lat=1)
    xr.testing.assert_equal(part, expected.dataset("/").isel(time=slice(7, 10), lat=1))


def cut(s: Changes, expected: Expected) -> None:
    """Half a chunk is left of the last one."""
    values = expected.groups["/"]["series"].values[:5]
    array = Array((5,), (2,), names=("time",))
    s.array("/series", array)
    expected.put("/series", array, values)


def shift(s: Changes, expected: Expected) -> None:
    values = expected.groups["/"]["series"].values
    s.shift("/series", (1,))
    moved = np.concatenate([[0, 0], values[:-2]]).astype("int32")
    expected.put("/series", Array(values.shape, (2,), names=("time",)), moved)


def recreate(s: Changes, expected: Expected) -> None:
    s.delete("/series")
    write(s, expected, "/series", Array((3,), (1,), "float32", ("time",)), ramp(3, dtype="float32", first=70))


@pytest.mark.parametrize("change", [cut, shift, recreate])
def test_arrays_that_were_changed(change: Callable[[Changes, Expected], None], tmp_path: Path, driver: Driver) -> None:
    place, expected = LocalPlace(tmp_path, driver), Expected()
    w = Writer(place, [place.ours])
    w.create(Config(split={"time": 2}))
    with w.session() as s:
        s.group("/")
        write(s, expected, "/series", Array((10,), (2,), names=("time",)), ramp(10))
    with w.session() as s:
        change(s, expected)
    xr.testing.assert_identical(opened(place), expected.dataset("/"))


def test_rectilinear_chunks(tmp_path: Path, driver: Driver) -> None:
    place, expected = LocalPlace(tmp_path, driver), Expected()
    w = Writer(place, [place.ours])
    w.create()
    with w.session() as s:
        s.group("/")
        array = Array((10, 5), ((2, 3, 5), (4, 2)), names=("time", "lat"))
        write(s, expected, "/ragged", array, ramp(10, 5))
    with zarr.config.set({"array.rectilinear_chunks": True}):
        xr.testing.assert_identical(opened(place), expected.dataset("/"))
        assert opened(place)["ragged"][4:6, 3:].values.tolist() == ramp(10, 5)[4:6, 3:].tolist()
