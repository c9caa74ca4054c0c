"""Our Icechunk rooms, driven as sides.py says, through the driver process."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from icechunk_driver import Driver, StepError, text

from .sides import Config, Conflict, Diff, Line, Refs, Refused, Revision, Virtual
from .zarr_nodes import Content, Index

#: By the names that sides.py has for them.
SOLVERS: dict[str, Any] = {
    "detector": "detector",
    "ours": {"chunks": "ours"},
    "theirs": {"chunks": "theirs"},
    "strict": {"chunks": "fail", "fail_array": True, "fail_group": True},
}
_session_names = itertools.count()


def step(driver: Driver, op: str, **fields: Any) -> Any:
    """The engine's errors as sides.py names them."""
    try:
        return driver(op, **fields)
    except StepError as error:
        if error.kind == "conflict":
            raise Conflict(str(error)) from error
        raise Refused(str(error)) from error


@dataclass
class OurSession:
    driver: Driver
    name: str
    containers: dict[str, str]
    #: Called when the repository was changed.
    on_change: Callable[[], None]

    def _do(self, op: str, **fields: Any) -> Any:
        return step(self.driver, op, session=self.name, **fields)

    @property
    def base(self) -> str:
        base: str = self._do("base")
        return base

    def content(self) -> Content:
        found = self._do("content", bytes=True, containers=self.containers)
        return {key: base64.b64decode(value) for key, value in found.items()}

    def set_node(self, path: str, zarr_json: bytes) -> None:
        document = zarr_json.decode()
        kind = "array" if '"node_type": "array"' in document else "group"
        self._do(f"set_{kind}", path=path, zarr_json=document)

    def set_chunk(self, path: str, index: Index, data: bytes) -> None:
        self._do("set_chunk", path=path, index=index, bytes=text(data))

    def set_virtual(self, path: str, grid: Index, refs: Sequence[Virtual]) -> None:
        rows = [[ref.index, ref.url, ref.offset, ref.length, ref.modified_s or 0, ref.etag or ""] for ref in refs]
        self._do("set_refs", path=path, grid=grid, origin=[0] * len(grid), refs=rows)

    def delete_chunk(self, path: str, index: Index) -> None:
        self._do("delete_chunk", path=path, index=index)

    def delete_node(self, path: str) -> None:
        self._do("delete_node", path=path)

    def shift(self, path: str, offset: Index) -> None:
        for axis, chunks in enumerate(offset):
            if chunks:
                self._do("shift_chunks", path=path, axis=axis, offset=chunks)

    def discard(self) -> None:
        self._do("discard")

    def _landed(self, op: str, **fields: Any) -> str:
        outcome = self._do(op, **fields)
        if isinstance(outcome, dict) and "committed" in outcome:
            self.on_change()
            snapshot: str = outcome["committed"]
            return snapshot
        raise (Conflict if "conflict" in outcome else Refused)(str(outcome))

    def commit(self, message: str, metadata: dict[str, Any]) -> str:
        return self._landed("commit", message=message, metadata=metadata)

    def amend(self, message: str, metadata: dict[str, Any]) -> str:
        return self._landed("amend", message=message, metadata=metadata)

    def flush(self, message: str, metadata: dict[str, Any]) -> str:
        return self._landed("flush", message=message, metadata=metadata)

    def rebase(self, solver: str) -> None:
        outcome = self._do("rebase", solver=SOLVERS[solver])
        if "conflicts" in outcome:
            raise Conflict(str(outcome), frozenset((kind, path) for kind, path, _ in outcome["conflicts"]))

    def move(self, source: str, target: str) -> None:
        self._do("move_node", **{"from": source, "to": target})


