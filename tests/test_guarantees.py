"""Every test that docs/guarantees.md names exists, and every promise names one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from engine import ROOT

DOCUMENT = ROOT / "docs" / "guarantees.md"
UNIT_TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)


def promises() -> Iterator[tuple[str, list[str]]]:
    """Each row of the tables: what is promised, and the tests."""
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("|") and not line.startswith(("| promise |", "| --- |")):
            promise, tests = line.strip("|").rsplit("|", 1)
            yield promise.strip(), re.findall(r"`([^`]+)`", tests)


@cache
def unit_tests() -> set[str]:
    sources = [path for folder in ("src", "processors") for path in (ROOT / folder).rglob("*.cc")]
    return {f"{suite}.{name}" for path in sources for suite, name in UNIT_TEST.findall(path.read_text())}


@cache
def system_tests(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}


def exists(test: str) -> bool:
    file, separator, name = test.partition("::")
    return name in system_tests(ROOT / "tests" / file) if separator else test in unit_tests()


@pytest.mark.parametrize("promise, tests", list(promises()), ids=[promise for promise, _ in promises()])
def test_promise(promise: str, tests: list[str]) -> None:
    assert tests, f"no test holds: {promise}"
    assert not [test for test in tests if not exists(test)]


def test_the_document_is_read() -> None:
    assert len(list(promises())) > 30
    assert not exists("Commit.IsNotATest") and not exists("test_delivery.py::test_nothing")
