"""`vdp lambda` in the role `initialize`: what a deployment invokes."""

from __future__ import annotations

from pathlib import Path

from archives.archive import Archive
from archives.mur import Mur
from archives.values import set_modified
from engine import FINDINGS, Engine
from functions import Start, archive, event, history, start  # noqa: F401 (fixtures)
from remote_archive import SOURCE_PREFIX, place
from servers.access_log import read_access_log


def test_initialize_makes_the_store_once(vdp: Engine, archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 3)
    with start("initialize", archive) as function:
        made = function.invoke({"any": "payload"}).answer
        again = function.invoke(["whatever"]).answer
    assert made["created"] is True
    assert made["store"] == f"{archive.store.as_uri()}/"
    assert again == made | {"created": False}
    assert history(archive)[0] == made["snapshot"]


def test_initialize_as_a_custom_resource(archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 3)
    with start("initialize", archive) as function:
        # Before there is a store: nothing is made for a stack that goes away.
        deleted = function.invoke({"RequestType": "Delete", "PhysicalResourceId": "x"}).answer
        assert not archive.store.exists()
        created = function.invoke({"RequestType": "Create", "ResourceProperties": {}}).answer
        updated = function.invoke({"RequestType": "Update", "PhysicalResourceId": "x"}).answer
        unknown = function.invoke({"RequestType": "Erase"})
    assert deleted == {"PhysicalResourceId": "x"}
    assert created["Data"]["created"] is True
    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"] == created["Data"]["store"]
    assert "Erase" in unknown.error["errorMessage"]


def test_initialize_fails_where_no_file_can_be_read(archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 2)
    for path in archive.files():
        path.write_bytes(b"no netCDF")
        set_modified(path, 1e9)
    with start("initialize", archive) as function:
        failed = function.invoke({})
        assert failed.error_type == "Function.NotFound"
        assert archive.path(0).name in failed.error["errorMessage"]
        archive.deliver(0)
        assert function.invoke({}).answer["created"] is True, "the process must survive its errors"


def test_initialize_says_what_it_found_instead_of_files(archive_of, start: Start) -> None:
    archive = archive_of(Mur(), 0)
    (archive.data / "readme.txt").write_text("x")
    with start("initialize", archive) as function:
        assert "readme.txt" in function.invoke({}).error["errorMessage"]


def test_initialize_lists_no_more_than_it_needs(vdp: Engine, archive_of, start: Start, versitygw) -> None:
    """Of an archive of some thousand keys, one page."""
    bucket = versitygw.new_bucket()
    remote = place(archive_of(Mur(), 1), source=bucket)
    for index in range(1, 2500):
        bucket.put(SOURCE_PREFIX + Mur().key(index), b"")
    with start("initialize", remote.archive, **remote.environment) as function:
        assert function.invoke({}).answer["created"] is True
    asked = [entry.operation for entry in read_access_log(versitygw.access_log, bucket.name)]
    assert sum("ListObjects" in operation for operation in asked) == 1, asked


def test_another_store_than_the_dataset_file_says(vdp: Engine, archive: Archive, start: Start, tmp_path: Path) -> None:
    store = tmp_path / "another"
    with start("initialize", archive, VDP_STORE=str(store)) as function:
        assert function.invoke({}).answer["store"] == f"{store.as_uri()}/"
    with start("process_messages", archive, VDP_STORE=str(store)) as function:
        assert function.invoke(event(archive, *range(6))).failures == []
    answer = vdp.run(archive.dataset, environment={"VDP_STORE": str(store)})
    assert answer.outcomes == {"unchanged": 6}
    beside = vdp("status", "--json", expect=FINDINGS, environment={"VDP_DATASET": str(archive.dataset)})
    assert beside.document["missing"] == 6, "the store that the dataset file names was not touched"
