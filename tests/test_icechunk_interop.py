"""Our Icechunk room against the official library: each reads, and goes on with, what the other wrote."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icechunk
import numpy as np
import pytest
import zarr
from zarr.core.buffer import default_buffer_prototype

import icechunk_driver as ours
import icechunk_repositories as official

SOURCE_STEPS = 20
METADATA = {"k": 1, "f": 1.5, "n": None, "l": ["\u00fc", {"a": -1}]}


# ---- What the official library wrote, we read ----


def official_content(session: icechunk.Session) -> dict[str, bytes]:
    """Every key of the store with its bytes: zarr.json of the nodes, and the chunks."""

    async def read() -> dict[str, bytes]:
        prototype = default_buffer_prototype()
        content = {}
        async for key in session.store.list():
            value = await session.store.get(key, prototype)
            assert value is not None, key
            content[key] = value.to_bytes()
        return content

    return asyncio.run(read())


def our_content(path: Path, revision: dict[str, str]) -> dict[str, bytes]:
    containers = {"ext": official.sources_of(path)}
    dump = ours.run([{"op": "open", "url": str(path)}, {"op": "readonly", **revision}, {"op": "dump"}])[-1]
    content = {}
    for node, entry in dump.items():
        prefix = "" if node == "/" else node[1:] + "/"
        content[f"{prefix}zarr.json"] = entry["zarr_json"].encode()
        for ref in entry.get("refs", []):
            key = "/".join(["c", *map(str, ref["index"])])
            content[prefix + key] = ours.chunk_bytes(path, ref, containers)
    return content


@pytest.mark.parametrize(
    ("name", "version"), [(name, version) for name, (_, versions) in official.MAKERS.items() for version in versions]
)
def test_official_repositories_read_the_same(name: str, version: int, tmp_path: Path) -> None:
    path = tmp_path / name
    repository = official.make(name, path, version)
    refs = ours.run([{"op": "open", "url": str(path)}, {"op": "refs"}])[-1]
    assert refs["branches"] == {branch: repository.lookup_branch(branch) for branch in repository.list_branches()}
    assert refs["tags"] == {tag: repository.lookup_tag(tag) for tag in repository.list_tags()}
    for kind, names in (("branch", refs["branches"]), ("tag", refs["tags"])):
        for ref in names:
            session = repository.readonly_session(**{kind: ref})
            content = official_content(session)
            assert len(content) > 1
            assert our_content(path, {kind: ref}) == content, f"{kind} {ref}"
            ancestry = list(repository.ancestry(**{kind: ref}))
            history = ours.run([{"op": "open", "url": str(path)}, {"op": "history", kind: ref}])[-1]
            assert [(one["id"], one["message"], one["metadata"]) for one in history] == [
                (one.id, one.message, one.metadata) for one in ancestry
            ]
    if version == 2:
        operations = ours.run([{"op": "open", "url": str(path)}, {"op": "operations"}])[-1]
        log = list(repository.ops_log())
        assert [moment for moment, _, _ in operations] == [round(one.updated_at.timestamp() * 1e6) for one in log]


@pytest.mark.parametrize("name", ["hierarchy", "names", "split", "expired", "migrated", "forked", "references"])
def test_we_go_on_with_official_repositories(name: str, tmp_path: Path) -> None:
    """One more group, one array more and one less: everything else stays as it was, and theirs to go on with."""
    path = tmp_path / name
    expected = official_content(official.make(name, path, 2).readonly_session("main"))
    series = "plain" if name == "references" else "a"
    commit_ours(path, [{"op": "set_group", "path": "/ours"}, {"op": "delete_node", "path": f"/{series}"}], "ours")
    content = official_content(official.reopen(path).readonly_session("main"))
    assert content.pop("ours/zarr.json")
    assert content == {key: value for key, value in expected.items() if not key.startswith(f"{series}/")}
    assert our_content(path, {}).keys() == {*content, "ours/zarr.json"}

    session = official.reopen(path).writable_session("main")
    official.add_series(official.root_group(session)["ours"], "theirs")
    session.commit("theirs")
    repository = official.reopen(path)
    assert [one.message for one in repository.ancestry(branch="main")][:2] == ["theirs", "ours"]
    assert our_content(path, {}) == official_content(repository.readonly_session("main"))


def test_deleted_tags_are_told(tmp_path: Path) -> None:
    for version in (1, 2):
        path = tmp_path / f"v{version}"
        official.make("names", path, version)
        refs, history = ours.run([{"op": "open", "url": str(path)}, {"op": "refs"}, {"op": "history", "tag": "v1"}])[1:]
        assert list(refs["deleted_tags"]) == ["gone"]
        assert refs["deleted_tags"]["gone"] not in (None, history[0]["id"])


def test_version_one_and_read_only_repositories_are_not_written(tmp_path: Path) -> None:
    old, limited = tmp_path / "old", tmp_path / "limited"
    official.make("names", old, 1)
    official.make("operations", limited, 2)
    answer = ours.try_run([{"op": "open", "url": str(old)}, {"op": "session"}])[-1]
    assert answer["error"] == "unsupported"
    assert "migrate" in answer["message"]
    answer = ours.try_run([{"op": "open", "url": str(limited)}, {"op": "session"}])[-1]
    assert answer["error"] == "denied"
    assert "maintenance" in answer["message"]


# ---- What we wrote, the official library reads and goes on with ----


def commit_ours(path: Path, steps: list[dict[str, Any]], message: str) -> str:
    opened = [{"op": "open", "url": str(path)}, {"op": "session"}]
    commit: str = ours.run([*opened, *steps, {"op": "commit", "message": message}])[-1]["committed"]
    return commit


class Written:
    """A repository of ours with every kind of node and reference."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ours"
        self.sources = official.sources_of(self.path)
        self.sources.mkdir()
        source = self.sources / "source.bin"
        source.write_bytes(b"HEAD" + np.arange(SOURCE_STEPS, dtype="<i4").tobytes())
        modified = int(source.stat().st_mtime) + 1
        refs = [[[i], f"file://{source}", 4 + 20 * i, 20, modified, "an etag that is left out"] for i in range(4)]
        self.answers = ours.run(
            [
                {
                    "op": "create",
                    "url": str(self.path),
                    "split": {"dimension": "time", "arrays": {"/g-1/native": 1}, "refs_per_cell": 3},
                    "local_container": str(self.sources),
                },
                {"op": "session"},
                {"op": "set_group", "path": "/", "attributes": {"title": "\u00fc"}},
                {"op": "set_group", "path": "/g"},
                {"op": "set_group", "path": "/g-1"},
                {"op": "set_array", "path": "/virtual", "zarr_json": ours.array([20], [5], names=["time"], fill=-1)},
                {"op": "set_array", "path": "/g/inline", "zarr_json": ours.array([4, 2], [2, 2], names=["y", None])},
                {"op": "set_array", "path": "/g-1/native", "zarr_json": ours.array([1000], [200], names=["time"])},
                {"op": "set_array", "path": "/scalar", "zarr_json": ours.array([], [])},
                {"op": "set_array", "path": "/nothing", "zarr_json": ours.array([0, 3], [1, 3])},
                {"op": "set_refs", "path": "/virtual", "grid": [4], "origin": [0], "refs": refs},
                {"op": "set_chunk", "path": "/g/inline", "index": [0, 0], "bytes": ours.text(self.numbers(1, 5))},
                {
                    "op": "set_refs",
                    "path": "/g-1/native",
                    "grid": [2],
                    "origin": [1],
                    "refs": [[[0], ours.text(self.numbers(0, 200))], [[1], ours.text(self.numbers(200, 400))]],
                },
                {"op": "set_chunk", "path": "/scalar", "index": [], "bytes": ours.text(self.numbers(42, 43))},
                {"op": "commit", "message": "ours", "metadata": METADATA},
            ]
        )

    @staticmethod
    def numbers(start: int, stop: int) -> bytes:
        return np.arange(start, stop, dtype="<i4").tobytes()

    def open(self) -> icechunk.Repository:
        return official.reopen(self.path)

    def group(self) -> zarr.Group:
        return zarr.open_group(self.open().readonly_session("main").store, mode="r")

    def append(self, steps: list[dict[str, Any]], message: str) -> Any:
        return commit_ours(self.path, steps, message)

    def manifests(self) -> int:
        return len(list((self.path / "manifests").iterdir()))


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)


