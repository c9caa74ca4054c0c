"""An archive whose files, or store, or both lie in buckets; what is in no bucket stays where it was."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icechunk

from archives.archive import Archive
from servers.bucket import Bucket

SOURCE_PREFIX, STORE_PREFIX = "archive/data/", "stores/one/"


@dataclass
class RemoteArchive:
    """Delivered to `archive`, from where it is uploaded."""

    archive: Archive
    source: Bucket | None = None
    store: Bucket | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Source and store are on one server, if they are on any."""
        bucket = self.store or self.source
        return bucket.environment() if bucket else {}

    @property
    def credentials(self) -> dict[str, str]:
        """What the printed lines leave to the environment."""
        bucket = self.store or self.source
        return bucket.credentials() if bucket else {}

    def deliver(self, *indices: int, revision: int = 0) -> None:
        self.archive.deliver(*indices, revision=revision)
        for index in indices:
            self.upload(self.archive.path(index))

    def upload(self, path: Path) -> None:
        if self.source:
            self.source.put(SOURCE_PREFIX + self._relative(path), path.read_bytes())

    def url(self, path: Path) -> str:
        return self.source.url(SOURCE_PREFIX + self._relative(path)) if self.source else path.as_uri()

    def version(self, path: Path) -> dict[str, Any]:
        """What an official writer records of a file's version."""
        if self.source is None:
            return {"last_updated_at_checksum": datetime.fromtimestamp(path.stat().st_mtime + 1, UTC)}
        key = SOURCE_PREFIX + self._relative(path)
        return {"etag_checksum": self.source.client.head_object(Bucket=self.source.name, Key=key)["ETag"]}

    def storage(self) -> icechunk.Storage:
        if self.store:
            return self.store.official_storage(STORE_PREFIX)
        return icechunk.local_filesystem_storage(str(self.archive.store))

    def open(self) -> icechunk.Repository:
        """By the official library."""
        if self.source:
            keys = self.source.official_credentials()
            access = icechunk.containers_credentials({self.source.url(SOURCE_PREFIX): keys})
        else:
            access = {f"{self.archive.data.as_uri()}/": icechunk.Credentials.LocalFileSystemAccess()}
        return icechunk.Repository.open(self.storage(), authorize_virtual_chunk_access=access)

    def objects(self) -> dict[str, Any]:
        """Of the store, with all that changes when one is written."""
        if self.store:
            return self.store.listing(STORE_PREFIX)
        files = [path for path in self.archive.store.rglob("*") if path.is_file()]
        return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}

    def store_url(self) -> str:
        return self.store.url(STORE_PREFIX) if self.store else os.fspath(self.archive.store)

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.archive.data).as_posix()


def place(archive: Archive, *, source: Bucket | None = None, store: Bucket | None = None) -> RemoteArchive:
    """Uploads what is there, and says in the dataset file where everything is."""
    remote = RemoteArchive(archive, source, store)
    if source:
        source.upload(archive.data, SOURCE_PREFIX)
        archive.redescribe('prefix = "data/"', f'prefix = "{source.url(SOURCE_PREFIX)}"')
    if store:
        _name_store(archive, remote.store_url())
    return remote


def _name_store(archive: Archive, url: str) -> None:
    """Some dataset files name their store, and some leave it to the default."""
    if "[store]" in archive.dataset.read_text():
        archive.redescribe('url = "./store"', f'url = "{url}"')
    else:
        with archive.dataset.open("a") as dataset:
            dataset.write(f'\n[store]\nurl = "{url}"\n')
