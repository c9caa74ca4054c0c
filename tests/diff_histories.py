"""Random histories for differences between snapshots: nodes come, go, come again and move; both libraries commit."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import icechunk
import zarr

import icechunk_driver as ours
import icechunk_repositories as official

ARRAY_LENGTHS = (3, 5, 8)
KINDS = ("write", "clear", "add_array", "add_group", "resize", "attributes", "delete", "make_again")
WEIGHTS = (6, 2, 3, 2, 2, 2, 2, 2)
ALWAYS_THERE = "/base"


@dataclass(frozen=True)
class Step:
    """One change of a session, for either library."""

    kind: str
    path: str
    length: int = 0
    index: int = 0


@dataclass
class Tree:
    """What a session has: arrays with their lengths, and groups."""

    arrays: dict[str, int] = field(default_factory=dict)
    groups: set[str] = field(default_factory=lambda: {"/"})

    def drop(self, path: str) -> None:
        below = path + "/"
        self.arrays = {p: n for p, n in self.arrays.items() if p != path and not p.startswith(below)}
        self.groups = {p for p in self.groups if p != path and not p.startswith(below)}


def child(group: str, name: str) -> str:
    return f"{group.rstrip('/')}/{name}"


class DiffHistory:
    """A repository with `commits` commits on its branch; every array has one-element chunks, and 0 is no chunk."""

    def __init__(self, path: Path, version: int, seed: int, commits: int = 10) -> None:
        self.path, self.version, self.random = path, version, random.Random(seed)
        self.repository = official.create(path, version)
        self.done: dict[str, int] = {}
        self.number = 0
        session = self.repository.writable_session("main")
        group = zarr.create_group(session.store)
        self.make_array(group, ALWAYS_THERE, 8)
        session.commit("first")
        for _ in range(commits):
            self.commit()

    # ---- One commit ----

    def commit(self) -> None:
        if self.version == 2 and self.random.random() < 0.25 and self.move():
            return
        by_us = self.version == 2 and self.random.random() < 0.4
        amends = self.version == 2 and not by_us and self.can_amend() and self.random.random() < 0.2
        tree = self.tree()
        steps = [Step("write", ALWAYS_THERE, index=self.random.randrange(8))]
        steps += [step for _ in range(self.random.randint(1, 5)) for step in self.choose(tree)]
        if by_us:
            self.commit_ours(steps)
        else:
            self.commit_officially(steps, amends)
        for name in ("ours" if by_us else "amend" if amends else "official", *(step.kind for step in steps)):
            self.done[name] = self.done.get(name, 0) + 1

    def choose(self, tree: Tree) -> list[Step]:
        kind = self.random.choices(KINDS, WEIGHTS)[0]
        arrays = sorted(set(tree.arrays) - {ALWAYS_THERE})
        nodes = arrays + sorted(tree.groups - {"/"})
        self.number += 1
        if kind == "add_group":
            path = child(self.random.choice(sorted(tree.groups)), f"g{self.number}")
            tree.groups.add(path)
            return [Step(kind, path)]
        if kind == "add_array":
            path = child(self.random.choice(sorted(tree.groups)), f"a-{self.number}")
            return self.new_array(tree, path)
        if kind == "delete" and nodes:
            path = self.random.choice(nodes)
            tree.drop(path)
            return [Step(kind, path)]
        if not arrays:
            return []
        path = self.random.choice(arrays)
        if kind == "make_again":
            tree.drop(path)
            return [Step("delete", path), *self.new_array(tree, path)]
        if kind == "resize":
            tree.arrays[path] = self.random.choice([n for n in ARRAY_LENGTHS if n != tree.arrays[path]])
            return [Step(kind, path, length=tree.arrays[path])]
        return [Step(kind, path, length=tree.arrays[path], index=self.random.randrange(tree.arrays[path]))]

    def new_array(self, tree: Tree, path: str) -> list[Step]:
        tree.arrays[path] = self.random.choice(ARRAY_LENGTHS)
        made = Step("add_array", path, length=tree.arrays[path])
        return [made] + [Step("write", path, index=self.random.randrange(made.length))] * self.random.randint(0, 1)

    def tree(self) -> Tree:
        tree = Tree()
        group = zarr.open_group(self.repository.readonly_session("main").store, mode="r")
        for path, node in group.members(max_depth=None):
            if isinstance(node, zarr.Array):
                tree.arrays["/" + path] = node.shape[0]
            else:
                tree.groups.add("/" + path)
        return tree

    # ---- By the official library ----

    @staticmethod
    def make_array(group: zarr.Group, path: str, length: int) -> None:
        group.create_array(path[1:], shape=(length,), chunks=(1,), dtype="i4", compressors=None, filters=None)

    def commit_officially(self, steps: list[Step], amends: bool) -> None:
        session = self.repository.writable_session("main")
        group = zarr.open_group(session.store, mode="r+")
        for step in steps:
            name = step.path[1:]
            match step.kind:
                case "write":
                    group[name][step.index] = self.random.randrange(1, 100)
                case "clear":
                    group[name][step.index] = 0
                case "add_array":
                    self.make_array(group, step.path, step.length)
                case "add_group":
                    group.create_group(name)
                case "resize":
                    group[name].resize((step.length,))
                case "attributes":
                    group[name].attrs["n"] = self.number
                case "delete":
                    del group[name]
        (session.amend if amends else session.commit)("official")

    def can_amend(self) -> bool:
        """The first commit stays, and so do moves, which cannot be amended by an edit."""
        tip = self.repository.lookup_snapshot(self.repository.lookup_branch("main"))
        return tip.message == "official"

    def move(self) -> bool:
        tree = self.tree()
        nodes = sorted((set(tree.arrays) | tree.groups) - {"/", ALWAYS_THERE})
        if not nodes:
            return False
        path = self.random.choice(nodes)
        targets = sorted(g for g in tree.groups if g != path and not g.startswith(path + "/"))
        self.number += 1
        session = self.repository.rearrange_session("main")
        session.move(path, child(self.random.choice(targets), f"m{self.number}"))
        session.commit("moved")
        self.done["move"] = self.done.get("move", 0) + 1
        return True

    # ---- By us ----

    def commit_ours(self, steps: list[Step]) -> None:
        script: list[dict[str, Any]] = [{"op": "open", "url": str(self.path)}, {"op": "session"}]
        script += [self.script_step(step) for step in steps]
        ours.run([*script, {"op": "commit", "message": "ours"}])

    def script_step(self, step: Step) -> dict[str, Any]:
        match step.kind:
            case "write":
                value = self.random.randrange(1, 100).to_bytes(4, "little")
                return {"op": "set_chunk", "path": step.path, "index": [step.index], "bytes": ours.text(value)}
            case "clear":
                return {"op": "delete_chunk", "path": step.path, "index": [step.index]}
            case "add_group":
                return {"op": "set_group", "path": step.path}
            case "delete":
                return {"op": "delete_node", "path": step.path}
            case _:
                return {"op": "set_array", "path": step.path, "zarr_json": ours.array([step.length], [1])}

    # ---- What there is to compare ----

    def pairs(self) -> list[tuple[str, str]]:
        """Every snapshot of the branch with each of its ancestors."""
        ids = [one.id for one in self.repository.ancestry(branch="main")]
        return [(ids[j], ids[i]) for i in range(len(ids)) for j in range(i + 1, len(ids))]
