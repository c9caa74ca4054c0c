"""`vdp repo VERB` on repositories of any writer and version, held against what the official library says of them."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import icechunk
import pytest

import icechunk_repositories as official
from engine import BAD_USAGE, FAILED, Engine
from servers.bucket import Bucket
from servers.http_files import http_files

ROOT_SNAPSHOT = "1CECHNKREP0F1RSTCMT0"
EVERY_KIND = [(name, version) for name, (_, versions) in official.MAKERS.items() for version in versions]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def keys(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


class Kept:
    """Repositories of all kinds, each made once and not changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str, version: int) -> tuple[Path, icechunk.Repository]:
        path = self.folder / f"{name}-{version}"
        return path, official.reopen(path) if path.exists() else official.make(name, path, version)

    def copy(self, name: str, version: int, to: Path) -> tuple[Path, icechunk.Repository]:
        shutil.copytree(self(name, version)[0], to)
        return to, official.reopen(to)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("repositories"))


# ---- Every verb, on every kind of repository ----


@pytest.mark.parametrize(("name", "version"), EVERY_KIND)
def test_what_is_told_is_what_the_official_library_tells(vdp: Engine, kept: Kept, name: str, version: int) -> None:
    path, repository = kept(name, version)
    check_history(vdp, path, repository)
    check_names(vdp, path, repository)
    check_references(vdp, path, repository)
    check_statistics(vdp, path, repository)
    check_objects(vdp, path, repository)


def check_history(vdp: Engine, path: Path, repository: icechunk.Repository) -> None:
    told = vdp("repo", "log", path, "--json").document["history"]
    expected = list(repository.ancestry(branch="main"))
    assert [(one["id"], one["parent"], one["message"]) for one in told] == [
        (one.id, one.parent_id, one.message) for one in expected
    ]
    assert [(moment(one["flushed_at"]), one["metadata"]) for one in told] == [
        (one.written_at, one.metadata) for one in expected
    ]
    lines = vdp("repo", "log", path).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [one.id for one in expected]
    listed = vdp("repo", "snapshots", path, "--json").document["snapshots"]
    files = {file.name for file in (path / "snapshots").iterdir()}
    assert {one["id"] for one in listed} <= files
    reached = {one.id for branch in repository.list_branches() for one in repository.ancestry(branch=branch)}
    reached |= {one.id for tag in repository.list_tags() for one in repository.ancestry(tag=tag)}
    assert {one["id"] for one in listed if one["reachable"]} == reached
    operations = vdp("repo", "log", path, "--operations", "--json").document["operations"]
    if repository.spec_version == 1:
        assert operations == []
    else:
        assert [moment(one["updated_at"]) for one in operations] == [one.updated_at for one in repository.ops_log()]


def check_names(vdp: Engine, path: Path, repository: icechunk.Repository) -> None:
    branches = {branch: repository.lookup_branch(branch) for branch in repository.list_branches()}
    tags = {tag: repository.lookup_tag(tag) for tag in repository.list_tags()}
    assert vdp("repo", "branches", path, "--json").document["branches"] == branches
    assert vdp("repo", "tags", path, "--json").document["tags"] == tags
    both = vdp("repo", "refs", path, "--json").document
    assert (both["branches"], both["tags"]) == (branches, tags)
    status = vdp("repo", "status", path, "--json").document
    assert status["format_version"] == repository.spec_version
    if repository.spec_version == 2:
        assert status["availability"] == str(repository.status.availability).split(".")[-1].lower().replace("_", "-")
        assert vdp("repo", "metadata", path, "--json").document["metadata"] == repository.metadata
    vdp("repo", "config", path, "--json")


def counts(refs: list[dict[str, Any]]) -> dict[str, int]:
    return {kind: sum(ref["kind"] == kind for ref in refs) for kind in ("inline", "native", "virtual")}


def arrays_of(repository: icechunk.Repository) -> dict[str, dict[str, Any]]:
    inspected = repository.inspect_snapshot(repository.lookup_branch("main"))
    return {node["path"]: node for node in inspected["nodes"] if node["node_type"] == "array"}


def check_references(vdp: Engine, path: Path, repository: icechunk.Repository) -> None:
    for array, node in arrays_of(repository).items():
        told = vdp("repo", "refs", path, array, "--limit", "100000", "--json").document
        expected = {"inline": 0, "native": 0, "virtual": 0}
        for ref in node["manifest_refs"]:
            for part in repository.inspect_manifest(ref["id"])["arrays"]:
                if part["node_id"] == node["id"]:
                    for kind in expected:
                        expected[kind] += part[f"num_{kind}"]
        assert counts(told["refs"]) == expected, array
        indices = [tuple(ref["index"]) for ref in told["refs"]]
        assert indices == sorted(set(indices))
        for ref in told["refs"]:
            if ref["kind"] == "native":
                assert (path / ref["location"]).stat().st_size >= ref["offset"] + ref["length"]


