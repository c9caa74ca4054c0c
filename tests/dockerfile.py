"""A Dockerfile as its stages and instructions, and what .dockerignore keeps from it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Instruction:
    name: str  # "COPY"
    text: str  # what follows it

    @property
    def flags(self) -> dict[str, str]:
        words = [word[2:] for word in self.text.split() if word.startswith("--")]
        return dict(word.split("=", 1) for word in words)

    @property
    def words(self) -> list[str]:
        """Without flags; the JSON form is taken apart."""
        rest = re.sub(r"^(--\S+\s+)*", "", self.text)
        return json.loads(rest) if rest.startswith("[") else shlex.split(rest)


@dataclass
class Stage:
    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        return [instruction for instruction in self.instructions if instruction.name == name]


@dataclass
class Dockerfile:
    arguments: dict[str, str]  # before the first stage, with their defaults
    stages: list[Stage]

    @classmethod
    def read(cls, path: Path) -> Dockerfile:
        text = "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("#"))
        made = cls({}, [])
        for line in filter(str.strip, text.replace("\\\n", " ").splitlines()):
            name, _, rest = line.strip().partition(" ")
            made._add(Instruction(name, re.sub(r"\s+", " ", rest.strip())))
        return made

    def _add(self, instruction: Instruction) -> None:
        if instruction.name == "FROM":
            base, *alias = instruction.words
            self.stages.append(Stage(base, alias[1] if alias else ""))
        elif self.stages:
            self.stages[-1].instructions.append(instruction)
        else:
            assert instruction.name == "ARG", instruction
            name, _, default = instruction.text.partition("=")
            self.arguments[name] = default


@dataclass(frozen=True)
class IgnoreFile:
    patterns: list[str]

    @classmethod
    def read(cls, path: Path) -> IgnoreFile:
        lines = (line.strip() for line in path.read_text().splitlines())
        return cls([line for line in lines if line and not line.startswith("#")])

    def leaves_out(self, path: str) -> bool:
        """A pattern stands for all that is below what it matches; `**/` for any folders, also none."""
        pure = PurePosixPath(path)
        candidates = [str(part) for part in (pure, *pure.parents) if str(part) != "."]
        return any(self._matches(candidate, pattern) for candidate in candidates for pattern in self.patterns)

    @staticmethod
    def _matches(path: str, pattern: str) -> bool:
        if pattern.startswith("**/"):
            return fnmatch(PurePosixPath(path).name, pattern[3:])
        parts, wanted = path.split("/"), pattern.split("/")
        return len(parts) == len(wanted) and all(map(fnmatch, parts, wanted))
