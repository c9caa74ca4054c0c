"""The interop matrix: each feature of interop/features.py, at each place, written by one library and read by the other,
written by both in turns, and by both at once. Everything is compared with a model, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from icechunk_driver import Driver
from interop import features_of_names  # noqa: F401 (its features are in the table, too)
from interop.features import FEATURES, add_series
from interop.places import LocalPlace, MemoryPlace, Place, S3Place
from interop.sides import Conflict, Side
from interop.view import Seen, assert_names, assert_same, assert_sides_agree, assert_snapshot
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


#: Places that cannot be combined with a mode at all.
LEFT_OUT = {
    "race": {"memory": "a store in memory cannot be shared by two libraries"},
}


def cells(*coordinates: str) -> list[tuple[str, str]]:
    """Feature and place, without those that have a reason not to be."""
    return [
        (feature.name, place)
        for feature in FEATURES.values()
        for place in PLACES
        if not feature.left_out.keys() & {place, *coordinates}
        and not any(place in LEFT_OUT.get(one, {}) for one in coordinates)
    ]


def ordered_cells(*coordinates: str) -> list[tuple[str, str, str]]:
    """With who comes first: either of them in a directory, where that is cheap; elsewhere one."""
    return [
        (name, place, first)
        for name, place in cells(*coordinates)
        for first in (("official", "ours") if place == "local" else ("ours",) if len(name) % 2 else ("official",))
    ]


def report(seen: Seen, name: str) -> None:
    print(f"{name}: {seen.snapshots} snapshots, {seen.keys} keys compared")


@pytest.mark.parametrize(("name", "place"), cells("official", "v1"))
def test_they_write_version_1_and_we_read(name: str, place: str, place_of: PlaceOf) -> None:
    there = place_of(place, 1)
    writer = Writer(there, [there.official])
    FEATURES[name].write(writer)
    there.ours.open()
    seen = Seen()
    assert_same(there.ours, writer.model, seen, v1=True)
    report(seen, name)


@pytest.mark.parametrize(("name", "place"), cells("official"))
def test_they_write_and_we_read(name: str, place: str, place_of: PlaceOf) -> None:
    there = place_of(place, 2)
    writer = Writer(there, [there.official])
    FEATURES[name].write(writer)
    there.ours.open()
    seen = Seen()
    assert_same(there.ours, writer.model, seen)
    assert_sides_agree(there.official, there.ours)
    report(seen, name)


@pytest.mark.parametrize(("name", "place"), cells("ours"))
def test_we_write_and_they_read(name: str, place: str, place_of: PlaceOf) -> None:
    there = place_of(place, 2)
    writer = Writer(there, [there.ours])
    FEATURES[name].write(writer)
    there.official.open()
    seen = Seen()
    assert_same(there.official, writer.model, seen)
    assert_sides_agree(there.official, there.ours)
    report(seen, name)


@pytest.mark.parametrize(("name", "place", "first"), ordered_cells("official", "ours"))
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
    report(seen, name)


@pytest.mark.parametrize(("name", "place", "writer"), ordered_cells("official", "ours", "race"))
def test_both_at_once(name: str, place: str, writer: str, place_of: PlaceOf) -> None:
    """Both have a session open on one tip. The one that is late is rebased: by either library, over a commit of the
    other, in a repository with the feature."""
    there = place_of(place, 2)
    sides: dict[str, Side] = {"official": there.official, "ours": there.ours}
    w = Writer(there, [sides[writer]])
    FEATURES[name].write(w)
    if "zarr.json" not in w.model.snapshots[w.model.branches["main"]].content:
        with w.session() as s:
            s.group("/")
    for side in sides.values():
        side.open()
    for first, late in (("official", "ours"), ("ours", "official")):
        race(w, sides[first], sides[late])
    for side in sides.values():
        assert_snapshot(side, w.model, w.model.branches["main"])
        assert_names(side, w.model)


def race(w: Writer, first: Side, late: Side) -> None:
    base = w.model.branches["main"]
    slow, fast = (w.changes(side, "main") for side in (late, first))
    for changes, side in ((slow, late), (fast, first)):
        add_series(changes, f"/raced by {side.name} {w.number()}")
    w.end(fast, "main", base, "commit")
    with pytest.raises(Conflict):
        slow.session.commit(slow.message, {})
    slow.session.rebase("detector")
    slow.content |= fast.content
    w.end(slow, "main", w.model.branches["main"], "commit")
