"""C14: group attributes that differ between files. Elsewhere the last file's speak for the whole store."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import pytest

from archives.archive import Archive, make_archive
from archives.plain import Plain, add_field
from comparison import differences, read_raw
from documented import assert_documented
from engine import FINDINGS, Engine
from opened import Opened, open_as_printed

DAYS = 4


def attributes(file: netCDF4.Dataset, index: int, revision: int) -> None:
    """Neither first nor last is the smallest or the largest."""
    file.setncatts({"title": "always the same", "version": 7})
    file.history = f"made as file {index}"
    file.cloud_cover = [3.0, 1.0, 9.0, 4.0][index]
    file.time_coverage_end = ["2024-01-03", "2024-01-01", "2024-01-09", "2024-01-04"][index]
    if index == 2:
        file.comment = "only here"
    add_field(file, "sst", index, revision)


POLICIES = {
    "drop": (None, None),
    "first": (3.0, "2024-01-03"),
    "last": (4.0, "2024-01-04"),
    "min": (1.0, "2024-01-01"),
    "max": (9.0, "2024-01-09"),
}


def with_policy(root: Path, attrs: str, batch: int) -> Archive:
    more = f"[attrs]\n{attrs}\n[forward]\nbatch = {batch}"
    return make_archive(root, Plain(attributes), DAYS, more=more)


def run(vdp: Engine, archive: Archive) -> Opened:
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": DAYS}
    store = open_as_printed(answer.python)
    assert differences(store["sst"].raw, read_raw(archive.files())["sst"].values) is None
    assert store.attributes["title"] == "always the same" and store.attributes["version"] == 7
    return store


@pytest.mark.parametrize("batch", [100, 1], ids=["one batch", "a batch a file"])
@pytest.mark.parametrize("policy", POLICIES)
def test_what_stays(vdp: Engine, tmp_path: Path, policy: str, batch: int) -> None:
    number, text = POLICIES[policy]
    archive = with_policy(tmp_path, f'{policy} = ["cloud_cover", "time_coverage_end"]', batch)
    store = run(vdp, archive)
    assert store.attributes.get("cloud_cover") == number
    assert store.attributes.get("time_coverage_end") == text
    # What no rule names is dropped where it differs.
    assert "history" not in store.attributes


def test_what_is_dropped_is_told(vdp: Engine, tmp_path: Path) -> None:
    archive = with_policy(tmp_path, "", 100)
    notes = "\n".join(vdp.run(archive.dataset).document["notes"])
    for name in ("history", "cloud_cover", "time_coverage_end"):
        assert name in notes
    assert_documented("C14", notes)


def test_all_of_them_joined(vdp: Engine, tmp_path: Path) -> None:
    store = run(vdp, with_policy(tmp_path, 'join = ["history"]', 3))
    assert store.attributes["history"] == ", ".join(f"made as file {index}" for index in range(DAYS))


@pytest.mark.parametrize("rule", ['const = ["history"]', 'default = "error"', 'default = "const"'])
def test_what_must_not_differ(vdp: Engine, tmp_path: Path, rule: str) -> None:
    archive = with_policy(tmp_path, rule, 100)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 1, "rejected": DAYS - 1}
    for reason in answer.reasons.values():
        assert "history" in reason
        assert_documented("C14", reason)


def test_attributes_of_ones_own(vdp: Engine, tmp_path: Path) -> None:
    store = run(vdp, with_policy(tmp_path, 'set = { history = "made by us", licence = "CC0" }', 1))
    assert store.attributes["history"] == "made by us" and store.attributes["licence"] == "CC0"


def test_the_same_whatever_the_batches(vdp: Engine, tmp_path: Path) -> None:
    rules = 'min = ["cloud_cover"]\nmax = ["time_coverage_end"]\nfirst = ["comment"]'
    stores = [run(vdp, with_policy(tmp_path / str(batch), rules, batch)) for batch in (1, 2, 100)]
    assert stores[0].attributes == stores[1].attributes == stores[2].attributes
