"""`parse.subchunk`: smaller chunks by reference, of variables that are stored in one piece."""

from __future__ import annotations

import pytest

from archives.ocean import LATITUDES, LONGITUDES, Ocean
from comparison import assert_equals_sources
from engine import FINDINGS, Engine
from opened import open_as_printed
from rejection import assert_matches

PRODUCTS = {
    "records": Ocean("NETCDF3_64BIT_OFFSET"),
    "in one piece": Ocean("NETCDF3_CLASSIC", records=False),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_subchunks(vdp: Engine, archive_of, name: str) -> None:
    archive = archive_of(PRODUCTS[name], 3, parse='subchunk = { water_temp = "depth:1", surf_el = "lat:2" }')
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 3}
    store = open_as_printed(answer.python)
    assert_equals_sources(store, archive.files())
    assert store["water_temp"].chunks == (1, 1, LATITUDES, LONGITUDES)
    assert store["surf_el"].chunks == (1, 2, LONGITUDES)


@pytest.mark.parametrize(
    ("subchunk", "reason"),
    [("depth:2", "chunks of 3 steps into chunks of 2"), ("height:1", "no dimension \"height\"")],
)
def test_subchunks_that_cannot_be(vdp: Engine, archive_of, subchunk: str, reason: str) -> None:
    archive = archive_of(Ocean(), 2, parse=f"subchunk = {{ water_temp = '{subchunk}' }}")
    answer = vdp.run(archive.dataset, expect=None)
    assert answer.exit_code == FINDINGS
    assert_matches(" ".join(answer.reasons.values()), f"parse.subchunk.*water_temp.*{reason}")
