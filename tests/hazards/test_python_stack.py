"""The table of docs/guards.md is measured: the archives of the hazards through Python's stack and through ours.

VDP_UPDATE_DOCS=1 writes it anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import icechunk
import pytest
import xarray as xr

import measure
import python_stack
from archives.archive import Archive, make_archive
from archives.mur import Mur
from cases import CASES, Case, plain, two_fields
from documented import DOCUMENT
from engine import Engine
from opened import open_as_printed

TABLE = re.compile(r"(<!-- measured by tests/hazards/test_python_stack.py -->\n).*?(<!-- end -->)", re.S)
HEADINGS = ("hazard", "archive", "`to_icechunk(append_dim=...)`", "`open_virtual_mfdataset`", "`vdp run`")


@dataclass(frozen=True)
class Row:
    hazard: str
    archive: str
    appended: str
    concatenated: str
    ours: str

    def __str__(self) -> str:
        return f"| {self.hazard} | {self.archive} | {self.appended} | {self.concatenated} | {self.ours} |"


def refusal(error: Exception) -> str:
    return f"refused: `{type(error).__name__}`"


def ingested(way: python_stack.Ingest, case: Case, archive: Archive, truth: measure.Field) -> str:
    """What a reader finds after the files went in this way."""
    repository = python_stack.create_repository(archive.root / way.__name__, archive.data)
    try:
        python_stack.quietly(lambda: way(case.files(archive), repository))
    except Exception as error:  # noqa: BLE001 - whatever it raises, it did not write
        return refusal(error)
    try:
        dataset = python_stack.quietly(lambda: python_stack.open_store(repository).load())
    except Exception as error:  # noqa: BLE001
        return f"**the store cannot be opened**: `{type(error).__name__}`"
    return str(measure.compare(measure.of_dataset(dataset, case.variable), truth))


def run_ours(vdp: Engine, case: Case, archive: Archive, files: dict[str, Path]) -> str:
    answer = vdp.run(archive.dataset, expect=None)
    taken = [file for name, file in files.items() if name not in answer.reasons]
    found = measure.of_opened(open_as_printed(answer.python), case.variable)
    count = measure.compare(found, measure.of_files(taken, case.variable))
    refused = len(files) - len(taken)
    return str(count) + (f"; {refused} of {len(files)} files refused, by name" if refused else "")


def measured(vdp: Engine, case: Case, root: Path) -> Row:
    archive = case.make(root)
    files = {file.name: file for file in case.files(archive)}
    truth = measure.of_files(list(files.values()), case.variable)
    ways = [ingested(way, case, archive, truth) for way in (python_stack.append, python_stack.concatenate)]
    return Row(case.hazard, case.title, *ways, run_ours(vdp, case, archive, files))


def forks(vdp: Engine, root: Path) -> Row:
    """Two workers write the same step."""
    archive = plain(root, two_fields, 2)
    other = archive.data / "other.nc"
    archive.product.write(other, 1, revision=1)
    repository = python_stack.create_repository(root / "python", archive.data)
    python_stack.append(archive.files(), repository)
    session = repository.writable_session("main")
    workers = [session.fork() for _ in range(2)]
    for worker, file in zip(workers, (archive.path(1), other), strict=True):
        fields = python_stack.open_virtual(file).drop_vars(["lat", "lon"])
        fields.vz.to_icechunk(worker.store, region={"time": slice(1, 2)})
    try:
        session.merge(*workers)
        session.commit("both")
        merged = "**merged without a word: one of them is gone**"
    except icechunk.IcechunkError as error:
        merged = refusal(error)
    archive.redescribe("%Y%m%d}.nc", "%Y%m%d}{copy:|-other}.nc")
    other.rename(archive.path(1).with_name(archive.path(1).name.replace(".nc", "-other.nc")))
    answer = vdp.run(archive.dataset, expect=None)
    assert answer.outcomes == {"written": 2, "rejected": 1}
    title = "two files for one step, by two workers"
    return Row("C5", title, merged, "–", "one of them; the other is refused, by name")


def replaced(vdp: Engine, root: Path) -> Row:
    """Another version of the last file comes between its parse and the write."""
    archive = make_archive(root, Mur(), 3, kind="grow")
    repository = python_stack.create_repository(root / "python", archive.data)
    python_stack.append(archive.files()[:2], repository)
    parsed = python_stack.open_virtual(archive.path(2))
    archive.deliver(2, revision=1)
    python_stack.write(parsed, repository, append_dim="time")
    try:
        dataset: xr.Dataset = python_stack.quietly(lambda: python_stack.open_store(repository).load())
        truth = measure.of_files(archive.files(), "analysed_sst")
        theirs = str(measure.compare(measure.of_dataset(dataset, "analysed_sst"), truth))
    except Exception as error:  # noqa: BLE001
        theirs = f"**written; reading fails**: `{type(error).__name__}`"
    vdp.run(archive.dataset)
    archive.deliver(2, revision=2)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"unchanged": 2, "replaced": 1}
    title = "a file that is replaced between parse and write"
    ours = "refused while parsing; later, readers refuse it until the next run replaces it"
    return Row("C8", title, theirs, "–", ours)


def attributes(vdp: Engine, root: Path) -> Row:
    """Which file's `history` the store tells for all of them."""
    archive = make_archive(root, Mur(), 3, kind="grow")
    told = []
    for way in (python_stack.append, python_stack.concatenate):
        repository = python_stack.create_repository(root / way.__name__, archive.data)
        python_stack.quietly(lambda way=way, repository=repository: way(archive.files(), repository))
        told.append(python_stack.open_store(repository).attrs.get("history", "none"))
    answer = vdp.run(archive.dataset)
    assert "history" not in open_as_printed(answer.python).attributes
    assert "history" in "\n".join(answer.document["notes"])
    says = {"file 0, revision 0": "**the first file's, for all**", "file 2, revision 0": "**the last file's, for all**"}
    return Row("C14", "a `history` that differs", *(says.get(text, text) for text in told), "dropped, and told")


SPECIAL: tuple[Callable[[Engine, Path], Row], ...] = (forks, replaced, attributes)


def test_the_table_is_what_is_measured(vdp: Engine, tmp_path: Path) -> None:
    rows = [measured(vdp, case, tmp_path / str(number)) for number, case in enumerate(CASES)]
    rows += [make(vdp, tmp_path / make.__name__) for make in SPECIAL]
    rows.sort(key=lambda row: int(row.hazard[1:]))
    lines = ["| " + " | ".join(HEADINGS) + " |", "| --- |" + " --- |" * (len(HEADINGS) - 1), *map(str, rows)]
    text = DOCUMENT.read_text()
    expected = TABLE.sub(lambda match: match[1] + "\n".join(lines) + "\n" + match[2], text)
    if os.environ.get("VDP_UPDATE_DOCS"):
        DOCUMENT.write_text(expected)
    assert all("wrong" not in row.ours for row in rows)
    assert DOCUMENT.read_text() == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.hazard}, {case.title}")
def test_the_archive_is_right_in_itself(case: Case, tmp_path: Path) -> None:
    """Official readers read every file of it: what is wrong in a store is not wrong in the files."""
    archive = case.make(tmp_path)
    files = list({file.name: file for file in case.files(archive)}.values())
    truth = measure.of_files(files, case.variable)
    assert truth.steps >= len(files) and measure.compare(truth, truth).wrong == 0
