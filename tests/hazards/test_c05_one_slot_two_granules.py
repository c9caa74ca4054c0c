"""C5: two granules for one slot, in one batch or by two writers at once. Never both, never a mixture.

Official writers that take turns with ours are in test_official_alternation.py.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import zarr

from archives.archive import Archive
from archives.mur import Mur
from archives.plain import Plain, add_field
from comparison import assert_equals_sources, differences, read_raw
from documented import assert_documented
from engine import FINDINGS, Engine
from opened import Opened, open_as_printed
from stores import open_repository, records

DAYS = 24
PROVIDERS = ("east", "west")


def with_copies(archive: Archive) -> Path:
    """The second day comes from two providers: other values under another name, for one slot."""
    archive.redescribe("%S}-JPL", "%S}{copy:|-again}-JPL")
    again = archive.path(1).with_name(archive.path(1).name.replace("-JPL", "-again-JPL"))
    Mur().write(again, 1, revision=1)
    return again


def test_one_of_two_in_a_batch(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    again = with_copies(archive)
    answer = vdp.run(archive.dataset, expect=FINDINGS)
    assert answer.outcomes == {"written": 3, "rejected": 1}
    rejected = next(iter(answer.reasons))
    assert rejected in (again.name, archive.path(1).name)
    assert_documented("C5", answer.reasons[rejected])
    files = [archive.path(0), archive.path(1) if rejected == again.name else again, archive.path(2)]
    assert_equals_sources(open_as_printed(answer.python), files)


@pytest.mark.parametrize("preferred", ["-again", ""], ids=["the copy", "the original"])
def test_the_preferred_one_stays(vdp: Engine, archive_of, preferred: str) -> None:
    """`forward.other = "replace"` follows `source.prefer`, whichever comes first."""
    archive = archive_of(Mur(), 3)
    again = with_copies(archive)
    archive.redescribe("[axis.time]", f'prefer = ["copy={preferred}"]\n[axis.time]')
    archive.redescribe("[forward]", '[forward]\nother = "replace"')
    answer = vdp.run(archive.dataset, expect=None)
    winner = again if preferred else archive.path(1)
    assert_equals_sources(open_as_printed(answer.python), [archive.path(0), winner, archive.path(2)])
    repeated = vdp.run(archive.dataset, expect=None)
    assert_equals_sources(open_as_printed(repeated.python), [archive.path(0), winner, archive.path(2)])


def daily_field(file: netCDF4.Dataset, index: int, revision: int) -> None:
    add_field(file, "sst", index, revision, chunksizes=(1, 2, 3), zlib=True)
    add_field(file, "ice", index, revision)


def two_providers(root: Path) -> tuple[dict[str, Path], dict[str, list[Path]]]:
    """Two dataset files for one store: the same days from two providers, whose values differ."""
    product = Plain(daily_field)
    files: dict[str, list[Path]] = {}
    datasets: dict[str, Path] = {}
    for revision, provider in enumerate(PROVIDERS):
        folder = root / "data" / provider
        folder.mkdir(parents=True)
        files[provider] = [folder / product.key(index) for index in range(DAYS)]
        for index, path in enumerate(files[provider]):
            product.write(path, index, revision=revision)
        text = product.dataset_file(more="[forward]\nbatch = 3").replace('"plain.', f'"{provider}/plain.')
        datasets[provider] = root / f"{provider}.toml"
        datasets[provider].write_text(f'[dataset]\nname = "{provider}"\n{text}')
    return datasets, files


def run_at_once(vdp: Engine, *datasets: Path) -> None:
    """One process each, started together; each ends with or without findings."""
    processes = [
        subprocess.Popen([vdp.binary, "run", dataset, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for dataset in datasets
    ]
    for process in processes:
        _, told = process.communicate(timeout=120)
        assert process.returncode in (0, FINDINGS), told.decode()


def provider_of_each_slot(store: Path) -> list[str | None]:
    return [Path(record["uri"]).parent.name if record else None for record in records(store)]


def assert_each_slot_is_of_its_record(opened: Opened, store: Path, files: dict[str, list[Path]]) -> None:
    owners = provider_of_each_slot(store)
    assert len(owners) == DAYS and None not in owners
    winners = [files[owner][index] for index, owner in enumerate(owners)]
    expected = read_raw(winners)
    for name in ("sst", "ice"):
        assert differences(opened[name].raw, expected[name].values) is None


def test_two_writers_with_other_values_for_the_same_slots(vdp: Engine, tmp_path: Path) -> None:
    datasets, files = two_providers(tmp_path)
    vdp("init", datasets["east"])
    run_at_once(vdp, *datasets.values())
    answer = vdp.run(datasets["east"], expect=None)
    assert_each_slot_is_of_its_record(open_as_printed(answer.python), tmp_path / "store", files)


@pytest.mark.parametrize("kind", ["regular", "grow"])
def test_two_writers_with_the_same_files(vdp: Engine, archive_of, kind: str) -> None:
    """Each file is in the store once, wherever the processes met."""
    archive = archive_of(Mur(), DAYS, kind=kind, batch=2)
    vdp("init", archive.dataset)
    run_at_once(vdp, archive.dataset, archive.dataset)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"unchanged": DAYS}
    store = open_as_printed(answer.python)
    assert store["time"].raw.shape == (DAYS,)
    assert_equals_sources(store, archive.files())


def test_two_writers_make_one_store(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 6, batch=2)
    run = [vdp.binary, "run", archive.dataset, "--json"]
    processes = [subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)]
    for process in processes:
        process.wait(120)
    answer = vdp.run(archive.dataset)
    assert_equals_sources(open_as_printed(answer.python), archive.files())


def test_an_official_writer_took_the_slot(vdp: Engine, archive_of) -> None:
    """Its step has no record of ours: what is there stays, and the file that comes for it is not mixed into it."""
    archive = archive_of(Mur(), 3, kind="grow")
    answer = vdp.run(archive.dataset)
    before = open_as_printed(answer.python)
    session = open_repository(archive.store, archive.data).writable_session("main")
    group = zarr.open_group(session.store, mode="r+")
    for name in ("analysed_sst", "analysis_error", "sea_ice_fraction", "mask", "time"):
        array = group[name]
        array.resize((4, *array.shape[1:]))
        array[3] = array[2] + (86400 if name == "time" else 0)
    session.commit("by hand")
    archive.deliver(3)
    answer = vdp.run(archive.dataset, expect=None)
    found = open_as_printed(answer.python)
    taken = answer.outcomes.get("written", 0) + answer.outcomes.get("replaced", 0)
    expected = read_raw(archive.files()[: 4 if taken else 3])
    for name in ("analysed_sst", "mask"):
        last = expected[name].values[3] if taken else before[name].raw[2]
        assert np.array_equal(found[name].raw[3], last)
        assert np.array_equal(found[name].raw[:3], before[name].raw)
