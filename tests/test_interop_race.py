"""Threads of the official library and processes of ours, all at once at one repository on S3: commits to one branch
that are rebased, and tags and branches. Nothing may be lost, nothing done twice."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

import icechunk
import numpy as np
import zarr

from engine import LONG
from icechunk_driver import Driver
from interop.official_side import OfficialSide
from interop.our_side import OurSession, OurSide
from interop.sides import Config, Conflict, Revision
from interop.view import assert_content, assert_sides_agree
from interop.zarr_nodes import Array, group
from servers.bucket import Bucket
from servers.s3_server import S3Server

ACTORS, COMMITS = (6, 40) if LONG else (2, 8)
PREFIX = "raced/"
#: Of each of the 2 * ACTORS actors a run of COMMITS chunks.
SERIES = Array((2 * ACTORS * COMMITS,), (1,), "int64", ("t",))


def value(place: int) -> int:
    return 1_000_000 + place


def element(place: int) -> bytes:
    return np.array([value(place)], "<i8").tobytes()


@dataclass
class Actor:
    """What it did, as it was told: the snapshot of each message, tag and branch."""

    number: int
    commits: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    conflicts: int = 0
    failure: BaseException | None = None

    def run(self, start: threading.Barrier, side: RacingSide) -> None:
        """The first session is open before anybody commits: all but one of them must be rebased."""
        try:
            session = side.write(self, 0)
            start.wait()
            for turn in range(COMMITS):
                snapshot = self.commits[f"{self.number}.{turn}"] = side.commit(self, session, turn)
                label = f"of-{self.number}-{turn}"
                side.name("tag" if turn % 2 else "branch", label, snapshot)
                (self.tags if turn % 2 else self.branches)[label] = snapshot
                if turn + 1 < COMMITS:
                    session = side.write(self, turn + 1)
        except BaseException as error:  # told by the test, which is another thread
            self.failure = error
            start.abort()

    def place(self, turn: int) -> int:
        return self.number * COMMITS + turn


class RacingSide(Protocol):
    def write(self, actor: Actor, turn: int) -> Any: ...
    def commit(self, actor: Actor, session: Any, turn: int) -> str: ...
    def name(self, kind: str, label: str, snapshot: str) -> None: ...


@dataclass
class RacingOfficial:
    repository: icechunk.Repository

    def write(self, actor: Actor, turn: int) -> icechunk.Session:
        session = self.repository.writable_session("main")
        zarr.open_group(session.store)["a"][actor.place(turn)] = value(actor.place(turn))
        return session

    def commit(self, actor: Actor, session: icechunk.Session, turn: int) -> str:
        snapshot = session.commit(f"{actor.number}.{turn}", rebase_with=icechunk.ConflictDetector())
        written = next(iter(self.repository.ancestry(snapshot_id=snapshot)))
        actor.conflicts += written.metadata["__icechunk"]["rebase_attempts"]
        return snapshot

    def name(self, kind: str, label: str, snapshot: str) -> None:
        (self.repository.create_tag if kind == "tag" else self.repository.create_branch)(label, snapshot)


@dataclass
class RacingOurs:
    side: OurSide

    def write(self, actor: Actor, turn: int) -> OurSession:
        session = self.side.writable()
        place = actor.place(turn)
        session.set_chunk("/a", (place,), element(place))
        return session

    def commit(self, actor: Actor, session: OurSession, turn: int) -> str:
        while True:
            try:
                return session.commit(f"{actor.number}.{turn}", {})
            except Conflict:
                actor.conflicts += 1
                session.rebase("detector")

    def name(self, kind: str, label: str, snapshot: str) -> None:
        (self.side.create_tag if kind == "tag" else self.side.create_branch)(label, snapshot)


def run_official(actor: Actor, start: threading.Barrier, bucket: Bucket) -> None:
    actor.run(start, RacingOfficial(icechunk.Repository.open(bucket.official_storage(PREFIX))))


def run_ours(actor: Actor, start: threading.Barrier, bucket: Bucket) -> None:
    with Driver(bucket.environment()) as driver:
        side = OurSide(driver, bucket.url(PREFIX))
        side.open()
        actor.run(start, RacingOurs(side))


def race(bucket: Bucket) -> list[Actor]:
    actors = [Actor(number) for number in range(2 * ACTORS)]
    start = threading.Barrier(len(actors))
    threads = [
        threading.Thread(target=(run_official, run_ours)[actor.number % 2], args=(actor, start, bucket))
        for actor in actors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failures = [actor.failure for actor in actors if actor.failure]
    if failures:
        raise next((one for one in failures if not isinstance(one, threading.BrokenBarrierError)), failures[0])
    return actors


def merged(parts: list[dict[str, str]]) -> dict[str, str]:
    return {name: snapshot for part in parts for name, snapshot in part.items()}


def test_nothing_is_lost_and_nothing_is_doubled(versitygw: S3Server) -> None:
    bucket = versitygw.new_bucket()
    with Driver(bucket.environment()) as driver:
        official = OfficialSide(lambda: bucket.official_storage(PREFIX))
        ours = OurSide(driver, bucket.url(PREFIX))
        ours.create(Config())
        session = ours.writable()
        session.set_node("/", group())
        session.set_node("/a", SERIES.zarr_json())
        session.commit("made", {})
        actors = race(bucket)

        expected = {f"a/c/{place}": element(place) for place in range(SERIES.shape[0])}
        for side in (official, ours):
            side.open()
            content = side.content(Revision(branch="main"))
            assert_content({key: data for key, data in content.items() if "/c/" in key}, expected, side.name)
            refs = side.refs()
            assert refs.tags == merged([actor.tags for actor in actors])
            branches = {name: snapshot for name, snapshot in refs.branches.items() if name != "main"}
            assert branches == merged([actor.branches for actor in actors])
            history = {line.message: line.id for line in side.history(Revision(branch="main"))[:-2]}
            assert history == merged([actor.commits for actor in actors])
            assert len(side.history(Revision(branch="main"))) == SERIES.shape[0] + 2
            operations = Counter(kind for _, kind in side.operations())
            half = SERIES.shape[0] // 2
            counts = {"RepoInitialized": 1, "NewCommit": 1 + 2 * half, "TagCreated": half, "BranchCreated": half}
            assert operations == counts
        assert_sides_agree(official, ours)
    conflicts = [sum(actor.conflicts for actor in actors[side::2]) for side in (0, 1)]
    print(f"{SERIES.shape[0]} commits by {len(actors)} actors; rebased: official {conflicts[0]}, ours {conflicts[1]}")
    assert all(conflicts), "of the first commits all but one are late"
