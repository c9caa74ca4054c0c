"""The Python way to append: open the repository, parse some files, write them, one commit.

usage: python_append.py REPORT DATA_FOLDER STORE FILE...

Writes to the JSON file REPORT what the commit and all of it took in this process, imports left out.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

from obspec_utils.registry import ObjectStoreRegistry
from obstore.store import LocalStore
from python_loop import open_repository
from virtualizarr import open_virtual_dataset
from virtualizarr.parsers import HDFParser


def main(report: Path, data: Path, store: Path, files: list[Path]) -> None:
    warnings.simplefilter("ignore")
    started_s = time.process_time()
    session = open_repository(store, data).writable_session("main")
    registry = ObjectStoreRegistry({"file://": LocalStore()})
    for file in files:
        dataset = open_virtual_dataset(file.as_uri(), registry=registry, parser=HDFParser(group="Grid"))
        dataset.vz.to_icechunk(session.store, append_dim="time")
    written_s = time.process_time()
    session.commit(f"{len(files)} files")
    ended_s = time.process_time()
    report.write_text(json.dumps({"commit_cpu_s": ended_s - written_s, "cpu_s": ended_s - started_s}))


if __name__ == "__main__":
    main(*(Path(name).resolve() for name in sys.argv[1:4]), [Path(name).resolve() for name in sys.argv[4:]])
