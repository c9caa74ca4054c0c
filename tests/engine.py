"""Runs the `vdp` binary as a user does."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON_HEADING = "Open it from Python:"

# The campaigns of ./test.sh --long.
LONG = bool(os.environ.get("VDP_TEST_LONG"))

# Exit codes of every verb.
DONE, FINDINGS, BAD_USAGE, FAILED = 0, 1, 2, 3


def find_binary() -> Path:
    """The binary under test: $VDP, or the newest kind that is built."""
    named = os.environ.get("VDP")
    candidates = [Path(named)] if named else [ROOT / "build" / kind / "vdp" for kind in ("release", "dev")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"no vdp binary: looked for {', '.join(map(str, candidates))}; build it or set VDP")


@dataclass(frozen=True)
class Answer:
    """What one call of the binary gave back."""

    command: list[str]
    exit_code: int
    stdout: str
    stderr: str

    @cached_property
    def document(self) -> dict:
        """The one JSON document that --json puts on standard output."""
        return json.loads(self.stdout)

    @property
    def outcomes(self) -> dict[str, int]:
        """Granules by outcome; those without a granule are left out."""
        return {name: count for name, count in self.document["outcomes"].items() if count}

    @property
    def reasons(self) -> dict[str, str]:
        """Why files were rejected, by the file's name."""
        return {Path(entry["uri"]).name: entry["reason"] for entry in self.document["rejections"]}

    @property
    def python(self) -> str:
        """The lines of Python that open the store: a field of the JSON document, or an indented block of the text."""
        if self.stdout.lstrip().startswith("{"):
            return self.document["python"]
        _, heading, rest = self.stdout.partition(PYTHON_HEADING)
        assert heading, f"no {PYTHON_HEADING!r} in:\n{self.stdout}"
        lines = rest.lstrip("\n").splitlines()
        block = takewhile(lambda line: not line.strip() or line.startswith("    "), lines)
        return "\n".join(line[4:] for line in block).strip() + "\n"

    def __str__(self) -> str:
        return f"$ {' '.join(self.command)}\nexit code {self.exit_code}\n{self.stdout}\n{self.stderr}"


class Engine:
    """`expect` is the exit code that a call must have; None lets any pass."""

    def __init__(self, binary: Path, environment: dict[str, str] | None = None) -> None:
        self.binary = binary
        self.environment = environment or {}  # of every call

    def within(self, environment: dict[str, str]) -> Engine:
        """The same program for a user who has set these variables."""
        return Engine(self.binary, self.environment | environment)

    def __call__(
        self,
        *arguments: str | Path,
        expect: int | None = DONE,
        cwd: Path | None = None,
        environment: dict[str, str] | None = None,
        user: int | None = None,
        timeout_s: float = 120,
    ) -> Answer:
        command = [str(self.binary), *map(str, arguments)]
        # Only what a user would have set: tests must not depend on the variables of whoever runs them.
        variables = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=cwd,
            env=variables | self.environment | (environment or {}),
            user=user,
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
        )
        answer = Answer(command, done.returncode, done.stdout, done.stderr)
        assert expect is None or answer.exit_code == expect, f"expected exit code {expect}:\n{answer}"
        return answer

    def run(self, dataset: Path, *options: str, expect: int | None = DONE, **how) -> Answer:
        """`vdp run` with --json."""
        return self("run", dataset, "--json", *options, expect=expect, **how)

    def history(self, store: Path | str) -> dict:
        """`vdp repo log` of a store."""
        return self("repo", "log", store, "--json").document
