"""The engine's Icechunk rooms, told what to do step by step: see src/icechunk/interop/driver.cc."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any, Self

from engine import ROOT

BUILD = Path(os.environ.get("VDP_BUILD", ROOT / "build" / "dev"))
BINARY = BUILD / "src" / "icechunk" / "interop" / "vdp_icechunk_interop"


class StepError(Exception):
    """A step that our side refused or could not do: `kind` is the kind of the engine's error."""

    def __init__(self, step: dict[str, Any], kind: str, message: str) -> None:
        super().__init__(f"{step['op']} {step.get('path', '')}: {kind}: {message}")
        self.kind = kind
        self.message = message


class Driver:
    """A process that holds one repository and sessions of it by name, for as many steps as a test likes."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        assert BINARY.exists(), f"{BINARY} was not built: VDP_BUILD names the build directory with tests"
        self.process = subprocess.Popen(
            [BINARY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | (environment or {})
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=120)
        self.process.stdout.close()

    def answer(self, step: dict[str, Any]) -> dict[str, Any]:
        """{"ok": VALUE} or {"error": KIND, "message": TEXT}."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(step) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the driver ended at {step}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __call__(self, op: str, **fields: Any) -> Any:
        step = {"op": op} | fields
        answer = self.answer(step)
        if "ok" not in answer:
            raise StepError(step, answer["error"], answer["message"])
        return answer["ok"]


def run(steps: list[dict[str, Any]]) -> list[Any]:
    """What each step gave; a step that failed fails the test."""
    answers = try_run(steps)
    for step, answer in zip(steps, answers, strict=True):
        assert "ok" in answer, f"{step['op']} {step.get('path', '')}: {answer}"
    return [answer["ok"] for answer in answers]


def try_run(steps: list[dict[str, Any]]) -> list[Any]:
    with Driver() as driver:
        return [driver.answer(step) for step in steps]


def array(
    shape: list[int], chunks: list[int], dtype: str = "int32", names: list[str | None] | None = None, fill: int = 0
) -> dict[str, Any]:
    """zarr.json of an array of plain little-endian numbers."""
    document = {
        "zarr_format": 3,
        "node_type": "array",
        "shape": shape,
        "data_type": dtype,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunks}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": fill,
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
        "attributes": {},
    }
    if names is not None:
        document["dimension_names"] = names
    return document


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def chunk_bytes(repository: Path, ref: dict[str, Any], containers: dict[str, Path]) -> bytes:
    """The bytes that one reference of a dump leads to."""
    if "inline" in ref:
        return base64.b64decode(ref["inline"])
    if "chunk" in ref:
        source = repository / "chunks" / ref["chunk"]
    elif ref["url"].startswith("vcc://"):
        name, _, relative = ref["url"].removeprefix("vcc://").partition("/")
        source = containers[name] / relative
    else:
        source = Path(ref["url"].removeprefix("file://"))
    with source.open("rb") as file:
        file.seek(ref["offset"])
        return file.read(ref["length"])
