"""Features of refs, histories and settings: see features.py, whose table they are in."""

from __future__ import annotations

from .features import SERIES, add_series, feature, series_of
from .sides import Config
from .writer import Writer

# ---- Names ----


@feature()
def branches(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
        add_series(s)
    first = w.model.branches["main"]
    w.create_branch("dev", first)
    for branch in ("dev", "main", "dev"):
        with w.session(branch) as s:
            s.chunk("/a", (0, 0), branch.encode() * 16)


@feature(v1="names of version 1 are object keys: official local stores list them percent-encoded, others do not")
def branch_with_a_unicode_name(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
    w.create_branch("d\u00e9v %41", w.model.branches["main"])
    with w.session("d\u00e9v %41") as s:
        add_series(s)


@feature(v1="names have no '/'")
def branch_with_slash(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
    w.create_branch("with/slash", w.model.branches["main"])
    with w.session("with/slash") as s:
        add_series(s)


@feature()
def tags(w: Writer) -> None:
    w.create()
    for n in range(3):
        with w.session() as s:
            s.group("/", n=n)
        w.create_tag(f"v{n}", w.model.branches["main"])


def commit_groups(w: Writer, count: int, branch: str = "main") -> list[str]:
    """So many commits that each change the root group."""
    for _ in range(count):
        with w.session(branch) as s:
            s.group("/", n=w.number())
    return [one.id for one in w.model.ancestry(w.model.branches[branch])][::-1]


@feature()
def deleted_branches_and_tags(w: Writer) -> None:
    w.create()
    _, first, second = commit_groups(w, 2)
    for name in ("gone", "kept"):
        w.create_tag(name, first)
        w.create_branch(name, second)
    w.delete_tag("gone")
    w.delete_branch("gone")
    for name in ("gone", "kept"):
        w.refuses(lambda side, name=name: side.create_tag(name, first))
    w.create_branch("gone", first)
    w.refuses(lambda side: side.delete_branch("main"))
    w.refuses(lambda side: side.delete_tag("gone"))


@feature()
def reset(w: Writer) -> None:
    w.create()
    _, first, second = commit_groups(w, 2)
    w.reset_branch("main", first, expected=second)
    w.refuses(lambda side: side.reset_branch("main", second, expected=second))
    with w.session() as s:
        add_series(s)
    w.reset_branch("main", second)
    with w.session() as s:
        add_series(s, "/b")


AMEND_IS_OF_2 = "version 1 cannot amend"


@feature(v1=AMEND_IS_OF_2)
def amended(w: Writer) -> None:
    w.create()
    w.refuses(lambda side: side.writable().amend("of the first", {}))
    with w.session() as s:
        s.group("/")
        add_series(s)
    with w.session("main", how="amend") as s:
        s.chunk("/a", (1, 0), bytes(64))
        s.metadata = {"n": 1}
    with w.session() as s:
        add_series(s, "/b")
        s.delete_chunk("/a", (2, 0))
    for _ in range(2):
        with w.session("main", how="amend") as s:
            s.delete("/b")
            add_series(s, "/c")
            s.array("/b", SERIES)


@feature()
def detached(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
        add_series(s)
    with w.session("main", how="flush") as s:
        s.chunk("/a", (1, 0), bytes(64))
        s.metadata = {"n": 1}
    with w.session() as s:
        s.chunk("/a", (2, 0), bytes(64))


@feature(v1="version 1 moves nothing")
def moved(w: Writer) -> None:
    w.create()
    with w.session() as s:
        s.group("/")
        for path in ("/from", "/from/deep", "/to", "/a-b"):
            s.group(path)
        for path in ("/a", "/from/x", "/from/deep/y"):
            add_series(s, path)
    with w.session(how="move") as s:
        s.move("/from", "/to/from")
        s.move("/a", "/b")
    w.refuses(lambda side: side.rearranging().move("/b", "/to"))
    w.refuses(lambda side: side.rearranging().move("/to", "/to/from/to"))
    with w.session() as s:
        s.chunk("/to/from/x", (1, 0), bytes(64))
        add_series(s, "/a")
    with w.session(how="move") as s:
        s.move("/to/from/deep", "/deep")
        s.move("/deep/y", "/a-b/y")


# ---- Settings of a repository ----

OF_VERSION_2 = "version 2 brought it"


@feature(v1=OF_VERSION_2)
def repository_metadata(w: Writer) -> None:
    w.create()
    w.set_metadata({"owner": "\u00fc", "n": [1, 2.5, None, {"a": True}], "large": 2**53})
    commit_groups(w, 1)
    w.set_metadata({"other": "x"})


@feature(v1=OF_VERSION_2)
def feature_flags(w: Writer) -> None:
    w.create()
    _, first = commit_groups(w, 1)
    w.create_tag("kept", first)
    w.set_flag("delete_tag", False)
    w.refuses(lambda side: side.delete_tag("kept"))
    w.set_flag("create_tag", False)
    w.refuses(lambda side: side.create_tag("more", first))
    w.set_flag("create_tag", None)
    w.set_flag("move_node", True)
    w.create_tag("more", first)


@feature(v1=OF_VERSION_2, race="nobody gets a session")
def read_only(w: Writer) -> None:
    w.create()
    _, first = commit_groups(w, 1)
    w.set_status("read_only", "maintenance")
    w.refuses(lambda side: side.writable())
    w.refuses(lambda side: side.create_branch("b", first))
    w.refuses(lambda side: side.create_tag("t", first))
    w.refuses(lambda side: side.set_metadata({"n": 1}))
    w.set_status("online")
    commit_groups(w, 1)
    w.set_status("read_only")


@feature(v1=OF_VERSION_2)
def operations_overflow(w: Writer) -> None:
    """A log over several objects."""
    w.create(Config(updates_per_file=3))
    _, first = commit_groups(w, 1)
    for n in range(9):
        w.create_tag(f"t{n}", first)
        if n % 4 == 0:
            w.delete_tag(f"t{n}")
    commit_groups(w, 3)


@feature(v1="we neither expire nor collect a repository of version 1")
def expired(w: Writer) -> None:
    w.create()
    ids = commit_groups(w, 3)
    w.create_tag("old", ids[1])
    w.create_branch("b", ids[2])
    w.mark()
    commit_groups(w, 2)
    commit_groups(w, 1, "b")
    w.expire()
    commit_groups(w, 1)


@feature(v1="we neither expire nor collect a repository of version 1")
def expired_and_collected(w: Writer) -> None:
    w.create(Config(inline_threshold=0))
    with w.session() as s:
        s.group("/")
        add_series(s)
    for n in range(3):
        with w.session() as s:
            s.chunk("/a", (n, 0), bytes([n]) * 64)
    with w.session("main", how="flush") as s:
        s.delete("/a")
    w.mark()
    with w.session() as s:
        s.chunk("/a", (4, 0), bytes(64))
    w.expire()
    w.collect()
    with w.session() as s:
        s.delete_chunk("/a", (4, 0))
    w.collect()


# ---- Chunks that move ----


@feature()
def shifted(w: Writer) -> None:
    w.create(Config(split={"t": 3}))
    with w.session() as s:
        s.group("/")
        add_series(s, "/a", series_of(20))
    with w.session() as s:
        s.shift("/a", (2, 0))
    with w.session() as s:
        s.chunk("/a", (0, 0), bytes(64))
        s.shift("/a", (-3, 0))
