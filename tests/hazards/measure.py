"""How many values of an opened store are wrong: compared with what each file says of its own values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from opened import Opened


@dataclass
class Field:
    """The values of one variable, each with its time and its place."""

    values: np.ndarray  # (steps, rows, columns)
    time: np.ndarray  # (steps,)
    latitude: np.ndarray  # (steps, rows): each file has its own
    meaning: np.ndarray  # (steps,): what else is said of the values, in attributes

    @property
    def steps(self) -> int:
        return len(self.time)


@dataclass(frozen=True)
class Count:
    wrong: int
    total: int

    def __str__(self) -> str:
        return f"**{self.wrong:,} of {self.total:,} values wrong**" if self.wrong else "right"


def of_dataset(dataset: xr.Dataset, variable: str) -> Field:
    field = dataset[variable]
    values = of_all_times(field.values, "time" in field.dims, dataset.sizes["time"])
    attributes = {name: array.attrs for name, array in dataset.variables.items()}
    return make_field(values, dataset["time"].values, dataset["lat"].values, meaning_of(variable, attributes))


def of_opened(store: Opened, variable: str) -> Field:
    array, time = store[variable], store["time"].decoded
    values = of_all_times(array.decoded, "time" in array.dimensions, len(time))
    attributes = {name: array.attributes for name, array in store.arrays.items()}
    return make_field(values, time, store["lat"].decoded, meaning_of(variable, attributes))


def of_all_times(values: np.ndarray, has_time: bool, steps: int) -> np.ndarray:
    """A variable without the time says the same of all times."""
    return values if has_time else np.broadcast_to(values, (steps, *values.shape))


def meaning_of(variable: str, attributes: dict[str, dict]) -> str:
    """What the flags mean, and where on the earth the grid lies."""
    projection = attributes.get("projection", {})
    return f"{attributes[variable].get('flag_meanings')} {projection.get('longitude_of_projection_origin')}"


def make_field(values: np.ndarray, time: np.ndarray, latitude: np.ndarray, meaning: str) -> Field:
    steps = len(time)
    return Field(values, time, np.broadcast_to(latitude, (steps, len(latitude))), np.full(steps, meaning, object))


def of_files(files: Sequence[Path], variable: str) -> Field:
    """The truth, in the order of time."""
    fields = []
    for file in files:
        with xr.open_dataset(file, engine="netcdf4") as dataset:
            fields.append(of_dataset(dataset, variable))
    fields.sort(key=lambda field: field.time[0])
    return Field(*(np.concatenate([getattr(field, name) for field in fields]) for name in Field.__annotations__))


def compare(found: Field, expected: Field) -> Count:
    """Steps that only one of them has are wrong as a whole."""
    both, all_steps = min(found.steps, expected.steps), max(found.steps, expected.steps)
    values = alike(found.values[:both], expected.values[:both])
    place = alike(found.latitude[:both], expected.latitude[:both])[:, :, np.newaxis]
    moment = alike(found.time[:both], expected.time[:both]) & alike(found.meaning[:both], expected.meaning[:both])
    right = np.count_nonzero(values & place & moment[:, np.newaxis, np.newaxis])
    total = all_steps * expected.values[0].size
    return Count(total - right, total)


def alike(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """NaN is like NaN."""
    both_missing = (found != found) & (expected != expected)
    return (found == expected) | both_missing
