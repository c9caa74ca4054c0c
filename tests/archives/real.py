"""Real files, in the layout that their owners published: of packages of PyPI and, in the long run, of Debian."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

# What a NetCDF file of any kind begins with.
CLASSIC, HDF5 = b"CDF", b"\x89HDF\r\n\x1a\n"


def real_files() -> list[Path]:
    """All 326 of esmvaltool-sample-data, sorted: small cuts of CMIP6."""
    return _files_of_package("esmvaltool_sample_data", "data")


def iris_files() -> list[Path]:
    """All 15 of iris-sample-data, sorted: models, analyses and observations of many origins."""
    return _files_of_package("iris_sample_data", "sample_data")


def _files_of_package(package: str, folder: str) -> list[Path]:
    """A package itself is not imported, as it needs more than its files do."""
    found = find_spec(package)
    assert found, f"{package} is not installed"
    return sorted(Path(found.submodule_search_locations[0], folder).rglob("*.nc"))


def debian_files(package: str, folder: Path) -> list[Path]:
    """All NetCDF files of a package of Debian, which is fetched and unpacked in the folder. None where that fails."""
    commands = (["apt-get", "download", "--quiet", package], ["sh", "-c", "dpkg-deb --extract *.deb files"])
    try:
        for command in commands:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=600)
    except (OSError, subprocess.CalledProcessError):
        return []
    return sorted(file for file in folder.rglob("*") if file.is_file() and is_netcdf(file))


def is_netcdf(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(8).startswith((CLASSIC, HDF5))


def real_series() -> dict[str, list[Path]]:
    """Series of more than one piece, by model and table; pieces are in order of time, as their names sort so."""
    series: dict[str, list[Path]] = {}
    for file in real_files():
        table, model = file.name.split("_")[1:3]
        series.setdefault(f"{model} {table}", []).append(file)
    return {name: files for name, files in series.items() if len(files) > 1}
