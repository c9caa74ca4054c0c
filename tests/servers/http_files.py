"""A plain HTTP server of a folder's files: ranges, conditions, listings in HTML, keep-alive, and a log of requests."""

from __future__ import annotations

import email.utils
import html
import re
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from .process import LOOPBACK


class Request(NamedTuple):
    method: str
    path: str
    range: str | None
    headers: dict[str, str]  # names in lower case
    status: int
    body_bytes: int


class Mishap(Enum):
    """What may become of an answer."""

    UNAVAILABLE = auto()  # 503
    CUT = auto()  # the connection is closed instead
    SHORT = auto()  # fewer bytes than its headers say, then the connection is closed


def no_mishap(method: str, path: str) -> Mishap | None:
    return None


@dataclass
class HttpFiles:
    """The settings may be changed while it runs."""

    folder: Path
    endpoint: str = ""
    delay_s: float = 0.0  # before each answer, as if the server were far away
    ignores_ranges: bool = False  # as some servers do: the whole file, with 200
    has_etags: bool = True
    mishap: Callable[[str, str], Mishap | None] = no_mishap  # by method and path, asked before each answer
    requests: list[Request] = field(default_factory=list)

    def url(self, path: str = "") -> str:
        return f"{self.endpoint}/{quote(path)}"


@contextmanager
def http_files(folder: Path, tls: ssl.SSLContext | None = None) -> Iterator[HttpFiles]:
    """Over TLS where a context with a certificate is given."""
    files = HttpFiles(folder.resolve())
    server = _Server((LOOPBACK, 0), _Handler)
    server.files = files
    scheme = "http"
    if tls is not None:
        scheme = "https"
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    files.endpoint = f"{scheme}://{LOOPBACK}:{server.server_address[1]}"
    thread = threading.Thread(
        target=server.serve_forever, name="http files", kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield files
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    files: HttpFiles
    daemon_threads = True
    block_on_close = False  # clients keep their connections open
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away before the answer is complete are part of the tests."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    mishap: Mishap | None = None

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def log_message(self, format: str, *arguments: object) -> None:
        pass  # `requests` is the log

    def _serve(self) -> None:
        files = self.server.files
        time.sleep(files.delay_s)
        raw_path = urlsplit(self.path).path
        self.mishap = files.mishap(self.command, unquote(raw_path))
        place = (files.folder / unquote(raw_path).lstrip("/")).resolve()
        if not place.is_relative_to(files.folder):
            self._answer(HTTPStatus.FORBIDDEN, b"outside\n")
        elif place.is_file():
            self._serve_file(place)
        elif place.is_dir() and not raw_path.endswith("/"):
            self._answer(HTTPStatus.MOVED_PERMANENTLY, b"", Location=raw_path + "/")
        elif place.is_dir():
            self._answer(HTTPStatus.OK, _index(place, raw_path), Content_Type="text/html; charset=utf-8")
        else:
            self._answer(HTTPStatus.NOT_FOUND, b"no such file\n")

    def _serve_file(self, path: Path) -> None:
        files, state = self.server.files, path.stat()
        modified_s = int(state.st_mtime)
        etag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"' if files.has_etags else ""
        about = {"Last_Modified": email.utils.formatdate(modified_s, usegmt=True), "Accept_Ranges": "bytes"}
        if etag:
            about["ETag"] = etag
        refusal = self._unmet_condition(etag, modified_s)
        if refusal is not None:
            self._answer(refusal, b"", **about)
            return
        wanted = None if files.ignores_ranges else self._range(state.st_size, etag, about["Last_Modified"])
        if wanted is None:
            self._answer(HTTPStatus.OK, path.read_bytes(), **about)
        elif wanted.start >= wanted.stop:
            about["Content_Range"] = f"bytes */{state.st_size}"
            self._answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", **about)
        else:
            with path.open("rb") as file:
                file.seek(wanted.start)
                part = file.read(len(wanted))
            about["Content_Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{state.st_size}"
            self._answer(HTTPStatus.PARTIAL_CONTENT, part, **about)

    def _unmet_condition(self, etag: str, modified_s: int) -> HTTPStatus | None:
        """In the order of RFC 9110, 13.2.2."""
        if condition := self.headers["If-Match"]:
            if not _lists(condition, etag):
                return HTTPStatus.PRECONDITION_FAILED
        elif (moment_s := _moment(self.headers["If-Unmodified-Since"])) is not None and modified_s > moment_s:
            return HTTPStatus.PRECONDITION_FAILED
        if condition := self.headers["If-None-Match"]:
            if _lists(condition, etag):
                return HTTPStatus.NOT_MODIFIED
        elif (moment_s := _moment(self.headers["If-Modified-Since"])) is not None and modified_s <= moment_s:
            return HTTPStatus.NOT_MODIFIED
        return None

    def _range(self, size: int, etag: str, modified: str) -> range | None:
        """None: the whole file, which is also the answer to several ranges. Empty: not satisfiable."""
        if self.headers["If-Range"] not in (None, etag, modified):
            return None
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers["Range"] or "")
        if match is None or match.group(0) == "bytes=-":
            return None
        first, last = match.groups()
        if not first:
            return range(max(0, size - int(last)), size)
        return range(int(first), min(size, int(last) + 1) if last else size)

    def _answer(self, status: HTTPStatus, body: bytes, **headers: str) -> None:
        if self.mishap is Mishap.UNAVAILABLE:
            status, body, headers = HTTPStatus.SERVICE_UNAVAILABLE, b"later\n", {}
        has_body = self.command != "HEAD" and status != HTTPStatus.NOT_MODIFIED
        asked = {name.lower(): value for name, value in self.headers.items()}
        sent_bytes = len(body) if has_body else 0
        # Before the answer leaves: whoever has it may look.
        self.server.files.requests.append(
            Request(self.command, self.path, asked.get("range"), asked, status, sent_bytes)
        )
        self.close_connection = self.mishap in (Mishap.CUT, Mishap.SHORT)
        if self.mishap is Mishap.CUT:
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if has_body:
            self.wfile.write(body[: len(body) // 2] if self.mishap is Mishap.SHORT else body)


def _lists(condition: str, etag: str) -> bool:
    return condition.strip() == "*" or (etag != "" and etag in map(str.strip, condition.split(",")))


def _moment(text: str | None) -> float | None:
    """Seconds since 1970; None where there is no such header, or it is not a date."""
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() if text else None
    except ValueError:
        return None


def _index(folder: Path, path: str) -> bytes:
    """The look of Apache's mod_autoindex."""
    title = html.escape(f"Index of {unquote(path)}")
    rows = ['<a href="../">Parent Directory</a>'] if path != "/" else []
    for entry in sorted(folder.iterdir()):
        name = entry.name + ("/" if entry.is_dir() else "")
        modified = time.strftime("%Y-%m-%d %H:%M", time.gmtime(entry.stat().st_mtime))
        size = "-" if entry.is_dir() else str(entry.stat().st_size)
        rows.append(f'<a href="{quote(name)}">{html.escape(name)}</a>  {modified}  {size:>12}')
    body = f"<h1>{title}</h1><pre>\n{'\n'.join(rows)}\n</pre>"
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>\n".encode()
