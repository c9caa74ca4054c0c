"""A state machine for Hypothesis: official icechunk and ours drive one local repository in turn, and a model tells what
each of them must then read."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from icechunk_driver import Driver

from .model import ROOT_SNAPSHOT, Model
from .open_session import Identities, OpenSession, Touched
from .places import LocalPlace
from .sides import Config, Conflict, Refused, Revision, Side, Virtual
from .view import assert_content, assert_names, assert_same, assert_sides_agree, assert_snapshot
from .zarr_nodes import Array, Index, array_bytes, chunk_indices, grid_of, kind_of, node_paths

GROUPS = ("/g", "/g-1", "/g/h", "/\u00e9 x")
ARRAYS = ("/a", "/g/a", "/g-1/b", "/g/h/c", "/\u00e9 x/a")
BRANCHES = ("main", "b", "d/\u00e9v")
#: Chunks of 8 bytes, of 16 bytes in two dimensions, and of 800 bytes: longer than what is kept in a manifest.
KINDS = (("int32", (2,)), ("int64", (2, 1)), ("float64", (100,)))
SOURCE_BYTES = 4096
MAX_SESSIONS = 3

#: Spread, as Hypothesis likes small numbers.
pick = st.integers(0, 2**16).map(lambda number: (number + 1) * 40503 % 2**16)
sides = pick.map(lambda number: ("official", "ours")[number // 64 % 2])
HOW = pick.map(lambda number: ("commit", "amend", "flush", "commit")[number // 128 % 4])
lengths = st.integers(0, 6)
PATH = st.sampled_from(GROUPS + ARRAYS)
SOLVER = st.sampled_from(["detector", "ours", "theirs"])
#: For what ends all sessions.
seldom = st.sampled_from([False, False, False, True])


def picked[T](values: list[T], number: int) -> T:
    return values[number % len(values)]


class TwoLibraries(RuleBasedStateMachine):
    driver: Driver
    folders: Any  # an iterator of empty folders
    counts: Counter[str] = Counter()

    @initialize(side=sides, threshold=st.sampled_from([None, 0]), split=st.sampled_from([None, 1, 2]))
    def create(self, side: str, threshold: int | None, split: int | None) -> None:
        self.place = LocalPlace(next(self.folders), self.driver)
        self.source = self.place.add_source("source.bin", bytes(range(256)) * (SOURCE_BYTES // 256))
        self.sides: dict[str, Side] = {"official": self.place.official, "ours": self.place.ours}
        self.model = Model()
        self.sessions: list[OpenSession] = []
        self.nodes: dict[str, Identities] = {ROOT_SNAPSHOT: {}}
        self.logs: dict[str, Touched] = {}
        self.written = 0
        self.config = Config(threshold, split and {"t": split}, containers=(self.place.container,))
        self.sides[side].create(self.config)
        for one in self.sides.values():
            one.open()
        self.model.create()
        self.begin(side, 0)
        session = self.sessions[0]
        session.group("/")
        session.group("/g")
        self.count("create")
        self.finish(session, "commit", "detector")

    def count(self, what: str) -> None:
        self.counts[what] += 1

    def side(self, name: str) -> Side:
        return self.sides[name]

    # ---- Sessions ----

    @rule(side=sides, number=pick)
    def begin(self, side: str, number: int) -> None:
        if len(self.sessions) == MAX_SESSIONS:
            return
        branch = picked(sorted(self.model.branches), number)
        if side == "official":
            self.place.official.open()  # it reads the configuration once
        session = self.side(side).writable(branch)
        tip = self.model.branches[branch]
        assert session.base == tip
        opened = OpenSession(side, branch, session, self.model.snapshots[tip].content, self.nodes[tip])
        self.sessions.append(opened)
        self.count(f"session {side}")

    def session(self, number: int) -> OpenSession:
        if not self.sessions:
            self.begin(picked(["official", "ours"], number), number // 2)
        return picked(self.sessions, number)

    @rule(which=pick, number=pick, path=st.sampled_from(GROUPS))
    def set_group(self, which: int, number: int, path: str) -> None:
        session = self.session(which)
        kinds = node_paths(session.content)
        if kinds.get(path, "group") != "group" or kinds.get(path.rpartition("/")[0] or "/") != "group":
            return
        session.group(path, n=number)
        self.count("set group")

    @rule(which=pick, number=pick, path=st.sampled_from(ARRAYS), kind=st.sampled_from(KINDS), length=lengths)
    def set_array(self, which: int, number: int, path: str, kind: tuple[str, Index], length: int) -> None:
        """Makes an array, or gives one another length and other attributes."""
        session = self.session(which)
        kinds = node_paths(session.content)
        if kinds.get(path) == "group":
            return  # it was moved there
        if path in kinds:
            kind = self.kind_of(session, path)
        elif kinds.get(path.rpartition("/")[0] or "/") != "group":
            return
        array = self.array_of(kind, length, number)
        session.array(path, array)
        self.count("set array" if path not in kinds else "resize")
        for index in list(array.indices())[: number % 3]:
            session.chunk(path, index, self.data(array_bytes(kind)))

    def array_of(self, kind: tuple[str, Index], length: int, number: int = 0) -> Array:
        dtype, chunks = kind
        shape = (length * chunks[0], *(2 for _ in chunks[1:]))
        return Array(shape, chunks, dtype, ("t", "x")[: len(chunks)], attributes={"n": number})

    def kind_of(self, session: OpenSession, path: str) -> tuple[str, Index]:
        return kind_of(session.content, path)

    def data(self, length: int) -> bytes:
        """Never the same twice."""
        self.written += 1
        return (self.written.to_bytes(4, "little") * (length // 4 + 1))[:length]

    def place_in(self, session: OpenSession, number: int) -> tuple[str, Index] | None:
        """An array of the session and an index of its grid."""
        arrays = sorted(path for path, kind in node_paths(session.content).items() if kind == "array")
        places = [(path, grid) for path in arrays if 0 not in (grid := grid_of(session.content, path))]
        if not places:
            return None
        path, grid = picked(places, number)
        return path, tuple((number // 7) % count for count in grid)

    @rule(which=pick, number=pick)
    def write_chunk(self, which: int, number: int) -> None:
        session = self.session(which)
        if place := self.place_in(session, number):
            session.chunk(*place, self.data(array_bytes(self.kind_of(session, place[0]))))
            self.count("write chunk")

    @rule(side=sides, branch=pick, numbers=st.lists(pick, min_size=1, max_size=4), solver=SOLVER)
    def write_and_commit(self, side: str, branch: int, numbers: list[int], solver: str) -> None:
        """A short session of its own, beside those that are open."""
        if len(self.sessions) == MAX_SESSIONS:
            self.finish(self.sessions[0], "commit", solver)
        self.begin(side, branch)
        which = len(self.sessions) - 1
        for number in numbers:
            path = picked(list(ARRAYS), number // 5)
            if path in self.sessions[which].nodes:
                self.write_chunk(which, number)
            else:
                self.set_array(which, number, path, picked(list(KINDS), number), number % 7)
        self.finish(self.sessions[which], "commit", solver)

    @rule(which=pick, number=pick, how=st.sampled_from(["plain", "time", "container"]))
    def write_virtual(self, which: int, number: int, how: str) -> None:
        session = self.session(which)
        if not (place := self.place_in(session, number)):
            return
        path, index = place
        length = array_bytes(self.kind_of(session, path))
        offset = number % (SOURCE_BYTES - length)
        url = f"vcc://{self.place.container.name}/source.bin" if how == "container" else self.source.url
        modified = self.source.modified_s if how == "time" else None
        ref = Virtual(index, url, offset, length, modified_s=modified)
        session.virtual(path, grid_of(session.content, path), self.source, [(ref, offset)])
        self.count("write virtual chunk")

    @rule(which=pick, number=pick)
    def delete_chunk(self, which: int, number: int) -> None:
        session = self.session(which)
        if (place := self.place_in(session, number)) and (present := chunk_indices(session.content, place[0])):
            session.delete_chunk(place[0], picked(present, number // 3))
            self.count("delete chunk")

    @rule(which=pick, number=pick, by=st.integers(-3, 3))
    def shift(self, which: int, number: int, by: int) -> None:
        session = self.session(which)
        if by and (place := self.place_in(session, number)):
            session.shift(place[0], (by, *(0 for _ in place[1][1:])))
            self.count("shift")

    @rule(which=pick, path=PATH)
    def delete_node(self, which: int, path: str) -> None:
        session = self.session(which)
        if path in node_paths(session.content):
            session.delete(path)
            self.count("delete node")

    @rule(which=pick)
    def look_into_a_session(self, which: int) -> None:
        session = self.session(which)
        assert_content(session.session.content(), session.content, f"session by {session.side_name}")
        self.count("read session")

    @rule(which=pick, number=pick, how=HOW, solver=SOLVER)
    def end_session(self, which: int, number: int, how: str, solver: str) -> None:
        session = self.session(which)
        if not session.touched:
            self.set_group(which, number, "/g")
            self.write_chunk(which, number)
        self.finish(session, how, solver)

    @rule(solver=SOLVER)
    def end_all_sessions(self, solver: str) -> None:
        """One after the other, so that most are late."""
        for session in list(self.sessions):
            self.finish(session, "commit", solver)

    @rule(which=pick, now=seldom)
    def discard(self, which: int, now: bool) -> None:
        if not now or not self.sessions:
            return
        session = self.session(which)
        session.session.discard()
        assert_content(session.session.content(), session.base_content, f"discarded by {session.side_name}")
        self.sessions.remove(session)

    @rule(side=sides, numbers=st.lists(pick, min_size=2, max_size=6), solver=SOLVER)
    def race(self, side: str, numbers: list[int], solver: str) -> None:
        """Both sides have a session on one branch."""
        self.sessions.clear()
        branch = numbers[0]
        self.begin("official", branch)
        self.begin("ours", branch)
        for turn, number in enumerate(numbers):
            which = turn % 2
            if not self.place_in(self.sessions[which], number):
                self.set_array(which, number, picked(list(ARRAYS), number), picked(list(KINDS), number), number % 5)
            self.write_chunk(which, number)
            if number % 5 == 0:
                self.delete_node(which, picked(list(ARRAYS), number))
        first, second = self.sessions if side == "official" else self.sessions[::-1]
        self.finish(first, "commit", solver)
        self.finish(second, "commit", solver)

    @rule(side=sides, branch=pick, source=PATH, to=PATH)
    def move(self, side: str, branch: int, source: str, to: str) -> None:
        """In a session of its own."""
        name = picked(sorted(self.model.branches), branch)
        tip = self.model.branches[name]
        content = self.model.snapshots[tip].content
        kinds = node_paths(content)
        if source not in kinds or to in kinds or (to + "/").startswith(source + "/"):
            return
        if kinds.get(to.rpartition("/")[0] or "/") != "group":
            return
        self.place.official.open()
        opened = OpenSession(side, name, self.side(side).rearranging(name), content, self.nodes[tip])
        opened.move(source, to)
        self.sessions.append(opened)
        self.count(f"move {side}")
        self.finish(opened, "commit", "detector")

    # ---- The ends of sessions ----

    def finish(self, session: OpenSession, how: str, solver: str) -> None:
        if not session.touched:
            return
        self.sessions.remove(session)
        tip = self.model.branches.get(session.branch)
        if tip is None:
            return
        if how == "amend" and self.model.snapshots[session.base].parent is None:
            return
        session.message = f"{how} {len(self.model.snapshots)} \u00fc"
        session.metadata = {"n": len(self.model.snapshots), "by": session.side_name}
        if how != "flush" and tip != session.base:
            self.expect_conflict(session, how)
            if how == "amend" or not self.rebase(session, tip, solver):
                return
        elif how == "amend" and self.logs[tip].moved:
            self.refused(lambda: session.session.amend(session.message, session.metadata), session.side_name)
            return
        try:
            snapshot = getattr(session.session, how)(session.message, session.metadata)
        except Refused:
            if not session.gave_up:
                raise
            return  # others had written all that it wrote, and theirs is kept
        self.landed(session, how, snapshot)

    def expect_conflict(self, session: OpenSession, how: str) -> None:
        try:
            getattr(session.session, how)(session.message, session.metadata)
        except Conflict:
            self.count("conflict")
            return
        except Refused:
            # The official library looks first at whether the base, which moved nodes, could be amended.
            assert how == "amend" and self.logs[session.base].moved
            return
        raise AssertionError(f"{session.side_name} did not see that {session.branch} moved")

    def rebase(self, session: OpenSession, tip: str, solver: str) -> bool:
        """Whether it could be; `session` then stands on the tip."""
        since = []
        for one in self.model.ancestry(tip):
            if one.id == session.base:
                break
            since.append(one.id)
        else:
            return False  # the branch was reset, or its tip was amended
        others = [self.logs[one] for one in reversed(since)]
        content, nodes = self.model.snapshots[tip].content, self.nodes[tip]
        if session.undefined(others, content):
            return False
        try:
            session.session.rebase(solver)
        except (Conflict, Refused):
            assert session.overlaps(others, nodes), f"{session.side_name} sees a conflict where there is none"
            self.count(f"rebase refused {session.side_name}")
            return False
        assert solver != "detector" or not session.double_written(others), f"{session.side_name} sees no conflict"
        assert not any(one.moved for one in others), f"{session.side_name} rebased over a move"
        session.rebased(content, nodes, others, ours_wins=solver != "theirs")
        session.base = tip
        assert session.session.base == tip
        self.count(f"rebase {session.side_name}")
        return True

    def landed(self, session: OpenSession, how: str, snapshot: str) -> None:
        arguments = (snapshot, session.message, session.metadata, session.content)
        if how == "flush":
            self.model.flush(session.base, *arguments)
        elif how == "amend":
            self.model.amend(session.branch, *arguments)
        else:
            self.model.commit(session.branch, *arguments)
        self.nodes[snapshot] = session.nodes
        self.logs[snapshot] = session.touched
        self.count(f"{how} {session.side_name}")
        for side in self.sides.values():
            assert_snapshot(side, self.model, snapshot)
            assert_names(side, self.model)
        assert_sides_agree(self.side("official"), self.side("ours"))
        parent = self.model.snapshots[snapshot].parent
        if parent and how != "amend":
            official, ours = (side.diff(parent, snapshot) for side in self.sides.values())
            assert official == ours, f"diff of {session.message}"

    # ---- Names and settings ----

    @rule(side=sides, name=st.sampled_from(BRANCHES), number=pick)
    def create_branch(self, side: str, name: str, number: int) -> None:
        if name in self.model.branches:
            return
        snapshot = picked(sorted(self.model.snapshots), number)
        self.side(side).create_branch(name, snapshot)
        self.model.create_branch(name, snapshot)
        self.count("create branch")

    @rule(side=sides, name=st.sampled_from(BRANCHES))
    def delete_branch(self, side: str, name: str) -> None:
        if name == "main" or name not in self.model.branches:
            return
        self.side(side).delete_branch(name)
        self.model.delete_branch(name)
        self.count("delete branch")

    @rule(side=sides, name=st.sampled_from(BRANCHES), number=pick)
    def reset_branch(self, side: str, name: str, number: int) -> None:
        if name not in self.model.branches:
            return
        snapshot = picked(sorted(self.model.snapshots.keys() - {ROOT_SNAPSHOT}), number)
        self.side(side).reset_branch(name, snapshot, self.model.branches[name] if number % 2 else None)
        self.model.reset_branch(name, snapshot)
        self.count("reset branch")

    @rule(side=sides, name=st.sampled_from(["v1", "v2", "v/3"]), number=pick)
    def create_tag(self, side: str, name: str, number: int) -> None:
        snapshot = picked(sorted(self.model.snapshots), number)
        if name in self.model.tags or name in self.model.deleted_tags:
            self.refused(lambda: self.side(side).create_tag(name, snapshot), side)
            return
        self.side(side).create_tag(name, snapshot)
        self.model.create_tag(name, snapshot)
        self.count("create tag")

    @rule(side=sides, number=pick)
    def delete_tag(self, side: str, number: int) -> None:
        if self.model.tags:
            name = picked(sorted(self.model.tags), number)
            self.side(side).delete_tag(name)
            self.model.delete_tag(name)
            self.count("delete tag")

    def refused(self, attempt: Any, side: str) -> None:
        try:
            attempt()
        except (Conflict, Refused):
            self.count("refused")
            return
        raise AssertionError(f"{side} did not refuse")

    @rule(side=sides, number=pick, now=seldom)
    def set_metadata(self, side: str, number: int, now: bool) -> None:
        if not now:
            return
        self.model.metadata = {"n": number, "o": {"l": [number / 4, None, "\u00fc"]}}
        self.side(side).set_metadata(self.model.metadata)
        self.model.operations.append("MetadataChanged")
        self.count("set metadata")

    @rule(
        now=seldom,
        side=sides,
        threshold=st.sampled_from([0, 10, 1000]),
        split=st.sampled_from([1, 2, 3, 100]),
        updates=st.sampled_from([2, 5, 1000]),
    )
    def set_config(self, now: bool, side: str, threshold: int, split: int, updates: int) -> None:
        config = Config(threshold, {"t": split}, updates, (self.place.container,))
        if not now or config == self.config:
            return
        self.config = config
        self.side(side).save_config(config)
        self.model.operations.append("ConfigChanged")
        self.count("set config")

    # ---- Upkeep ----

    def end_sessions(self) -> None:
        """What they wrote and did not commit may be collected."""
        self.sessions.clear()

    @rule(side=sides, number=pick, branches=st.booleans(), tags=st.booleans(), now=seldom)
    def expire(self, side: str, number: int, branches: bool, tags: bool, now: bool) -> None:
        """Everything that is older than one of the snapshots."""
        if not now:
            return
        self.end_sessions()
        moments = self.moments()
        older_than = picked(sorted(moments.values()), number)
        self.model.old = {one for one, moment in moments.items() if moment < older_than}
        found = self.side(side).expire(older_than, branches, tags)
        assert found == self.model.expire(branches, tags), f"expired by {side}"
        self.count(f"expire {side}")
        self.check_names()

    def moments(self) -> dict[str, int]:
        """When each snapshot was flushed."""
        moments: dict[str, int] = {}
        for one in self.model.snapshots:
            if one not in moments:
                moments |= {line.id: line.flushed_at_us for line in self.side("ours").history(Revision(snapshot=one))}
        return moments

    @rule(side=sides, now=seldom)
    def collect(self, side: str, now: bool) -> None:
        if not now:
            return
        self.end_sessions()
        self.side(side).collect(time.time_ns() // 1000)
        self.model.collect()
        self.count(f"collect {side}")
        self.check_names()

    @rule(now=seldom)
    def reopen(self, now: bool) -> None:
        """Ends sessions of ours: the driver has one repository."""
        if not now:
            return
        self.sessions = [one for one in self.sessions if one.side_name == "official"]
        for side in self.sides.values():
            side.open()
        self.count("reopen")

    def check_names(self) -> None:
        for side in self.sides.values():
            assert_names(side, self.model)

    @invariant()
    def count_steps(self) -> None:
        self.counts["steps"] += 1

    def teardown(self) -> None:
        """All snapshots, by repositories that are opened anew."""
        if not hasattr(self, "model"):
            return
        for side in self.sides.values():
            side.open()
            assert_same(side, self.model)
        assert_sides_agree(self.side("official"), self.side("ours"))
        self.counts["snapshots"] += len(self.model.snapshots)
        self.counts["examples"] += 1
