"""The Python way to parse files behind a web server; prints the seconds that each took, without starting.

usage: python_remote_parse.py parser|dataset GROUP SERVER URL...
"""

from __future__ import annotations

import sys
import time
import warnings

from obspec_utils.registry import ObjectStoreRegistry
from obstore.store import HTTPStore
from virtualizarr import open_virtual_dataset
from virtualizarr.parsers import HDFParser


def main(how: str, group: str, server: str, urls: list[str]) -> None:
    warnings.simplefilter("ignore")
    registry = ObjectStoreRegistry({server: HTTPStore.from_url(server, client_options={"allow_http": True})})
    parser = HDFParser(group=group)
    for url in urls:
        started = time.perf_counter()
        if how == "dataset":
            open_virtual_dataset(url, registry=registry, parser=parser)
        else:
            parser(url, registry)
        print(time.perf_counter() - started)


if __name__ == "__main__":
    main(*sys.argv[1:4], sys.argv[4:])
