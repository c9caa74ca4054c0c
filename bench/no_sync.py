"""Programs that think their files are safe: no_sync.c under them, which counts the syncs and makes none."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("no_sync.c")


@dataclass(frozen=True)
class NoSync:
    library: Path

    @classmethod
    def build(cls, folder: Path) -> NoSync:
        library = folder / "no_sync.so"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        return cls(library)

    @property
    def _counts(self) -> Path:
        return self.library.with_suffix(".count")

    def environment(self) -> dict[str, str]:
        """For a program whose syncs are to be counted from now on."""
        self._counts.unlink(missing_ok=True)
        return {"LD_PRELOAD": str(self.library), "SYNC_COUNT": str(self._counts)}

    def syncs(self) -> int:
        """Since the last environment()."""
        return sum(map(int, self._counts.read_text().split())) if self._counts.exists() else 0
