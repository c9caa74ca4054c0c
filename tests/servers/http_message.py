"""HTTP/1.1 messages as they stand on the wire, for a proxy that passes them on byte by byte."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

MAX_HEAD_BYTES = 64 * 1024


@dataclass
class Message:
    """A request or an answer. `head` ends with the empty line; `body` is as it was framed."""

    head: bytes
    body: bytes = b""

    @property
    def start_line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def method(self) -> str:
        return self.start_line.split(" ", 1)[0]

    @property
    def target(self) -> str:
        return self.start_line.split(" ")[1]

    @property
    def status(self) -> int:
        return int(self.start_line.split(" ")[1])

    def header(self, name: str) -> str | None:
        wanted = name.lower().encode()
        for line in self.head.split(b"\r\n")[1:]:
            found, _, value = line.partition(b":")
            if found.strip().lower() == wanted:
                return value.strip().decode("latin-1")
        return None

    def without(self, name: str) -> Message:
        """The same message without a header."""
        start, *lines = self.head.split(b"\r\n")
        kept = [line for line in lines if line.partition(b":")[0].strip().lower() != name.lower().encode()]
        return Message(b"\r\n".join([start, *kept]), self.body)


async def read_request(client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> Message | None:
    """None at the end of the connection. A client that waits to be told to go on is told so here."""
    request = await _read_head(client)
    if request is None:
        return None
    if request.header("Expect"):
        answers.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await answers.drain()
        request = request.without("Expect")
    request.body = await _read_body(client, request)
    return request


async def read_answer(server: asyncio.StreamReader, method: str) -> Message:
    while True:
        answer = await _read_head(server)
        if answer is None:
            raise ConnectionResetError("the server closed the connection instead of answering")
        if answer.status >= 200:
            break
    if method != "HEAD" and answer.status not in (204, 304):
        answer.body = await _read_body(server, answer)
    return answer


async def _read_head(reader: asyncio.StreamReader) -> Message | None:
    try:
        return Message(await reader.readuntil(b"\r\n\r\n"))
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise ConnectionResetError("the connection ended within a head") from error
        return None


async def _read_body(reader: asyncio.StreamReader, message: Message) -> bytes:
    if (message.header("Transfer-Encoding") or "").lower() == "chunked":
        return await _read_chunks(reader)
    return await reader.readexactly(int(message.header("Content-Length") or 0))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        body += line
        if size == 0:
            break
        body += await reader.readexactly(size + 2)
    while line := await reader.readuntil(b"\r\n"):  # trailers, up to the empty line
        body += line
        if line == b"\r\n":
            return body
    return body
