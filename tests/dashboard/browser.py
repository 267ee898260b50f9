"""A control room served for tests, and a real browser that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: So that Chromium neither needs a screen nor asks anybody for anything.
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)


def chromium() -> str:
    """Return where Chromium is; tests are skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Room(NamedTuple):
    """Where a control room is, and the process that serves it."""

    url: str
    pid: int


@contextmanager
def served(*arguments: str, command: str = "run.py view") -> Iterator[Room]:
    """Serve a control room with these arguments."""
    pytest.importorskip("solara")
    port = free_port()
    words = [sys.executable, *command.split(), *arguments, "--port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    # Nothing on the server's side may leave this machine either.
    environment |= dict.fromkeys(
        ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"
    )
    process = subprocess.Popen(
        [*words, "--no-open"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        url = f"http://127.0.0.1:{port}/"
        for _ in range(600):
            assert process.poll() is None, process.stderr and process.stderr.read()
            try:
                urlopen(url, timeout=5).close()
                break
            except URLError as error:
                if getattr(error, "code", None) == 401:
                    break
                time.sleep(0.1)
        yield Room(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stderr is not None
        process.stderr.close()


class Watched:
    """A browser page of which every complaint and every request is noted."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.errors: list[str] = []
        self.abroad: list[str] = []
        self.received = 0  # bytes by WebSocket
        self.page = browser.new_page(**options)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._asked)
        self.page.on("websocket", self._connected)

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _asked(self, request: Any) -> None:
        local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
        if not request.url.startswith(local):
            self.abroad.append(request.url)

    def _connected(self, socket: Any) -> None:
        socket.on("framereceived", self._count)

    def _count(self, payload: Any) -> None:
        self.received += len(payload)

    def open(self, url: str) -> None:
        """Go to the control room and wait until it is there."""
        self.page.goto(url)
        self.page.wait_for_selector(".hf-machine", timeout=90_000)
        self.page.wait_for_selector(".hf-clock", timeout=60_000)

    def until(self, script: str, seconds: float = 60.0) -> None:
        """Wait until a JavaScript expression holds."""
        self.page.wait_for_function(script, timeout=seconds * 1000)
