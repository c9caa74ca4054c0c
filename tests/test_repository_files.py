"""docs/repository-files.md shows what the program prints: each ```console block is run and compared.

`python test_repository_files.py` writes the page anew with what the program prints now.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine import ROOT, Engine, find_binary
from icechunk_driver import Driver, StepError

PAGE = ROOT / "docs" / "repository-files.md"
SAMPLE = ROOT / "samples" / "small-repository" / "repository"
FORK = SAMPLE.parent / "fork"
BLOCK = re.compile(r"^```console\n(?P<lines>.*?)^```$", re.M | re.S)
PROMPT = "$ "


def printed(command: str, binary: Path) -> str:
    """What a command of the page prints, for a user who stands in the project's folder."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'vdp() {{ "{binary}" "$@"; }}\n{command}'],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def rendered(block: str, binary: Path) -> str:
    """A block's commands, each with what it prints."""
    commands = [line for line in block.splitlines() if line.startswith(PROMPT)]
    return "".join(f"{line}\n{printed(line.removeprefix(PROMPT), binary)}" for line in commands)


def blocks() -> list[str]:
    return [match["lines"] for match in BLOCK.finditer(PAGE.read_text())]


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.splitlines()[0].removeprefix(PROMPT)[:60])
def test_what_is_printed(vdp: Engine, block: str) -> None:
    assert rendered(block, vdp.binary) == block


def test_bytes_of_the_tables_are_those_of_the_objects() -> None:
    """Rows `| offset | bytes |` of the two tables of one object, against its bytes."""
    section = PAGE.read_text().partition("## One object")[2].partition("\n## ")[0]
    file_rows, _, payload_rows = section.partition("The content is a [FlatBuffer]")
    assert found_rows(file_rows, (SAMPLE / "manifests/1ATPP01Y9X63ZEWGGMP0").read_bytes()) >= 8
    command = [find_binary(), "repo", "cat", SAMPLE, "manifests/1ATPP01Y9X63ZEWGGMP0", "--payload"]
    payload = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    assert found_rows(payload_rows, payload) >= 18


def test_bytes_of_the_fork() -> None:
    section = PAGE.read_text().partition("## The file of a fork")[2].partition("\n## ")[0]
    assert found_rows(section, FORK.read_bytes()) >= 30


def test_the_fork_is_one_of_the_sample() -> None:
    with Driver() as driver:
        driver("open", url=str(SAMPLE))
        driver("session")
        driver("merge", fork=base64.b64encode(FORK.read_bytes()).decode())
        content = driver("dump")
    assert content["/g"]["kind"] == "group"
    assert [ref["index"] for ref in content["/t"]["refs"]] == [[0], [2]]
    with Driver() as driver, pytest.raises(StepError) as refused:
        driver("open", url=str(SAMPLE))
        driver("session")
        driver("merge", fork=base64.b64encode(FORK.read_bytes()[:-1]).decode())
    assert refused.value.kind == "corrupt"


def found_rows(text: str, content: bytes) -> int:
    rows = re.findall(r"^\| (\d+) \| (`[0-9a-f .]+`(?: `[0-9a-f ]+`)*) \|", text, re.M)
    for offset, shown in rows:
        first, _, last = shown.replace("`", "").partition("...")
        start = int(offset)
        begin = bytes.fromhex(first)
        assert content[start : start + len(begin)] == begin, f"offset {offset}"
        assert bytes.fromhex(last) in content[start + len(begin) :], f"offset {offset}"
    return len(rows)


def test_every_object_is_explained() -> None:
    text = PAGE.read_text()
    folders = {str(file.relative_to(SAMPLE)).split("/")[0] for file in SAMPLE.rglob("*") if file.is_file()}
    assert folders == {"repo", "snapshots", "manifests", "transactions", "chunks", "overwritten"}
    for folder in folders:
        assert f"`{folder}" in text


if __name__ == "__main__":
    binary = find_binary()
    text = BLOCK.sub(lambda match: f"```console\n{rendered(match['lines'], binary)}```", PAGE.read_text())
    PAGE.write_text(text)
    sys.stdout.write(f"{PAGE}: {len(blocks())} blocks\n")
