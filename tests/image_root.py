"""The root of the image, assembled without Docker, and programs run in it as a function's container would run them."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine import ROOT, Answer

# Lambda runs functions as a user of no name and no rights.
USER, GROUP = 993, 990

# The root is read-only, and only /tmp can be written to. $1: the root; $2: the user; the rest: the command.
ENTER = """
set -e
root=$1 user=$2
shift 2
mount --bind "$root" "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount -o remount,bind,ro "$root"
exec chroot $user "$root" "$@"
"""


@cache
def isolation() -> list[str] | None:
    """What stands before a command that mounts and changes its root; None where this machine lets nobody do so."""
    for prefix in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        if os.geteuid() != 0 and "--map-root-user" not in prefix:
            continue
        probe = [*prefix, "sh", "-c", "mount -t tmpfs tmpfs /mnt && chroot / true"]
        if subprocess.run(probe, capture_output=True).returncode == 0:
            return prefix
    return None


@dataclass(frozen=True)
class ImageRoot:
    folder: Path

    @classmethod
    def assemble(
        cls,
        binary: Path,
        dataset: Path,
        folder: Path,
        *,
        script: Path = ROOT / "scripts" / "image_root.sh",
        **environment: str,
    ) -> ImageRoot:
        """As the Dockerfile does it."""
        done = subprocess.run(
            [script, binary, dataset, folder], capture_output=True, text=True, env=os.environ | environment
        )
        assert done.returncode == 0, done.stderr
        return cls(folder)

    def files(self) -> dict[str, int]:
        """Sizes in bytes, by the path in the image."""
        paths = (path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())
        return {f"/{path.relative_to(self.folder)}": path.stat().st_size for path in paths}

    def write(self, path: str, text: str) -> None:
        """What the container's own set-up puts there: /etc/hosts, /etc/resolv.conf."""
        target = self.folder / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def command(self, *arguments: str) -> list[str]:
        prefix = isolation()
        assert prefix is not None
        # In a user namespace nobody else exists.
        user = f"--userspec={USER}:{GROUP}" if "--map-root-user" not in prefix else "--"
        return [*prefix, "sh", "-c", ENTER, "enter", str(self.folder), user, "/usr/bin/vdp", *arguments]

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """The program's process itself: each step before it ends in exec."""
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"]} | dict(environment or {}),
        )

    def __call__(self, *arguments: str, expect: int | None = 0, environment: Mapping[str, str] | None = None) -> Answer:
        process = self.start(*arguments, environment=environment)
        stdout, stderr = process.communicate(timeout=60)
        answer = Answer(["chroot", shlex.quote(str(self.folder)), *arguments], process.returncode, stdout, stderr)
        assert expect is None or answer.exit_code == expect, f"expected exit code {expect}:\n{answer}"
        return answer
