"""Sources behind a web server: found by index pages, read in few rounds of one version, whatever the server does."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from archives.archive import Archive
from archives.full_size import FullSizeMur
from archives.imerg import Imerg
from archives.mur import Mur
from archives.naqfc import Naqfc
from comparison import assert_equals_sources
from engine import FAILED, FINDINGS, Answer, Engine
from http_archive import serve
from opened import open_as_printed
from servers.http_files import HttpFiles, Mishap, http_files

DELAY_S = 0.02
PRODUCTS = {"imerg": Imerg(), "mur": Mur(), "naqfc": Naqfc()}
# 0.7 MB, so that the rest is read whole after the first read; 3 MB, of which that does not pay.
LARGE_IMERG = Imerg(longitudes=1200, latitudes=600, chunk=(1, 145, 200))
LARGE_MUR = Mur(latitudes=1800, longitudes=2200, chunk=(1, 200, 200))
# 60 MB: the nodes of its indexes lie 3 MB apart. 36 MB: 90 kB apart, in indexes of three levels, as those of 100,000
# chunks are. Bytes of metadata and rounds are those of files ten times as large.
FAR_APART = FullSizeMur(chunk_bytes=46_000)
DEEP = FullSizeMur(latitudes=1600, longitudes=1600, chunk=(1, 20, 20), chunk_bytes=1_400)


@dataclass
class Reading:
    """What `inspect -v` tells of its requests."""

    requests: int
    rounds: int
    bytes: int

    @classmethod
    def told_by(cls, answer: Answer) -> Reading:
        found = re.search(r"(\d+) requests in (\d+) rounds, (\d+) bytes", answer.stderr)
        assert found, answer
        return cls(*map(int, found.groups()))


@pytest.fixture
def served(archive_of) -> Iterator:
    """An archive behind a server of its own."""
    running = []

    def start(product, count: int, **options: object) -> tuple[Archive, HttpFiles]:
        archive = archive_of(product, count, **options)
        context = http_files(archive.root)
        files = context.__enter__()
        running.append(context)
        serve(archive, files)
        return archive, files

    yield start
    for context in running:
        context.__exit__(None, None, None)


def assert_holds_its_sources(archive: Archive, answer: Answer) -> None:
    product = archive.product
    dropped = ["nv"] if isinstance(product, Imerg) else []
    opened = open_as_printed(answer.python)
    assert_equals_sources(opened, archive.files(), group=product.group, dropped=dropped)


def of_data(files: HttpFiles) -> list:
    """Requests for files, not for folders."""
    return [request for request in files.requests if not request.path.endswith("/")]


@pytest.mark.parametrize("product", PRODUCTS)
def test_run_over_http(vdp: Engine, served, product: str) -> None:
    archive, files = served(PRODUCTS[product], 6)
    (archive.data / "readme.txt").write_text("no granule")
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 6}
    assert answer.document["not_matching"] == 1
    assert_holds_its_sources(archive, answer)

    again = vdp.run(archive.dataset)
    assert again.outcomes in ({}, {"unchanged": 6})
    archive.deliver(2, revision=1)
    archive.deliver(6)
    answer = vdp.run(archive.dataset)
    assert (answer.outcomes["replaced"], answer.outcomes["written"]) == (1, 1)
    assert_holds_its_sources(archive, answer)
    assert vdp("verify", archive.dataset, "--json").exit_code == 0


def test_a_small_file_takes_one_request(vdp: Engine, served) -> None:
    """Beside the listing, which asks for the size and version of what the pattern matches, and of nothing else."""
    archive, files = served(Mur(), 4)
    (archive.data / "readme.txt").write_text("no granule")
    vdp.run(archive.dataset)
    asked = Counter(request.method for request in of_data(files))
    assert asked == {"HEAD": 4, "GET": 4 + 1}  # the first file is read once more, for the template


@pytest.mark.parametrize("product, rounds", [(LARGE_IMERG, 2), (LARGE_MUR, 3), (Imerg(), 1), (Naqfc(), 1)])
def test_metadata_take_few_rounds(vdp: Engine, served, product, rounds: int) -> None:
    archive, files = served(product, 1)
    files.delay_s = DELAY_S
    path = archive.files()[0]
    url = files.url(path.relative_to(archive.root).as_posix())
    local = vdp("inspect", path, "--json")
    files.requests.clear()
    remote = vdp("inspect", url, "--json", "-v")
    assert remote.document == local.document
    reading = Reading.told_by(remote)
    assert reading.rounds <= rounds
    assert reading.requests == len(files.requests)
    assert reading.bytes == sum(request.body_bytes for request in files.requests)
    # All of one version: the first answer names it, the others are conditional.
    assert all("if-match" in request.headers for request in files.requests[1:])


@pytest.mark.parametrize("product, rounds, kib", [(FAR_APART, 4, 512), (DEEP, 5, 4096)])
def test_indexes_among_data_take_few_rounds(vdp: Engine, served, product: FullSizeMur, rounds: int, kib: int) -> None:
    """A level of all indexes at a time, and hardly any of the data between their nodes."""
    archive, files = served(product, 1)
    path = archive.files()[0]
    answer = vdp("inspect", files.url(path.relative_to(archive.root).as_posix()), "-v")
    reading = Reading.told_by(answer)
    print(f"{path.stat().st_size} bytes: {reading}")
    assert reading.rounds <= rounds
    assert reading.bytes <= kib * 1024
    assert reading.bytes == sum(request.body_bytes for request in files.requests)


def test_a_version_without_etag_is_its_time(vdp: Engine, served) -> None:
    archive, files = served(LARGE_MUR, 2)
    files.has_etags = False
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 2}
    assert any("if-unmodified-since" in request.headers for request in files.requests)
    assert_holds_its_sources(archive, answer)


def test_a_file_that_is_replaced_while_it_is_read_is_read_again(vdp: Engine, served) -> None:
    archive, files = served(LARGE_MUR, 3)
    victim = archive.path(1)
    reads = itertools.count()

    def replace_once(method: str, path: str) -> None:
        if method == "GET" and path.endswith(victim.name) and next(reads) == 1:
            archive.deliver(1, revision=1)

    files.mishap = replace_once
    answer = vdp.run(archive.dataset, expect=None)
    if answer.outcomes != {"written": 3}:  # told apart, and not written
        assert answer.outcomes == {"written": 2, "deferred": 1}
        answer = vdp.run(archive.dataset)
    assert any(request.status == 412 for request in files.requests)
    assert_holds_its_sources(archive, vdp.run(archive.dataset))


@pytest.mark.parametrize("mishap", Mishap)
def test_a_server_that_stumbles_is_asked_again(vdp: Engine, served, mishap: Mishap) -> None:
    """Every fourth answer: for folders, sizes and files alike."""
    archive, files = served(Imerg(), 6)
    number = itertools.count(1)
    files.mishap = lambda method, path: mishap if next(number) % 4 == 0 else None
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 6}
    files.mishap = lambda method, path: None
    assert_holds_its_sources(archive, answer)


def test_a_server_that_knows_no_ranges(vdp: Engine, served) -> None:
    archive, files = served(Mur(), 3)
    files.ignores_ranges = True
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    files.ignores_ranges = False
    assert_holds_its_sources(archive, answer)


def test_without_index_pages_it_is_an_error_that_names_the_url(vdp: Engine, served) -> None:
    archive, files = served(Mur(), 1)
    archive.redescribe("/data/", "/nowhere/")
    answer = vdp.run(archive.dataset, expect=None)
    assert answer.exit_code in (FINDINGS, FAILED)
    assert files.url("nowhere/") in answer.stdout + answer.stderr
