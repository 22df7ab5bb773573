"""A proxy in front of a store that fails as networks and busy stores do: some requests are not passed on, some answers do not arrive."""

from __future__ import annotations

import http.client
import itertools
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"

FAULTS = ("refuse", "drop", "lose", "halve")
"""503 SlowDown; cut off, not carried out; cut off, carried out; half an answer."""

SILENCE = ("ignore", "stall")
"""No answer while the client waits: not carried out; carried out."""


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a store, but for every n-th."""

    daemon_threads = True

    def __init__(self, store: str, every: int, faults: tuple[str, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        parts = urlsplit(store)
        self.store = (parts.hostname or "", parts.port or 80)
        self.every, self.faults = every, itertools.cycle(faults)
        self.requests, self.injected = 0, Counter[str]()
        self.lock = threading.Lock()
        self.closing = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_fault(self) -> str | None:
        with self.lock:
            self.requests += 1
            if self.every and self.requests % self.every == 0:
                fault = next(self.faults)
                self.injected[fault] += 1
                return fault
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.next_fault()
        if fault == "refuse":
            self._answer(503, [("Content-Type", "application/xml")], SLOW_DOWN)
            return
        if fault in ("drop", "ignore"):
            self._hang_up(after_silence=fault == "ignore")
            return
        status, headers, content = self._pass_on(body)
        if fault in ("lose", "stall"):
            self._hang_up(after_silence=fault == "stall")
        elif fault == "halve" and len(content) > 1:
            self._answer(status, headers, content, sent=len(content) // 2)
            self._hang_up()
        else:
            self._answer(status, headers, content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the names in http.server

    def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(*self.server.store, timeout=60)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in ("connection", "expect"):
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, sent: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        length = {name.lower(): value for name, value in headers}.get("content-length")
        self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(content)))
        self.end_headers()
        self.wfile.write(content[:sent])
        self.wfile.flush()

    def _hang_up(self, *, after_silence: bool = False) -> None:
        """Cuts the connection; after a silence not before the proxy closes, so that the client's patience must end first."""
        if after_silence:
            self.server.closing.wait()
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name in http.server
        return


@contextmanager
def failing(store: str, *, every: int, faults: tuple[str, ...] = FAULTS) -> Iterator[Proxy]:
    """A proxy in front of the store at an address, of whose requests every n-th fails, in turn in each way."""
    proxy = Proxy(store, every, faults)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.closing.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join()
