"""Which way a Choice goes."""

from __future__ import annotations

from typing import Any

from .errors import StatesError
from .paths import Missing, find, get

Json = Any


def next_of(state: Json, value: Json, context: Json) -> str:
    for rule in state["Choices"]:
        if _holds(rule, value, context):
            return rule["Next"]
    if "Default" not in state:
        raise StatesError("States.NoChoiceMatched", "no rule holds, and there is no default")
    return state["Default"]


def _holds(rule: Json, value: Json, context: Json) -> bool:
    path = rule["Variable"]
    if "IsPresent" in rule:
        try:
            find(path, value, context)
        except Missing:
            return not rule["IsPresent"]
        return rule["IsPresent"]
    found = get(path, value, context)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    if "BooleanEquals" in rule:
        return isinstance(found, bool) and found == rule["BooleanEquals"]
    if "StringEquals" in rule:
        return isinstance(found, str) and found == rule["StringEquals"]
    if "NumericEquals" in rule:
        return is_number and found == rule["NumericEquals"]
    return is_number and found > rule["NumericGreaterThan"]
