"""Files that are deleted at their source: told of, or taken out of the store, as `forward.deleted` says.

What a store holds afterwards is read by official tools: fill in the slots of what is gone, everything else as it was.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from urllib.parse import quote_plus

import numpy as np
import pytest
import zarr

from archives.archive import Archive, Product
from archives.imerg import Imerg
from archives.mur import Mur
from archives.naqfc import Naqfc
from comparison import assert_equals_sources, differences, read_raw
from consumer import commits, created, dead_letters, depth, forward, removed, send
from engine import DONE, FINDINGS, Answer, Engine
from hazards.stores import open_repository, records
from opened import open_as_printed
from remote_archive import place
from servers.s3_server import S3Server

# Packed grids with holes; native bounds beside the axis; several steps a file with static references.
PRODUCTS: dict[str, tuple[Product, int, dict[str, object]]] = {
    "mur, regular": (Mur(), 6, {}),
    "mur, growing": (Mur(), 6, {"kind": "grow"}),
    "imerg, with an end": (Imerg(), 6, {"end": 9}),
    "imerg, growing": (Imerg(), 6, {"kind": "grow"}),
    "naqfc, growing": (Naqfc(), 4, {}),
    "naqfc, regular": (Naqfc(), 4, {"kind": "regular"}),
}


def set_policy(archive: Archive, policy: str) -> None:
    text = archive.dataset.read_text()
    section = "" if "[forward]\n" in text else "\n[forward]\n"
    archive.dataset.write_text((text + section).replace("[forward]\n", f'[forward]\ndeleted = "{policy}"\n'))


class Retraction:
    """A store over a whole archive, some of whose files then go."""

    def __init__(self, vdp: Engine, archive: Archive, *, policy: str | None = "retract") -> None:
        self.vdp = vdp
        self.archive = archive
        if policy is not None:
            set_policy(archive, policy)
        # What the files held, for after they are gone.
        self.whole = archive.copy(archive.root.with_name(f"{archive.root.name}-whole"))
        self.python = vdp.run(archive.dataset).python
        self.gone: set[int] = set()

    def delete(self, *indices: int) -> None:
        for index in indices:
            self.archive.path(index).unlink()
            self.archive.present.discard(index)
            self.gone.add(index)

    def restore(self, *indices: int, revision: int = 0) -> None:
        self.archive.deliver(*indices, revision=revision)
        self.whole.deliver(*indices, revision=revision)
        self.gone -= set(indices)

    def forward(self, *bodies: str, expect: int | None = DONE) -> Answer:
        send(self.archive, *bodies)
        return forward(self.vdp, self.archive, expect=expect)

    def removal(self, *indices: int) -> list[str]:
        return [removed(self.archive.path(index)) for index in indices]

    def creation(self, *indices: int) -> list[str]:
        return [created(self.archive.path(index)) for index in indices]

    def check(self) -> None:
        """Everything but what is gone is as its files have it; what is gone is fill; verify agrees."""
        group = self.archive.product.group
        along = self.archive.product.append_dimension
        expected = read_raw(self.whole.files(), group=group, along=along)
        repository = open_repository(self.archive.store, self.archive.data)
        opened = zarr.open_group(repository.readonly_session("main").store, mode="r")
        problems = []
        for name, array in opened.arrays():
            dimensions = array.metadata.dimension_names or ()
            found = np.asarray(array[...])
            values = expected[name].values
            if along in dimensions and name != along:
                values, found = self.split(values, found, array.fill_value, dimensions.index(along), problems, name)
            if name != along and (problem := differences(found, values)):
                problems.append(f"{name}: {problem}")
        assert not problems, "\n".join(problems)
        assert {self.slot_file(record) for record in records(self.archive.store) if record} >= {
            file.name for file in self.archive.files()
        }
        self.verify()

    def split(self, values, found, fill, axis: int, problems: list[str], name: str):
        """Holds the slots of what is gone against fill, and gives the others."""
        steps = values.shape[axis] // len(self.whole.present)
        holes = [slot for index in sorted(self.gone) for slot in range(index * steps, (index + 1) * steps)]
        holes += range(values.shape[axis], found.shape[axis])
        hole = np.take(found, holes, axis)
        if hole.size and (problem := differences(hole, np.full_like(hole, fill))):
            problems.append(f"{name}, in what is gone: {problem}")
        rest = [slot for slot in range(values.shape[axis]) if slot not in holes]
        return np.take(values, rest, axis), np.take(found, rest, axis)

    @staticmethod
    def slot_file(record: dict) -> str:
        return Path(record["uri"]).name if record["outcome"] != "retracted" else ""

    def verify(self) -> None:
        # What can be said of a store with holes is that nothing in it is wrong.
        answer = self.vdp("verify", self.archive.dataset, "--json", "--seed", "7", expect=None)
        assert answer.exit_code == DONE, str(answer)

    def history(self) -> int:
        return commits(self.archive.store)


@pytest.fixture
def retraction(vdp: Engine, archive_of):
    def make(product: Product = Mur(), count: int = 6, policy: str | None = "retract", **options: object) -> Retraction:
        return Retraction(vdp, archive_of(product, count, **options), policy=policy)

    return make


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("place", ["first", "middle", "last", "all but one"])
def test_retract(retraction, name: str, place: str) -> None:
    product, count, options = PRODUCTS[name]
    store = retraction(product, count, **options)
    indices = {"first": [0], "middle": [count // 2], "last": [count - 1], "all but one": [*range(count - 1)]}[place]
    before = store.history()
    store.delete(*indices)
    answer = store.forward(*store.removal(*indices))
    assert answer.outcomes == {"retracted": len(indices)}
    assert store.history() == before + 1
    assert depth(store.vdp, store.archive).is_empty
    store.check()


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_file_that_comes_again_fills_its_slot(retraction, name: str) -> None:
    """With another content, and on growing axes too, where its value is the slot's own."""
    product, count, options = PRODUCTS[name]
    store = retraction(product, count, **options)
    places = [0, count // 2, count - 1]
    store.delete(*places)
    store.forward(*store.removal(*places))
    store.restore(*places, revision=1)
    assert store.forward(*store.creation(*places)).outcomes == {"written": 3}
    store.check()
    answer = store.vdp.run(store.archive.dataset)
    assert answer.outcomes == {"unchanged": count}
    if "end" in options:
        return  # the store is longer than its files
    assert_equals_sources(
        open_as_printed(answer.python),
        store.archive.files(),
        group=product.group,
        along=product.append_dimension,
        dropped=["nv"] if isinstance(product, Imerg) else [],
    )


def test_all_of_a_store(retraction) -> None:
    """And then it is filled anew, by one file that the static variables point into from then on."""
    product, count, options = PRODUCTS["naqfc, growing"]
    store = retraction(product, count, **options)
    store.delete(*range(count))
    assert store.forward(*store.removal(*range(count))).outcomes == {"retracted": count}
    store.restore(*range(1, count))
    assert store.forward(*store.creation(*range(1, count))).outcomes == {"written": count - 1}
    store.check()


def test_reported_only(retraction) -> None:
    """The default: the message is done, and the log names the file."""
    store = retraction(policy=None)
    before = store.history()
    store.delete(2)
    answer = store.forward(*store.removal(2))
    name = store.archive.path(2).name
    assert answer.outcomes == {"unchanged": 1}
    assert name in answer.stderr
    assert [note for note in answer.document["notes"] if name in note and "forward.deleted" in note]
    assert store.history() == before
    assert depth(store.vdp, store.archive).is_empty
    assert [record["outcome"] for record in records(store.archive.store)] == ["written"] * 6


def test_what_is_there_is_looked_at(retraction) -> None:
    """The event is old, or the file was made again meanwhile: the source decides."""
    store = retraction()
    before = store.history()
    assert store.forward(*store.removal(0, 3)).outcomes == {"unchanged": 2}
    assert store.history() == before
    store.restore(3, revision=1)
    assert store.forward(*store.removal(3)).outcomes == {"replaced": 1}
    store.check()


def test_what_is_not_in_the_store(retraction) -> None:
    store = retraction()
    before = store.history()
    absent = store.archive.data / store.archive.product.key(50)
    assert store.forward(removed(absent)).outcomes == {"unchanged": 1}
    assert store.history() == before


def test_twice(retraction) -> None:
    store = retraction()
    store.delete(1)
    assert store.forward(*store.removal(1, 1)).outcomes == {"retracted": 1, "unchanged": 1}
    assert store.forward(*store.removal(1)).outcomes == {"unchanged": 1}
    store.check()


@pytest.mark.parametrize("kind", ["regular", "grow"])
def test_beside_others_in_one_batch(retraction, kind: str) -> None:
    """In any order: files that go, that come again, that are replaced, and new ones, in one commit."""
    store = retraction(Mur(), 8, kind=kind)
    store.delete(0, 4, 5)
    store.restore(5, 7, revision=1)
    store.restore(8, 9)
    bodies = [*store.removal(0, 4, 5, 5), *store.creation(5, 7, 8, 9, 9)]
    random.Random(8).shuffle(bodies)
    before = store.history()
    answer = store.forward(*bodies)
    assert answer.outcomes == {"retracted": 2, "replaced": 2, "written": 2, "unchanged": 3}
    assert store.history() == before + 1
    store.check()


def test_a_file_that_took_the_slot_under_another_name_stays(vdp: Engine, archive_of) -> None:
    """One batch has the old name's deletion and the new name's creation, the next one the deletion again."""
    archive = archive_of(Mur(), 4)
    archive.redescribe("-fv04.1.nc", r"-fv04.{edition:re:\\d}.nc")
    store = Retraction(vdp, archive)
    old = archive.path(2)
    new = old.with_name(old.name.replace("fv04.1", "fv04.2"))
    old.rename(new)
    assert store.forward(created(new), removed(old)).outcomes == {"retracted": 1, "written": 1}
    assert store.forward(removed(old)).outcomes == {"unchanged": 1}
    assert [Path(record["uri"]).name for record in records(archive.store)][2] == new.name
    store.verify()


def test_status_and_gaps_show_what_is_gone(retraction) -> None:
    for kind in ("regular", "grow"):
        store = retraction(Mur(), 6, kind=kind)
        store.delete(2, 3)
        store.forward(*store.removal(2, 3))
        status = store.vdp("status", store.archive.dataset, "--json", expect=None).document
        assert (status["granules"], status["filled_slots"], status["slots"]) == (4, 4, 6)
        gaps = store.vdp("gaps", store.archive.dataset, "--json", expect=FINDINGS).document
        assert [gap["slots"] for gap in gaps["gaps"]] == [[2, 3]]
        if kind == "regular":
            assert gaps["keys"] == [store.archive.product.key(index) for index in (2, 3)]


def test_notifications_of_s3(vdp: Engine, archive_of, versitygw: S3Server) -> None:
    """With the versions that the source has: what is in the store is not read again. Then one file goes."""
    bucket = versitygw.new_bucket()
    remote = place(archive_of(Mur(), 4), source=bucket)
    archive = remote.archive
    set_policy(archive, "retract")
    vdp = vdp.within(remote.environment)
    vdp.run(archive.dataset)

    def notification(name: str, path: Path) -> str:
        key = remote.url(path).removeprefix(bucket.url(""))
        found = {} if "Removed" in name else bucket.client.head_object(Bucket=bucket.name, Key=key)
        version = {"eTag": found["ETag"].strip('"'), "size": found["ContentLength"]} if found else {}
        record = {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": name, "eventTime": "2026-11-23T04:00:00Z"}
        record["s3"] = {"bucket": {"name": bucket.name}, "object": {"key": quote_plus(key)} | version}
        return json.dumps({"Records": [record]})

    send(archive, *(notification("ObjectCreated:Put", path) for path in archive.files()))
    assert forward(vdp, archive).outcomes == {"unchanged": 4}
    gone = archive.path(1)
    bucket.client.delete_object(Bucket=bucket.name, Key=remote.url(gone).removeprefix(bucket.url("")))
    send(archive, notification("s3:ObjectRemoved:Delete", gone))
    assert forward(vdp, archive).outcomes == {"retracted": 1}
    assert vdp("verify", archive.dataset, "--json").exit_code == DONE
    assert [record["outcome"] for record in records(archive.store)] == ["written", "retracted", "written", "written"]


def test_events_of_a_place_that_is_not_the_sources(retraction) -> None:
    """Their messages are dead letters, with the reason; nothing is looked for there."""
    store = retraction()
    event = {
        "eventSource": "aws:s3",
        "eventName": "ObjectRemoved:Delete",
        "s3": {"bucket": {"name": "elsewhere"}, "object": {"key": "a+b.nc"}},
    }
    readme = store.archive.data / "readme.txt"
    answer = store.forward(json.dumps({"Records": [event]}), removed(readme), "no shape", expect=FINDINGS)
    assert answer.outcomes == {"rejected": 3}
    reasons = " ".join(reason for _, reason in dead_letters(store.vdp, store.archive))
    assert "s3://elsewhere/a%20b.nc does not lie under source.prefix" in reasons
    assert "readme.txt" in reasons
    assert "no shape" not in reasons
