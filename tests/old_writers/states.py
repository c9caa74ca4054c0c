"""What each commit of the old repositories leaves: known here, not read from them. Of numpy alone, as it is imported by
whatever release writes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

#: Where all machines find what the virtual chunks are ranges of; tests put it there. Older than any of the references.
SOURCE_FOLDER = "/tmp/vdp-old-writers"
SOURCE_URL = f"file://{SOURCE_FOLDER}/source.bin"
SOURCE = b"HEAD" + np.arange(100, 120, dtype="<i4").tobytes()
SOURCE_MODIFIED_S = 1_700_000_000

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class State:
    """Values and attributes by path."""

    arrays: Arrays
    attributes: dict[str, dict] = field(default_factory=dict)


def numbers(first: int, *shape: int, dtype: str = "<i4") -> np.ndarray:
    return (np.arange(np.prod(shape, dtype=int)) + first).reshape(shape).astype(dtype)


def changed(array: np.ndarray, where: object, values: object) -> np.ndarray:
    copy = array.copy()
    copy[where] = values
    return copy


def _first() -> State:
    arrays = {
        "/steps": numbers(1, 6, 4),
        "/long": numbers(1000, 300, dtype="<f8"),
        "/packed": changed(np.full((8, 8), -1, "<i2"), np.s_[:4, :4], numbers(5, 4, 4, dtype="<i2")),
        "/scalar": np.array(42, "<i8"),
        "/group/x-1": numbers(7, 3),
        "/group/été": numbers(70, 3),
    }
    return State(arrays, {"/": {"title": "old ü"}, "/group": {"n": 1}, "/steps": {"units": "m"}})


def _second(state: State) -> State:
    """Of the four virtual chunks the third is not written."""
    values = changed(numbers(100, 20), np.s_[10:15], -5)
    return State(state.arrays | {"/virtual": values}, state.attributes)


def _third(state: State) -> State:
    """Longer, with one chunk changed and one deleted; one array made anew, one gone."""
    steps = np.concatenate([state.arrays["/steps"], numbers(500, 4, 4)])
    steps = changed(changed(steps, np.s_[0:2], -3), np.s_[2:4], 0)
    arrays = state.arrays | {"/steps": steps, "/packed": numbers(0, 8, 8, dtype="<f4")}
    del arrays["/group/été"]
    return State(arrays, state.attributes | {"/steps": {"units": "km"}})


def _on_a_branch(state: State) -> State:
    return State(state.arrays | {"/long": changed(state.arrays["/long"], np.s_[100:200], 7)}, state.attributes)


def _amended(state: State) -> State:
    return State(state.arrays | {"/scalar": np.array(43, "<i8")}, state.attributes | {"/group": {"n": 2}})


FIRST = _first()
SECOND = _second(FIRST)
THIRD = _third(SECOND)
ON_A_BRANCH = _on_a_branch(SECOND)
AMENDED = _amended(THIRD)

#: The name of each revision that stays, but the tip of main.
REVISIONS = {
    "tag:first": FIRST,
    "tag:second": SECOND,
    "branch:dev": ON_A_BRANCH,
    "branch:back": FIRST,
}
MESSAGES = ("first", "second", "third ü")
DELETED_TAG = "gone"
