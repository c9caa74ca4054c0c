"""The Dockerfile, as far as it can be judged where no Docker runs: what it does is done by tested scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dockerfile import Dockerfile, IgnoreFile
from engine import ROOT


@pytest.fixture(scope="module")
def dockerfile() -> Dockerfile:
    return Dockerfile.read(ROOT / "Dockerfile")


@pytest.fixture(scope="module")
def ignored() -> IgnoreFile:
    return IgnoreFile.read(ROOT / ".dockerignore")


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.splitlines()


def test_hadolint_finds_nothing() -> None:
    # One of the test's Python packages brings the program.
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = shutil.which("hadolint", path=places)
    assert program, f"no hadolint in {places}"
    done = subprocess.run([program, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_builder_and_one_bare_stage(dockerfile: Dockerfile) -> None:
    build, final = dockerfile.stages
    assert (build.base, build.name, final.base) == ("${BASE}", "build", "scratch")
    # A tag that names a release, or a digest.
    assert re.fullmatch(r"debian:\d[\w.-]*-slim|debian@sha256:[0-9a-f]{64}", dockerfile.arguments["BASE"])


def test_the_final_stage_only_copies(dockerfile: Dockerfile) -> None:
    final = dockerfile.stages[-1]
    assert {instruction.name for instruction in final.instructions} <= {"COPY", "ARG", "ENV", "USER", "ENTRYPOINT", "CMD"}
    (copy,) = final.all("COPY")
    assert (copy.flags, copy.words) == ({"from": "build"}, ["/image", "/"])


def test_entry_point_and_role(dockerfile: Dockerfile) -> None:
    final = dockerfile.stages[-1]
    assert final.all("ENTRYPOINT")[-1].words == ["/usr/bin/vdp"]  # so that a job's command is a verb
    assert final.all("CMD")[-1].words == ["lambda", "process_messages"]
    assert "VDP_DATASET=/app/dataset/dataset.toml" in final.all("ENV")[-1].words
    user = int(final.all("USER")[-1].text.split(":")[0])
    assert user != 0


def test_nothing_comes_from_elsewhere(dockerfile: Dockerfile) -> None:
    for stage in dockerfile.stages:
        assert not stage.all("ADD")
        for instruction in stage.instructions:
            assert "://" not in instruction.text, instruction


def test_what_is_copied_exists_and_is_sent(dockerfile: Dockerfile, ignored: IgnoreFile) -> None:
    for copy in dockerfile.stages[0].all("COPY"):
        *sources, _ = copy.words
        for source in sources:
            assert (ROOT / source).exists(), source
            assert not ignored.leaves_out(source), source


def test_it_runs_the_scripts_of_the_repository(dockerfile: Dockerfile) -> None:
    """Those that the gate runs, and that tests/test_image.py tests."""
    runs = [instruction.text for instruction in dockerfile.stages[0].all("RUN")]
    scripts = {name for text in runs for name in re.findall(r"scripts/\S+\.sh", text)}
    assert scripts == {"scripts/install_packages.sh", "scripts/image_root.sh"}
    assert all((ROOT / name).stat().st_mode & 0o111 for name in scripts)
    assert any("cmake --preset release" in text for text in runs)
    assembling = next(text for text in runs if "image_root.sh" in text)
    assert assembling.endswith('scripts/image_root.sh build/release/vdp "$DATASET" /image')
    assert {argument.text.partition("=")[0] for argument in dockerfile.stages[0].all("ARG")} == {"DATASET", "PROCESSOR"}


def test_what_the_build_needs_is_sent_and_nothing_else_of_weight(ignored: IgnoreFile) -> None:
    sent = [path for path in tracked_files() if not ignored.leaves_out(path)]
    needed = ("src/", "include/", "cmake/", "processors/", "scripts/", "CMakeLists.txt", "CMakePresets.json", "LICENSE")
    missing = [path for path in tracked_files() if path.startswith(needed) and path not in sent]
    assert not missing
    assert sum((ROOT / path).stat().st_size for path in sent) < 10e6


@pytest.mark.parametrize(
    "path", [".git/HEAD", "build/release/vdp", "datasets/x/.env", ".env", "infra/node_modules/a/b.js", "tests/engine.py",
             "datasets/x/store/repo", "datasets/x/.vdp/x.queue.sqlite", "samples/miroc6-ta/data/a.nc"]
)  # fmt: skip
def test_what_is_not_sent(ignored: IgnoreFile, path: str) -> None:
    assert ignored.leaves_out(path)
