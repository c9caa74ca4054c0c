"""An archive whose files a web server serves, with index pages for folders; the store stays a local folder."""

from __future__ import annotations

from archives.archive import Archive
from servers.http_files import HttpFiles


def serve(archive: Archive, files: HttpFiles) -> None:
    """Says in the dataset file where the files are: `files` serves the archive's root."""
    archive.redescribe('prefix = "data/"', f'prefix = "{files.url("data/")}"')
