"""Chunks that left filters out, in some files of an archive: one codec list holds for an array, or a file is rejected."""

from __future__ import annotations

from archives.uncompressed import Uncompressed
from engine import Engine
from rejection import assert_matches, assert_rejected


def test_files_with_a_shorter_codec_list_are_rejected(vdp: Engine, archive_of) -> None:
    archive = archive_of(Uncompressed(), 4)
    reasons = assert_rejected(vdp.run(archive.dataset, expect=None), archive, 1, 2)
    for reason in reasons:
        assert_matches(reason, "flow.*codecs.*numcodecs.zlib")
