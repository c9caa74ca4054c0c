"""Rebase: each pair of changes, made by either library over a commit of either, has the outcome that it has where the
official library is on both sides; and where that is a commit, the same content."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from icechunk_driver import Driver
from interop.features import SERIES, add_series, series_of
from interop.places import LocalPlace
from interop.sides import Config, Conflict, Refused, Revision, Side
from interop.writer import Changes
from interop.zarr_nodes import Array, Content

Change = Callable[[Changes], None]
SOLVERS = ("detector", "ours", "theirs", "strict")


def write(path: str, *chunks: int, value: int = 1) -> Change:
    def change(s: Changes) -> None:
        for chunk in chunks:
            s.chunk(path, (chunk, 0), bytes([value]) * 64)

    return change


def resize(path: str, steps: int) -> Change:
    return lambda s: s.array(path, series_of(steps)) and None


def describe(path: str, steps: int) -> Change:
    """Its metadata alone."""
    return lambda s: s.session.set_node(path, series_of(steps).zarr_json())


def attributes(path: str, value: int) -> Change:
    array = Array(SERIES.shape, SERIES.chunks, SERIES.dtype, SERIES.names, attributes={"n": value})
    return lambda s: s.array(path, array) and None


def delete(path: str) -> Change:
    return lambda s: s.delete(path)


def clear(path: str, chunk: int) -> Change:
    return lambda s: s.delete_chunk(path, (chunk, 0))


def group(path: str, value: int = 1) -> Change:
    return lambda s: s.group(path, n=value)


def array(path: str) -> Change:
    return lambda s: add_series(s, path)


def both(*changes: Change) -> Change:
    def change(s: Changes) -> None:
        for one in changes:
            one(s)

    return change


@dataclass(frozen=True)
class Pair:
    name: str
    theirs: Change
    mine: Change
    #: What ours refuses and the official library does not, and why.
    stricter: str = ""


LOST_NODE = "their new node would be in no group"
LOST_GROUP = "their new group would be gone"
TWICE = "two nodes would have one path: official icechunk writes such a snapshot, which we call corrupt"
OTHER_MEANING = "their chunks would be read otherwise or be gone"

PAIRS = [
    Pair("other arrays", write("/a", 0), write("/b", 0)),
    Pair("other chunks of an array", write("/a", 0), write("/a", 1)),
    Pair("the same chunk", write("/a", 0, value=1), write("/a", 0, 1, value=2)),
    Pair("the same chunk in several", write("/a", 0, 2, 3, value=1), write("/a", 1, 2, 3, value=2)),
    Pair("a chunk written and deleted", write("/a", 0), clear("/a", 0)),
    Pair("a chunk deleted and written", clear("/a", 0), write("/a", 0)),
    Pair("a chunk deleted by both", clear("/a", 0), clear("/a", 0)),
    Pair("attributes by both", attributes("/a", 1), attributes("/a", 2)),
    Pair("group attributes by both", group("/g", 1), group("/g", 2)),
    Pair("root attributes by both", group("/", 1), group("/", 2)),
    Pair("attributes of others", attributes("/a", 1), both(attributes("/b", 2), group("/g"))),
    Pair("chunks of an array that was described anew", attributes("/a", 1), write("/a", 0)),
    Pair("an array described anew whose chunks were written", write("/a", 0), attributes("/a", 1)),
    Pair("growth of an array whose chunks were written", write("/a", 0), resize("/a", 20)),
    Pair("a cut of written chunks", write("/a", 4), resize("/a", 4)),
    Pair("a cut of written chunks that deletes none", write("/a", 4), describe("/a", 4), stricter=OTHER_MEANING),
    Pair("a cut beside written chunks", write("/a", 0), resize("/a", 8)),
    Pair("appends by both", both(resize("/a", 12), write("/a", 5)), both(resize("/a", 14), write("/a", 6))),
    Pair("chunks of a deleted array", delete("/a"), write("/a", 0)),
    Pair("attributes of a deleted array", delete("/a"), attributes("/a", 1)),
    Pair("attributes of a deleted group", delete("/g"), group("/g", 2)),
    Pair("a deleted array whose chunks were written", write("/a", 0), delete("/a")),
    Pair("a deleted array that was described anew", attributes("/a", 1), delete("/a")),
    Pair("a deleted group that was described anew", group("/g", 2), delete("/g")),
    Pair("a deleted array below", write("/g/x", 0), delete("/g")),
    Pair("an array deleted by both", delete("/a"), delete("/a")),
    Pair("a group deleted by both", delete("/g"), delete("/g")),
    Pair("new nodes apart", array("/new-1"), array("/new-2")),
    Pair("the same new array", array("/new"), array("/new")),
    Pair("the same new group", group("/new"), group("/new")),
    Pair("a new group and a new array", group("/new"), array("/new")),
    Pair("a new node in a group", group("/g", 2), array("/g/new")),
    Pair("a new node in what is an array now", both(delete("/g"), array("/g")), array("/g/new")),
    Pair("a new node in a deleted group", delete("/g"), array("/g/new"), stricter=LOST_NODE),
    Pair("a deleted group with a new node", array("/g/new"), delete("/g"), stricter=LOST_NODE),
    Pair("made again by them", both(delete("/a"), array("/a")), write("/a", 0)),
    Pair("made again by me", write("/b", 0), both(delete("/a"), array("/a"))),
    Pair("made again by me over their chunks", write("/a", 0), both(delete("/a"), array("/a"))),
    Pair("made again by me, deleted by them", delete("/a"), both(delete("/a"), array("/a"))),
    Pair("a group made anew by them, deleted by me", both(delete("/g"), group("/g")), delete("/g"), LOST_GROUP),
    Pair("made again by both", both(delete("/a"), array("/a")), both(delete("/a"), array("/a")), stricter=TWICE),
    Pair("made and deleted", both(array("/new"), delete("/new"), write("/b", 0)), array("/new")),
]


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with Driver() as driver:
        yield driver


@dataclass(frozen=True)
class Outcome:
    """Why it could not be rebased, or what the branch has then."""

    conflicts: frozenset[tuple[str, str]] = frozenset()
    content: tuple[tuple[str, bytes], ...] = ()
    damaged: bool = False


def outcome(place: LocalPlace, theirs: Side, mine: Side, pair: Pair, solver: str) -> Outcome:
    for side in (place.official, place.ours):
        side.open()
    session = mine.writable()
    base = place.official.content(Revision(snapshot=session.base))
    committed(theirs, base, pair.theirs)
    changes = Changes(session, dict(base), "mine")
    pair.mine(changes)
    with pytest.raises(Conflict):
        session.commit("mine", {})
    try:
        session.rebase(solver)
    except Conflict as conflict:
        assert conflict.conflicts
        return Outcome(conflict.conflicts)
    with suppress(Refused):  # where the other's changes were all that is left
        session.commit("mine", {})
    try:
        by_official, by_ours = (side.content(Revision(branch="main")) for side in (place.official, place.ours))
    except Refused:
        return Outcome(damaged=True)
    assert by_official == by_ours
    return Outcome(content=tuple(sorted(by_official.items())))


def committed(side: Side, base: Content, change: Change) -> str:
    changes = Changes(side.writable(), dict(base), "theirs")
    change(changes)
    return changes.session.commit("theirs", {})


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name.replace(" ", "-"))
def test_rebase(pair: Pair, tmp_path: Path, driver: Driver) -> None:
    place = LocalPlace(tmp_path, driver)
    place.official.create(Config(split={"t": 3}))
    changes = Changes(place.official.writable(), {}, "base")
    for path in ("/", "/g"):
        changes.group(path)
    for path in ("/a", "/b", "/g/x"):
        add_series(changes, path)
    base = changes.session.commit("base", {})
    sides: tuple[Side, ...] = (place.official, place.ours)
    for solver in SOLVERS:
        outcomes = {}
        for theirs, mine in itertools.product(sides, sides):
            outcomes[theirs.name, mine.name] = outcome(place, theirs, mine, pair, solver)
            place.official.reset_branch("main", base)
        expected = outcomes["official", "official"]
        for (theirs_name, mine_name), found in outcomes.items():
            where = f"{solver}: {mine_name} over {theirs_name}"
            if mine_name == "official":
                assert found == expected, where
                assert not found.damaged or pair.stricter is TWICE, where
            else:
                assert not found.damaged, where
                assert found == expected or (pair.stricter and found.conflicts > expected.conflicts), where
        if solver == "detector" and pair.stricter:
            assert outcomes["official", "ours"].conflicts, pair.stricter
        print(f"{solver}: {sorted(expected.conflicts) or 'committed'}")
