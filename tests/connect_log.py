"""Builds connect_log.c, and tells which addresses a program connected to."""

from __future__ import annotations

import fcntl
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("connect_log.c")


@dataclass(frozen=True)
class ConnectLog:
    library: Path
    log: Path

    @classmethod
    def build(cls, shared: Path, log: Path) -> ConnectLog:
        """The library once for all processes that share the folder."""
        library = shared / "connect_log.so"
        with (shared / "connect_log.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not library.exists():
                made = shared / "connect_log.made.so"
                subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", made, SOURCE, "-ldl"], check=True)
                made.rename(library)
        return cls(library, log)

    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "CONNECT_LOG": str(self.log)}

    def take(self) -> list[str]:
        """The addresses since the last call, as "127.0.0.1 9000"; not those of name servers, which are this machine's."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        lines = [line for line in lines if not line.endswith(" 53")]
        self.log.unlink(missing_ok=True)
        return lines
