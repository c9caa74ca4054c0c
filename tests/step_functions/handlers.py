"""Retry and Catch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import StatesError

Json = Any


class Retriers:
    """Of one visit of a state: each retrier counts its own attempts."""

    def __init__(self, retriers: list[Json]) -> None:
        self._retriers = retriers
        self._attempts = [0] * len(retriers)

    def delay_s(self, error: StatesError) -> float | None:
        """How long to wait before the next attempt; None where there is none. Jitter makes it shorter, never longer."""
        for number, retrier in enumerate(self._retriers):
            if error.name not in retrier["ErrorEquals"]:
                continue
            attempt = self._attempts[number]
            if attempt >= retrier.get("MaxAttempts", 3):
                return None
            self._attempts[number] += 1
            delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** attempt
            return min(delay, retrier.get("MaxDelaySeconds", delay))
        return None


def with_retries(state: Json, attempt: Callable[[int], Json], note: Callable[[StatesError, float], None]) -> Json:
    """`attempt` is told how often it was retried. Nobody waits: `note` is told how long the service would have."""
    retriers = Retriers(state.get("Retry", []))
    retries = 0
    while True:
        try:
            return attempt(retries)
        except StatesError as error:
            delay_s = retriers.delay_s(error)
            if delay_s is None:
                raise
            note(error, delay_s)
            retries += 1


def catcher_of(state: Json, error: StatesError) -> Json | None:
    return next((each for each in state.get("Catch", []) if error.name in each["ErrorEquals"]), None)