def check_statistics(vdp: Engine, path: Path, repository: icechunk.Repository) -> None:
    told = vdp("repo", "stats", path, "--json").document
    objects = told["objects"]
    for kind, folder in (("snapshots", "snapshots"), ("manifests", "manifests"), ("chunks", "chunks")):
        files = list((path / folder).iterdir()) if (path / folder).is_dir() else []
        parts = objects[kind]["reachable"], objects[kind]["unreachable"]
        assert sum(part["objects"] for part in parts) == len(files)
        assert sum(part["bytes"] for part in parts) == sum(file.stat().st_size for file in files)
    listed = sum(
        part["objects"]
        for kind in objects.values()
        for part in ((kind["reachable"], kind["unreachable"]) if "reachable" in kind else (kind,))
    )
    assert listed == len(keys(path))
    arrays = arrays_of(repository)
    assert {array["path"]: array["manifests"] for array in told["arrays"]} == {
        array: len(node["manifest_refs"]) for array, node in arrays.items()
    }
    vdp("repo", "stats", path)


def check_objects(vdp: Engine, path: Path, repository: icechunk.Repository) -> None:
    tip = repository.lookup_branch("main")
    for key in keys(path):
        told = vdp("repo", "cat", path, key, "--limit", "100000").document
        assert (told["key"], told["object_bytes"]) == (key, (path / key).stat().st_size)
        folder, _, name = key.rpartition("/")
        if folder == "manifests":
            check_manifest(told["tables"], repository.inspect_manifest(name))
        elif key == f"snapshots/{tip}":
            check_snapshot(told, repository.inspect_snapshot(tip))
        elif key == f"transactions/{tip}":
            check_log(told["tables"], repository.inspect_transaction_log(tip))
        elif key == "repo":
            check_repo(told["tables"], repository.inspect_repo_info())
        elif folder == "chunks":
            first = base64.b64decode(told["first_bytes"]["base64"])
            assert (path / key).read_bytes().startswith(first)
        elif key.endswith("ref.json"):
            assert told["json"] == json.loads((path / key).read_bytes())


def check_manifest(tables: dict[str, Any], expected: dict[str, Any]) -> None:
    assert tables["id"] == expected["id"]
    for array, inspected in zip(tables["arrays"], expected["arrays"], strict=True):
        refs = array["refs"]
        found = {
            "node_id": array["node_id"],
            "num_chunk_refs": len(refs),
            "num_inline": sum(ref["inline"] is not None for ref in refs),
            "num_native": sum(ref["chunk_id"] is not None for ref in refs),
            "num_virtual": sum(bool(ref["location"] or ref["compressed_location"]) for ref in refs),
        }
        assert found == inspected
    compressed = [ref for array in tables["arrays"] for ref in array["refs"] if ref["compressed_location"]]
    assert len(compressed) == expected["compression"]["num_compressed_refs"]
    assert all(ref["compressed_location"]["text"].startswith("file:///") for ref in compressed)


def check_snapshot(told: dict[str, Any], expected: dict[str, Any]) -> None:
    header, tables = told["header"], told["tables"]
    assert header["implementation"] == expected["header"]["written_by"]
    assert f"{header['spec_version']}.0" == expected["header"]["spec_version"]
    assert (tables["id"], tables["message"]) == (expected["id"], expected["commit_message"])
    assert moment(tables["flushed_at"]) == moment(expected["flushed_at"])
    assert tables["metadata"] == expected["metadata"]
    files = tables["manifest_files_v2"] if header["spec_version"] == 2 else tables["manifest_files"]
    assert [{k: v for k, v in file.items() if k != "extra"} for file in files] == expected["manifests"]
    for node, inspected in zip(tables["nodes"], expected["nodes"], strict=True):
        assert (node["id"], node["path"]) == (inspected["id"], inspected["path"])
        assert node["node_data_type"].lower() == inspected["node_type"]
        assert json.loads(node["user_data"])["node_type"] == inspected["node_type"]


