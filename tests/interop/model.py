"""What a repository must hold after what was done to it, as plain Python values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .sides import Refs, Revision
from .zarr_nodes import Content

FLAGS = ("move_node", "create_tag", "delete_tag")
ROOT_SNAPSHOT = "1CECHNKREP0F1RSTCMT0"


@dataclass(frozen=True)
class Snapshot:
    id: str
    parent: str | None
    message: str
    metadata: dict[str, Any]
    content: Content


@dataclass
class Model:
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    deleted_tags: set[str] = field(default_factory=set)
    #: Kinds of the entries of the operations log, the oldest first.
    operations: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(FLAGS, True))
    #: Availability, and why it is limited.
    status: tuple[str, str | None] = ("online", None)
    #: Snapshots that an expiry takes to be old.
    old: set[str] = field(default_factory=set)

    def create(self) -> None:
        root = {"__icechunk": {"is_root": True}}
        self.snapshots = {ROOT_SNAPSHOT: Snapshot(ROOT_SNAPSHOT, None, "Repository initialized", root, {})}
        self.branches = {"main": ROOT_SNAPSHOT}
        self.operations = ["RepoInitialized"]

    def commit(self, branch: str, snapshot: str, message: str, metadata: dict[str, Any], content: Content) -> None:
        self.snapshots[snapshot] = Snapshot(snapshot, self.branches[branch], message, metadata, content)
        self.branches[branch] = snapshot
        self.operations.append("NewCommit")

    def amend(self, branch: str, snapshot: str, message: str, metadata: dict[str, Any], content: Content) -> None:
        tip = self.snapshots[self.branches[branch]]
        self.snapshots[snapshot] = Snapshot(snapshot, tip.parent, message, metadata, content)
        self.branches[branch] = snapshot
        self.operations.append("CommitAmended")

    def flush(self, base: str, snapshot: str, message: str, metadata: dict[str, Any], content: Content) -> None:
        self.snapshots[snapshot] = Snapshot(snapshot, base, message, metadata, content)
        self.operations.append("NewDetachedSnapshot")

    def create_branch(self, name: str, snapshot: str) -> None:
        self.branches[name] = snapshot
        self.operations.append("BranchCreated")

    def create_tag(self, name: str, snapshot: str) -> None:
        self.tags[name] = snapshot
        self.operations.append("TagCreated")

    def delete_branch(self, name: str) -> None:
        del self.branches[name]
        self.operations.append("BranchDeleted")

    def delete_tag(self, name: str) -> None:
        del self.tags[name]
        self.deleted_tags.add(name)
        self.operations.append("TagDeleted")

    def reset_branch(self, name: str, to: str) -> None:
        self.branches[name] = to
        self.operations.append("BranchReset")

    def expire(self, delete_branches: bool = False, delete_tags: bool = False) -> set[str]:
        """Old snapshots leave, but tips that stay; a snapshot whose parent leaves gets the root of its ancestry as its
        parent. Returns what left."""
        self._forget_old_refs(delete_branches, delete_tags)
        kept = set(self.branches.values()) | set(self.tags.values())
        released = {one for one in self.old & self.snapshots.keys() if self.snapshots[one].parent} - kept
        roots = {one: list(self.ancestry(one))[-1].id for one in self.snapshots}
        for one in self.snapshots.keys() - released:
            if self.snapshots[one].parent in released:
                self.snapshots[one] = replace(self.snapshots[one], parent=roots[one])
        self._drop(released)
        self.operations.append("ExpirationRan")
        return released

    def _forget_old_refs(self, delete_branches: bool, delete_tags: bool) -> None:
        is_old = {one for one in self.old & self.snapshots.keys() if self.snapshots[one].parent}
        if delete_branches:
            self.branches = {k: v for k, v in self.branches.items() if k == "main" or v not in is_old}
        if delete_tags:
            gone = {name for name, snapshot in self.tags.items() if snapshot in is_old}
            self.tags = {k: v for k, v in self.tags.items() if k not in gone}
            self.deleted_tags |= gone

    def collect(self) -> set[str]:
        """What no ref leads to leaves."""
        tips = [*self.branches.values(), *self.tags.values()]
        reachable = {one.id for tip in tips for one in self.ancestry(tip)}
        dropped = self.snapshots.keys() - reachable
        self._drop(dropped)
        self.operations.append("GCRan")
        return dropped

    def _drop(self, snapshots: set[str]) -> None:
        self.snapshots = {id: one for id, one in self.snapshots.items() if id not in snapshots}

    def ancestry(self, snapshot: str) -> Iterator[Snapshot]:
        """The snapshot and its ancestors, the newest first."""
        at: str | None = snapshot
        while at is not None:
            found = self.snapshots[at]
            yield found
            at = found.parent

    def resolve(self, revision: Revision) -> str:
        if revision.branch is not None:
            return self.branches[revision.branch]
        if revision.tag is not None:
            return self.tags[revision.tag]
        assert revision.snapshot is not None
        return revision.snapshot

    def refs(self) -> Refs:
        return Refs(dict(self.branches), dict(self.tags), frozenset(self.deleted_tags))

    def revisions(self) -> list[Revision]:
        """Everything that can be read by a name."""
        return [Revision(branch=name) for name in self.branches] + [Revision(tag=name) for name in self.tags]
