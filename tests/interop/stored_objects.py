"""Objects of a repository in a directory, as JSON to be changed and written back: what no writer makes, but the format
allows. flatc and the schemas of src/icechunk/format do the work."""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from engine import ROOT

SCHEMAS = ROOT / "src" / "icechunk" / "format" / "schemas"
#: By the folder of an object.
SCHEMA_OF = {"snapshots": "snapshot", "manifests": "manifest"}
HEADER_BYTES = 39
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Table = dict[str, Any]
Id = tuple[int, ...]
_random = random.Random(20261123)


def id_of(struct: Table) -> Id:
    return tuple(struct["bytes"])


def text_of(id: Id) -> str:
    """As a key has it: base 32 from the most significant bit on, with zero bits at the end."""
    bits = "".join(f"{byte:08b}" for byte in id)
    bits += "0" * (-len(bits) % 5)
    return "".join(ALPHABET[int(bits[i : i + 5], 2)] for i in range(0, len(bits), 5))


def new_id() -> Id:
    return tuple(_random.randbytes(12))


def _schema(key: str) -> str:
    return SCHEMA_OF[key.partition("/")[0]]


def _files(snapshot: Table) -> str:
    """The field that lists the manifests: that of the snapshot's format version."""
    return "manifest_files_v2" if "manifest_files_v2" in snapshot else "manifest_files"


def _flatc(folder: str, *arguments: str) -> None:
    subprocess.run(["flatc", "-o", folder, *arguments], check=True, capture_output=True, cwd=folder)


def to_json(schema: str, payload: bytes) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "object.bin").write_bytes(payload)
        _flatc(folder, "--json", "--strict-json", "--raw-binary", str(SCHEMAS / f"{schema}.fbs"), "--", "object.bin")
        document: Table = json.loads((Path(folder) / "object.json").read_bytes())
        return document


def to_binary(schema: str, document: Table) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "object.json").write_text(json.dumps(document))
        _flatc(folder, "--binary", str(SCHEMAS / f"{schema}.fbs"), "object.json")
        return (Path(folder) / "object.bin").read_bytes()


@dataclass(frozen=True)
class StoredObjects:
    """Of the repository at `path`. Nothing is cached: a library must open it again."""

    path: Path

    def read(self, key: str) -> Table:
        data = (self.path / key).read_bytes()
        payload = zstandard.ZstdDecompressor().decompressobj().decompress(data[HEADER_BYTES:])
        return to_json(_schema(key), payload)

    def write(self, key: str, document: Table, header: bytes) -> int:
        """Bytes of the object, which a snapshot must know of a manifest."""
        data = header + zstandard.compress(to_binary(_schema(key), document))
        (self.path / key).write_bytes(data)
        return len(data)

    def header(self, key: str) -> bytes:
        return (self.path / key).read_bytes()[:HEADER_BYTES]

    def manifests_of(self, snapshot: str) -> dict[str, list[str]]:
        """Of each array, in order."""
        return {
            node["path"]: [text_of(id_of(ref["object_id"])) for ref in node["node_data"]["manifests"]]
            for node in self.read(f"snapshots/{snapshot}")["nodes"]
            if "manifests" in node["node_data"]
        }

    # ---- Rearranging ----

    def join_manifests(self, snapshot: str) -> list[str]:
        """The first manifests of all arrays become one manifest, so do the second ones, and so on. Returns those."""
        key = f"snapshots/{snapshot}"
        document = self.read(key)
        arrays = [node for node in document["nodes"] if node["node_data"].get("manifests")]
        joined: list[Table] = []
        for part in range(max(len(node["node_data"]["manifests"]) for node in arrays)):
            refs = [refs[part] for node in arrays if len(refs := node["node_data"]["manifests"]) > part]
            joined.append(self._join(refs))
        document[_files(document)] = sorted(joined, key=lambda one: id_of(one["id"]))
        self.write(key, document, self.header(key))
        return [text_of(id_of(one["id"])) for one in joined]

    def _join(self, refs: list[Table]) -> Table:
        """Points them at one manifest of all that theirs hold, and returns what a snapshot knows of it."""
        keys = sorted({f"manifests/{text_of(id_of(ref['object_id']))}" for ref in refs})
        parts = [self.read(key) for key in keys]
        assert not any("location_dictionary" in part for part in parts), "dictionaries cannot be joined"
        arrays = sorted((one for part in parts for one in part["arrays"]), key=lambda one: id_of(one["node_id"]))
        id = {"bytes": list(new_id())}
        manifest = parts[0] | {"id": id, "arrays": arrays}
        size = self.write(f"manifests/{text_of(id_of(id))}", manifest, self.header(keys[0]))
        for ref in refs:
            ref["object_id"] = id
        return {"id": id, "size_bytes": size, "num_chunk_refs": sum(len(one["refs"]) for one in arrays)}

    def pack_chunks(self, snapshot: str, gap: bytes = b"") -> str:
        """All chunk objects of a snapshot become ranges of one, with `gap` between them. Returns its id. Its manifests
        become others, as snapshots before it may have the same ones."""
        key = f"snapshots/{snapshot}"
        document = self.read(key)
        packed, chunk_id = bytearray(), new_id()
        refs = [ref for node in document["nodes"] for ref in node["node_data"].get("manifests", [])]
        files = _files(document)
        for file in document[files]:
            former, id = id_of(file["id"]), {"bytes": list(new_id())}
            manifest = self.read(f"manifests/{text_of(former)}")
            for ref in (ref for one in manifest["arrays"] for ref in one["refs"] if "chunk_id" in ref):
                chunk = self.path / "chunks" / text_of(id_of(ref["chunk_id"]))
                packed += gap
                ref |= {"chunk_id": {"bytes": list(chunk_id)}, "offset": len(packed)}
                packed += chunk.read_bytes()
            header = self.header(f"manifests/{text_of(former)}")
            size = self.write(f"manifests/{text_of(id_of(id))}", manifest | {"id": id}, header)
            file |= {"id": id, "size_bytes": size}
            for ref in (ref for ref in refs if id_of(ref["object_id"]) == former):
                ref["object_id"] = id
        document[files].sort(key=lambda one: id_of(one["id"]))
        (self.path / "chunks" / text_of(chunk_id)).write_bytes(packed + gap)
        self.write(key, document, self.header(key))
        return text_of(chunk_id)
