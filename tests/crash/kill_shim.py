"""Builds kill_at.c, and says how to run a program under it."""

from __future__ import annotations

import fcntl
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("kill_at.c")


@dataclass(frozen=True)
class Call:
    """A call that touched a file below the watched folder."""

    name: str
    path: str  # below that folder

    def is_write(self) -> bool:
        return self.name.startswith(("pwrite", "write", "fsync", "fdatasync", "ftruncate"))

    def is_of_queue(self) -> bool:
        return ".queue.sqlite" in self.path

    def is_of_source(self) -> bool:
        return self.path.startswith("data/")

    def is_of_store(self) -> bool:
        return self.path.startswith("store")


@dataclass(frozen=True)
class KillShim:
    library: Path

    @classmethod
    def build(cls, folder: Path) -> KillShim:
        """Once for all processes that share the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        library = folder / "kill_at.so"
        with (folder / "kill_at.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not library.exists():
                made = folder / "kill_at.made.so"
                subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", made, SOURCE, "-ldl"], check=True)
                made.rename(library)
        return cls(library)

    def environment(self, under: Path, *, at: int = 0, side: str = "before", log: Path | None = None) -> dict[str, str]:
        """For a program that is to end at its `at`-th call below `under`; 0: never."""
        chosen = {
            "LD_PRELOAD": str(self.library),
            "KILL_UNDER": f"{under.resolve()}/",
            "KILL_AT": str(at),
            "KILL_SIDE": side,
        }
        return chosen | ({"KILL_LOG": str(log)} if log else {})


def calls_in(log: Path, under: Path) -> list[Call]:
    lines = [line.partition(" ") for line in log.read_text().splitlines()]
    return [Call(name, path.removeprefix(f"{under.resolve()}/")) for name, _, path in lines]