@dataclass
class OurSide:
    driver: Driver
    url: str
    containers: dict[str, str] = field(default_factory=dict)
    name: str = "ours"

    def _do(self, op: str, **fields: Any) -> Any:
        return step(self.driver, op, **fields)

    def _change(self, op: str, **fields: Any) -> Any:
        answer = self._do(op, **fields)
        self.changed()
        return answer

    def changed(self) -> None:
        """For places where what we write has to be brought to where the other side finds it."""

    def create(self, config: Config) -> None:
        self._change("create", url=self.url, config=config.document() or None)

    def open(self) -> None:
        self._do("open", url=self.url)

    def _session(self, op: str, **fields: Any) -> OurSession:
        name = f"session {next(_session_names)}"
        self._do(op, session=name, **fields)
        return OurSession(self.driver, name, self.containers, self.changed)

    def writable(self, branch: str = "main") -> OurSession:
        return self._session("session", branch=branch)

    def rearranging(self, branch: str = "main") -> OurSession:
        return self._session("rearrange", branch=branch)

    def content(self, revision: Revision) -> Content:
        session = self._session("readonly", **revision.fields())
        content = session.content()
        self._do("close_session", session=session.name)
        return content

    def refs(self) -> Refs:
        found = self._do("refs")
        return Refs(found["branches"], found["tags"], frozenset(found["deleted_tags"]))

    def history(self, revision: Revision) -> list[Line]:
        return [Line(**one) for one in self._do("history", **revision.fields())]

    def operations(self) -> list[tuple[int, str]]:
        return [(moment, kind) for moment, _, kind in self._do("operations")]

    def create_branch(self, name: str, snapshot: str) -> None:
        self._change("create_branch", name=name, snapshot=snapshot)

    def create_tag(self, name: str, snapshot: str) -> None:
        self._change("create_tag", name=name, snapshot=snapshot)

    def delete_branch(self, name: str) -> None:
        self._change("delete_branch", name=name)

    def delete_tag(self, name: str) -> None:
        self._change("delete_tag", name=name)

    def reset_branch(self, name: str, to: str, expected: str | None = None) -> None:
        self._change("reset_branch", name=name, snapshot=to, **({"expected": expected} if expected else {}))

    def save_config(self, config: Config) -> None:
        self._change("save_config", config=config.document())

    def metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = self._do("metadata")
        return metadata

    def set_metadata(self, metadata: dict[str, Any]) -> None:
        self._change("set_metadata", metadata=metadata)

    def flags(self) -> dict[str, bool]:
        flags: dict[str, bool] = self._do("feature_flags")
        return flags

    def set_flag(self, flag: str, value: bool | None) -> None:
        self._change("set_feature_flag", flag=flag, value=value)

    def status(self) -> tuple[str, str | None]:
        found = self._do("status")
        return found["availability"], found["reason"]

    def set_status(self, availability: str, reason: str | None = None) -> None:
        self._change("set_status", availability=availability, reason=reason)

    def diff(self, base: str, to: str) -> Diff:
        found = self._do("diff", **{"from": base, "to": to})
        chunks = {path: frozenset(map(tuple, indices)) for path, indices in found["updated_chunks"].items()}
        sets = {name: frozenset(found[name]) for name in Diff.SETS}
        return Diff(**sets, updated_chunks=chunks, moved_nodes=tuple(map(tuple, found["moved_nodes"])))

    def expire(self, older_than_us: int, delete_branches: bool = False, delete_tags: bool = False) -> set[str]:
        fields = {"delete_branches": delete_branches, "delete_tags": delete_tags}
        return set(self._change("expire", older_than_us=older_than_us, **fields)["released"])

    def collect(self, older_than_us: int) -> None:
        self._change("collect", older_than_us=older_than_us)


@dataclass
class OurSideInMemory(OurSide):
    """Our repository lies in the driver's memory. No store in memory can be shared by two libraries, and official
    icechunk does not let the objects of its own be read; so its turn is on a directory, which has our objects after
    each of our changes, and whose objects we load when we open."""

    directory: str = ""
    name: str = "ours in memory"

    def changed(self) -> None:
        self._do("mirror", **{"from": self.url, "to": self.directory})

    def open(self) -> None:
        self._do("mirror", **{"from": self.directory, "to": self.url})
        super().open()
