"""Manifests in another split: `vdp repo rewrite-manifests` against the official rewrite_manifests."""

from __future__ import annotations

from pathlib import Path

import icechunk
import pytest
import zarr

import icechunk_repositories as official
from engine import BAD_USAGE, Engine
from test_axis_moves import GRID, Moving
from test_icechunk_interop import official_content

NOTE = "__icechunk"
SPLIT_BY_3 = 7  # the seed of a repository whose manifests have three rows each


def split_config(rows: int) -> icechunk.RepositoryConfig:
    config = icechunk.RepositoryConfig.default()
    condition = icechunk.ManifestSplitCondition.AnyArray()
    splitting = {condition: {icechunk.ManifestSplitDimCondition.Axis(0): rows}}
    config.manifest = icechunk.ManifestConfig(splitting=icechunk.ManifestSplittingConfig.from_dict(splitting))
    return config


def save_split(path: Path, rows: int) -> icechunk.Repository:
    repository = icechunk.Repository.open(official.storage(path), config=split_config(rows))
    repository.save_config()
    return repository


def manifests(repository: icechunk.Repository) -> list[int]:
    """The references of each manifest of the tip."""
    return sorted(file.num_chunk_refs for file in repository.list_manifest_files(repository.lookup_branch("main")))


@pytest.mark.parametrize("rows", [1, 4, 5, GRID[0], 1000])
def test_the_same_as_the_official_rewrite(vdp: Engine, tmp_path: Path, rows: int) -> None:
    moving = Moving(tmp_path / "base", SPLIT_BY_3)
    before = official_content(moving.open(moving.path).readonly_session("main"))
    theirs_path, ours_path = moving.copy("theirs"), moving.copy("ours")
    theirs = save_split(theirs_path, rows)
    theirs.rewrite_manifests("rewritten", branch="main", metadata={"by": "them"})
    save_split(ours_path, rows)
    base = moving.open(ours_path).lookup_branch("main")
    told = vdp("repo", "rewrite-manifests", ours_path, "--dry-run", "--json").document
    assert moving.open(ours_path).lookup_branch("main") == base
    done = vdp("repo", "rewrite-manifests", ours_path, "--message", "rewritten", "--json").document
    assert told["before"] == done["before"]
    # Other ids are compressed to some bytes more or less.
    assert told["after"].pop("bytes") == pytest.approx(done["after"]["bytes"], rel=0.02)
    assert told["after"].items() <= done["after"].items()

    our_own = moving.open(ours_path)
    assert official_content(our_own.readonly_session("main")) == before
    assert manifests(our_own) == manifests(theirs)
    assert done["after"]["manifests"] == len(manifests(theirs))
    assert done["after"]["refs"] == sum(manifests(theirs)) == done["before"]["refs"]
    sizes = [(ours_path / "manifests" / f.id).stat().st_size for f in our_own.list_manifest_files(done["snapshot"])]
    assert done["after"]["bytes"] == sum(sizes)
    tip, their_tip = (next(iter(repository.ancestry(branch="main"))) for repository in (our_own, theirs))
    assert tip.metadata[NOTE] == their_tip.metadata[NOTE]
    assert tip.message == "rewritten"
    diff = our_own.diff(from_snapshot_id=base, to_branch="main")
    assert not diff.updated_chunks and not diff.updated_arrays and not diff.new_arrays

    # Once is enough; and either library goes on.
    assert vdp("repo", "rewrite-manifests", ours_path, "--json").document["snapshot"] is None
    session = our_own.writable_session("main")
    zarr.open_group(session.store, mode="r+")["native"][0:2, 0:3] = 99
    session.commit("theirs")
    after = official_content(moving.open(ours_path).readonly_session("main"))
    assert {key for key in before if before[key] != after[key]} <= {"native/c/0/0"}


def test_the_split_may_be_given_and_saved(vdp: Engine, tmp_path: Path) -> None:
    path = tmp_path / "store"
    repository = official.create(path, 2)
    session = repository.writable_session("main")
    official.add_series(official.root_group(session), "a", steps=20, chunk=1)
    session.commit("series")
    vdp("repo", "rewrite-manifests", path, "--split", "t", expect=BAD_USAGE)
    vdp("repo", "rewrite-manifests", path, "--split", "t=6", "--save")
    repository = official.reopen(path)
    assert manifests(repository) == [2, 6, 6, 6]
    # Official writers keep to it.
    session = repository.writable_session("main")
    zarr.open_group(session.store, mode="r+")["a"].append([[1.0] * 4] * 6)
    session.commit("appended")
    assert manifests(official.reopen(path)) == [2, 6, 6, 6, 6]
