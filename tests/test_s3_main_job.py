"""The main job over S3: source, store or both in a bucket, read back by the very lines of Python that `run` printed."""

from __future__ import annotations

import pytest

from archives.imerg import Imerg
from archives.mur import Mur
from archives.naqfc import Naqfc
from comparison import assert_equals_sources
from engine import Answer, Engine
from opened import open_as_printed, open_in_new_process
from remote_archive import RemoteArchive, place
from servers.bucket import Bucket
from servers.s3_server import S3Server

PRODUCTS = {
    "imerg": (Imerg(), {"batch": 5}),
    "mur": (Mur(), {"kind": "grow"}),
    "naqfc, contiguous": (Naqfc(time_chunk=None), {"kind": "regular"}),
}


def assert_holds_its_sources(remote: RemoteArchive, answer: Answer) -> None:
    product = remote.archive.product
    dropped = ["nv"] if isinstance(product, Imerg) else []
    opened = open_as_printed(answer.python, environment=remote.credentials)
    assert_equals_sources(opened, remote.archive.files(), group=product.group, dropped=dropped)


def assert_nothing_to_do(vdp: Engine, remote: RemoteArchive) -> None:
    """A further run says so, and writes no object."""
    before = remote.objects()
    answer = vdp.run(remote.archive.dataset)
    assert answer.outcomes in ({}, {"unchanged": len(remote.archive.present)})
    assert remote.objects() == before


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("where", ["source and store", "source", "store"])
def test_in_buckets(vdp: Engine, archive_of, versitygw: S3Server, product: str, where: str) -> None:
    kind, options = PRODUCTS[product]
    source = versitygw.new_bucket() if "source" in where else None
    store = versitygw.new_bucket() if "store" in where else None
    remote = place(archive_of(kind, 8, **options), source=source, store=store)
    vdp = vdp.within(remote.environment)

    answer = vdp.run(remote.archive.dataset)
    assert answer.outcomes == {"written": 8}
    assert_holds_its_sources(remote, answer)
    assert_nothing_to_do(vdp, remote)

    remote.deliver(3, revision=1)
    remote.deliver(8)
    answer = vdp.run(remote.archive.dataset)
    assert (answer.outcomes["replaced"], answer.outcomes["written"]) == (1, 1)
    assert_holds_its_sources(remote, answer)
    assert_nothing_to_do(vdp, remote)
    assert vdp("verify", remote.archive.dataset, "--json").document


def test_the_printed_lines_as_a_user_pastes_them(vdp: Engine, archive_of, bucket: Bucket) -> None:
    """The place of everything is in the lines, the keys alone are in the environment."""
    remote = place(archive_of(Mur(), 3), source=bucket, store=bucket)
    answer = vdp.within(remote.environment).run(remote.archive.dataset)
    assert bucket.secret_key not in answer.stdout + answer.stderr
    opened = open_in_new_process(answer.python, environment=remote.credentials)
    assert_equals_sources(opened, remote.archive.files())


def test_settings_in_the_dataset_file(vdp: Engine, archive_of, bucket: Bucket) -> None:
    """Endpoint, region and style of addresses; keys come from the environment all the same."""
    remote = place(archive_of(Mur(), 3), source=bucket, store=bucket)
    settings = f'region = "{bucket.region}"\nendpoint_url = "{bucket.endpoint}"\npath_style = true\n'
    for table in ("[source]\n", "[store]\n"):
        remote.archive.redescribe(table, table + settings)
    answer = vdp.within(bucket.credentials()).run(remote.archive.dataset)
    assert answer.outcomes == {"written": 3}
    assert_holds_its_sources(remote, answer)


def test_a_public_source_needs_no_keys(vdp: Engine, archive_of, bucket: Bucket) -> None:
    remote = place(archive_of(Mur(), 3), source=bucket)
    remote.archive.redescribe("[source]\n", '[source]\naccess = "anonymous"\n')
    bucket.allow_anonymous_reads()
    answer = vdp.within(bucket.place()).run(remote.archive.dataset)
    assert answer.outcomes == {"written": 3}
    opened = open_as_printed(answer.python, environment={})
    assert_equals_sources(opened, remote.archive.files())


def test_wrong_keys_are_told(vdp: Engine, archive_of, bucket: Bucket) -> None:
    remote = place(archive_of(Mur(), 3), source=bucket, store=bucket)
    wrong = bucket.environment() | {"AWS_SECRET_ACCESS_KEY": "a-wrong-secret-0123456789"}
    answer = vdp.within(wrong).run(remote.archive.dataset, expect=None)
    assert answer.exit_code in (2, 3)
    assert bucket.name in answer.stderr and "a-wrong-secret" not in answer.stdout + answer.stderr


def test_moto_as_a_second_opinion(vdp: Engine, archive_of, moto: S3Server) -> None:
    bucket = moto.new_bucket()
    remote = place(archive_of(Imerg(), 8, batch=3), source=bucket, store=bucket)
    vdp = vdp.within(remote.environment)
    answer = vdp.run(remote.archive.dataset)
    assert answer.outcomes == {"written": 8}
    assert_holds_its_sources(remote, answer)
    assert_nothing_to_do(vdp, remote)