def check_log(tables: dict[str, Any], expected: dict[str, Any]) -> None:
    for name in ("new_groups", "new_arrays", "deleted_groups", "deleted_arrays", "updated_groups", "updated_arrays"):
        assert tables[name] == expected[name]
    chunks = [
        {"node_id": updated["node_id"], "chunks": [chunk["coords"] for chunk in updated["chunks"]]}
        for updated in tables["updated_chunks"]
    ]
    assert chunks == expected["updated_chunks"]


def check_repo(tables: dict[str, Any], expected: dict[str, Any]) -> None:
    ids = [snapshot["id"] for snapshot in tables["snapshots"]]
    assert {ref["name"]: ids[ref["snapshot_index"]] for ref in tables["branches"]} == expected["branches"]
    assert {ref["name"]: ids[ref["snapshot_index"]] for ref in tables["tags"]} == expected["tags"]
    assert tables["deleted_tags"] == expected["deleted_tags"]
    for snapshot, inspected in zip(tables["snapshots"], expected["snapshots"], strict=True):
        parent = snapshot["parent_offset"]
        assert snapshot["id"] == inspected["id"]
        assert (ids[parent] if parent >= 0 else None) == inspected.get("parent_id")
        assert snapshot["metadata"] == inspected["metadata"]
    assert tables["metadata"] == expected["metadata"]
    assert [(moment(one["updated_at"]), one["backup_path"]) for one in tables["latest_updates"]] == [
        (moment(one["updated_at"]), one.get("backup_path")) for one in expected["latest_updates"]
    ]
    assert tables["repo_before_updates"] == expected.get("repo_before_updates")


# ---- References of an array ----


def test_references_of_a_box(vdp: Engine, kept: Kept) -> None:
    path, repository = kept("references", 2)
    source = official.sources_of(path) / "source.bin"
    told = vdp("repo", "refs", path, "/timed", "--json").document
    assert (told["path"], told["snapshot"], told["more"]) == ("/timed", repository.lookup_branch("main"), False)
    modified = moment(told["refs"][0]["last_modified"]).timestamp()
    assert modified == int(source.stat().st_mtime) + 1
    expected = [{"location": f"file://{source}", "offset": 4 + 20 * i, "length": 20} for i in range(4)]
    assert [{name: ref[name] for name in expected[0]} for ref in told["refs"]] == expected
    assert vdp("repo", "refs", path, "/relative", "--json").document["refs"][1]["location"] == "vcc://ext/source.bin"

    def indices(*options: str) -> tuple[list[int], bool]:
        document = vdp("repo", "refs", path, "/many", "--json", *options).document
        return [ref["index"][0] for ref in document["refs"]], document["more"]

    assert indices() == (list(range(1000)), True)
    assert indices("--limit", "3") == ([0, 1, 2], True)
    assert indices("--box", "1400:") == (list(range(1400, 1500)), False)
    assert indices("--box", "7:9") == ([7, 8], False)
    assert indices("--box", "1499", "--limit", "1") == ([1499], False)
    assert indices("--box", "20:10") == ([], False)
    lines = vdp("repo", "refs", path, "/many", "--box", "7:9").stdout.splitlines()
    assert [line.split()[:4] for line in lines] == [["7", "virtual", "28", "4"], ["8", "virtual", "32", "4"]]
    for box in ("1,2", "x", "1:2:3", ""):
        vdp("repo", "refs", path, "/many", "--box", box, expect=BAD_USAGE)
    vdp("repo", "refs", path, "/nothing there", expect=FAILED)


# ---- Revisions ----


def test_revisions_are_names_and_beginnings_of_ids(vdp: Engine, kept: Kept) -> None:
    path, repository = kept("names", 2)
    tip = repository.lookup_branch("main")
    first = repository.lookup_tag("v1")
    for written, meant in (("dev", first), ("v1", first), (tip, tip), (tip[:12], tip), ("tag:v1", first)):
        assert vdp("repo", "log", path, "--ref", written, "--json").document["history"][0]["id"] == meant
    for unknown in ("nothing", "gone", tip.lower(), tip[:3], "tag:dev", "0" * 20):
        assert "no branch, tag or snapshot" in vdp("repo", "log", path, "--ref", unknown, expect=FAILED).stderr
    path, _ = kept("names", 1)
    assert vdp("repo", "log", path, "--ref", ROOT_SNAPSHOT[:6], "--json").document["history"][0]["parent"] is None


