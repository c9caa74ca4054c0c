"""What a file of the zoo is: how it is written, and what a reader must say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import netCDF4

Writer = Callable[[Path], None]

# The oldest structures that h5py writes, those of each release that changed the format, and the newest.
LIBVERS = ("earliest", "v108", "v110", "latest")


@dataclass(frozen=True)
class Case:
    """A file. Whatever it holds and the case does not name must be read, equal to what h5py or netCDF4 reads."""

    name: str
    write: Writer
    skipped: Mapping[str, str] = field(default_factory=dict)  # path -> pattern of the reason
    lost: Mapping[str, str] = field(default_factory=dict)  # "path@attribute" -> pattern of the reason
    error: str | None = None  # the pattern of the message, of a file that is refused as a whole
    reader: str = "h5py"  # whose values are the truth
    named_by_netcdf: bool = False  # whether netCDF's names of dimensions are the truth
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # names that are known otherwise
    parts: tuple[slice, ...] = (slice(None),)  # what of each array is read, as zarr takes long over many chunks

    @property
    def file_name(self) -> str:
        return self.name + (".nc" if self.reader == "netCDF4" else ".h5")


CASES: dict[str, Case] = {}


def add(case: Case) -> None:
    assert case.name not in CASES, f"two files named {case.name}"
    CASES[case.name] = case


def with_file(write: Callable[[h5py.File], None], **options: object) -> Writer:
    """`write` fills a file that h5py made with these options."""

    def to_path(path: Path) -> None:
        with h5py.File(path, "w", **options) as file:
            write(file)

    return to_path


def hdf5(
    *libvers: str,
    skipped: Mapping[str, str] = {},
    lost: Mapping[str, str] = {},
    named_by_netcdf: bool = False,
    dimensions: Mapping[str, tuple[str, ...]] = {},
    parts: tuple[slice, ...] = (slice(None),),
    **options: object,
):
    """Adds a file for each `libver`: by default for all of LIBVERS."""

    def register(write: Callable[[h5py.File], None]) -> Callable[[h5py.File], None]:
        for libver in libvers or LIBVERS:
            bounds = ("earliest", "v108") if libver == "earliest" else (libver, libver)
            if libver == "latest":
                bounds = ("latest", "latest")
            add(
                Case(
                    f"{write.__name__}-{libver}",
                    with_file(write, libver=bounds, **options),
                    skipped,
                    lost,
                    named_by_netcdf=named_by_netcdf,
                    dimensions=dimensions,
                    parts=parts,
                )
            )
        return write

    return register


def path_case(skipped: Mapping[str, str] = {}, lost: Mapping[str, str] = {}, error: str | None = None, **more: object):
    """Adds one file that its function writes at a path."""

    def register(write: Writer) -> Writer:
        add(Case(write.__name__, write, skipped, lost, error, **more))
        return write

    return register


def netcdf(*formats: str, skipped: Mapping[str, str] = {}, lost: Mapping[str, str] = {}):
    """Adds a file of netCDF-C for each format: NETCDF4 if none is named."""

    def register(write: Callable[[netCDF4.Dataset], None]) -> Callable[[netCDF4.Dataset], None]:
        for kind in formats or ("NETCDF4",):

            def to_path(path: Path, kind: str = kind) -> None:
                with netCDF4.Dataset(path, "w", format=kind) as file:
                    write(file)

            add(Case(f"{write.__name__}-{kind.lower()}", to_path, skipped, lost, reader="netCDF4", named_by_netcdf=True))
        return write

    return register
