"""A name server that knows one name: answers over UDP, by RFC 1035, section 4."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PORT = 53  # what /etc/resolv.conf means, and cannot say otherwise
TYPE_A = 1
NO_SUCH_NAME = 3


@contextmanager
def dns_server(address: str, name: str, points_to: str) -> Iterator[list[str]]:
    """On `address`, one of 127.0.0.0/8; needs the right to use port 53. Yields the names that it is asked for."""
    asked: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, PORT))

        def serve() -> None:
            while True:
                try:
                    query, client = server.recvfrom(512)
                    server.sendto(_answer(query, name, points_to, asked), client)
                except OSError:  # closed: the test is over
                    return

        threading.Thread(target=serve, name="dns", daemon=True).start()
        yield asked


def _answer(query: bytes, name: str, points_to: str, asked: list[str]) -> bytes:
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode())
        at += 1 + length
    question = query[12 : at + 5]
    (kind,) = struct.unpack_from(">H", query, at + 1)
    asked.append(".".join(labels))
    known = asked[-1] == name
    has_address = known and kind == TYPE_A
    # An answer to a recursive query, authoritative or not.
    flags = 0x8180 | (0 if known else NO_SUCH_NAME)
    header = query[:2] + struct.pack(">HHHHH", flags, 1, int(has_address), 0, 0)
    # 0xC00C: the name of the question, by its offset.
    record = struct.pack(">HHHIH", 0xC00C, TYPE_A, 1, 1, 4) + socket.inet_aton(points_to) if has_address else b""
    return header + question + record
