"""vdp gaps: holes along the axis, with the keys of the files that were held back."""

from __future__ import annotations

import pytest

from archives.archive import Archive
from archives.imerg import Imerg
from archives.mur import Mur
from archives.naqfc import Naqfc
from comparison import assert_equals_sources
from engine import DONE, FAILED, FINDINGS, Answer, Engine
from opened import open_as_printed


def gaps(vdp: Engine, archive: Archive, *options: str, expect: int = FINDINGS) -> Answer:
    return vdp("gaps", archive.dataset, *options, expect=expect)


def keys_of(archive: Archive, indices: list[int]) -> list[str]:
    return [archive.product.key(index) for index in indices]


@pytest.mark.parametrize("product", [Imerg(), Mur()], ids=["imerg", "mur"])
@pytest.mark.parametrize("end", [None, 12], ids=["open", "with an end"])
def test_holes_have_the_keys_of_the_files_held_back(vdp: Engine, archive_of, product, end: int | None) -> None:
    archive = archive_of(product, 0, end=end)
    present = [2, 3, 7, 9]
    archive.deliver(*present)
    vdp.run(archive.dataset)
    held_back = sorted(set(range(end or 10)) - set(present))

    document = gaps(vdp, archive, "--json").document
    assert document["keys"] == keys_of(archive, held_back)
    runs = [[0, 1], [4, 6], [8, 8]] + ([[10, 11]] if end else [])
    assert [gap["slots"] for gap in document["gaps"]] == runs
    assert document["empty_slots"] == len(held_back)
    assert document["gaps"][1]["first"] == f"{product.time(4):%Y-%m-%dT%H:%M:%S}"
    assert document["gaps"][1]["last"] == f"{product.time(6):%Y-%m-%dT%H:%M:%S}"
    assert document["open_fields"] == []

    archive.deliver(*held_back)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes["written"] == len(held_back)
    assert gaps(vdp, archive, "--json", expect=DONE).document["gaps"] == []
    assert_equals_sources(open_as_printed(answer.python), archive.files(), group=product.group, dropped=["nv"])


def test_keys_and_uris_are_lines_for_other_programs(vdp: Engine, archive_of) -> None:
    archive = archive_of(Imerg(), 0)
    archive.deliver(0, 4)
    vdp.run(archive.dataset)
    keys = keys_of(archive, [1, 2, 3])
    assert gaps(vdp, archive, "--keys").stdout.splitlines() == keys
    assert gaps(vdp, archive, "--uris").stdout.splitlines() == [archive.path(index).as_uri() for index in (1, 2, 3)]
    limited = gaps(vdp, archive, "--keys", "--limit", "2")
    assert limited.stdout.splitlines() == keys[:2]
    assert "1 more" in limited.stderr


@pytest.mark.parametrize("form", ["--keys", "--uris"])
def test_the_lines_are_an_inventory_for_the_queue(vdp: Engine, archive_of, form: str) -> None:
    archive = archive_of(Mur(), 0)
    archive.deliver(0, 5)
    vdp.run(archive.dataset)
    archive.deliver(1, 2, 3, 4)
    inventory = archive.root / "gaps.txt"
    inventory.write_text(gaps(vdp, archive, form).stdout)
    vdp("enqueue", archive.dataset, "--inventory", inventory)
    vdp("forward", archive.dataset, "--drain")
    gaps(vdp, archive, expect=DONE)
    assert_equals_sources(open_as_printed(vdp.run(archive.dataset).python), archive.files())


def test_the_text_tells_what_to_type(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 0)
    archive.deliver(0, 2)
    vdp.run(archive.dataset)
    text = gaps(vdp, archive).stdout
    assert archive.product.key(1) in text
    assert f"next: vdp run {archive.dataset}" in text
    archive.deliver(1)
    vdp.run(archive.dataset)
    assert "next" not in gaps(vdp, archive, expect=DONE).stdout


def test_a_key_that_names_a_day_is_that_of_its_noon(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 0)
    text = archive.dataset.read_text().replace("{time:%Y%m%d%H%M%S}", "{time:%Y%m%d}")
    archive.dataset.write_text(text)
    archive.deliver(0, 1, 3)
    for path in archive.files():
        path.rename(path.with_name(path.name[:8] + path.name[14:]))
    vdp.run(archive.dataset)
    missing = archive.product.key(2)
    assert gaps(vdp, archive, "--keys").stdout.splitlines() == [missing[:8] + missing[14:]]


def test_files_of_many_slots_have_one_key(vdp: Engine, archive_of) -> None:
    archive = archive_of(Naqfc(), 0, kind="regular")
    pattern = '{day:%Y%m%d}/aqm.{run:%Y%m%d%H}.ave'
    text = archive.dataset.read_text()
    assert pattern in text
    archive.dataset.write_text(text.replace(pattern, "{time:%Y%m%d}/aqm.{time:%Y%m%d%H}.ave"))
    archive.deliver(0, 3)
    vdp.run(archive.dataset)
    document = gaps(vdp, archive, "--json").document
    assert document["keys"] == keys_of(archive, [1, 2])
    assert document["empty_slots"] == 48


def test_a_pattern_that_slots_alone_do_not_tell(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 0)
    text = archive.dataset.read_text().replace("fv04.1.nc", "fv{version:re:[0-9.]+}.nc")
    archive.dataset.write_text(text)
    archive.deliver(0, 2)
    vdp.run(archive.dataset)
    document = gaps(vdp, archive, "--json").document
    assert document["keys"] == [archive.product.key(1).replace("fv04.1", "fv{version}")]
    assert document["open_fields"] == ["version"]
    assert "version" in gaps(vdp, archive).stdout
    refused = gaps(vdp, archive, "--keys", expect=FAILED)
    assert refused.stdout == "" and "version" in refused.stderr


def test_a_pattern_without_the_axis_has_no_keys(vdp: Engine, archive_of) -> None:
    archive = archive_of(Naqfc(), 0, kind="regular")
    archive.deliver(0, 2)
    vdp.run(archive.dataset)
    document = gaps(vdp, archive, "--json").document
    assert [gap["slots"] for gap in document["gaps"]] == [[24, 47]]
    assert document["keys"] == [] and document["open_fields"] == ["time"]


def test_a_growing_axis_lacks_what_is_listed(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 0, kind="grow")
    archive.deliver(0, 1)
    vdp.run(archive.dataset)
    assert gaps(vdp, archive, "--json", expect=DONE).document["keys"] == []
    archive.deliver(5, 6)
    document = gaps(vdp, archive, "--json").document
    assert document["axis"] == "grow" and document["gaps"] == []
    assert document["keys"] == keys_of(archive, [5, 6])
    vdp.run(archive.dataset)
    gaps(vdp, archive, expect=DONE)


def test_without_a_store(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 1)
    assert gaps(vdp, archive, "--json", expect=FAILED).document["error"]["kind"] == "not_found"
