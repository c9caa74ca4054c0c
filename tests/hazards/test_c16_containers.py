"""C16: the container of virtual chunks. A wrong prefix reads as fill, or opens folders that nobody meant to open.

Folders and files of odd names are in test_odd_paths.py.
"""

from __future__ import annotations

from pathlib import Path

import icechunk
import pytest
import zarr

from archives.archive import Archive
from archives.imerg import Imerg
from archives.mur import Mur
from comparison import assert_equals_sources
from engine import FAILED, Engine
from opened import open_in_new_process
from stores import open_repository

EVIL = "data-evil"


def containers(archive: Archive) -> dict[str, icechunk.VirtualChunkContainer]:
    """As the repository has saved them, for every reader and writer to come."""
    storage = icechunk.local_filesystem_storage(str(archive.store))
    config = icechunk.Repository.fetch_config(storage)
    assert config is not None, "no configuration was saved"
    return config.virtual_chunk_containers


@pytest.mark.parametrize("prefix", ['"data/"', '"data"', '"./data"', '"data//"', '"../{root}/data"'])
def test_the_container_is_the_source_prefix(vdp: Engine, archive_of, prefix: str) -> None:
    """One for the whole archive, absolute, with a slash at its end, however the dataset file writes it."""
    archive = archive_of(Mur(), 2)
    archive.redescribe('"data/"', prefix.format(root=archive.root.name))
    vdp.run(archive.dataset)
    [(name, container)] = containers(archive).items()
    assert container.url_prefix == f"{archive.data.as_uri()}/"
    assert name


def test_files_in_many_folders_have_one_container(vdp: Engine, archive_of) -> None:
    archive = archive_of(Imerg(), 5)
    answer = vdp.run(archive.dataset)
    assert len({path.parent for path in archive.files()}) > 1
    assert [container.url_prefix for container in containers(archive).values()] == [f"{archive.data.as_uri()}/"]
    store = open_in_new_process(answer.python)
    assert_equals_sources(store, archive.files(), group="Grid", dropped=["nv"])


def test_the_printed_lines_open_it_in_a_new_process(vdp: Engine, archive_of) -> None:
    plain = archive_of(Mur(), 3)
    archive = plain.copy(plain.root.with_name("odd äé 100% #1 + (x)"))
    answer = vdp.run(archive.dataset)
    assert_equals_sources(open_in_new_process(answer.python), archive.files())


def test_without_authorization_nothing_is_read(vdp: Engine, archive_of) -> None:
    """An error, not fill."""
    archive = archive_of(Mur(), 2)
    vdp.run(archive.dataset)
    group = zarr.open_group(open_repository(archive.store).readonly_session("main").store, mode="r")
    with pytest.raises(icechunk.IcechunkError, match="(?i)container|authoriz"):
        group["mask"][...]


def with_neighbour(archive: Archive) -> Path:
    """A folder beside the archive whose name begins alike."""
    neighbour = archive.root / EVIL
    neighbour.mkdir()
    secret = neighbour / archive.product.key(1)
    archive.product.write(secret, 1, revision=5)
    return secret


def test_a_neighbour_is_not_listed(vdp: Engine, archive_of) -> None:
    archive = archive_of(Mur(), 3)
    archive.redescribe('"data/"', '"data"')
    with_neighbour(archive)
    answer = vdp.run(archive.dataset)
    assert answer.document["discovered"] == 3 and answer.document["findings"] == []
    assert_equals_sources(open_in_new_process(answer.python), archive.files())


def test_no_reference_leads_to_a_neighbour(vdp: Engine, archive_of) -> None:
    """Neither can an official writer set one, nor does a reader follow one that was forced in."""
    archive = archive_of(Mur(), 2)
    vdp.run(archive.dataset)
    secret = with_neighbour(archive)
    repository = open_repository(archive.store, archive.data)
    reference = icechunk.VirtualChunkSpec(index=[0, 0, 0], location=secret.as_uri(), offset=0, length=8)
    session = repository.writable_session("main")
    assert session.store.set_virtual_refs("mask", [reference], validate_containers=True) is not None
    session.store.set_virtual_ref("mask/c/0/0/0", secret.as_uri(), offset=0, length=8, validate_container=False)
    session.commit("forced")
    group = zarr.open_group(repository.readonly_session("main").store, mode="r")
    with pytest.raises(icechunk.IcechunkError):
        group["mask"][...]
    told = vdp("repo", "cat", archive.store, "/mask", "--bytes", "--authorize", archive.data, expect=FAILED)
    assert EVIL in told.stderr
    told = vdp("repo", "cat", archive.store, "/mask", "--bytes", "--authorize", f"{archive.data}-evi", expect=FAILED)
    assert told.stderr
