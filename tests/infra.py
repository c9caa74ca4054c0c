"""Scripts of infra/ with the settings of a test."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from engine import ROOT

NODE = ROOT / "build" / "node" / "bin"


def run_in_infra(script: str, settings: dict[str, str]) -> Any:
    """What `npm run SCRIPT` prints, as JSON; no other settings are in force."""
    done = subprocess.run(
        ["npm", "run", "--silent", script],
        cwd=ROOT / "infra",
        env={"PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}", "HOME": os.environ["HOME"]} | settings,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
