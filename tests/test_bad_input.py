"""Bad files are rejected one by one, with reasons, and hold back no others; bad settings are told all at once.

Whole files that do not fit their dataset are in hazards/.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archives.damage import DAMAGES, spoil
from archives.imerg import Imerg
from archives.mur import Mur
from archives.values import set_age
from comparison import assert_equals_sources
from engine import BAD_USAGE, FINDINGS, Engine
from opened import open_as_printed
from rejection import assert_matches, assert_one_rejected

NOBODY = 65534


# What the reason says was found.
FOUND = {
    "truncated": r"byte|size|end",
    "zeros": r"zeros",
    "text": r"text.*<!DOCTYPE html>",
    "empty": r"empty|\b0 bytes",
    "missing": r"not found|no such",
}


@pytest.mark.parametrize("index", [0, 3], ids=["first file", "later file"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file(vdp: Engine, archive_of, damage: str, index: int) -> None:
    archive = archive_of(Mur(), 6, kind="grow")
    spoil(archive.path(index), damage)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, index)
    assert archive.path(index).name in reason
    assert_matches(reason, FOUND[damage])


@pytest.mark.parametrize("kept", [1, 8, 40, 96, 600, 2000, 5000])
def test_truncated_anywhere(vdp: Engine, archive_of, kept: int) -> None:
    archive = archive_of(Imerg(), 3, kind="grow")
    path = archive.path(1)
    path.write_bytes(path.read_bytes()[:kept])
    set_age(path)
    assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 1, dropped=["nv"])


def test_all_damaged_at_once(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 12, kind="grow", batch=4)
    for index, damage in enumerate(DAMAGES):
        spoil(archive.path(2 * index), damage)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 12 - len(DAMAGES), "rejected": len(DAMAGES)}
    good = [archive.path(i) for i in range(12) if i % 2 or i // 2 >= len(DAMAGES)]
    assert_equals_sources(open_as_printed(answer.python), good)


def test_nothing_but_damaged_files(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    for path in archive.files():
        spoil(path, "zeros")
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"rejected": 3}


def test_a_repaired_file_is_taken(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 4)
    spoil(archive.path(2), "truncated")
    vdp.run(archive.dataset, expect=FINDINGS)
    archive.deliver(2, revision=1)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes["written"] == 1
    assert_equals_sources(open_as_printed(answer.python), archive.files())


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        yield Path(folder)


def test_unreadable_file(vdp: Engine, archive_of, open_folder: Path) -> None:
    archive = archive_of(Mur(), 4, kind="grow").copy(open_folder / "archive")
    archive.root.chmod(0o777)
    archive.path(2).chmod(0)
    # Nothing is unreadable for root: then another user runs the program.
    user = NOBODY if os.geteuid() == 0 else None
    binary = Engine(Path(shutil.copy(vdp.binary, open_folder)))
    answer = binary.run(archive.dataset, expect=None, user=user)
    reason = assert_one_rejected(answer, archive, 2)
    assert_matches(reason, "denied|permission")


MISTAKES = """
[dataset]
name = "mistaken"
[source]
prefx = "data/"
pattern = "{time:%Y%m%d"
[axis.time]
kind = "regualr"
step = "1 fortnight"
[forwrd]
batch = 10
"""


@pytest.mark.parametrize("verb", ["check", "run", "init", "status"])
def test_all_mistakes_of_a_dataset_file_are_told(vdp: Engine, tmp_path: Path, verb: str) -> None:
    dataset = tmp_path / "dataset.toml"
    dataset.write_text(MISTAKES)
    answer = vdp(verb, dataset, expect=BAD_USAGE)
    told = answer.stdout + answer.stderr
    for mistake in ("source.prefx", "source.prefix", "source.pattern", "axis.time.kind", "axis.time.step", "forwrd"):
        assert mistake in told, told
    assert "line 5" in told
    assert not (tmp_path / "store").exists()


def test_an_unknown_key_names_the_nearest(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 1)
    archive.redescribe("pattern =", "patern =")
    told = vdp("check", archive.dataset, expect=BAD_USAGE)
    assert_matches(told.stdout + told.stderr, r"source\.patern.*did you mean.*pattern")


def test_a_word_that_does_not_fit_the_axis_is_an_error(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 1)
    archive.dataset.write_text(archive.dataset.read_text() + 'late = "ledger"\n')
    told = vdp("check", archive.dataset, expect=BAD_USAGE)
    assert_matches(told.stdout + told.stderr, r"forward\.late.*regular axis.*expected region or reject")


def test_text_that_is_no_toml(vdp: Engine, tmp_path: Path) -> None:
    dataset = tmp_path / "dataset.toml"
    dataset.write_text("[source\nprefix = data\n")
    told = vdp("run", dataset, expect=BAD_USAGE)
    assert "line 1" in told.stdout + told.stderr


def test_unset_names_are_errors(vdp: Engine, archive_of, tmp_path: Path) -> None:
    archive = archive_of(Mur(), 2)
    archive.redescribe('"data/"', '"$VDP_TEST_PLACE/data/"')
    told = vdp("run", archive.dataset, expect=BAD_USAGE)
    assert "VDP_TEST_PLACE" in told.stdout + told.stderr

    (archive.root / ".env").write_text(f"VDP_TEST_PLACE={archive.root}\n")
    assert vdp.run(archive.dataset).outcomes == {"written": 2}
    # The environment comes before the file.
    missing = vdp.run(archive.dataset, environment={"VDP_TEST_PLACE": str(tmp_path / "nowhere")}, expect=None)
    assert missing.exit_code != 0 or missing.outcomes == {}


def test_a_source_that_is_not_there(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 1)
    shutil.rmtree(archive.data)
    answer = vdp("run", archive.dataset, expect=None)
    assert answer.exit_code in (FINDINGS, BAD_USAGE, 3)
    assert "data" in answer.stdout + answer.stderr


@pytest.mark.parametrize("arguments", [["rnu"], ["run", "--jsn"], ["run", "missing.toml"], ["inspect"]], ids=str)
def test_bad_usage(vdp: Engine, tmp_path: Path, arguments: list[str]) -> None:
    answer = vdp(*arguments, cwd=tmp_path, expect=BAD_USAGE)
    assert answer.stderr.strip()


def test_check_derives_the_schema(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 2)
    told = vdp("check", archive.dataset, "--seed", archive.product.key(0))
    for name in ("analysed_sst", "sea_ice_fraction", "time", "lat", "lon"):
        assert name in told.stdout
    assert isinstance(vdp("check", archive.dataset, "--seed", archive.product.key(0), "--json").document, dict)
    assert not archive.store.exists()


def test_check_finds_that_the_seed_does_not_fit(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 1)
    archive.dataset.write_text(archive.dataset.read_text() + '[coords]\nstatic = ["latitude"]\n')
    answer = vdp("check", archive.dataset, "--seed", archive.product.key(0), expect=None)
    assert answer.exit_code in (FINDINGS, BAD_USAGE)
    assert "latitude" in answer.stdout + answer.stderr


def test_status_before_and_after(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 4)
    before = vdp("status", archive.dataset, "--json", expect=None)
    assert isinstance(before.document, dict)
    vdp.run(archive.dataset)
    after = vdp("status", archive.dataset, "--json")
    assert "4" in after.stdout
    assert before.document != after.document


@pytest.mark.parametrize(
    "old, new",
    [('start = "2023-12-25', 'start = "2023-12-24'), ('step = "1d"', 'step = "12h"')],
    ids=["start", "step"],
)
def test_another_axis_than_the_stores(vdp: Engine, archive_of, old: str, new: str) -> None:
    """A dataset file that was changed after its store was made would put everything at wrong slots."""
    archive = archive_of(Mur(), 3, kind="regular")
    vdp.run(archive.dataset)
    history = vdp.history(archive.store)
    archive.redescribe(old, new)
    answer = vdp.run(archive.dataset, expect=BAD_USAGE)
    assert_matches(answer.stderr, r"time: slot \d is .*, and .* by the dataset file.*`axis.time.start` and `step`")
    assert vdp.history(archive.store) == history


def test_init_makes_an_empty_store(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    vdp("init", archive.dataset)
    assert archive.store.exists()
    assert vdp.run(archive.dataset).outcomes == {"written": 3}


def test_self_test(vdp: Engine, tmp_path: Path) -> None:
    assert isinstance(vdp("self-test", "--json", cwd=tmp_path).document, dict)
