"""What ends a state, and what ends a test."""

from __future__ import annotations


class StatesError(Exception):
    """An error by its name, which Retry and Catch match."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"{name}: {cause}")
        self.name = name
        self.cause = cause


class UnknownGrammar(Exception):
    """The definition says what this interpreter does not know. No state can catch it."""