def test_what_is_ambiguous_is_refused(vdp: Engine, kept: Kept, tmp_path: Path) -> None:
    path, repository = kept.copy("names", 2, tmp_path / "copy")
    repository.create_tag("dev", repository.lookup_branch("main"))
    answer = vdp("repo", "log", path, "--ref", "dev", expect=BAD_USAGE)
    assert "branch dev, tag dev" in answer.stderr and "tag:NAME" in answer.stderr
    assert len(vdp("repo", "log", path, "--ref", "branch:dev", "--json").document["history"]) == 2


# ---- Changes of names ----


class Place:
    """A repository somewhere, for both programs."""

    def __init__(self, url: str, storage: icechunk.Storage, vdp: Engine) -> None:
        self.url, self.storage, self.vdp = url, storage, vdp
        self.repository = icechunk.Repository.create(storage)
        self.ids = official.commit_steps(self.repository, 3)

    def __call__(self, *arguments: str, **how: Any) -> Any:
        verb, *rest = arguments
        return self.vdp("repo", verb, self.url, *rest, **how)


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, vdp: Engine, tmp_path: Path) -> Iterator[Place]:
    if request.param == "local":
        yield Place(str(tmp_path / "store"), official.storage(tmp_path / "store"), vdp)
    else:
        bucket: Bucket = request.getfixturevalue("bucket")
        yield Place(bucket.url("store"), bucket.official_storage("store"), vdp.within(bucket.environment()))


def test_branches_and_tags_change(place: Place) -> None:
    repository, (first, second, third) = place.repository, place.ids
    told = place("branches", "create", "new/branch", "--at", second[:10], "--json").document
    assert told == {"branch": "new/branch", "dry_run": False, "before": None, "after": second}
    assert repository.lookup_branch("new/branch") == second
    place("branches", "create", "new/branch", "--at", first, expect=FAILED)
    place("branches", "create", "other", "--at", "nothing", expect=FAILED)
    place("branches", "create", "other", expect=BAD_USAGE)

    answer = place("branches", "reset", "main", "--to", "new/branch", "--expected", first, "--json", expect=FAILED)
    assert answer.document["error"]["kind"] == "conflict"
    assert repository.lookup_branch("main") == third
    told = place("branches", "reset", "main", "--to", "new/branch", "--expected", "main", "--json").document
    assert (told["before"], told["after"]) == (third, second)
    assert repository.lookup_branch("main") == second

    place("branches", "delete", "main", expect=None)
    assert "main" in repository.list_branches()
    place("branches", "delete", "new/branch")
    assert repository.list_branches() == {"main"}

    place("tags", "create", "v1", "--at", first)
    assert repository.lookup_tag("v1") == first
    place("tags", "delete", "v1")
    assert repository.list_tags() == set()
    assert place("tags", "--json").document == {"tags": {}, "deleted_tags": {"v1": first}}
    assert "not free" in place("tags", "create", "v1", "--at", first, expect=FAILED).stderr
    kinds = [type(one.kind).__name__.rpartition("_")[2] for one in repository.ops_log()]
    assert kinds[:5] == ["TagDeleted", "TagCreated", "BranchDeleted", "BranchReset", "BranchCreated"]


def test_a_dry_run_of_names_changes_nothing(vdp: Engine, kept: Kept, tmp_path: Path) -> None:
    path, _ = kept.copy("names", 2, tmp_path / "copy")
    before = (path / "repo").read_bytes()
    for change in (
        ("branches", path, "create", "b", "--at", "main"),
        ("branches", path, "delete", "dev"),
        ("branches", path, "reset", "dev", "--to", "main"),
        ("tags", path, "create", "t", "--at", "main"),
        ("tags", path, "delete", "v1"),
    ):
        assert vdp("repo", *change, "--dry-run", "--json").document["dry_run"] is True
    assert (path / "repo").read_bytes() == before
    vdp("repo", "branches", path, "delete", "nothing", "--dry-run", expect=FAILED)


def test_version_one_is_only_read(vdp: Engine, kept: Kept) -> None:
    path, _ = kept("names", 1)
    before = {key: (path / key).read_bytes() for key in keys(path)}
    for change in (("create", "b", "--at", "main"), ("delete", "dev"), ("reset", "dev", "--to", "main")):
        assert "migrate" in vdp("repo", "branches", path, *change, expect=FAILED).stderr
    assert {key: (path / key).read_bytes() for key in keys(path)} == before


