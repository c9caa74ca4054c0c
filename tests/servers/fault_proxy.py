"""A proxy before an S3 server that makes it fail as S3 does: answers that are lost after the write, and SlowDown.
Without faults it tells what was asked, of a server of any kind.

Requests are passed on as they came, the Host header included, so signatures stay valid.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from .http_message import MAX_HEAD_BYTES, Message, read_answer, read_request
from .process import LOOPBACK

SLOW_DOWN_BODY = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Reduce it.</Message></Error>'
)
SLOW_DOWN = b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n" % len(
    SLOW_DOWN_BODY
)


@dataclass(frozen=True)
class Faults:
    """What goes wrong, and how often. The order of requests is the clients', so a seed does not repeat a run."""

    lost_answers: float = 0.0  # of conditional PUTs that succeeded: the connection is cut instead
    slow_downs: float = 0.0  # of all requests, before anything of them is passed on
    seed: int = 0
    lost_after_s: float = 0.15  # time for another writer to get in between


class OneIn:
    """Comes once, at a random place, in each run of so many that the rate is kept: a short test gets its share too."""

    def __init__(self, rate: float, chance: random.Random) -> None:
        self._length = round(1 / rate) if rate else 0
        self._chance = chance
        self._left: list[bool] = []

    def comes(self) -> bool:
        if not self._length:
            return False
        if not self._left:
            self._left = [True] + [False] * (self._length - 1)
            self._chance.shuffle(self._left)
        return self._left.pop()


class Exchange(NamedTuple):
    method: str
    path: str
    is_conditional: bool
    status: int  # as the server said it, or 503 of this proxy's own
    is_lost: bool


@dataclass
class FaultProxy:
    """`exchanges` and `requests` have all that was asked so far."""

    server: str  # its endpoint
    faults: Faults
    endpoint: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    requests: list[Message] = field(default_factory=list)  # the same; bodies of POST alone

    def __post_init__(self) -> None:
        chance = random.Random(self.faults.seed)
        self._lost = OneIn(self.faults.lost_answers, chance)
        self._refused = OneIn(self.faults.slow_downs, chance)

    def conditional_puts(self, name: str = "") -> Counter[str]:
        """Those of keys that end in `name`: how many succeeded, were refused (412, 409), or failed; how many answers
        of those that succeeded were lost. Attempts that this proxy refused never got to be any.
        """
        counts: Counter[str] = Counter()
        for exchange in self.exchanges:
            if exchange.is_conditional and exchange.method == "PUT" and exchange.path.endswith(name):
                counts[_outcome(exchange.status)] += 1
                counts["lost"] += exchange.is_lost
        return counts

    @property
    def slow_downs(self) -> int:
        return sum(exchange.status == 503 for exchange in self.exchanges)

    async def serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        """One connection of a client, with one connection to the server beside it."""
        upstream = None
        try:
            while request := await read_request(client, answers):
                if self._refused.comes():
                    self._note(request, 503)
                    answers.write(SLOW_DOWN + (b"" if request.method == "HEAD" else SLOW_DOWN_BODY))
                    await answers.drain()
                    continue
                upstream = upstream or await self._connect()
                answer = await _forward(request, *upstream)
                if self._loses(request, answer):
                    self._note(request, answer.status, is_lost=True)
                    await asyncio.sleep(self.faults.lost_after_s)
                    answers.transport.abort()
                    return
                self._note(request, answer.status)
                answers.write(answer.head + answer.body)
                await answers.drain()
                if (answer.header("Connection") or "").lower() == "close":
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # either side went away: so does the other
        finally:
            answers.close()
            if upstream:
                upstream[1].close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        place = urlsplit(self.server)
        return await asyncio.open_connection(place.hostname, place.port, limit=MAX_HEAD_BYTES)

    def _loses(self, request: Message, answer: Message) -> bool:
        return request.method == "PUT" and _is_conditional(request) and answer.status < 300 and self._lost.comes()

    def _note(self, request: Message, status: int, *, is_lost: bool = False) -> None:
        path = urlsplit(request.target).path
        self.requests.append(Message(request.head, request.body if request.method == "POST" else b""))
        self.exchanges.append(Exchange(request.method, path, _is_conditional(request), status, is_lost))


async def _forward(request: Message, server: asyncio.StreamReader, requests: asyncio.StreamWriter) -> Message:
    requests.write(request.head + request.body)
    await requests.drain()
    return await read_answer(server, request.method)


def _is_conditional(request: Message) -> bool:
    return any(request.header(name) for name in ("If-Match", "If-None-Match"))


def _outcome(status: int) -> str:
    if status < 300:
        return "ok"
    return "refused" if status in (409, 412) else "failed"


@contextmanager
def fault_proxy(server: str, faults: Faults) -> Iterator[FaultProxy]:
    """Runs in a thread of its own."""
    proxy = FaultProxy(server, faults)
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(proxy.serve, LOOPBACK, 0, limit=MAX_HEAD_BYTES))
    proxy.endpoint = f"http://{LOOPBACK}:{listening.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever, name="fault proxy", daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
