"""Manifests of several arrays, and chunks that are ranges of one object: the format allows both, no library writes them
(see interop/stored_objects.py). Both must read them, write on top of them, and collect around them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Engine
from icechunk_driver import Driver
from interop.features import add_series, series_of
from interop.places import LocalPlace
from interop.sides import Config, Revision, Side, Virtual
from interop.stored_objects import StoredObjects
from interop.view import Seen, assert_content, assert_same, assert_sides_agree
from interop.writer import Changes, Writer
from interop.zarr_nodes import Array

SPLITS = {"one manifest each": None, "several manifests each": {"t": 3}}
ARRAYS = ("/a", "/g/long", "/v", "/s", "/z")


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as driver:
        yield driver


@pytest.fixture(params=SPLITS)
def split(request: pytest.FixtureRequest) -> dict[str, int] | None:
    return SPLITS[request.param]


@pytest.fixture
def places(tmp_path: Path, driver: Driver) -> Iterator[type]:
    yield lambda version=2: LocalPlace(tmp_path / f"place-{version}", driver, version)


LONG = Array((600,), (100,), "float64", ("t",))
VIRTUAL = Array((20,), (2,), names=("t",))


def fill(w: Writer, split: dict[str, int] | None) -> None:
    """Every kind of reference, in arrays of different ranks; a commit on top changes some of them."""
    source = w.place.add_source("source.bin", bytes(range(200)))
    w.create(Config(split=split, containers=(w.place.container,)))
    with w.session() as s:
        s.group("/")
        s.group("/g")
        add_series(s, "/a", series_of(14))
        add_series(s, "/g/long", LONG)
        s.array("/v", VIRTUAL)
        s.virtual("/v", VIRTUAL.grid, source, [(Virtual((i,), source.url, 8 * i, 8), 8 * i) for i in range(9)])
        add_series(s, "/s", Array((), ()))
        s.array("/z", Array((0, 2), (1, 2)))
    with w.session() as s:
        s.chunk("/a", (1, 0), bytes(64))
        s.chunk("/g/long", (3,), b"\x07" * 800)


def tip(w: Writer) -> str:
    return w.model.branches["main"]


def assert_both(place: LocalPlace, w: Writer, version: int = 2) -> Seen:
    seen = Seen()
    for side in (place.official, place.ours):
        side.open()
        assert_same(side, w.model, seen, v1=version == 1)
    if version == 2:
        assert_sides_agree(place.official, place.ours)
    return seen


def change_some(s: Changes) -> None:
    """One array; the others stay as they are."""
    s.chunk("/a", (5, 0), b"\x05" * 64)
    s.delete_chunk("/a", (2, 0))


@pytest.mark.parametrize("version", [1, 2])
def test_both_read_manifests_of_several_arrays(version: int, split: dict[str, int] | None, places: type) -> None:
    place = places(version)
    w = Writer(place, [place.official])
    fill(w, split)
    joined = StoredObjects(place.path).join_manifests(tip(w))
    assert len(joined) == (1 if split is None else 3)
    seen = assert_both(place, w, version)
    print(f"{len(joined)} manifests for {len(ARRAYS)} arrays: {seen.keys} keys compared")


@pytest.mark.parametrize("by", ["official", "ours"])
def test_a_commit_on_top_keeps_what_it_does_not_change(by: str, split: dict[str, int] | None, places: type) -> None:
    place = places()
    side: Side = getattr(place, by)
    w = Writer(place, [place.official])
    fill(w, split)
    objects = StoredObjects(place.path)
    before = tip(w)
    joined = objects.join_manifests(before)

    w = continued(w, place, side)
    with w.session() as s:
        change_some(s)
    after = objects.manifests_of(tip(w))
    kept = objects.manifests_of(before)
    assert {path: ids for path, ids in after.items() if path != "/a"} == {
        path: ids for path, ids in kept.items() if path != "/a"
    }
    assert not after["/a"] == kept["/a"] and set(kept["/g/long"]) <= set(joined)
    assert_both(place, w)
    assert place.official.diff(before, tip(w)) == place.ours.diff(before, tip(w))

    with w.session() as s:
        s.array("/a", series_of(4))
        s.delete("/v")
        s.chunk("/s", (), b"\x2a\0\0\0")
    assert_both(place, w)


def continued(w: Writer, place: LocalPlace, *sides: Side) -> Writer:
    """The same repository, written by others."""
    other = Writer(place, sides)
    other.model = w.model
    return other


@pytest.mark.parametrize("by", ["official", "ours"])
def test_collecting_keeps_what_some_array_needs(by: str, split: dict[str, int] | None, places: type) -> None:
    place = places()
    w = Writer(place, [place.official])
    fill(w, split)
    objects = StoredObjects(place.path)
    objects.join_manifests(tip(w))
    packed = objects.pack_chunks(tip(w), gap=b"between")
    joined = {one for ids in objects.manifests_of(tip(w)).values() for one in ids}
    w = continued(w, place, getattr(place, by))
    with w.session() as s:
        s.delete("/a")
        s.delete("/v")
        s.chunk("/g/long", (0,), bytes(800))
    w.mark()
    w.expire()
    w.collect()
    assert_both(place, w)
    left = set(objects.manifests_of(tip(w))["/s"])
    assert left and left <= joined
    assert (place.path / "chunks" / packed).exists() and all((place.path / "manifests" / one).exists() for one in left)
    # Once nothing refers to them they go.
    with w.session() as s:
        s.delete("/g")
        s.delete("/s")
    w.mark()
    with w.session() as s:
        add_series(s, "/later")
    w.expire()
    w.collect()
    assert_both(place, w)
    assert not (place.path / "chunks" / packed).exists()
    assert not any((place.path / "manifests" / one).exists() for one in joined)


@pytest.mark.parametrize("version", [1, 2])
def test_both_read_chunks_that_are_ranges(version: int, split: dict[str, int] | None, places: type) -> None:
    place = places(version)
    w = Writer(place, [place.official])
    fill(w, split)
    StoredObjects(place.path).pack_chunks(tip(w), gap=b"between")
    assert_both(place, w, version)
    if version == 2:
        in_turns(place, w)


def in_turns(place: LocalPlace, w: Writer) -> None:
    """Written by both, shifted and rebased: the ranges stay what they were."""
    w = continued(w, place, place.ours, place.official)
    for _ in range(2):
        with w.session() as s:
            s.shift("/g/long", (1,))
            s.chunk("/g/long", (0,), b"\x01" * 800)
    assert_both(place, w)
    with w.session() as s:
        s.array("/g/long", Array((400,), (100,), "float64", ("t",)))
    assert_both(place, w)


def test_rewriting_manifests_takes_joined_ones_apart(vdp: Engine, places: type) -> None:
    place = places()
    w = Writer(place, [place.official])
    fill(w, {"t": 3})
    objects = StoredObjects(place.path)
    objects.join_manifests(tip(w))
    packed = objects.pack_chunks(tip(w))
    before = {one for ids in objects.manifests_of(tip(w)).values() for one in ids}
    snapshot = vdp("repo", "rewrite-manifests", place.path, "--split", "t=2", "--json").document["snapshot"]
    for side in (place.official, place.ours):
        side.open()
        assert_content(side.content(Revision(branch="main")), w.model.snapshots[tip(w)].content, side.name)
    rewritten = objects.manifests_of(snapshot)
    assert len(rewritten["/g/long"]) == 3 and not set(rewritten["/g/long"]) & before
    assert (place.path / "chunks" / packed).exists()