def test_values_are_read_officially(written: Written) -> None:
    group = written.group()
    assert group.attrs["title"] == "\u00fc"
    assert group["virtual"][...].tolist() == list(range(SOURCE_STEPS))
    assert group["g/inline"][...].tolist() == [[1, 2], [3, 4], [0, 0], [0, 0]]
    assert group["g/inline"].metadata.dimension_names == ("y", None)
    assert group["g-1/native"][...].tolist() == [0] * 200 + list(range(400)) + [0] * 400
    assert group["scalar"][...] == 42
    assert group["nothing"].shape == (0, 3)


def test_a_changed_source_is_noticed_officially(written: Written) -> None:
    source = written.sources / "source.bin"
    stat = source.stat()
    os.utime(source, (stat.st_atime, stat.st_mtime + 10))
    with pytest.raises(icechunk.IcechunkError):
        written.group()["virtual"][...]


def test_history_diff_and_configuration_are_right(written: Written) -> None:
    repository = written.open()
    commit = written.answers[-1]["committed"]
    tip, root = repository.ancestry(branch="main")
    assert (tip.id, tip.message, tip.parent_id) == (commit, "ours", root.id)
    assert tip.metadata == METADATA
    log = list(repository.ops_log())
    assert [type(one.kind).__name__.rpartition("_")[2] for one in log] == ["NewCommit", "RepoInitialized"]
    diff = repository.diff(from_snapshot_id=root.id, to_snapshot_id=tip.id)
    assert diff.new_groups == {"/", "/g", "/g-1"}
    assert diff.new_arrays == {"/virtual", "/g/inline", "/g-1/native", "/scalar", "/nothing"}
    assert {path: sorted(map(tuple, chunks)) for path, chunks in diff.updated_chunks.items()} == {
        "/virtual": [(0,), (1,), (2,), (3,)],
        "/g/inline": [(0, 0)],
        "/g-1/native": [(1,), (2,)],
        "/scalar": [()],
    }
    prefix = f"file://{written.sources}/"
    assert list(repository.config.virtual_chunk_containers or {}) == [prefix]
    assert 'dimension_name("^time$"), 3)' in str(repository.config.manifest.splitting)


