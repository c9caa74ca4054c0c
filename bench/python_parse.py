"""The Python way to parse, one file after the other; no file shows what starting takes.

usage: python_parse.py parser|dataset GROUP FILE...

`parser` is VirtualiZarr's HDFParser alone, `dataset` its open_virtual_dataset, which is what people call.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from obspec_utils.registry import ObjectStoreRegistry
from obstore.store import LocalStore
from virtualizarr import open_virtual_dataset
from virtualizarr.parsers import HDFParser


def main(how: str, group: str, files: list[Path]) -> None:
    warnings.simplefilter("ignore")
    registry = ObjectStoreRegistry({"file://": LocalStore()})
    parser = HDFParser(group=group)
    for file in files:
        url = file.resolve().as_uri()
        if how == "dataset":
            open_virtual_dataset(url, registry=registry, parser=parser)
        else:
            parser(url, registry)


if __name__ == "__main__":
    main(*sys.argv[1:3], [Path(name) for name in sys.argv[3:]])
