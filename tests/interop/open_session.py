"""A session of the state machine: what it must show, and which nodes and chunks it touched, by their identity."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from .sides import SideSession, Virtual
from .writer import Changes
from .zarr_nodes import Content, Index, chunk_indices, chunk_key, grid_of, key_prefix, node_key, node_paths

_identities = itertools.count(1)
#: Of the nodes of one snapshot: what stays the same until the node is deleted.
Identities = dict[str, int]


@dataclass
class Touched:
    """What a transaction log tells."""

    created: dict[str, int] = field(default_factory=dict)
    #: Identity with its former path.
    deleted: dict[int, str] = field(default_factory=dict)
    updated: set[int] = field(default_factory=set)
    chunks: dict[int, set[Index]] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)

    def nodes(self) -> set[int]:
        return {*self.created.values(), *self.deleted, *self.updated, *self.chunks, *self.moved}

    def __bool__(self) -> bool:
        return bool(self.nodes())


class OpenSession(Changes):
    """Keeps `touched` beside the content."""

    def __init__(self, side_name: str, branch: str, session: SideSession, content: Content, nodes: Identities) -> None:
        super().__init__(session, dict(content), "")
        self.side_name = side_name
        self.branch = branch
        self.base = session.base
        self.base_content = content
        self.nodes = dict(nodes)
        self.touched = Touched()
        self.gave_up = False  # something that others have done as well

    def _node(self, path: str, zarr_json: bytes) -> None:
        if self.content.get(node_key(path)) == zarr_json:
            return  # neither library takes it for a change
        super()._node(path, zarr_json)
        known = self.nodes.get(path)
        if known is None:
            self.nodes[path] = self.touched.created[path] = next(_identities)
        elif known not in self.touched.created.values():
            self.touched.updated.add(known)

    def chunk(self, path: str, index: Index, data: bytes) -> None:
        super().chunk(path, index, data)
        self._touch(path, index)

    def virtual(self, path: str, grid: Index, source: Any, refs: Any) -> None:
        super().virtual(path, grid, source, refs)
        for ref, _ in refs:
            assert isinstance(ref, Virtual)
            self._touch(path, ref.index)

    def delete_chunk(self, path: str, index: Index) -> None:
        super().delete_chunk(path, index)
        self._touch(path, index)

    def _touch(self, path: str, index: Index) -> None:
        self.touched.chunks.setdefault(self.nodes[path], set()).add(index)

    def shift(self, path: str, offset: Index) -> None:
        before = set(chunk_indices(self.content, path))
        super().shift(path, offset)
        for index in before | set(chunk_indices(self.content, path)):
            self._touch(path, index)

    def delete(self, path: str) -> None:
        super().delete(path)
        for below in [one for one in self.nodes if (one + "/").startswith(path + "/")]:
            identity = self.nodes.pop(below)
            self.touched.updated.discard(identity)
            self.touched.chunks.pop(identity, None)
            if self.touched.created.pop(below, None) != identity:
                self.touched.deleted[identity] = below

    def move(self, source: str, target: str) -> None:
        super().move(source, target)
        for path in [one for one in self.nodes if (one + "/").startswith(source + "/")]:
            identity = self.nodes.pop(path)
            self.nodes[target + path.removeprefix(source)] = identity
            self.touched.moved.add(identity)

    # ---- On top of what others committed ----

    def overlaps(self, others: list[Touched], their_nodes: Identities) -> bool:
        """Whether some node was touched by both, or one put something where the other deleted."""
        for other in others:
            if other.moved:
                return True
            if self.touched.nodes() & other.nodes() or self.touched.created.keys() & their_nodes.keys():
                return True
            if _below(other.created, self.touched.deleted) or _below(self.touched.created, other.deleted):
                return True
        return False

    def undefined(self, others: list[Touched], their_content: Content) -> bool:
        """A group deleted by one and filled by the other, or a node below what became an array: what is left then,
        the format does not say."""
        kinds = node_paths(their_content)
        mine = self.touched
        orphans = any(_below(o.created, mine.deleted) or _below(mine.created, o.deleted) for o in others)
        parents = [path.rpartition("/")[0] or "/" for path in mine.created if path != "/"]
        return orphans or any(kinds.get(parent) != "group" for parent in parents)

    def double_written(self, others: list[Touched]) -> bool:
        return any(
            self.touched.chunks.get(identity, set()) & chunks for o in others for identity, chunks in o.chunks.items()
        )

    def rebased(self, tip: Content, tip_nodes: Identities, others: list[Touched], ours_wins: bool) -> None:
        """`content` becomes that of the tip with the session's changes on top."""
        mine, own_nodes = self.content, self.nodes
        self.gave_up |= not self.touched.deleted.keys() <= set(tip_nodes.values())
        paths = {identity: path for path, identity in own_nodes.items()}
        content, nodes = dict(tip), dict(tip_nodes)
        for path in self.touched.deleted.values():
            for key in [key for key in content if key.startswith(key_prefix(path))]:
                del content[key]
            for below in [one for one in nodes if (one + "/").startswith(path + "/")]:
                del nodes[below]
        for path, identity in self.touched.created.items():
            nodes[path] = identity
        for identity in {*self.touched.created.values(), *self.touched.updated}:
            content[node_key(paths[identity])] = mine[node_key(paths[identity])]
        for identity, indices in self.touched.chunks.items():
            taken = set() if ours_wins else {i for o in others for i in o.chunks.get(identity, set())}
            self.gave_up |= bool(indices & taken)
            for index in indices - taken:
                _copy(chunk_key(paths[identity], index), mine, content)
        _cut(content)
        self.content, self.nodes = content, nodes


def _below(paths: dict[str, int], deleted: dict[int, str]) -> bool:
    return any((path + "/").startswith(gone + "/") for path in paths for gone in deleted.values())


def _copy(key: str, source: Content, target: Content) -> None:
    if key in source:
        target[key] = source[key]
    else:
        target.pop(key, None)


def _cut(content: Content) -> None:
    """Chunks outside their grids vanish."""
    for path, kind in node_paths(content).items():
        if kind != "array":
            continue
        grid = grid_of(content, path)
        for index in chunk_indices(content, path):
            if any(at >= count for at, count in zip(index, grid, strict=True)):
                del content[chunk_key(path, index)]
