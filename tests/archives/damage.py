"""What becomes of files on their way: ways to spoil one file of an archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .values import set_age


def truncate(path: Path) -> None:
    """As a transfer that broke off leaves it."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def fill_with_zeros(path: Path) -> None:
    """As a file system leaves it after a power failure: the size is right."""
    path.write_bytes(bytes(path.stat().st_size))


def replace_by_text(path: Path) -> None:
    """As a download that answered with an error page."""
    path.write_text("<!DOCTYPE html><html><body>503 Service Unavailable</body></html>\n")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def lose(path: Path) -> None:
    """A link in a folder of links whose target was moved away."""
    path.unlink()
    path.symlink_to(path.with_suffix(".moved"))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "truncated": truncate,
    "zeros": fill_with_zeros,
    "text": replace_by_text,
    "empty": empty,
    "missing": lose,
}


def spoil(path: Path, damage: str) -> None:
    DAMAGES[damage](path)
    if path.exists():
        set_age(path)
