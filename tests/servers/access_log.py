"""What versitygw was asked: its access log, in the format of S3's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

# owner bucket [time] ip requester request-id operation key request-uri status error ...
LINE = re.compile(r"\S+ (\S+) \[[^\]]*\] \S+ \S+ \S+ (\S+) (\S+) \S+ (\d+) (\S+) ")


class Logged(NamedTuple):
    bucket: str
    operation: str  # "s3_PutObject"
    key: str
    status: int
    error: str


def read_access_log(log: Path, bucket: str) -> list[Logged]:
    """All requests of a bucket, in the order in which they ended."""
    matches = (LINE.match(line) for line in log.read_text(errors="replace").splitlines())
    logged = [Logged(*match.group(1, 2, 3), int(match[4]), match[5]) for match in matches if match]
    return [entry for entry in logged if entry.bucket == bucket]
