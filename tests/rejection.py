"""What a run says of files that it does not take, and that it takes all others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archives.archive import Archive
from comparison import assert_equals_sources
from engine import FINDINGS, Answer
from opened import open_as_printed


def assert_matches(text: str, pattern: str) -> None:
    assert re.search(pattern, text, re.IGNORECASE), f"{text!r} does not say {pattern!r}"


def assert_rejected(answer: Answer, archive: Archive, *indices: int, dropped: Sequence[str] = ()) -> list[str]:
    """All files but these are in the store, with their values. Gives the reasons for these.

    A hole of a regular axis is fill: so there, only the last files can be left out.
    """
    others = sorted(archive.present - set(indices))
    assert answer.exit_code == FINDINGS, str(answer)
    assert answer.outcomes == {"written": len(others), "rejected": len(indices)}, str(answer)
    names = [archive.path(index).name for index in indices]
    assert sorted(answer.reasons) == sorted(names)
    files = [archive.path(index) for index in others]
    assert_equals_sources(open_as_printed(answer.python), files, group=archive.product.group, dropped=dropped)
    return [answer.reasons[name] for name in names]


def assert_one_rejected(answer: Answer, archive: Archive, index: int, *, dropped: Sequence[str] = ()) -> str:
    return assert_rejected(answer, archive, index, dropped=dropped)[0]
