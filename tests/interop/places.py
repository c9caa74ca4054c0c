"""Where a repository lies that both libraries use, and where the sources of its virtual chunks lie."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import icechunk

from icechunk_driver import Driver
from servers.bucket import Bucket

from .official_side import OfficialSide
from .our_side import OurSide, OurSideInMemory
from .sides import Container

CONTAINER_NAME = "ext"
_numbers = itertools.count()


@dataclass(frozen=True)
class Source:
    """An object that virtual chunks are ranges of, in one version."""

    url: str
    data: bytes
    etag: str | None
    modified_s: int


class Place(Protocol):
    """One repository that does not exist yet, as both sides reach it."""

    name: str
    official: OfficialSide
    ours: OurSide
    container: Container

    def add_source(self, name: str, data: bytes) -> Source: ...


def local_container(folder: Path) -> Container:
    return Container(
        f"file://{folder}/",
        CONTAINER_NAME,
        icechunk.local_filesystem_store(str(folder)),
        icechunk.Credentials.LocalFileSystemAccess(),
        {"local_file_system": str(folder)},
    )


def s3_container(bucket: Bucket, url_prefix: str) -> Container:
    settings = {"region": bucket.region, "endpoint_url": bucket.endpoint, "allow_http": True, "force_path_style": True}
    return Container(
        url_prefix,
        CONTAINER_NAME,
        icechunk.s3_store(**settings, s3_compatible=True),
        icechunk.Credentials.S3(bucket.official_credentials()),
        {
            "s3_compatible": settings
            | {
                "anonymous": False,
                "network_stream_timeout_seconds": 60,
                "requester_pays": False,
                "checksum_algorithm": None,
            }
        },
    )


def add_local_source(folder: Path, name: str, data: bytes) -> Source:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    # A reference's time has whole seconds, and an object must not be younger.
    return Source(f"file://{path}", data, None, int(path.stat().st_mtime) + 1)


class LocalPlace:
    """One directory."""

    name = "local"

    def __init__(self, folder: Path, driver: Driver, spec_version: int = 2) -> None:
        self.sources = folder / "sources"
        self.sources.mkdir(parents=True)
        self.path = folder / "repository"
        self.container = local_container(self.sources)
        access = {self.container.url_prefix: self.container.official_access}
        self.official = OfficialSide(lambda: icechunk.local_filesystem_storage(str(self.path)), access, spec_version)
        self.ours = self.our_side(driver)

    def our_side(self, driver: Driver) -> OurSide:
        return OurSide(driver, str(self.path), self.container_prefixes())

    def container_prefixes(self) -> dict[str, str]:
        return {CONTAINER_NAME: self.container.url_prefix}

    def add_source(self, name: str, data: bytes) -> Source:
        return add_local_source(self.sources, name, data)


class MemoryPlace(LocalPlace):
    """Memory on our side, whose objects are those of a directory: see OurSideInMemory."""

    name = "memory"

    def our_side(self, driver: Driver) -> OurSide:
        # Exists already: what is no directory cannot be opened as a store.
        self.path.mkdir()
        url = f"memory://interop-{next(_numbers)}"
        return OurSideInMemory(driver, url, self.container_prefixes(), directory=str(self.path))


class S3Place:
    """A prefix of a bucket; the sources are beside it."""

    name = "s3"

    def __init__(self, bucket: Bucket, driver: Driver, spec_version: int = 2) -> None:
        self.bucket = bucket
        number = next(_numbers)
        self.prefix, self.source_prefix = f"repositories/{number}/", f"sources/{number}/"
        self.container = s3_container(bucket, bucket.url(self.source_prefix))
        access = {self.container.url_prefix: self.container.official_access}
        self.official = OfficialSide(lambda: bucket.official_storage(self.prefix), access, spec_version)
        self.ours = OurSide(driver, bucket.url(self.prefix), {CONTAINER_NAME: self.container.url_prefix})

    def add_source(self, name: str, data: bytes) -> Source:
        key = self.source_prefix + name
        self.bucket.put(key, data)
        etag, _, modified = self.bucket.listing(key)[key]
        return Source(self.bucket.url(key), data, etag.strip('"'), int(modified.timestamp()) + 1)
