"""Groups and links: old and new, compact and dense, to everywhere and to nowhere."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from .case import hdf5, path_case
from .libhdf5 import filter_links


@hdf5()
def nested(file: h5py.File) -> None:
    file.create_group("a/b/c/d/e/f").attrs["depth"] = 6
    file["a/b/x"] = np.arange(6).reshape(2, 3)
    file["a/b/c/d/e/f/x"] = 4.5
    file.create_group("a/empty")


@hdf5()
def wide(file: h5py.File) -> None:
    """More than one level of the tree of names."""
    for number in range(500):
        file[f"v{number * 7919 % 500:03d}"] = np.int16(number)


@hdf5("v108", "latest", track_order=True)
def in_order_of_creation(file: h5py.File) -> None:
    for name in ("z", "y", "x"):
        file.create_dataset(name, data=np.arange(3)).attrs["name"] = name
    group = file.create_group("many", track_order=True)
    for number in range(40):
        group.create_dataset(f"n{99 - number}", data=number)


@hdf5()
def hard_links(file: h5py.File) -> None:
    file["a/x"] = np.arange(5)
    file["b"] = file["a"]
    file["a/y"] = file["a/x"]
    file["x"] = file["a/x"]


@hdf5(skipped={"/dangling": "nowhere", "/group/up": "which does not exist", "/circle": "does not exist"})
def soft_links(file: h5py.File) -> None:
    file["group/x"] = np.arange(4)
    file["alias"] = h5py.SoftLink("/group/x")
    file["relative"] = h5py.SoftLink("group/./x")
    file["of_a_group"] = h5py.SoftLink("/group")
    file["of_a_link"] = h5py.SoftLink("alias")
    file["group/sibling"] = h5py.SoftLink("x")
    file["dangling"] = h5py.SoftLink("/nowhere")
    file["group/up"] = h5py.SoftLink("../alias")
    file["circle"] = h5py.SoftLink("/circle")
    del file["of_a_group"]


@hdf5(skipped={"/a/back": "contains it", "/a/b/root": "contains it", "/a/b/itself": "contains it"})
def circles(file: h5py.File) -> None:
    file.create_group("a/b")
    file["a/b/x"] = np.arange(3)
    file["a/back"] = file["a"]
    file["a/b/root"] = file["/"]
    file["a/b/itself"] = h5py.SoftLink("/a/b")


@hdf5(skipped={"/outside": "elsewhere.h5", "/group/outside": "other"})
def external_links(file: h5py.File) -> None:
    file["outside"] = h5py.ExternalLink("elsewhere.h5", "/x")
    file["group/outside"] = h5py.ExternalLink("../no/such/file.h5", "/other")
    file["x"] = np.arange(3)


@hdf5()
def names_of_every_kind(file: h5py.File) -> None:
    for name in ("with space", "point.ed", "Größe", "☃", "-", "a=b;c", "%41", "x" * 300, "phony_dim_0"):
        file[name] = np.arange(2)
        file[f"group {name}/x"] = np.arange(3)


@hdf5()
def deleted_links(file: h5py.File) -> None:
    for number in range(60):
        file[f"v{number}"] = number
    for number in range(0, 60, 2):
        del file[f"v{number}"]
    file["kept/x"] = np.arange(3)
    file.move("kept/x", "kept/y")


@hdf5()
def named_datatypes(file: h5py.File) -> None:
    file["types/number"] = np.dtype(">f4")
    file["types/choice"] = h5py.enum_dtype({"no": 0, "yes": 1}, "i2")
    file.create_dataset("x", data=np.arange(3), dtype=file["types/number"])
    file.create_dataset("y", data=np.array([0, 1, 1], "i2"), dtype=file["types/choice"])
    file["x"].attrs.create("limit", 2.5, dtype=file["types/number"])
    file["types/number"].attrs["note"] = "attribute of a datatype"


@path_case(skipped={"/group": "heap with filters"})
def filtered_links(path: Path) -> None:
    """A heap of links that is deflated."""
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        properties = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
        filter_links(properties)
        group = h5py.Group(h5py.h5g.create(file.id, b"group", gcpl=properties))
        for number in range(100):
            group[f"variable_{number:03d}_of_the_deflated_group"] = number
