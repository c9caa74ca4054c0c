"""The messages that docs/guards.md shows: what the binary prints must be one of them."""

from __future__ import annotations

import re
from functools import cache

from engine import ROOT

DOCUMENT = ROOT / "docs" / "guards.md"
SECTION = re.compile(r"^### (?P<hazard>C\d+)\b.*?\n(?P<body>.*?)(?=^##|\Z)", re.M | re.S)
MESSAGE = re.compile(r"^```text\n(?P<text>.*?)^```$", re.M | re.S)
LEFT_OUT = "..."  # stands for any text


@cache
def messages() -> dict[str, list[str]]:
    """By hazard, one message a line of its blocks."""
    return {
        section["hazard"]: [line for block in MESSAGE.finditer(section["body"]) for line in block["text"].splitlines()]
        for section in SECTION.finditer(DOCUMENT.read_text())
    }


def normalised(text: str) -> str:
    """Without what differs from case to case: names of variables and attributes, quoted texts,
    locations and numbers."""
    for pattern, sign in (
        (r"variable [^\s:]+", "variable _"),
        (r"attribute \w+", "attribute _"),
        (r'"[^"]*"', '"_"'),
        (r"file://\S+", "_"),
        (r"-?\d[\d.:T-]*", "#"),
    ):
        text = re.sub(pattern, sign, text)
    return text


def pattern_of(message: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(normalised(piece)) for piece in message.split(LEFT_OUT)), re.S)


def assert_documented(hazard: str, text: str) -> None:
    """The text holds a message of this hazard's section."""
    known = messages().get(hazard, [])
    found = normalised(text)
    assert any(pattern_of(message).search(found) for message in known), f"{text!r} is none of {hazard}: {known}"
