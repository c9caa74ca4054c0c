"""Whether a side sees what the model says: refs, histories, operations log, and all bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from .model import Model
from .sides import Revision, Side
from .zarr_nodes import Content


def digests(content: Content) -> dict[str, str]:
    return {key: hashlib.sha256(value).hexdigest()[:16] for key, value in content.items()}


def assert_content(found: Content, expected: Content, where: str) -> None:
    if found == expected:
        return
    missing, extra = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    differing = [key for key in sorted(found.keys() & expected.keys()) if found[key] != expected[key]]
    told = [f"missing {missing[:10]}, extra {extra[:10]}, differing {differing[:10]}"]
    told += [f"{key}: found {found[key][:200]!r}, expected {expected[key][:200]!r}" for key in differing[:3]]
    raise AssertionError(f"{where}: " + "; ".join(told))


@dataclass
class Seen:
    """Counts, to be told by the test: what was compared."""

    snapshots: int = 0
    keys: int = 0


def assert_names(side: Side, model: Model, v1: bool = False) -> None:
    """Refs, histories and the operations log."""
    assert side.refs() == model.refs(), f"refs by {side.name}"
    for revision in model.revisions():
        expected = [
            (one.id, one.parent, one.message, one.metadata) for one in model.ancestry(model.resolve(revision))
        ]
        lines = side.history(revision)
        assert [(one.id, one.parent, one.message, one.metadata) for one in lines] == expected, (
            f"history of {revision} by {side.name}"
        )
        moments = [one.flushed_at_us for one in lines]
        assert moments == sorted(set(moments), reverse=True), f"times of {revision} by {side.name}"
    if not v1:
        assert_operations(side, model)
        assert_settings(side, model)


def assert_operations(side: Side, model: Model) -> None:
    operations = side.operations()
    kinds = [kind for _, kind in reversed(operations)]
    assert kinds == model.operations, f"operations log by {side.name}"
    moments = [moment for moment, _ in operations]
    assert moments == sorted(set(moments), reverse=True), f"times of the operations log by {side.name}"


def assert_settings(side: Side, model: Model) -> None:
    found = (side.metadata(), side.flags(), side.status())
    assert found == (model.metadata, model.flags, model.status), f"settings by {side.name}"


def assert_snapshot(side: Side, model: Model, snapshot: str, seen: Seen | None = None) -> None:
    expected = model.snapshots[snapshot].content
    found = side.content(Revision(snapshot=snapshot))
    assert_content(found, expected, f"snapshot {snapshot} ({model.snapshots[snapshot].message}) by {side.name}")
    if seen:
        seen.snapshots += 1
        seen.keys += len(found)


def assert_same(side: Side, model: Model, seen: Seen | None = None, v1: bool = False) -> None:
    """Everything that a ref leads to, and snapshots that none does as well."""
    assert_names(side, model, v1)
    for snapshot in model.snapshots:
        assert_snapshot(side, model, snapshot, seen)


def assert_sides_agree(one: Side, other: Side) -> None:
    """What the model does not hold: times, to the microsecond."""
    assert one.operations() == other.operations()
    for branch in one.refs().branches:
        assert one.history(Revision(branch=branch)) == other.history(Revision(branch=branch))
