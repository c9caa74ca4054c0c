"""The real CMIP6 files of the package esmvaltool-sample-data: small cuts, in the layout that their owners published."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def real_files() -> list[Path]:
    """All 326, sorted. The package itself is not imported, as it needs more than its files do."""
    package = find_spec("esmvaltool_sample_data")
    assert package, "esmvaltool-sample-data is not installed"
    return sorted(Path(package.submodule_search_locations[0], "data").rglob("*.nc"))


def real_series() -> dict[str, list[Path]]:
    """Series of more than one piece, by model and table; pieces are in order of time, as their names sort so."""
    series: dict[str, list[Path]] = {}
    for file in real_files():
        table, model = file.name.split("_")[1:3]
        series.setdefault(f"{model} {table}", []).append(file)
    return {name: files for name, files in series.items() if len(files) > 1}
