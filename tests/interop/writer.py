"""Runs a feature's steps on the side whose turn it is, and on the model, so that both can be compared after each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .model import Model
from .places import Place, Source
from .sides import Config, Side, SideSession, Virtual
from .zarr_nodes import Array, Content, Index, chunk_indices, chunk_key, group, key_prefix, node_key


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

    def turn(self) -> Side:
        side = next(self._turns)
        side.open()
        return side

    def create(self, config: Config | None = None) -> None:
        next(self._turns).create(config or Config())
        self.model.create()

    @contextmanager
    def session(self, branch: str = "main", message: str | None = None) -> Iterator[Changes]:
        """What was not committed, amended or flushed in the block is committed at its end."""
        side = self.turn()
        base = self.model.branches[branch]
        told = f"change {next(self._numbers)}" if message is None else message
        session = side.writable(branch)
        assert session.base == base
        changes = Changes(session, dict(self.model.snapshots[base].content), told)
        yield changes
        snapshot = session.commit(changes.message, changes.metadata)
        self.model.commit(branch, snapshot, changes.message, changes.metadata, changes.content)

    def save_config(self, config: Config) -> None:
        self.turn().save_config(config)
        self.model.operations.append("ConfigChanged")

    def create_branch(self, name: str, snapshot: str) -> None:
        self.turn().create_branch(name, snapshot)
        self.model.create_branch(name, snapshot)

    def create_tag(self, name: str, snapshot: str) -> None:
        self.turn().create_tag(name, snapshot)
        self.model.create_tag(name, snapshot)
