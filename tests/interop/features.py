"""The table of what repositories can have. A feature is a function that writes it with a Writer, step by step, so that
either library, or both in turns, can be made to do so; what cannot be is left out with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .places import Source
from .sides import Config, Virtual
from .writer import Changes, Writer
from .zarr_nodes import Array, Index


@dataclass(frozen=True)
class Feature:
    name: str
    write: Callable[[Writer], None]
    #: What it cannot be combined with (a place, a format version, a mode, a side that writes), and why.
    left_out: dict[str, str] = field(default_factory=dict)


FEATURES: dict[str, Feature] = {}


def feature(**left_out: str) -> Callable[[Callable[[Writer], None]], Callable[[Writer], None]]:
    def register(write: Callable[[Writer], None]) -> Callable[[Writer], None]:
        name = write.__name__
        FEATURES[name] = Feature(name, write, left_out)
        return write

    return register


SERIES = Array((10, 4), (2, 4), "float64", ("t", "x"))


def add_series(changes: Changes, path: str = "/a", array: Array = SERIES) -> None:
    changes.array(path, array)
    changes.fill(path, array)


# ---- Nodes and chunks ----


@feature()
def empty(w: Writer) -> None:
    w.create()


@feature()
def root_only(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/", title="\u00fc", n=1)
    with w.session() as s:
        s.group("/", title="other")


@feature()
def scalar(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
        s.array("/empty", Array((), ()))
        add_series(s, "/s", Array((), ()))
    with w.session() as s:
        s.chunk("/s", (), b"\x2a\0\0\0")


@feature()
def zero_length_dimension(w: Writer) -> None:
    array = Array((0, 5), (3, 5), names=("t", "x"))
    w.create()
    with w.session() as s:
        s.group("/")
        s.array("/z", array)
    longer = Array((3, 5), (3, 5), names=("t", "x"))
    with w.session() as s:
        add_series(s, "/z", longer)
    with w.session() as s:
        s.array("/z", array)


@feature()
def unnamed_dimensions(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
        add_series(s, "/some", Array((4, 4, 2), (2, 2, 2), names=("y", None, "x")))
        add_series(s, "/none", Array((4, 4), (2, 2), names=(None, None)))
        add_series(s, "/absent", Array((4, 4), (2, 2)))
    with w.session() as s:
        s.chunk("/some", (1, 1, 0), bytes(32))


@feature()
def inline_and_native(w: Writer) -> None:
    """On both sides of the threshold of 512 bytes, and at it."""
    w.create()
    with w.session() as s:
        s.group("/")
        for length in (1, 511, 512, 513, 5000):
            add_series(s, f"/of-{length}", Array((3 * length,), (length,), "uint8"))
    with w.session() as s:
        s.chunk("/of-512", (1,), bytes(range(256)) * 2)
        s.chunk("/of-513", (1,), b"\xff" * 513)


@feature()
def threshold(w: Writer) -> None:
    w.create(Config(inline_threshold=0))
    with w.session() as s:
        s.group("/")
        add_series(s)
    with w.session() as s:
        s.chunk("/a", (2, 0), bytes(64))


@feature()
def hierarchy(w: Writer) -> None:
    """Names around '/' in byte order, and names that are not ASCII."""
    paths = ("/a", "/a-b", "/a-b/c", "/a/b", "/a/b-c", "/a.b", "/\u00e9t\u00e9", "/\u00e9t\u00e9/\u6d77-\u6d0b", "/Z")
    w.create()
    with w.session() as s:
        s.group("/")
        for path in paths:
            s.group(path, name=path)
    with w.session() as s:
        for path in reversed(paths):
            add_series(s, f"{path}/\u6e29\u5ea6 x", Array((2,), (1,)))
    with w.session() as s:
        s.delete("/a-b")
        s.delete("/\u00e9t\u00e9/\u6d77-\u6d0b")


@feature()
def delete_and_recreate(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
        add_series(s)
        s.group("/g")
        add_series(s, "/g/x")
    with w.session() as s:
        s.delete("/a")
        s.array("/a", SERIES)
        s.chunk("/a", (3, 0), bytes(64))
    with w.session() as s:
        s.delete("/g")
    with w.session() as s:
        s.array("/g", SERIES)
        s.chunk("/g", (1, 0), b"\x01" * 64)


@feature()
def chunks_deleted(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
        add_series(s)
        add_series(s, "/all")
    with w.session() as s:
        s.delete_chunk("/a", (1, 0))
        s.delete_chunk("/a", (4, 0))
        for index in SERIES.indices():
            s.delete_chunk("/all", index)
    with w.session() as s:
        s.chunk("/a", (4, 0), bytes(64))


@feature()
def metadata_of_commits(w: Writer) -> None:
    w.create()
    with w.session(message="\u00fc\n\U0001f9ca") as s:
        s.group("/")
        s.metadata = {"k": 1, "f": 1.5, "b": True, "n": None, "l": [1, "a", None], "large": 2**40, "\u00e9": "\u00fc"}
    with w.session(message="") as s:
        add_series(s)
        s.metadata = {"o": {"q": [2.5, {"neg": -7}], "e": {}, "none": []}, "empty": ""}


# ---- Manifests ----


def series_of(steps: int) -> Array:
    return Array((steps, 4), (2, 4), "float64", ("t", "x"))


@feature()
def resize(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
        add_series(s)
    with w.session() as s:
        s.array("/a", series_of(20))
        s.chunk("/a", (7, 0), b"\x07" * 64)
    with w.session() as s:
        s.array("/a", series_of(5))
    with w.session() as s:
        s.array("/a", series_of(16))
    with w.session() as s:
        s.array("/a", series_of(0))


@feature()
def split(w: Writer) -> None:
    w.create(Config(split={"t": 3}, inline_threshold=0))
    with w.session() as s:
        s.group("/")
        add_series(s, "/a", series_of(14))
        add_series(s, "/other", Array((12, 6), (1, 2), names=("t", "y")))
    with w.session() as s:
        s.array("/a", series_of(20))
        s.chunk("/a", (9, 0), bytes(64))
    with w.session() as s:
        s.chunk("/a", (1, 0), bytes(64))
        s.delete_chunk("/other", (4, 1))
    for steps in (8, 16):
        with w.session() as s:
            s.array("/a", series_of(steps))


@feature()
def changed_split(w: Writer) -> None:
    w.create(Config(split={"t": 3}))
    with w.session() as s:
        s.group("/")
        add_series(s, "/a", series_of(40))
        add_series(s, "/kept", series_of(14))
    for edge in (2, 7, 5):
        w.save_config(Config(split={"t": edge}))
        with w.session() as s:
            s.chunk("/a", (edge, 0), bytes([edge]) * 64)
        with w.session() as s:
            s.array("/a", series_of(40 + 2 * edge))
            s.chunk("/a", (20 + edge - 1, 0), bytes([edge]) * 64)


@feature()
def many_small_appends(w: Writer) -> None:
    """Ours adds tail manifests and merges them; the official writer rewrites the cell."""
    w.create(Config(split={"t": 8}))
    with w.session() as s:
        s.group("/")
    for step in range(12):
        with w.session() as s:
            s.array("/a", Array((step + 1,), (1,), names=("t",)))
            s.chunk("/a", (step,), step.to_bytes(4, "little"))


@feature(v1="version 1 has chunks of one length")
def rectilinear(w: Writer) -> None:
    array = Array((6, 4), ((1, 2, 2, 1), (2, 2)), names=("t", "x"))
    w.create()
    with w.session() as s:
        s.group("/")
        add_series(s, "/r", array)
    with w.session() as s:
        s.chunk("/r", (2, 1), bytes(16))
    with w.session() as s:
        longer = Array((9, 4), ((1, 2, 2, 1, 3), (2, 2)), names=("t", "x"))
        s.array("/r", longer)
        s.chunk("/r", (4, 0), bytes(24))


# ---- Virtual references ----

SOURCE_STEPS = 20


MakeRef = Callable[[Source, Index, int], Virtual]


def write_virtual(w: Writer, make: MakeRef) -> None:
    source = w.place.add_source("part/source.bin", b"HEAD" + bytes(range(4 * SOURCE_STEPS)))
    array = Array((SOURCE_STEPS,), (5,), names=("t",))

    def refs(indices: list[int], shift: int = 0) -> list[tuple[Virtual, int]]:
        places = [(i, 4 + 20 * i + shift) for i in indices]
        return [(make(source, (i,), offset), offset) for i, offset in places]

    w.create(Config(containers=(w.place.container,)))
    with w.session() as s:
        s.group("/")
        s.array("/v", array)
        s.virtual("/v", array.grid, source, refs([0, 1, 2, 3]))
    with w.session() as s:
        s.virtual("/v", array.grid, source, refs([1, 2], shift=-4))
        s.chunk("/v", (3,), bytes(20))
    with w.session() as s:
        s.chunk("/v", (0,), bytes(20))
        s.virtual("/v", array.grid, source, refs([3]))


@feature()
def virtual(w: Writer) -> None:
    write_virtual(w, lambda source, index, offset: Virtual(index, source.url, offset, 20))


NEVER_MATCHES = "official readers find no etag of a local file to be the one of its reference"


@feature(local=NEVER_MATCHES, memory=NEVER_MATCHES)
def virtual_with_etag(w: Writer) -> None:
    write_virtual(w, lambda source, index, offset: Virtual(index, source.url, offset, 20, etag=source.etag))


@feature()
def virtual_with_time(w: Writer) -> None:
    write_virtual(w, lambda source, index, offset: Virtual(index, source.url, offset, 20, modified_s=source.modified_s))


@feature(v1="relative locations are of version 2")
def virtual_in_a_named_container(w: Writer) -> None:
    url = f"vcc://{w.place.container.name}/part/source.bin"
    write_virtual(w, lambda source, index, offset: Virtual(index, url, offset, 20))


@feature()
def virtual_with_dictionary(w: Writer) -> None:
    """From 1,000 virtual references on, official manifests compress their locations with a dictionary."""
    count, per_source, length = 1100, 100, 4
    array = Array((count,), (1,), names=("t",))
    w.create(Config(containers=(w.place.container,)))
    sources = [
        w.place.add_source(f"year={2000 + n}/file_{n:04d}.nc", (n * per_source * length).to_bytes(4, "little") * 100)
        for n in range(count // per_source)
    ]
    with w.session() as s:
        s.group("/")
        s.array("/v", array)
        for n, source in enumerate(sources):
            refs = [Virtual((n * per_source + i,), source.url, i * length, length) for i in range(per_source)]
            s.virtual("/v", array.grid, source, [(ref, ref.offset) for ref in refs])
    with w.session() as s:
        s.virtual("/v", array.grid, sources[0], [(Virtual((700,), sources[0].url, 8, length), 8)])
