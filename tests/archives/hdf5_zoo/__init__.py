"""HDF5 and netCDF-4 files by their structures: one small file for each, at every version that differs.

`CASES` has them all by name; `DAMAGED` has files that are broken in one place each.
"""

from . import (  # noqa: F401 (they register)
    attributes,
    dimensions,
    file_structure,
    filters,
    greedy,
    groups,
    storage,
    types,
)
from .case import CASES, Case
from .damaged import DAMAGED, Damaged

__all__ = ["CASES", "DAMAGED", "Case", "Damaged"]
