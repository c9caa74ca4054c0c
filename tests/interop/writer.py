"""Runs a feature's steps on the side whose turn it is, and on the model, so that both can be compared after each."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .model import Model
from .places import Place, Source
from .sides import Config, Conflict, Refused, Side, SideSession, Virtual
from .zarr_nodes import Array, Content, Index, chunk_indices, chunk_key, grid_of, group, key_prefix, node_key


@dataclass
class Changes:
    """A session of one side, and what it must show."""

    session: SideSession
    content: Content
    message: str
    metadata: dict[str, Any] = field(default_factory=dict)

    def group(self, path: str, **attributes: Any) -> None:
        self._node(path, group(attributes))

    def array(self, path: str, array: Array) -> Array:
        """New, or with another shape or other attributes: chunks outside the new grid are gone."""
        for index in chunk_indices(self.content, path):
            if any(at >= count for at, count in zip(index, array.grid, strict=True)):
                self.delete_chunk(path, index)
        self._node(path, array.zarr_json())
        return array

    def _node(self, path: str, zarr_json: bytes) -> None:
        self.session.set_node(path, zarr_json)
        self.content[node_key(path)] = zarr_json

    def chunk(self, path: str, index: Index, data: bytes) -> None:
        self.session.set_chunk(path, index, data)
        self.content[chunk_key(path, index)] = data

    def fill(self, path: str, array: Array, first: int = 1) -> None:
        """Every chunk with numbers of its own."""
        for number, index in enumerate(array.indices(), first):
            self.chunk(path, index, self.numbers(array, index, number))

    @staticmethod
    def numbers(array: Array, index: Index, number: int) -> bytes:
        lengths = [c[i] if isinstance(c, tuple) else c for c, i in zip(array.chunks, index, strict=True)]
        count = int(np.prod(lengths, dtype=int)) if lengths else 1
        return (np.arange(count) + number * 1000).astype(np.dtype(array.dtype).newbyteorder("<")).tobytes()

    def virtual(self, path: str, grid: Index, source: Source, refs: Sequence[tuple[Virtual, int]]) -> None:
        """Each reference with the place in `source` that it must lead to."""
        self.session.set_virtual(path, grid, [ref for ref, _ in refs])
        for ref, begin in refs:
            self.content[chunk_key(path, ref.index)] = source.data[begin : begin + ref.length]

    def delete_chunk(self, path: str, index: Index) -> None:
        self.session.delete_chunk(path, index)
        self.content.pop(chunk_key(path, index), None)

    def shift(self, path: str, offset: Index) -> None:
        """Chunks that would leave the grid are dropped."""
        self.session.shift(path, offset)
        grid = grid_of(self.content, path)
        moved = {index: self.content.pop(chunk_key(path, index)) for index in chunk_indices(self.content, path)}
        for index, data in moved.items():
            there = tuple(at + by for at, by in zip(index, offset, strict=True))
            if all(0 <= at < count for at, count in zip(there, grid, strict=True)):
                self.content[chunk_key(path, there)] = data

    def move(self, source: str, target: str) -> None:
        """With all that is below it."""
        self.session.move(source, target)
        prefix = key_prefix(source)
        for key in [key for key in self.content if key.startswith(prefix)]:
            self.content[key_prefix(target) + key.removeprefix(prefix)] = self.content.pop(key)

    def delete(self, path: str) -> None:
        self.session.delete_node(path)
        for key in [key for key in self.content if key.startswith(key_prefix(path))]:
            del self.content[key]


class Writer:
    """`sides` take turns: each commit, and each change of a name, is the next one's."""

    def __init__(self, place: Place, sides: Sequence[Side]) -> None:
        self.place = place
        self.model = Model()
        self._turns: Iterator[Side] = itertools.cycle(sides)
        self._numbers = itertools.count()
        self.older_than_us = 0

    def turn(self) -> Side:
        side = next(self._turns)
        side.open()
        return side

    def number(self) -> int:
        """Never the same twice."""
        return next(self._numbers)

    def create(self, config: Config | None = None) -> None:
        next(self._turns).create(config or Config())
        self.model.create()

    @contextmanager
    def session(self, branch: str = "main", message: str | None = None, how: str = "commit") -> Iterator[Changes]:
        """What is done in the block is committed at its end, or amended, or flushed; in "move" nodes can be moved, and
        nothing else can be done."""
        side = self.turn()
        changes = self.changes(side, branch, moves=how == "move")
        if message is not None:
            changes.message = message
        yield changes
        self.end(changes, branch, changes.session.base, how)

    def changes(self, side: Side, branch: str, *, moves: bool = False) -> Changes:
        base = self.model.branches[branch]
        session = side.rearranging(branch) if moves else side.writable(branch)
        assert session.base == base
        return Changes(session, dict(self.model.snapshots[base].content), f"change {self.number()}")

    def end(self, changes: Changes, branch: str, base: str, how: str) -> None:
        message, metadata, content = changes.message, changes.metadata, changes.content
        if how == "flush":
            snapshot = changes.session.flush(message, metadata)
            self.model.flush(base, snapshot, message, metadata, content)
        elif how == "amend":
            snapshot = changes.session.amend(message, metadata)
            self.model.amend(branch, snapshot, message, metadata, content)
        else:
            snapshot = changes.session.commit(message, metadata)
            self.model.commit(branch, snapshot, message, metadata, content)

    def refuses(self, attempt: Callable[[Side], object]) -> None:
        """Nothing of it may be seen afterwards."""
        side = self.turn()
        try:
            attempt(side)
        except (Refused, Conflict):
            return
        raise AssertionError(f"{side.name} did not refuse")

    def save_config(self, config: Config) -> None:
        self.turn().save_config(config)
        self.model.operations.append("ConfigChanged")

    def create_branch(self, name: str, snapshot: str) -> None:
        self.turn().create_branch(name, snapshot)
        self.model.create_branch(name, snapshot)

    def create_tag(self, name: str, snapshot: str) -> None:
        self.turn().create_tag(name, snapshot)
        self.model.create_tag(name, snapshot)

    def delete_branch(self, name: str) -> None:
        self.turn().delete_branch(name)
        self.model.delete_branch(name)

    def delete_tag(self, name: str) -> None:
        self.turn().delete_tag(name)
        self.model.delete_tag(name)

    def reset_branch(self, name: str, to: str, expected: str | None = None) -> None:
        self.turn().reset_branch(name, to, expected)
        self.model.reset_branch(name, to)

    def set_metadata(self, metadata: dict[str, Any]) -> None:
        self.turn().set_metadata(metadata)
        self.model.metadata = metadata
        self.model.operations.append("MetadataChanged")

    def set_flag(self, flag: str, value: bool | None) -> None:
        self.turn().set_flag(flag, value)
        self.model.flags[flag] = True if value is None else value
        self.model.operations.append("FeatureFlagChanged")

    def set_status(self, availability: str, reason: str | None = None) -> None:
        self.turn().set_status(availability, reason)
        self.model.status = (availability, reason)
        self.model.operations.append("RepoStatusChanged")

    def mark(self) -> None:
        """Everything so far is old."""
        newest = self.turn().operations()[0][0]
        self.model.old = set(self.model.snapshots)
        self.older_than_us = newest + 1

    def expire(self) -> None:
        released = self.turn().expire(self.older_than_us)
        assert released == self.model.expire()

    def collect(self) -> None:
        """All that no ref leads to, however young."""
        self.turn().collect(time.time_ns() // 1000)
        self.model.collect()
