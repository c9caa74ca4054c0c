"""The interop matrix: each feature of interop/features.py, at each place, written by one library and read by the other,
written by both in turns, and by both at once. Everything is compared with a model, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from icechunk_driver import Driver
from interop.features import FEATURES, Feature
from interop.places import LocalPlace, MemoryPlace, Place, S3Place
from interop.view import Seen, assert_same, assert_sides_agree
from interop.writer import Writer
from servers.bucket import Bucket
from servers.s3_server import S3Server

PLACES = ("local", "memory", "s3")
PlaceOf = Callable[[str, int], Place]


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as driver:
        yield driver


@pytest.fixture(scope="module")
def s3(versitygw: S3Server) -> Iterator[tuple[Bucket, Driver]]:
    bucket = versitygw.new_bucket()
    with Driver(bucket.environment()) as driver:
        yield bucket, driver


@pytest.fixture
def place_of(request: pytest.FixtureRequest, tmp_path: Path, driver: Driver) -> PlaceOf:
    def make(name: str, spec_version: int = 2) -> Place:
        if name == "s3":
            return S3Place(*request.getfixturevalue("s3"), spec_version)
        return {"local": LocalPlace, "memory": MemoryPlace}[name](tmp_path, driver, spec_version)

    return make


def cells(*coordinates: str, places: tuple[str, ...] = PLACES) -> list[tuple[str, str]]:
    """Feature and place, without those that have a reason not to be."""
    return [
        (feature.name, place)
        for feature in FEATURES.values()
        for place in places
        if not feature.left_out.keys() & {place, *coordinates}
    ]


def report(seen: Seen, feature: Feature) -> None:
    print(f"{feature.name}: {seen.snapshots} snapshots, {seen.keys} keys compared")


@pytest.mark.parametrize(("name", "place"), cells("official", "v1"))
def test_they_write_version_1_and_we_read(name: str, place: str, place_of: PlaceOf) -> None:
    there = place_of(place, 1)
    writer = Writer(there, [there.official])
    FEATURES[name].write(writer)
    there.ours.open()
    seen = Seen()
    assert_same(there.ours, writer.model, seen, v1=True)
    report(seen, FEATURES[name])


@pytest.mark.parametrize(("name", "place"), cells("official"))
def test_they_write_and_we_read(name: str, place: str, place_of: PlaceOf) -> None:
    there = place_of(place, 2)
    writer = Writer(there, [there.official])
    FEATURES[name].write(writer)
    there.ours.open()
    seen = Seen()
    assert_same(there.ours, writer.model, seen)
    assert_sides_agree(there.official, there.ours)
    report(seen, FEATURES[name])


@pytest.mark.parametrize(("name", "place"), cells("ours"))
def test_we_write_and_they_read(name: str, place: str, place_of: PlaceOf) -> None:
    there = place_of(place, 2)
    writer = Writer(there, [there.ours])
    FEATURES[name].write(writer)
    there.official.open()
    seen = Seen()
    assert_same(there.official, writer.model, seen)
    assert_sides_agree(there.official, there.ours)
    report(seen, FEATURES[name])


@pytest.mark.parametrize("first", ["official", "ours"])
@pytest.mark.parametrize(("name", "place"), cells("official", "ours"))
def test_in_turns(name: str, place: str, first: str, place_of: PlaceOf) -> None:
    there = place_of(place, 2)
    sides = [there.official, there.ours] if first == "official" else [there.ours, there.official]
    writer = Writer(there, sides)
    FEATURES[name].write(writer)
    seen = Seen()
    for side in sides:
        side.open()
        assert_same(side, writer.model, seen)
    assert_sides_agree(there.official, there.ours)
    report(seen, FEATURES[name])
