"""An archive on disk: the files of one product, and the dataset file that describes them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import netCDF4

from .values import set_age


class Product(Protocol):
    """Writes the files of one product."""

    group: str  # where in a file the data lie
    append_dimension: str

    def key(self, index: int) -> str:
        """The path of file `index` below the archive's prefix."""

    def write(self, path: Path, index: int, *, revision: int = 0) -> None:
        """Writes file `index`; each revision holds other values."""

    def dataset_file(self, **options: object) -> str:
        """The text of dataset.toml for an archive in `data/` beside it."""


@dataclass
class Archive:
    """A folder with `dataset.toml` and `data/`. Files are delivered one by one, as a provider would."""

    root: Path
    product: Product
    present: set[int] = field(default_factory=set)

    @property
    def dataset(self) -> Path:
        return self.root / "dataset.toml"

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def data(self) -> Path:
        return self.root / "data"

    def path(self, index: int) -> Path:
        return self.data / self.product.key(index)

    def files(self) -> list[Path]:
        """The files that are there, in the order of time."""
        return [self.path(index) for index in sorted(self.present)]

    def describe(self, **options: object) -> None:
        """Writes the dataset file."""
        self.dataset.parent.mkdir(parents=True, exist_ok=True)
        self.dataset.write_text(self.product.dataset_file(**options))

    def redescribe(self, old: str, new: str) -> None:
        """Changes the text of the dataset file."""
        text = self.dataset.read_text()
        assert old in text
        self.dataset.write_text(text.replace(old, new))

    @contextmanager
    def altered(self, index: int) -> Iterator[netCDF4.Dataset]:
        """A file that is there, opened to be changed before it is delivered: it keeps its age."""
        with netCDF4.Dataset(self.path(index), "r+") as file:
            yield file
        set_age(self.path(index))

    def deliver(self, *indices: int, revision: int = 0) -> None:
        """Writes files, or writes them again with the values of another revision."""
        for index in indices:
            path = self.path(index)
            path.parent.mkdir(parents=True, exist_ok=True)
            self.product.write(path, index, revision=revision)
            self.present.add(index)

    def copy(self, root: Path) -> Archive:
        """The same archive in another folder, without a store."""
        shutil.copytree(self.data, root / "data")
        if self.dataset.exists():
            shutil.copy2(self.dataset, root / "dataset.toml")
        return Archive(root, self.product, set(self.present))


def make_archive(root: Path, product: Product, count: int, **options: object) -> Archive:
    """A complete archive of `count` files; `options` go to the product's dataset file."""
    archive = Archive(root, product)
    archive.data.mkdir(parents=True, exist_ok=True)
    archive.describe(**options)
    archive.deliver(*range(count))
    return archive