def test_migrate(vdp: Engine, kept: Kept, tmp_path: Path) -> None:
    path, _ = kept.copy("names", 1, tmp_path / "copy")
    before = [vdp("repo", verb, path, "--json").document for verb in ("log", "branches", "tags")]
    told = vdp("repo", "migrate", path, "--dry-run", "--json").document
    assert told["dry_run"] and not told["was_migrated"] and not (path / "repo").exists()
    done = vdp("repo", "migrate", path, "--json").document
    assert done["snapshots"] == told["snapshots"] > 0
    assert [vdp("repo", verb, path, "--json").document for verb in ("log", "branches", "tags")] == before
    assert vdp("repo", "status", path, "--json").document["format_version"] == 2
    assert official.reopen(path).spec_version == 2
    assert vdp("repo", "migrate", path, "--json").document["was_migrated"]


# ---- Settings ----


def test_status_and_metadata(vdp: Engine, kept: Kept, tmp_path: Path) -> None:
    path, repository = kept.copy("names", 2, tmp_path / "copy")
    told = vdp("repo", "status", path, "--set", "read-only", "--reason", "moving", "--json").document
    assert (told["availability"], told["reason"]) == ("read-only", "moving")
    assert repository.status.limited_availability_reason == "moving"
    with pytest.raises(icechunk.IcechunkError):
        official.reopen(path).writable_session("main")
    answer = vdp("repo", "tags", path, "create", "t", "--at", "main", expect=FAILED)
    assert "read-only" in answer.stderr and "moving" in answer.stderr
    vdp("repo", "status", path, "--set", "online")
    official.reopen(path).writable_session("main")
    metadata = {"owner": "x", "n": [1, None]}
    assert vdp("repo", "metadata", path, "--set", json.dumps(metadata)).document == {"metadata": metadata}
    assert official.reopen(path).metadata == metadata
    vdp("repo", "metadata", path, "--set", "[1]", expect=BAD_USAGE)
    vdp("repo", "status", path, "--set", "asleep", expect=BAD_USAGE)
    vdp("repo", "status", path, "--reason", "alone", expect=BAD_USAGE)


# ---- Objects ----


def test_objects_are_shown_in_part(vdp: Engine, kept: Kept) -> None:
    path, _ = kept("references", 2)
    largest = max((path / "manifests").iterdir(), key=lambda file: file.stat().st_size)
    array = vdp("repo", "cat", path, f"manifests/{largest.name}").document["tables"]["arrays"][0]
    assert (len(array["refs"]), array["refs_omitted"]) == (100, 1400)
    vdp("repo", "cat", path, "manifests/NOTHING", expect=FAILED)
    vdp("repo", "cat", path, "../outside", expect=BAD_USAGE)
    vdp("repo", "cat", path, "repo", "--bytes", expect=BAD_USAGE)
    vdp("repo", "cat", path, "/", "--payload", expect=BAD_USAGE)
    path, _ = kept("references", 1)
    answer = vdp("repo", "cat", path, "refs/branch.main/ref.json", "--payload", expect=BAD_USAGE)
    assert "no file header" in answer.stderr


def test_a_damaged_repository_can_be_looked_at(vdp: Engine, kept: Kept, tmp_path: Path) -> None:
    path, repository = kept.copy("names", 2, tmp_path / "copy")
    tip = repository.lookup_branch("main")
    (path / "repo").write_bytes((path / "repo").read_bytes()[:-9])
    vdp("repo", "log", path, expect=FAILED)
    answer = vdp("repo", "cat", path, "repo", "--json", expect=FAILED)
    assert answer.document["error"]["kind"] == "corrupt"
    assert vdp("repo", "cat", path, f"snapshots/{tip}").document["tables"]["id"] == tip


# ---- Places ----


def test_over_http(vdp: Engine, kept: Kept) -> None:
    path, repository = kept("names", 2)
    with http_files(path.parent) as files:
        url = files.url(path.name)
        told = vdp("repo", "log", url, "--json").document["history"]
        assert [one["id"] for one in told] == [one.id for one in repository.ancestry(branch="main")]
        assert vdp("repo", "refs", url, "/a", "--json").document["refs"]
        assert vdp("repo", "stats", url, "--json").document["objects"]["snapshots"]["reachable"]["objects"] > 0
        vdp("repo", "diff", url, ROOT_SNAPSHOT, "main")
        vdp("repo", "branches", url, "create", "b", "--at", "main", expect=FAILED)


def test_where_no_repository_is(vdp: Engine, tmp_path: Path) -> None:
    for verb in ("log", "branches", "tags", "refs", "snapshots", "stats", "status", "metadata", "config"):
        answer = vdp("repo", verb, tmp_path, "--json", expect=FAILED)
        assert answer.document["error"]["kind"] == "not_found"
    vdp("repo", "log", expect=BAD_USAGE)
    vdp("repo", expect=BAD_USAGE)
