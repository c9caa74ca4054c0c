"""C6: a grid of the same size that lies elsewhere. Its values would be drawn at the first file's places."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pytest

from archives.archive import make_archive
from archives.mur import Mur
from archives.naqfc import Naqfc
from archives.plain import Plain, add_field
from comparison import assert_equals_sources
from documented import assert_documented
from engine import Engine
from opened import open_as_printed
from rejection import assert_matches, assert_one_rejected


def shift(file: netCDF4.Dataset) -> None:
    file["lat"][:] = file["lat"][:] + 0.25


def zero(file: netCDF4.Dataset) -> None:
    """As a provider's converter that failed leaves them."""
    file["lat"][:] = 0


def turn_over(file: netCDF4.Dataset) -> None:
    file["lat"][:] = np.asarray(file["lat"][:])[::-1]


def move_by_the_least(file: netCDF4.Dataset) -> None:
    lat = np.asarray(file["lat"][:])
    file["lat"][:] = np.nextafter(lat, np.float32(np.inf))


def count_from_greenwich(file: netCDF4.Dataset) -> None:
    file["lon"][:] = np.asarray(file["lon"][:]) % 360


GRIDS = {
    "shifted": (shift, "lat"),
    "all zero": (zero, "lat"),
    "turned over": (turn_over, "lat"),
    "moved in the last bit": (move_by_the_least, "lat"),
    "0 to 360": (count_from_greenwich, "lon"),
}


@pytest.mark.parametrize("kind", ["grow", "regular"])
@pytest.mark.parametrize("grid", GRIDS)
def test_another_grid_is_refused(vdp: Engine, archive_of, grid: str, kind: str) -> None:
    change, variable = GRIDS[grid]
    archive = archive_of(Mur(), 4, kind=kind)
    with archive.altered(3) as file:
        change(file)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    assert_matches(reason, f"variable {variable}: values")
    assert_documented("C6", reason)


PRODUCTS = {
    "another number of rows": (Mur(latitudes=18), "lat"),
    "another grid of the same size": (Mur(latitude_shift=0.25), "lat"),
}


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_file_of_another_product(vdp: Engine, archive_of, product: str) -> None:
    other, pattern = PRODUCTS[product]
    archive = archive_of(Mur(), 5, kind="grow")
    other.write(archive.path(3), 3)
    assert_matches(assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3), pattern)


DECLARED = '[coords]\nstatic = ["latitude", "longitude"]\n'


@pytest.mark.parametrize("time_chunk", [12, None], ids=["chunked", "contiguous"])
@pytest.mark.parametrize("declared", ["", DECLARED], ids=["not declared", "declared"])
def test_coordinates_of_two_dimensions(vdp: Engine, archive_of, time_chunk: int | None, declared: str) -> None:
    archive = archive_of(Naqfc(time_chunk=time_chunk), 3)
    archive.dataset.write_text(archive.dataset.read_text() + declared)
    with archive.altered(2) as file:
        file["latitude"][:] = file["latitude"][:] + 0.01
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 2)
    assert_matches(reason, "variable latitude: values")


def test_the_same_grid_in_another_encoding_is_taken(vdp: Engine, archive_of) -> None:
    """Bytes differ, values do not."""
    archive = archive_of(Mur(), 3, kind="grow")
    with archive.altered(2) as file:
        values = np.asarray(file["lat"][:])
        file.renameVariable("lat", "rows")
        lat = file.createVariable("lat", "f4", ("lat",), contiguous=True)
        lat.setncatts({"units": "degrees_north", "valid_max": 90})
        lat[:] = values
    answer = vdp.run(archive.dataset, expect=None)
    assert answer.outcomes == {"written": 3}, str(answer)


def on_a_satellite(origin: float, long_name: str = "geostationary"):
    """A grid of angles; what it shows of the earth, only the mapping's attributes tell."""

    def fill(file: netCDF4.Dataset, index: int, revision: int) -> None:
        add_field(file, "sst", index, revision)
        projection = file.createVariable("projection", "i4", ())
        projection.setncatts({"grid_mapping_name": "geostationary", "perspective_point_height": 35786023.0})
        projection.longitude_of_projection_origin = origin if index == 3 else -89.5
        projection.long_name = long_name if index == 3 else "where it looks"
        file["sst"].grid_mapping = "projection"

    return fill


def test_a_satellite_that_moved(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(on_a_satellite(-75.2)), 4)
    reason = assert_one_rejected(vdp.run(archive.dataset, expect=None), archive, 3)
    assert_matches(reason, r"projection: attribute longitude_of_projection_origin: found -75\.2, expected -89\.5")
    assert_documented("C6", reason)


def test_a_satellite_that_did_not_move(vdp: Engine, tmp_path: Path) -> None:
    archive = make_archive(tmp_path, Plain(on_a_satellite(-89.5, "another text for people")), 4)
    answer = vdp.run(archive.dataset)
    assert answer.outcomes == {"written": 4}
    assert_equals_sources(open_as_printed(answer.python), archive.files())
