"""Limits of the service. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""

from __future__ import annotations

import json
from typing import Any

from .errors import StatesError

MAX_PAYLOAD_BYTES = 256 * 1024  # of a state's input, output and result, and of what a function is called with
MAX_HISTORY_EVENTS = 25_000  # of one execution


def size_of(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def within_payload_limit(what: str, value: Any) -> Any:
    if size_of(value) > MAX_PAYLOAD_BYTES:
        raise StatesError("States.DataLimitExceeded", f"{what} of {size_of(value)} bytes")
    return value
