"""Folders and files of any name, and archives made of links: what is written is what official readers find."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from archives.archive import Archive
from archives.mur import Mur
from comparison import assert_equals_sources
from engine import FAILED, FINDINGS, Answer, Engine
from opened import open_as_printed

# Spaces, other alphabets, what URLs use as signs, what looks like an encoding, what shells and Python quote.
ODD_NAMES = ["data äé 100% #1 + (x)", "a%20b%2Fc?d&e=f", "[b] {c} ~'\"$(x)", "日本 ✓", "scheme:~x;y,z@h"]


def read_bytes(vdp: Engine, store: str | Path, authorized: str) -> bytes:
    command = [vdp.binary, "repo", "cat", store, "/analysed_sst", "--bytes", "--authorize", authorized]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_of_a_folder(vdp: Engine, archive_of, name: str) -> None:
    plain = archive_of(Mur(), 3, kind="grow")
    archive = plain.copy(plain.root.parent / name)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    opened = open_as_printed(answer.python)
    assert_equals_sources(opened, archive.files())

    expected = opened["analysed_sst"].raw.astype("<i2").tobytes()
    data = str(archive.data)
    for place in (data, f"{data}/", f"file://{quote(data)}", f"file://{data}/"):
        assert read_bytes(vdp, archive.store, place) == expected
    assert read_bytes(vdp, f"file://{quote(str(archive.store))}", data) == expected
    for place in ([], ["--authorize", data[:-1]], ["--authorize", str(archive.store)]):
        vdp("repo", "cat", archive.store, "/analysed_sst", "--bytes", *place, expect=FAILED)

    by_path = inspected(vdp, str(archive.path(0)))
    assert by_path["arrays"]
    assert inspected(vdp, f"file://{quote(str(archive.path(0)))}") == by_path


def test_odd_names_in_the_dataset_file(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 2, kind="grow")
    sources, store = archive.root / f"from {ODD_NAMES[0]}", archive.root / f"to {ODD_NAMES[0]}"
    archive.data.rename(sources)
    text = archive.dataset.read_text().replace('"data/"', f'"{sources.name}"')
    archive.dataset.write_text(f'{text}\n[store]\nurl = "{store.name}"\n')
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 2}
    opened = open_as_printed(answer.python)
    assert_equals_sources(opened, [sources / archive.product.key(index) for index in range(2)])
    assert read_bytes(vdp, store, str(sources)) == opened["analysed_sst"].raw.astype("<i2").tobytes()


def inspected(vdp: Engine, source: str) -> dict:
    return vdp("inspect", source, "--json").document


@pytest.mark.parametrize("name", ["file #1 100%.nc", "ä+ (b)%20.nc"])
def test_any_name_of_a_file(vdp: Engine, archive_of, name: str) -> None:
    archive = archive_of(Mur(), 2, kind="grow")
    text = archive.dataset.read_text()
    pattern = next(line for line in text.splitlines() if line.startswith("pattern"))
    archive.dataset.write_text(text.replace(pattern, "pattern = '{number:d}" + name + "'"))
    files = [archive.data / f"{index}{name}" for index in range(2)]
    for index, file in enumerate(files):
        archive.path(index).rename(file)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 2}
    assert_equals_sources(open_as_printed(answer.python), files)


def link_elsewhere(archive: Archive) -> Path:
    """The archive's files lie in another folder, and the archive leads to them by links of both kinds."""
    pool = archive.root / "pool"
    archive.data.rename(pool)
    archive.data.mkdir()
    (archive.data / "up").symlink_to("..")
    for index in archive.present:
        archive.path(index).parent.mkdir(parents=True, exist_ok=True)
        archive.path(index).symlink_to(pool / archive.product.key(index))
    return pool


def test_an_archive_of_links(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 4, kind="grow")
    pool = link_elsewhere(archive)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    opened = open_as_printed(answer.python)
    assert_equals_sources(opened, archive.files())
    expected = opened["analysed_sst"].raw.astype("<i2").tobytes()
    assert read_bytes(vdp, archive.store, str(archive.data)) == expected
    assert vdp.run(archive.dataset).outcomes == {"unchanged": 4}

    (pool / archive.product.key(1)).unlink()
    again = vdp.run(archive.dataset, expect=FINDINGS)
    assert again.outcomes == {"unchanged": 3, "rejected": 1}
    assert_names_link(again, archive.path(1).name)


def assert_names_link(answer: Answer, name: str) -> None:
    assert list(answer.reasons) == [name]
    assert "symbolic link" in answer.reasons[name]


def test_the_latest_version_by_its_link(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 2, kind="grow")
    versions = archive.root / "versions"
    versions.mkdir()
    archive.data.rename(versions / "v2")
    archive.deliver(0, 1, revision=1)
    archive.data.rename(versions / "v1")
    archive.data.symlink_to(versions)
    (versions / "latest").symlink_to("v2")
    text = archive.dataset.read_text()
    archive.dataset.write_text(text.replace('pattern = "', 'pattern = "*test/'))
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 2}
    files = [versions / "v2" / archive.product.key(index) for index in range(2)]
    assert_equals_sources(open_as_printed(answer.python), files)
