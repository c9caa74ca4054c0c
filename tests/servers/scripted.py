"""An HTTP server that answers as a test says, and remembers everything that it was sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .process import LOOPBACK


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """One request."""

    method: str
    target: str
    headers: dict[str, str]  # names in lower case

    @property
    def text(self) -> str:
        return "\n".join(
            [f"{self.method} {self.target}", *(f"{name}: {value}" for name, value in self.headers.items())]
        )


@dataclass
class ScriptedServer:
    """`answer` may be changed while it runs."""

    answer: Callable[[Asked], Reply]
    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


@contextmanager
def scripted_server(answer: Callable[[Asked], Reply]) -> Iterator[ScriptedServer]:
    script = ScriptedServer(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
            script.asked.append(asked)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = script.answer(asked)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_one

        def log_message(self, format: str, *arguments: object) -> None:
            pass  # `asked` is the log

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False  # clients keep their connections open

    server = Server((LOOPBACK, 0), Handler)
    script.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
