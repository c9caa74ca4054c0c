"""A second, user-made processor: built by the same commands, tested by the same ctest, chosen by a setting, and in the
image with the library and the files that only it needs."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from engine import BAD_USAGE, ROOT, Engine
from image_root import ImageRoot, isolation
from second_processor import DATABASE, LIBRARY, NAME, PACKAGE, SourceTree, add_processor

# With the compiler cache of the repository's own build it takes seconds; without one, the engine is compiled once more.
pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="module")
def tree(vdp: Engine, tmp_path_factory: pytest.TempPathFactory) -> SourceTree:
    start = time.monotonic()
    tree = SourceTree.copy(tmp_path_factory.mktemp("second") / "vdp")
    add_processor(tree, vdp)
    tree.run("cmake", "--preset", "release", "-DVDP_TESTS=ON")
    tree.run("cmake", "--build", "--preset", "release", "--target", "vdp", f"vdp_processor_{NAME}_test")
    print(f"a copy of the repository with a second processor was built in {time.monotonic() - start:.0f} s")
    return tree


@pytest.fixture(scope="module")
def own(tree: SourceTree) -> Engine:
    return Engine(tree.build / "vdp")


def granules(tree: SourceTree) -> str:
    """A dataset file with files as the sample's processor wants them: a number in each name."""
    dataset = tree.root / "datasets" / NAME / "dataset.toml"
    data = dataset.parent / "data"
    data.mkdir(exist_ok=True)
    for number in range(3):
        (data / f"a.{number}.bin").write_bytes(bytes(64))
    return str(dataset)


def test_its_packages_are_installed_with_the_engines(tree: SourceTree, tmp_path: Path) -> None:
    # It is there already (scripts/packages/test.txt), so that nothing is to be installed.
    assert PACKAGE not in (ROOT / "scripts" / "packages" / "build.txt").read_text()
    tree.run(tree.root / "scripts" / "install_packages.sh", "build")
    tree.append(f"processors/{NAME}/packages.txt", "no-such-package-for-vdp\n")
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\nexit 1\n")
    apt.chmod(0o755)
    try:
        with pytest.raises(AssertionError, match="no-such-package-for-vdp"):
            path = f"PATH={tmp_path}:{os.environ['PATH']}"
            tree.run("env", path, tree.root / "scripts" / "install_packages.sh", "build")
    finally:
        tree.edit(f"processors/{NAME}/packages.txt", "no-such-package-for-vdp\n", "")


def test_its_tests_are_of_the_same_ctest(tree: SourceTree) -> None:
    told = tree.run("ctest", "--test-dir", tree.build, "--no-tests=error", "-R", rf"^{NAME}\.")
    passed = re.search(r"100% tests passed, 0 tests failed out of (\d+)", told)
    assert passed and int(passed[1]) >= 6
    assert f"{NAME}.Database.IsThere" in told


def test_it_is_chosen_by_the_setting(tree: SourceTree, own: Engine) -> None:
    assert own("self-test", "--json").document["processors"] == ["dataset", "sample", NAME]
    answer = own("run", granules(tree), "--json", environment={"VDP_PROCESSOR": NAME})
    assert answer.outcomes == {"written": 3}
    # The dataset's own processor finds nothing to parse in these files.
    assert own("run", granules(tree), "--json", expect=None).exit_code != 0


def test_another_binary_does_not_know_it(tree: SourceTree, vdp: Engine) -> None:
    answer = vdp("run", granules(tree), expect=BAD_USAGE, environment={"VDP_PROCESSOR": NAME})
    assert NAME in answer.stderr


def test_it_reaches_the_image(tree: SourceTree, own: Engine) -> None:
    folder = tree.root / "image"
    image = ImageRoot.assemble(
        own.binary,
        tree.root / "datasets" / NAME / "dataset.toml",
        folder,
        script=tree.root / "scripts" / "image_root.sh",
        VDP_PROCESSOR=NAME,
    )
    files = image.files()
    assert any(path.endswith(f"/{LIBRARY}") for path in files)
    assert f"{DATABASE}/udunits2.xml" in files
    assert "/usr/share/doc/libudunits2-0/copyright" in files
    if isolation() is None:
        pytest.skip("running it needs root, or user namespaces with mounts")
    image.write("/app/dataset/data/a.0.bin", "")
    answer = image(
        "run", "/app/dataset/dataset.toml", "--queue", "/tmp/queue.sqlite", "--json", environment={"VDP_PROCESSOR": NAME}
    )
    assert answer.outcomes == {"written": 1}
