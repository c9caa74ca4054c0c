"""Operations on a whole repository, ours and the official library's: each reads, enforces and goes on with the other's.

Names, status, feature flags, metadata, configuration, amended and detached snapshots, a long operations log, and the
migration of repositories of format version 1.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import icechunk
import pytest
import zarr

import icechunk_driver as ours
import icechunk_repositories as official
from icechunk_driver import Driver, StepError

READ_ONLY = icechunk.RepoStatus(icechunk.RepoAvailability.read_only, limited_availability_reason="maintenance")
ONLINE = icechunk.RepoStatus(icechunk.RepoAvailability.online)


def operation_names(repository: icechunk.Repository) -> list[str]:
    """The official reader's log, the newest entry first."""
    return [type(one.kind).__name__.rpartition("_")[2] for one in repository.ops_log()]


def our_log(driver: Driver) -> list[str]:
    return [one[1] for one in driver("operations")]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A repository by the official library with three commits to the array "a"."""
    path = tmp_path / "repository"
    repository = official.create(path, 2)
    official.commit_steps(repository, 3)
    return path


def commits(repository: icechunk.Repository) -> list[str]:
    """Of main, the oldest first, without the first snapshot."""
    return [one.id for one in repository.ancestry(branch="main")][::-1][1:]


def set_step(driver: Driver, index: int, value: int, branch: str = "main") -> None:
    """A writable session in which one chunk of /ours was written."""
    driver("session", branch=branch)
    driver("set_array", path="/ours", zarr_json=ours.array([4], [1]))
    driver("set_chunk", path="/ours", index=[index], bytes=ours.text(value.to_bytes(4, "little")))


# ---- Names ----


def test_our_changes_of_names_are_read_officially(place: Path) -> None:
    first, second, third = commits(official.reopen(place))
    with Driver() as driver:
        driver("open", url=str(place))
        driver("create_branch", name="dev", snapshot=first)
        driver("create_branch", name="with/slash", snapshot=second)
        driver("delete_branch", name="dev")
        driver("reset_branch", name="main", snapshot=second, expected=third)
        driver("create_tag", name="v1", snapshot=first)
        driver("create_tag", name="v2", snapshot=third)
        driver("delete_tag", name="v2")
        for op, fields, kind in (
            ("delete_branch", {"name": "main"}, "invalid"),
            ("delete_branch", {"name": "dev"}, "not_found"),
            ("reset_branch", {"name": "main", "snapshot": first, "expected": third}, "conflict"),
            ("create_tag", {"name": "v2", "snapshot": third}, "conflict"),
            ("delete_tag", {"name": "v2"}, "not_found"),
        ):
            with pytest.raises(StepError) as refused:
                driver(op, **fields)
            assert refused.value.kind == kind, op
    repository = official.reopen(place)
    assert repository.list_branches() == {"main", "with/slash"}
    assert repository.lookup_branch("main") == second
    assert repository.list_tags() == {"v1"}
    with pytest.raises(icechunk.IcechunkError):
        repository.create_tag("v2", first)
    expected = ["TagDeleted", "TagCreated", "TagCreated", "BranchReset", "BranchDeleted", "BranchCreated"]
    assert operation_names(repository)[:6] == expected
    kinds = [one.kind for one in repository.ops_log()]
    assert kinds[0].previous_snap_id == third
    assert kinds[3].previous_snap_id == third
    assert kinds[4].previous_snap_id == first
    # What the branch left behind is still there, and official collection knows that it is garbage.
    repository.create_branch("dev", first)
    repository.reset_branch("main", third, from_snapshot_id=second)


def test_official_changes_of_names_are_read_by_us(place: Path) -> None:
    repository = official.reopen(place)
    first, second, third = commits(repository)
    repository.create_branch("dev", first)
    repository.delete_branch("dev")
    repository.reset_branch("main", second, from_snapshot_id=third)
    repository.create_tag("v2", third)
    repository.delete_tag("v2")
    with Driver() as driver:
        driver("open", url=str(place))
        refs = driver("refs")
        assert refs == {"branches": {"main": second}, "tags": {}, "deleted_tags": {"v2": third}}
        assert our_log(driver)[:5] == [
            f"tag v2 deleted, was {third}",
            "tag v2 created",
            f"branch main reset, was {third}",
            f"branch dev deleted, was {first}",
            "branch dev created",
        ]
        with pytest.raises(StepError) as refused:
            driver("create_tag", name="v2", snapshot=first)
        assert refused.value.kind == "conflict"


# ---- Status, metadata, feature flags ----


def test_a_status_that_either_sets_binds_the_other(place: Path) -> None:
    with Driver() as driver:
        driver("open", url=str(place))
        official.reopen(place).set_status(READ_ONLY)
        found = driver("status")
        assert (found["availability"], found["reason"]) == ("read_only", "maintenance")
        for op, fields in (("session", {}), ("set_metadata", {"metadata": {}}), ("delete_branch", {"name": "x"})):
            with pytest.raises(StepError, match="maintenance") as refused:
                driver(op, **fields)
            assert refused.value.kind == "denied"
        driver("set_status", availability="online")
        official.reopen(place).set_metadata({"owner": "x"})

        driver("set_status", availability="read_only", reason="ours")
        repository = official.reopen(place)
        assert repository.status.availability == icechunk.RepoAvailability.read_only
        assert repository.status.limited_availability_reason == "ours"
        for write in (lambda: repository.writable_session("main"), lambda: repository.set_metadata({})):
            with pytest.raises(icechunk.IcechunkError, match="read-only"):
                write()
        repository.set_status(ONLINE)
        set_step(driver, 0, 1)
        assert "committed" in driver("commit")
    assert operation_names(repository)[:6] == [
        "NewCommit",
        "RepoStatusChanged",
        "RepoStatusChanged",
        "MetadataChanged",
        "RepoStatusChanged",
        "RepoStatusChanged",
    ]


def test_metadata_of_either_is_read_by_the_other(place: Path) -> None:
    value = {"owner": "\u00fc", "n": [1, -2, 2.5, None, True], "o": {"b": 2**40, "a": {}}}
    with Driver() as driver:
        driver("open", url=str(place))
        driver("set_metadata", metadata=value)
        assert official.reopen(place).get_metadata() == value
        official.reopen(place).update_metadata({"more": [[]]})
        assert driver("metadata") == value | {"more": [[]]}


def test_feature_flags_of_either_bind_the_other(place: Path) -> None:
    def enabled(repository: icechunk.Repository) -> dict[str, bool]:
        return {flag.name: flag.enabled for flag in repository.feature_flags()}

    first = commits(official.reopen(place))[0]
    with Driver() as driver:
        driver("open", url=str(place))
        driver("create_tag", name="v1", snapshot=first)
        driver("set_feature_flag", flag="create_tag", value=False)
        driver("set_feature_flag", flag="move_node", value=True)
        repository = official.reopen(place)
        assert enabled(repository) == driver("feature_flags")
        assert enabled(repository) == {"create_tag": False, "move_node": True, "delete_tag": True}
        with pytest.raises(icechunk.IcechunkError, match="create_tag"):
            repository.create_tag("v2", first)
        repository.set_feature_flag("create_tag", setting=None)
        repository.set_feature_flag("delete_tag", setting=False)
        with pytest.raises(StepError, match="delete_tag") as refused:
            driver("delete_tag", name="v1")
        assert refused.value.kind == "denied"
        driver("create_tag", name="v2", snapshot=first)
        driver("set_feature_flag", flag="delete_tag", value=None)
        assert enabled(official.reopen(place)) == driver("feature_flags")
        kinds = [one.kind for one in official.reopen(place).ops_log()]
        assert [(kind.id, kind.new_value) for kind in kinds if hasattr(kind, "new_value")] == [
            (5, None),
            (5, False),
            (4, None),
            (3, True),
            (4, False),
        ]


# ---- Amended and detached snapshots ----


def test_our_amended_commit_is_officially_one_commit(place: Path) -> None:
    repository = official.reopen(place)
    base = commits(repository)[-1]
    with Driver() as driver:
        driver("open", url=str(place))
        set_step(driver, 0, 1)
        driver("set_group", path="/group")
        former = driver("commit", message="tip")["committed"]
        driver("set_chunk", path="/ours", index=[2], bytes=ours.text(bytes(4)))
        driver("delete_node", path="/a")
        amended = driver("amend", message="amended", metadata={"k": [1]})["committed"]
        set_step(driver, 3, 9)
        again = driver("commit", message="on top")["committed"]
    repository = official.reopen(place)
    tip, second, third = list(repository.ancestry(branch="main"))[:3]
    assert (tip.id, second.id, third.id) == (again, amended, base)
    assert (second.message, second.metadata) == ("amended", {"k": [1]})
    diff = repository.diff(from_snapshot_id=base, to_snapshot_id=amended)
    assert (diff.new_arrays, diff.new_groups, diff.deleted_arrays) == ({"/ours"}, {"/group"}, {"/a"})
    assert [tuple(index) for index in diff.updated_chunks["/ours"]] == [(0,), (2,)]
    amendment = list(repository.ops_log())[1].kind
    assert (amendment.branch, amendment.previous_snap_id, amendment.new_snap_id) == ("main", former, amended)
    assert zarr.open_group(repository.readonly_session(snapshot_id=former).store, mode="r")["a"].shape == (10, 4)


def test_both_amend_the_other_s_commit(place: Path) -> None:
    """And the logs of both are the same union."""
    base = commits(official.reopen(place))[-1]
    with Driver() as driver:
        driver("open", url=str(place))
        set_step(driver, 0, 1)
        driver("commit", message="ours")
        session = official.reopen(place).writable_session("main")
        official.root_group(session)["a"][0] = 7
        session.amend("theirs")
        set_step(driver, 1, 5)
        last = driver("amend", message="ours again")["committed"]
    repository = official.reopen(place)
    assert [one.id for one in repository.ancestry(branch="main")][:2] == [last, base]
    diff = repository.diff(from_snapshot_id=base, to_snapshot_id=last)
    assert {path: sorted(map(tuple, chunks)) for path, chunks in diff.updated_chunks.items()} == {
        "/ours": [(0,), (1,)],
        "/a": [(0, 0)],
    }
    assert operation_names(repository)[:3] == ["CommitAmended", "CommitAmended", "NewCommit"]


def test_amending_is_refused_where_the_official_library_refuses_it(tmp_path: Path) -> None:
    path = tmp_path / "repository"
    official.create(path, 2)
    with Driver() as driver:
        driver("open", url=str(path))
        driver("session")
        driver("set_group", path="/")
        with pytest.raises(StepError) as refused:
            driver("amend", message="the first")
        assert refused.value.kind == "invalid"
        driver("commit", message="first")
        set_step(driver, 1, 1)
        session = official.reopen(path).writable_session("main")
        official.root_group(session).create_group("theirs")
        session.commit("faster")
        assert "conflict" in driver("amend", message="late")
    session = official.reopen(path).rearrange_session("main")
    session.move("/theirs", "/moved")
    session.commit("moves")
    with Driver() as driver:
        driver("open", url=str(path))
        set_step(driver, 1, 1)
        with pytest.raises(StepError, match="moved nodes"):
            driver("amend", message="after moves")


def test_a_detached_snapshot_of_either_is_read_by_the_other(place: Path) -> None:
    with Driver() as driver:
        driver("open", url=str(place))
        set_step(driver, 2, 3)
        detached = driver("flush", message="detached", metadata={"k": 1})["committed"]
        repository = official.reopen(place)
        assert detached not in [one.id for one in repository.ancestry(branch="main")]
        ancestry = list(repository.ancestry(snapshot_id=detached))
        assert (ancestry[0].message, ancestry[0].metadata) == ("detached", {"k": 1})
        assert ancestry[1].id == repository.lookup_branch("main")
        group = zarr.open_group(repository.readonly_session(snapshot_id=detached).store, mode="r")
        assert group["ours"][...].tolist() == [0, 0, 3, 0]
        assert operation_names(repository)[0] == "NewDetachedSnapshot"
        repository.create_branch("kept", detached)

        session = repository.writable_session("main")
        official.root_group(session)["a"][0] = 7
        theirs = session.flush("theirs")
        assert [one["message"] for one in driver("history", snapshot=theirs)][:2] == ["theirs", "step 2"]
        driver("create_tag", name="theirs", snapshot=theirs)


# ---- The operations log over many objects ----


def test_a_long_log_is_read_whole_by_both(tmp_path: Path) -> None:
    path = tmp_path / "repository"
    repository = official.create(path, 2, icechunk.RepositoryConfig(num_updates_per_repo_info_file=3))
    repository.save_config()
    first = official.commit_steps(repository, 1)[0]
    with Driver() as driver:
        driver("open", url=str(path))
        for round_ in range(6):
            driver("create_tag", name=f"ours-{round_}", snapshot=first)
            official.reopen(path).create_tag(f"theirs-{round_}", first)
            driver("delete_tag", name=f"theirs-{round_}")
            official.reopen(path).delete_tag(f"ours-{round_}")
        operations = driver("operations")
        deleted = driver("refs")["deleted_tags"]
    log = list(official.reopen(path).ops_log())
    assert [one[0] for one in operations] == [round(one.updated_at.timestamp() * 1e6) for one in log]
    assert len(log) == 2 + 1 + 24
    assert deleted == {f"{who}-{i}": first for who in ("ours", "theirs") for i in range(6)}
    assert len(official.reopen(path).inspect_repo_info()["latest_updates"]) == 3


# ---- Configuration ----


def every_setting(folder: Path) -> icechunk.RepositoryConfig:
    condition, dimension = icechunk.ManifestSplitCondition, icechunk.ManifestSplitDimCondition
    preload = icechunk.ManifestPreloadCondition
    sizes = {
        condition.or_conditions([condition.name_matches("a.*"), condition.path_matches("/g")]): {
            dimension.DimensionName("t"): 3,
            dimension.Axis(1): 4,
            dimension.Any(): 5,
        },
        condition.AnyArray(): {dimension.Any(): 1000},
    }
    config = icechunk.RepositoryConfig(
        inline_chunk_threshold_bytes=7,
        get_partial_values_concurrency=3,
        compression=icechunk.CompressionConfig(level=5),
        max_concurrent_requests=9,
        caching=icechunk.CachingConfig(num_snapshot_nodes=4, num_bytes_chunks=99),
        storage=icechunk.StorageSettings(
            concurrency=icechunk.StorageConcurrencySettings(
                max_concurrent_requests_for_object=2, ideal_concurrent_request_size=100
            ),
            retries=icechunk.StorageRetriesSettings(max_tries=3, initial_backoff_ms=4, max_backoff_ms=5),
            storage_class="STANDARD",
        ),
        manifest=icechunk.ManifestConfig(
            splitting=icechunk.ManifestSplittingConfig.from_dict(sizes),
            preload=icechunk.ManifestPreloadConfig(
                max_total_refs=10,
                preload_if=preload.and_conditions(
                    [preload.true(), preload.name_matches("x"), preload.num_refs(1, 10)]
                ),
            ),
        ),
        num_updates_per_repo_info_file=50,
    )
    container = icechunk.VirtualChunkContainer
    config.set_virtual_chunk_container(
        container(f"file://{folder}/", store=icechunk.local_filesystem_store(str(folder)), name="here")
    )
    config.set_virtual_chunk_container(container("s3://b/", store=icechunk.s3_store(region="us-east-1")))
    config.set_virtual_chunk_container(container("gcs://c/", store=icechunk.gcs_store({"a": "b"})))
    config.set_virtual_chunk_container(container("https://d/", store=icechunk.http_store({"a": "b"})))
    return config


def our_config(path: Path, over: dict[str, Any] | None = None) -> dict[str, Any]:
    config: dict[str, Any] = ours.run([{"op": "open", "url": str(path), "config": over or {}}, {"op": "config"}])[-1]
    return config


def test_the_configuration_is_the_same_in_both_formats(tmp_path: Path) -> None:
    """config.yaml of version 1 and the map in `repo` of version 2, both official, are one document to us."""
    found = []
    for version in (1, 2):
        path = tmp_path / f"v{version}"
        official.create(path, version, every_setting(tmp_path))
        found.append(our_config(path))
    assert found[0] == found[1]
    splits = found[0]["manifest"]["splitting"]["split_sizes"]
    assert splits[0][1][0] == {"condition": {"DimensionName": "t"}, "num_chunks": 3}
    containers = found[0]["virtual_chunk_containers"]
    assert containers[f"file://{tmp_path}/"]["store"] == {"local_file_system": str(tmp_path)}


def test_configurations_are_merged_as_the_official_library_merges_them(tmp_path: Path) -> None:
    over = icechunk.RepositoryConfig(
        inline_chunk_threshold_bytes=11,
        compression=icechunk.CompressionConfig(algorithm=icechunk.CompressionAlgorithm.Zstd),
        caching=icechunk.CachingConfig(num_chunk_refs=5),
        storage=icechunk.StorageSettings(
            concurrency=icechunk.StorageConcurrencySettings(max_concurrent_requests_for_object=8),
            chunks_storage_class="C",
        ),
        manifest=icechunk.ManifestConfig(preload=icechunk.ManifestPreloadConfig(max_total_refs=77)),
    )
    over.set_virtual_chunk_container(
        icechunk.VirtualChunkContainer("s3://new/", store=icechunk.s3_store(region="us-east-1"))
    )
    alone, theirs, both = tmp_path / "alone", tmp_path / "theirs", tmp_path / "both"
    official.create(alone, 2, over)
    official.create(theirs, 2, every_setting(tmp_path))
    shutil.copytree(theirs, both)
    icechunk.Repository.open(official.storage(theirs), config=over).save_config()
    # What is stored of it has the defaults of local storage filled in.
    given = our_config(alone) | {
        "storage": {"concurrency": {"max_concurrent_requests_for_object": 8}, "chunks_storage_class": "C"}
    }
    ours.run([{"op": "open", "url": str(both), "config": given}, {"op": "save_config"}])
    assert our_config(both) == our_config(theirs)
    assert our_config(both)["inline_chunk_threshold_bytes"] == 11
    assert str(official.reopen(both).config) == str(official.reopen(theirs).config)


@pytest.mark.parametrize(
    "config",
    [
        {"inline_chunk_threshold_bytes": 9, "future": {"a": [1]}},
        {"caching": {"num_chunk_refs": 5}, "compression": {"level": 4}},
        {"storage": {"retries": {"max_tries": 3}}, "manifest": {"preload": {"max_total_refs": 4}}},
    ],
)
def test_a_configuration_of_ours_with_a_few_keys_is_accepted_officially(place: Path, config: dict[str, Any]) -> None:
    ours.run([{"op": "open", "url": str(place)}, {"op": "save_config", "config": config}])
    repository = official.reopen(place)
    if "inline_chunk_threshold_bytes" in config:
        assert repository.config.inline_chunk_threshold_bytes == 9
    if "caching" in config:
        assert repository.config.caching.num_chunk_refs == 5
    if "storage" in config:
        assert repository.config.manifest.preload.max_total_refs == 4
    repository.create_tag("goes-on", commits(repository)[0])


# ---- Migration ----


def branches(path: Path) -> icechunk.Repository:
    """A history of version 1 with branches from branches, shared tips, and commits that only a tag has kept."""
    repository = official.create(path, 1)
    ids = official.commit_steps(repository, 4)

    def commit(branch: str, step: int) -> str:
        session = repository.writable_session(branch)
        official.root_group(session)["a"][step] = step + 100
        return session.commit(f"{branch} {step}", metadata={"step": step, "text": "\u00fc"})

    repository.create_branch("dev", ids[1])
    forked = commit("dev", 1)
    tip = commit("dev", 2)
    repository.create_branch("all", ids[2])
    commit("all", 3)
    repository.create_branch("sub", forked)
    commit("sub", 4)
    root = list(repository.ancestry(branch="main"))[-1].id
    repository.create_branch("same", ids[3])
    repository.create_branch("root", root)
    repository.create_tag("at-root", root)
    repository.create_tag("at-tip", tip)
    repository.create_tag("deleted", ids[2])
    repository.delete_tag("deleted")
    repository.create_branch("gone", ids[3])
    kept = commit("gone", 5)
    repository.create_tag("kept", kept)
    repository.create_tag("lost", commit("gone", 6))
    repository.delete_tag("lost")
    repository.delete_branch("gone")
    commit("main", 7)
    return official.reopen(path)


def every_value(repository: icechunk.Repository) -> dict[str, Any]:
    """What every branch and tag holds."""
    found = {}
    for kind, names in (("branch", repository.list_branches()), ("tag", repository.list_tags())):
        for name in names:
            session = repository.readonly_session(**{kind: name})
            if session.snapshot_id == "1CECHNKREP0F1RSTCMT0":
                continue
            group = zarr.open_group(session.store, mode="r")
            found[f"{kind} {name}"] = {path: array[...].tolist() for path, array in group.arrays()}
    return found


@pytest.mark.parametrize("name", ["hierarchy", "references", "names", "split", "expired", "branches"])
def test_we_migrate_as_the_official_library_does(name: str, tmp_path: Path) -> None:
    path, theirs = tmp_path / name, tmp_path / "theirs"
    repository = branches(path) if name == "branches" else official.make(name, path, 1)
    before = every_value(repository)
    shutil.copytree(path, theirs)
    icechunk.upgrade_icechunk_repository(
        icechunk.Repository.open(official.storage(theirs)), dry_run=False, delete_unused_v1_files=True
    )
    ours.run([{"op": "migrate", "url": str(path), "dry_run": True}])
    assert not (path / "repo").exists()
    report = ours.run([{"op": "migrate", "url": str(path)}])[0]

    def objects(root: Path) -> dict[str, bytes]:
        files = (file for file in root.rglob("*") if file.is_file() and not file.name.startswith("."))
        return {str(file.relative_to(root)): file.read_bytes() for file in files}

    mine, others = objects(path), objects(theirs)
    assert mine.keys() == others.keys()
    assert {key for key in mine if mine[key] != others[key]} == {"repo"}
    assert described(path) == described(theirs)
    assert report["operations"] == len(list(official.reopen(path).ops_log()))
    assert our_config(path) == our_config(theirs)

    repository = official.reopen(path)
    assert every_value(repository) == before
    repository.create_branch("more", repository.lookup_branch("main"))
    session = repository.writable_session("main")
    official.root_group(session).create_group("theirs")
    session.commit("goes on")
    with Driver() as driver:
        driver("open", url=str(path))
        set_step(driver, 0, 1)
        assert "committed" in driver("commit")
    after = every_value(official.reopen(path))
    assert after["branch main"].keys() == {*before["branch main"], "ours"}
    assert after["branch more"] == before["branch main"]
    assert ours.run([{"op": "migrate", "url": str(path)}])[0]["was_migrated"]


def described(path: Path) -> dict[str, Any]:
    """All that `repo` holds, but for the time of the migration and who wrote it."""
    found: dict[str, Any] = official.reopen(path).inspect_repo_info()
    del found["header"]
    assert found["latest_updates"][0]["update_type"]["type"] == "RepoMigratedUpdate"
    del found["latest_updates"][0]["updated_at"]
    return found
