"""Reference paths (`$.a.b[0]`, `$$.Execution.Name`) and payload templates, whose keys that end in `.$` hold paths."""

from __future__ import annotations

import re
from typing import Any

from .errors import StatesError, UnknownGrammar

Json = Any

PATH = re.compile(r"\$\$?(?:\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]+\])*")
STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]+)\]")
RUNTIME, PARAMETER = "States.Runtime", "States.ParameterPathFailure"


class Missing(Exception):
    """Nothing is at a path."""


def check_path(path: Json) -> str:
    """Of the kinds that are known: names and indices, no filters and no functions."""
    if not isinstance(path, str) or not PATH.fullmatch(path):
        raise UnknownGrammar(f"path {path!r}")
    return path


def find(path: str, value: Json, context: Json) -> Json:
    """What is at a path; raises Missing."""
    check_path(path)
    found = context if path.startswith("$$") else value
    for name, index in STEP.findall(path):
        if name and isinstance(found, dict) and name in found:
            found = found[name]
        elif index and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            raise Missing(path)
    return found


def get(path: str, value: Json, context: Json, *, error: str = RUNTIME) -> Json:
    try:
        return find(path, value, context)
    except Missing:
        raise StatesError(error, f"nothing at {path}") from None


def fill(template: Json, value: Json, context: Json) -> Json:
    """A payload template with what its paths point to."""
    if isinstance(template, list):
        return [fill(each, value, context) for each in template]
    if not isinstance(template, dict):
        return template
    filled = {}
    for key, each in template.items():
        if key.endswith(".$"):
            filled[key[:-2]] = get(each, value, context, error=PARAMETER)
        else:
            filled[key] = fill(each, value, context)
    return filled


def check_template(template: Json) -> None:
    if isinstance(template, list):
        for each in template:
            check_template(each)
    elif isinstance(template, dict):
        for key, each in template.items():
            if key.endswith(".$"):
                check_path(each)
            else:
                check_template(each)


def put(path: str | None, result: Json, value: Json) -> Json:
    """ResultPath: the state's input with its result in it; None leaves the result out."""
    if path is None:
        return value
    if path == "$":
        return result
    names = [name for name, index in STEP.findall(check_path(path)) if not index]
    if "[" in path or path.startswith("$$"):
        raise UnknownGrammar(f"ResultPath {path!r}")
    if not isinstance(value, dict):
        raise StatesError("States.ResultPathMatchFailure", f"{path} in what is no object")
    return _with(value, names, result)


def _with(value: Json, names: list[str], result: Json) -> Json:
    if not names:
        return result
    inner = value.get(names[0], {}) if isinstance(value, dict) else {}
    return {**(value if isinstance(value, dict) else {}), names[0]: _with(inner, names[1:], result)}