def test_writers_take_turns(written: Written) -> None:
    session = written.open().writable_session("main")
    group = zarr.open_group(session.store)
    group["g-1/native"].resize((2200,))
    group["g-1/native"][1000:] = 7
    group["g/inline"][2:] = 9
    group.create_array("new", shape=(3,), chunks=(1,), dtype="f4")[:] = 1.5
    theirs = session.commit("theirs")
    config_before = ours.run([{"op": "open", "url": str(written.path)}, {"op": "config"}])[-1]

    again = written.append(
        [
            {"op": "set_array", "path": "/g-1/native", "zarr_json": ours.array([2600], [200], names=["time"])},
            {"op": "set_chunk", "path": "/g-1/native", "index": [12], "bytes": ours.text(written.numbers(5, 205))},
            {"op": "clear_box", "path": "/virtual", "begin": [1], "end": [3]},
            {"op": "delete_node", "path": "/new"},
        ],
        "ours again",
    )
    repository = written.open()
    assert [one.id for one in repository.ancestry(branch="main")][:2] == [again, theirs]
    group = written.group()
    native = group["g-1/native"][...]
    assert native[:1000].tolist() == [0] * 200 + list(range(400)) + [0] * 400
    assert set(native[1000:2200].tolist()) == {7}
    assert set(native[2200:2400].tolist()) == {0}
    assert native[2400:].tolist() == list(range(5, 205))
    assert group["virtual"][...].tolist() == [0, 1, 2, 3, 4] + [-1] * 10 + [15, 16, 17, 18, 19]
    assert "new" not in group
    diff = repository.diff(from_snapshot_id=theirs, to_snapshot_id=again)
    assert diff.deleted_arrays == {"/new"}
    assert diff.updated_arrays == {"/g-1/native"}
    assert {path: sorted(map(tuple, chunks)) for path, chunks in diff.updated_chunks.items()} == {
        "/g-1/native": [(12,)],
        "/virtual": [(1,), (2,)],
    }

    session = repository.writable_session("main")
    zarr.open_group(session.store)["g-1/native"][0] = 3
    session.commit("theirs again")
    assert written.group()["g-1/native"][0] == 3
    assert written.group()["g-1/native"][2599] == 204
    assert ours.run([{"op": "open", "url": str(written.path)}, {"op": "config"}])[-1] == config_before
    assert our_content(written.path, {}) == official_content(written.open().readonly_session("main"))


def test_both_writers_cut_manifests_alike(written: Written) -> None:
    """The official writer, given the split that we stored, rewrites only the cells that it touches."""
    for first in (0, 3, 6, 9):
        written.append(
            [
                {"op": "set_array", "path": "/g-1/native", "zarr_json": ours.array([2400], [200], names=["time"])},
                *(
                    {
                        "op": "set_chunk",
                        "path": "/g-1/native",
                        "index": [i],
                        "bytes": ours.text(written.numbers(i, i + 200)),
                    }
                    for i in range(first, first + 3)
                ),
            ],
            f"cell {first // 3}",
        )
    before = written.manifests()
    session = written.open().writable_session("main")
    zarr.open_group(session.store)["g-1/native"][700] = -1
    session.commit("theirs")
    assert written.manifests() == before + 1
    expected = np.concatenate([np.arange(i, i + 200) for i in range(12)])
    expected[700] = -1
    assert written.group()["g-1/native"][...].tolist() == expected.tolist()


def test_many_appends_are_read_officially(written: Written) -> None:
    """With tails: more than one manifest in a cell, merged now and then."""
    steps: list[dict[str, Any]] = [{"op": "open", "url": str(written.path)}, {"op": "session"}]
    steps.append({"op": "set_array", "path": "/long", "zarr_json": ours.array([1], [1], names=["step"])})
    for i in range(60):
        steps += [
            {"op": "set_array", "path": "/long", "zarr_json": ours.array([i + 1], [1], names=["step"])},
            {"op": "set_chunk", "path": "/long", "index": [i], "bytes": ours.text(written.numbers(i, i + 1))},
            {"op": "commit", "message": str(i)},
        ]
    ours.run(steps)
    assert written.group()["long"][...].tolist() == list(range(60))
    session = written.open().writable_session("main")
    zarr.open_group(session.store)["long"][30] = -1
    session.commit("theirs")
    assert written.group()["long"][30] == -1
    repository = written.open()
    assert len(list(repository.ancestry(branch="main"))) == 63
    # What the commits left behind can be collected officially, and nothing else is.
    repository.garbage_collect(datetime.now(UTC) + timedelta(hours=1))
    expected = list(range(60))
    expected[30] = -1
    assert written.group()["long"][...].tolist() == expected
