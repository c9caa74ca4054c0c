"""A server in a process of its own, which ends with the tests, however they end."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

LOOPBACK = "127.0.0.1"


class ServerProcess:
    """Its log stays where it was asked to be."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.port = port
        self.log = log
        self._process = process

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start_server(
    command: Callable[[int], list[str]],
    log: Path,
    *,
    ready_path: str,
    environment: Mapping[str, str] | None = None,
    timeout_s: float = 60,
) -> ServerProcess:
    """Starts `command(port)` on a free port, and waits until it answers a GET of `ready_path`, whatever the status."""
    for _ in range(3):
        server = _start(command, log, _free_port(), environment or {})
        if _becomes_ready(server, ready_path, timeout_s):
            return server
        # Somebody else may have taken the port meanwhile.
    raise RuntimeError(f"{command(0)[0]} does not start:\n{log.read_text(errors='replace')[-4000:]}")


def _start(command: Callable[[int], list[str]], log: Path, port: int, environment: Mapping[str, str]) -> ServerProcess:
    # setpriv (of util-linux): the kernel ends the server with the thread that started it, even if that is killed.
    line = ["setpriv", "--pdeathsig", "KILL", *command(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            line,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": str(log.parent)} | dict(environment),
        )
    return ServerProcess(port, process, log)


def _becomes_ready(server: ServerProcess, path: str, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        answers = _answers(server.port, path)
        # In this order: an answer counts only if it came from this process, and not from another one on the port.
        if server._process.poll() is not None:
            return False
        if answers:
            return True
        time.sleep(0.02)
    server.stop()
    return False


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]
