"""`vdp new`: what it writes is a dataset that can be checked and run, and it destroys nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import h5py
import pytest

from archives.archive import Archive
from archives.mur import Mur
from archives.oisst import Oisst
from archives.plain import Plain, add_field
from engine import BAD_USAGE, DONE, FAILED, ROOT, Engine

PRODUCT = Plain(lambda file, index, revision: add_field(file, "rain", index, revision, chunksizes=(1, 2, 3)))
PATTERN = "plain.{time:%Y%m%d}.nc"


def test_a_new_dataset_runs(vdp: Engine, archive_of, tmp_path: Path) -> None:
    archive = archive_of(PRODUCT, 5)
    made = vdp("new", "rain", "--prefix", str(archive.data), "--pattern", PATTERN, "--json", cwd=tmp_path).document
    assert made["files"] == [made["dataset"]] == ["datasets/rain/dataset.toml"]
    dataset = tmp_path / made["dataset"]
    assert vdp("check", dataset, "--json").document["axis"] == "time"
    assert vdp.run(dataset).outcomes == {"written": 5}
    assert vdp("verify", dataset).exit_code == DONE
    # The name is the file's own, wherever it lies.
    assert vdp("status", dataset, "--json").document["dataset"] == "rain"


def test_with_nothing_said_it_takes_the_files_beside_it(vdp: Engine, archive_of, tmp_path: Path) -> None:
    archive = archive_of(PRODUCT, 2)
    vdp("new", "rain", cwd=tmp_path)
    folder = tmp_path / "datasets" / "rain"
    (folder / "data").symlink_to(archive.data)
    assert vdp.run(folder / "dataset.toml").outcomes == {"written": 2}


@pytest.mark.parametrize(
    "product, group, axis, pattern",
    [
        (PRODUCT, "/", "time", "plain.{time:%Y%m%d}.nc"),
        (Mur(), "/", "time", "{time:%Y%m%d%H%M%S}-JPL-L4_GHRSST-SSTfnd-MUR-GLOB-v02.0-fv04.1.nc"),
        (Oisst(), "/", "time", "oisst-avhrr-v02r01.{time:%Y%m%d}.nc"),
    ],
    ids=["plain", "mur", "oisst"],
)
def test_one_file_tells_the_rest(vdp: Engine, tmp_path: Path, product, group: str, axis: str, pattern: str) -> None:
    archive = Archive(tmp_path / "archive", product)
    archive.deliver(*range(4))
    made = vdp("new", "rain", "--from", archive.path(1), "--json", cwd=tmp_path).document
    dataset = tmp_path / made["dataset"]
    words = tomllib.loads(dataset.read_text())
    assert words["source"]["pattern"] == pattern
    assert (words["parse"]["group"], list(words["axis"])) == (group, [axis])
    assert vdp.run(dataset).outcomes == {"written": 4}


def test_what_a_file_does_not_tell_is_left_open(vdp: Engine, sample: Path, tmp_path: Path) -> None:
    """A year and a month are no day; the user's own words go first."""
    file = sorted((sample / "data").glob("*.nc"))[0]
    made = vdp("new", "ta", "--from", file, "--json", cwd=tmp_path).document
    assert any('"*"' in note for note in made["notes"])
    assert vdp.run(tmp_path / made["dataset"]).outcomes == {"written": 7}
    pattern = "ta_Amon_{model:re:[^_]+}_historical_r1i1p1f1_gn_{first:%Y%m}-{last:%Y%m}.nc"
    made = vdp("new", "tas", "--from", file, "--pattern", pattern, "--json", cwd=tmp_path).document
    assert vdp.run(tmp_path / made["dataset"]).outcomes == {"written": 7}


def test_a_file_without_a_time_is_refused(vdp: Engine, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = [1, 2]
    assert "no coordinate of absolute time" in vdp("new", "x", "--from", "a.h5", cwd=tmp_path, expect=BAD_USAGE).stderr
    assert not (tmp_path / "datasets").exists()


def test_it_prints_the_next_commands(vdp: Engine, tmp_path: Path) -> None:
    text = vdp("new", "rain", cwd=tmp_path).stdout
    assert "vdp check datasets/rain/dataset.toml" in text


def test_nothing_is_overwritten(vdp: Engine, tmp_path: Path) -> None:
    vdp("new", "rain", cwd=tmp_path)
    dataset = tmp_path / "datasets" / "rain" / "dataset.toml"
    dataset.write_text("mine")
    answer = vdp("new", "rain", cwd=tmp_path, expect=BAD_USAGE)
    assert "datasets/rain/dataset.toml" in answer.stderr
    assert dataset.read_text() == "mine"


def test_a_processor_is_made_with_it_or_neither(vdp: Engine, tmp_path: Path) -> None:
    (tmp_path / "processors").mkdir()
    (tmp_path / "processors" / "sample").symlink_to(ROOT / "processors" / "sample")
    made = vdp("new", "rain-2d", "--processor", "--json", cwd=tmp_path).document
    names = {Path(path).name for path in made["files"]}
    assert {"dataset.toml", "CMakeLists.txt", "packages.txt", "rain_2d_processor.cc"} <= names
    for path in made["files"]:
        assert "sample" not in (tmp_path / path).read_text().lower(), path
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    vdp("new", "rain", "--processor", cwd=elsewhere, expect=FAILED)
    assert not list(elsewhere.iterdir())


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["Rain"], "Rain"),
        (["../rain"], "../rain"),
        (["rain", "--pattern", "{time:%Y%Q}.nc"], "%Q"),
        (["rain", "--prefix", ""], "prefix"),
        (["dataset", "--processor"], "dataset"),
    ],
)
def test_refusals(vdp: Engine, tmp_path: Path, arguments: list[str], told: str) -> None:
    assert told in vdp("new", *arguments, cwd=tmp_path, expect=BAD_USAGE).stderr
    assert not list(tmp_path.iterdir())
