"""The engine's Icechunk room, run by a script: see src/icechunk/repo/interop_driver.cc."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from engine import ROOT

BUILD = Path(os.environ.get("VDP_BUILD", ROOT / "build" / "dev"))
BINARY = BUILD / "src" / "icechunk" / "repo" / "vdp_icechunk_interop"


def run(steps: list[dict[str, Any]]) -> list[Any]:
    """What each step gave; a step that failed fails the test."""
    answers = try_run(steps)
    for step, answer in zip(steps, answers, strict=True):
        assert "ok" in answer, f"{step['op']} {step.get('path', '')}: {answer}"
    return [answer["ok"] for answer in answers]


def try_run(steps: list[dict[str, Any]]) -> list[Any]:
    assert BINARY.exists(), f"{BINARY} was not built: VDP_BUILD names the build directory with tests"
    done = subprocess.run([BINARY], input=json.dumps(steps), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


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
