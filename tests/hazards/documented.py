"""The messages that docs/guards.md shows: what the binary prints must be one of them."""

from __future__ import annotations

import re
from functools import cache

from engine import ROOT

DOCUMENT = ROOT / "docs" / "guards.md"
SECTION = re.compile(r"^### (?P<hazard>C\d+)\b.*?\n(?P<body>.*?)(?=^##|\Z)", re.M | re.S)
MESSAGE = re.compile(r"^```text\n(?P<text>.*?)^```$", re.M | re.S)
LEFT_OUT = "..."  # stands for what differs from case to case


@cache
def messages() -> dict[str, list[str]]:
    """By hazard, one message a line of its blocks."""
    return {
        section["hazard"]: [line for block in MESSAGE.finditer(section["body"]) for line in block["text"].splitlines()]
        for section in SECTION.finditer(DOCUMENT.read_text())
    }


def pattern_of(message: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in message.split(LEFT_OUT)), re.S)


def assert_documented(hazard: str, text: str) -> None:
    """The text holds a message of this hazard's section."""
    known = messages().get(hazard, [])
    assert any(pattern_of(message).search(text) for message in known), f"{text!r} is none of {hazard}: {known}"
