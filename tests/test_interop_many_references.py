"""More than 100,000 references in manifests of compressed and of plain locations, written by either library."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import zarr

from icechunk_driver import Driver
from interop.places import LocalPlace
from interop.sides import Config, Revision, Virtual
from interop.zarr_nodes import Array, group

STEPS, ROW, SOURCES, LENGTH = 110, 1000, 40, 64
ARRAY = Array((STEPS, ROW), (1, 1), "uint8", ("t", "x"))
SAMPLE = 300


@pytest.fixture
def driver() -> Iterator[Driver]:
    with Driver() as driver:
        yield driver


@pytest.mark.parametrize("writer", ["official", "ours"])
def test_all_are_read(writer: str, tmp_path: Path, driver: Driver) -> None:
    place = LocalPlace(tmp_path, driver)
    side = place.official if writer == "official" else place.ours
    side.create(Config(split={"t": 50}, containers=(place.container,)))
    sources = [place.add_source(f"part-{n}.bin", bytes((n + i) % 251 for i in range(LENGTH))) for n in range(SOURCES)]
    session = side.writable()
    session.set_node("/", group())
    session.set_node("/v", ARRAY.zarr_json())
    for t in range(STEPS):
        url = sources[t % SOURCES].url
        session.set_virtual("/v", ARRAY.grid, [Virtual((t, x), url, (t + x) % LENGTH, 1) for x in range(ROW)])
    snapshot = session.commit("many", {})

    for one in (place.official, place.ours):
        one.open()
    expected = {(t, x): (sources[t % SOURCES].url, (t + x) % LENGTH, 1) for t in range(STEPS) for x in range(ROW)}
    session = place.ours.driver("readonly", snapshot=snapshot)
    refs = place.ours.driver("dump")["/v"]["refs"]
    assert {tuple(ref["index"]): (ref["url"], ref["offset"], ref["length"]) for ref in refs} == expected

    official = place.official.readonly(Revision(snapshot=snapshot))
    assert sorted(official.all_virtual_chunk_locations()) == sorted(url for url, _, _ in expected.values())

    chosen = random.Random(1).sample(sorted(expected), SAMPLE)
    values = zarr.open_array(official.store, path="v", mode="r")
    for t, x in chosen:
        byte = sources[t % SOURCES].data[(t + x) % LENGTH]
        assert values[t, x] == byte
    # A row that is changed by the other library.
    other = place.ours if writer == "official" else place.official
    session = other.writable()
    session.set_chunk("/v", (60, 7), b"\xff")
    changed = session.commit("changed", {})
    assert zarr.open_array(place.official.readonly(Revision(snapshot=changed)).store, path="v", mode="r")[60, 7] == 255
    place.ours.driver("readonly", snapshot=changed)
    assert base64.b64decode(place.ours.driver("read_chunk", path="/v", index=[60, 7])) == b"\xff"
    assert len(place.ours.driver("dump")["/v"]["refs"]) == len(expected)
    print(f"{len(expected)} references, {len(list((place.path / 'manifests').iterdir()))} manifests")
