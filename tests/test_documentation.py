"""The commands of the documentation work: every ```sh block is run, unless a comment before it says why not.

The comment is `<!-- not run: REASON -->` on the line before the block.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine import ROOT, Engine

BLOCK = re.compile(r"(?:<!-- not run: (?P<reason>[^>]+) -->\n)?^```sh\n(?P<commands>.*?)^```$", re.M | re.S)

# The gate builds the binary and calls these tests: here the scripts stand for what they do with a built binary.
RUN_SH = """#!/bin/sh
exec vdp run "${@:-samples/miroc6-ta/dataset.toml}"
"""
TEST_SH = """#!/bin/sh
exit 0
"""


@dataclass(frozen=True)
class Block:
    document: Path
    line: int
    commands: str
    reason_not_run: str | None

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks() -> list[Block]:
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [
        Block(document, text.count("\n", 0, match.start("commands")) + 1, match["commands"], match["reason"])
        for document in documents
        for text in [document.read_text()]
        for match in BLOCK.finditer(text)
    ]


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.mark.parametrize("block", [block for block in blocks() if not block.reason_not_run], ids=str)
def test_block(vdp: Engine, tmp_path: Path, block: Block) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples", ignore=shutil.ignore_patterns("store", ".vdp"))
    write_program(tmp_path / "run.sh", RUN_SH)
    write_program(tmp_path / "test.sh", TEST_SH)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "vdp").symlink_to(vdp.binary)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.commands],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{block}:\n{block.commands}\n{done.stdout}\n{done.stderr}"


def test_the_main_command_is_documented() -> None:
    commands = [block.commands for block in blocks() if block.document.name == "README.md"]
    assert any("./run.sh" in text for text in commands)
