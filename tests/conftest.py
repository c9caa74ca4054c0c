"""Fixtures that all tests share. Archives are made once a session and never changed: tests copy them."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from archives.archive import Archive, Product, make_archive
from engine import ROOT, Engine, find_binary
from servers.fixtures import bucket, elasticmq, moto, sqs_queue, versitygw  # noqa: F401 (fixtures)


@pytest.fixture(scope="session")
def vdp() -> Engine:
    return Engine(find_binary())


@pytest.fixture(scope="session")
def sample() -> Path:
    """The archive that ships with the project."""
    return ROOT / "samples" / "miroc6-ta"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    is_worker = base.name.startswith("popen-")
    return base.parent if is_worker else base


@pytest.fixture(scope="session")
def made_once(shared_folder: Path) -> Callable[[Product, int], Archive]:
    """The archive of the first `count` files of a product: made here, or by the test that needed it before."""

    def make(product: Product, count: int) -> Archive:
        name = hashlib.sha256(f"{product!r} {count}".encode()).hexdigest()[:16]
        root = shared_folder / "archives" / name
        root.mkdir(parents=True, exist_ok=True)
        with (root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (root / "complete").exists():
                return Archive(root, product, set(range(count)))
            archive = make_archive(root, product, count)
            (root / "complete").touch()
            return archive

    return make


@pytest.fixture
def archive_of(made_once: Callable[[Product, int], Archive], tmp_path: Path) -> Callable[..., Archive]:
    """A copy of an archive, which a test may change; `options` go to its dataset file."""
    number = itertools.count()

    def copy(product: Product, count: int, **options: object) -> Archive:
        archive = made_once(product, count).copy(tmp_path / f"archive-{next(number)}")
        archive.describe(**options)
        return archive

    return copy
