"""Random histories, written by the official library, for two collectors to be held against each other."""

from __future__ import annotations

import os
import random
import shutil
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import icechunk
import numpy as np
import zarr

import icechunk_repositories as official

CHUNKS = 6
CHUNK_LENGTH = 100
KINDS = ("commit", "amend", "branch", "tag", "reset", "delete_branch", "delete_tag", "detached", "abandon")
WEIGHTS = (10, 2, 3, 2, 1.5, 2, 1, 1.5, 1)


def open_official(path: Path, sources: Path) -> icechunk.Repository:
    """`sources`: the repository that the virtual references of `path` were made for."""
    return icechunk.Repository.open(official.storage(path), authorize_virtual_chunk_access=official.access(sources))


@dataclass
class RandomHistory:
    """A repository, the moments between the operations that made it, and who wrote what."""

    path: Path
    seed: int
    operations: int = 25
    moments: list[datetime] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        sources = official.sources_of(self.path)
        sources.mkdir()
        self.source = sources / "source.bin"
        self.source.write_bytes(np.random.default_rng(self.seed).bytes(CHUNKS * CHUNK_LENGTH * 8))
        config = icechunk.RepositoryConfig.default()
        store = icechunk.local_filesystem_store(str(sources))
        config.set_virtual_chunk_container(icechunk.VirtualChunkContainer(f"file://{sources}/", store=store))
        self.repository = official.create(self.path, 2, config)
        self.create_arrays()
        for _ in range(self.operations):
            kind = self.random.choices(KINDS, WEIGHTS)[0]
            if getattr(self, kind)():
                self.done[kind] = self.done.get(kind, 0) + 1
            self.moments.append(datetime.now(UTC))
        self.age_objects()

    # ---- Operations; each says whether it could be done ----

    def create_arrays(self) -> None:
        session = self.repository.writable_session("main")
        group = official.root_group(session)
        for name in ("native", "referred"):
            group.create_array(
                name,
                shape=(CHUNKS * CHUNK_LENGTH,),
                chunks=(CHUNK_LENGTH,),
                dtype="f8",
                compressors=None,
                filters=None,
                dimension_names=["t"],
            )
        group.create_array("inlined", shape=(CHUNKS,), chunks=(1,), dtype="i4")
        session.commit("arrays")

    def commit(self) -> bool:
        session = self.repository.writable_session(self.branch_name())
        self.change(session)
        session.commit(f"commit {self.random.random()}")
        return True

    def amend(self) -> bool:
        branch = self.branch_name()
        tip = self.repository.lookup_snapshot(self.repository.lookup_branch(branch))
        if tip.parent_id is None:
            return False
        session = self.repository.writable_session(branch)
        self.change(session)
        session.amend("amended")
        return True

    def detached(self) -> bool:
        session = self.repository.writable_session(self.branch_name())
        self.change(session)
        session.flush("detached")
        return True

    def abandon(self) -> bool:
        self.change(self.repository.writable_session(self.branch_name()))
        return True

    def branch(self) -> bool:
        self.repository.create_branch(self.new_name("b"), self.snapshot())
        return True

    def tag(self) -> bool:
        self.repository.create_tag(self.new_name("t"), self.snapshot())
        return True

    def reset(self) -> bool:
        self.repository.reset_branch(self.branch_name(), self.snapshot())
        return True

    def delete_branch(self) -> bool:
        names = sorted(self.repository.list_branches() - {"main"})
        if names:
            self.repository.delete_branch(self.random.choice(names))
        return bool(names)

    def delete_tag(self) -> bool:
        names = sorted(self.repository.list_tags())
        if names:
            self.repository.delete_tag(self.random.choice(names))
        return bool(names)

    # ---- What they are made of ----

    def change(self, session: icechunk.Session) -> None:
        group = zarr.open_group(session.store, mode="r+")
        for _ in range(self.random.randint(1, 3)):
            chunk = self.random.randrange(CHUNKS)
            kind = self.random.choice(("native", "inlined", "referred"))
            if kind == "native":
                begin = chunk * CHUNK_LENGTH
                group[kind][begin : begin + CHUNK_LENGTH] = self.random.random()
            elif kind == "inlined":
                group[kind][chunk] = self.random.randrange(1, 1000)
            else:
                offset = self.random.randrange(CHUNKS) * CHUNK_LENGTH * 8
                session.store.set_virtual_ref(
                    f"referred/c/{chunk}", f"file://{self.source}", offset=offset, length=CHUNK_LENGTH * 8
                )

    def branch_name(self) -> str:
        return self.random.choice(sorted(self.repository.list_branches()))

    def snapshot(self) -> str:
        """Any that `repo` knows but the root, which has no arrays; also one that no ref leads to."""
        known = [s["id"] for s in self.repository.inspect_repo_info()["snapshots"] if "parent_id" in s]
        return self.random.choice(sorted(known))

    def new_name(self, prefix: str) -> str:
        return prefix + "".join(self.random.choices(string.ascii_lowercase, k=8))

    def age_objects(self) -> None:
        """Some objects get another age than their snapshots tell."""
        first, last = self.moments[0].timestamp(), self.moments[-1].timestamp()
        objects = sorted(p for folder in ("snapshots", "manifests", "chunks") for p in (self.path / folder).iterdir())
        for file in self.random.sample(objects, len(objects) // 4):
            moment = self.random.uniform(first, last)
            os.utime(file, (moment, moment))

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.path, self.path.with_name(name)))
