"""The dataset files that ship in datasets/: unchanged, against a server that stands for Amazon's."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from archives.archive import Archive
from archives.oisst import Oisst
from comparison import differences, read_decoded, read_raw
from engine import DONE, FINDINGS, ROOT, Engine
from opened import Opened, open_as_printed
from servers.bucket import Bucket
from servers.s3_server import S3Server

OISST_BUCKET = "noaa-cdr-sea-surface-temp-optimum-interpolation-pds"
OISST_PREFIX = "data/v2.1/avhrr/"


@pytest.fixture
def oisst(versitygw: S3Server, tmp_path: Path) -> tuple[Path, Archive, Bucket]:
    """The dataset file, and 40 days from 1 September 1981, of which the last five are preliminary."""
    dataset = Path(shutil.copytree(ROOT / "datasets" / "oisst", tmp_path / "oisst")) / "dataset.toml"
    archive = Archive(tmp_path / "archive", Oisst(preliminary=frozenset(range(35, 40))))
    archive.deliver(*range(40))
    bucket = replace(versitygw.new_bucket(), name=OISST_BUCKET)
    bucket.client.create_bucket(Bucket=bucket.name)
    bucket.allow_anonymous_reads()
    bucket.upload(archive.data, OISST_PREFIX)
    return dataset, archive, bucket


def anonymous(vdp: Engine, bucket: Bucket) -> Engine:
    """No keys at all: what differs from a laptop on the internet is the endpoint."""
    return vdp.within({"AWS_ENDPOINT_URL_S3": bucket.endpoint})


def assert_holds(store: Opened, files: list[Path]) -> None:
    """All stored numbers, and the times. The packing attributes are float32 in the files and plain numbers in JSON, so that
    what xarray decodes has more digits from the store than from the files."""
    raw = read_raw(files)
    assert set(store.arrays) == set(raw)
    problems = {name: differences(store[name].raw, source.values) for name, source in raw.items() if name != "time"}
    problems["time"] = differences(store["time"].decoded, read_decoded(files).variables["time"].values)
    assert not any(problems.values()), problems


def test_oisst(vdp: Engine, oisst: tuple[Path, Archive, Bucket]) -> None:
    dataset, archive, bucket = oisst
    vdp = anonymous(vdp, bucket)
    assert vdp("check", dataset, "--json").document["axis"] == "time"
    answer = vdp.run(dataset)
    assert answer.outcomes == {"written": 40}
    assert_holds(open_as_printed(answer.python), archive.files())
    assert vdp("gaps", dataset).exit_code == DONE

    # The final file of a day comes, and stands beside the preliminary one for a while.
    final = Archive(archive.root, Oisst(preliminary=frozenset(range(36, 40))), archive.present)
    final.deliver(35)
    bucket.put(OISST_PREFIX + final.product.key(35), final.path(35).read_bytes())
    answer = vdp.run(dataset)
    assert (answer.outcomes["replaced"], answer.outcomes.get("written")) == (1, None)
    assert_holds(open_as_printed(answer.python), final.files())
    # What the preliminary file beside it is told, on each run.
    again = vdp.run(dataset, expect=FINDINGS)
    assert list(again.reasons) == [archive.path(35).name] and "source.prefer" in again.reasons[archive.path(35).name]
    bucket.client.delete_object(Bucket=bucket.name, Key=OISST_PREFIX + archive.product.key(35))
    assert vdp.run(dataset).outcomes in ({}, {"unchanged": 40})
    assert vdp("verify", dataset).exit_code == DONE


@pytest.mark.parametrize("dataset", sorted((ROOT / "datasets").glob("*/dataset.toml")), ids=lambda path: path.parent.name)
def test_each_dataset_is_named_as_its_folder(vdp: Engine, dataset: Path, tmp_path: Path) -> None:
    """In the image the folder has another name, so the file must say its own; only words that exist are in it."""
    elsewhere = tmp_path / "dataset.toml"
    shutil.copy2(dataset, elsewhere)
    listed = vdp("dlq", "list", elsewhere, "--json").document
    assert listed["dataset"] == dataset.parent.name
