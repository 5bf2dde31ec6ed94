"""Small servers on loopback, each of which answers by a script and stops by itself."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: The longest body that is read, in bytes.
MAX_BODY = 1_000_000
#: How long a server waits for anything, in seconds.
PATIENCE = 60

Answer = tuple[int, list[tuple[str, str]], bytes]


class Script(BaseHTTPRequestHandler):
    """Answers what ``answer`` of its server returns, and records what it was asked."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        """Answer any method."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        size = int(self.headers.get("Content-Length") or 0)
        if size > MAX_BODY:
            # Nobody sends it.
            size, self.close_connection = 0, True
        self.server.asked.append((self.command, self.path, self.headers.items(), self.rfile.read(size)))
        status, headers, body = self.server.answer(self.command, self.path, self.headers.items())
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() in {"content-length", "transfer-encoding"} for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A server whose address is :attr:`url`."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str, str, list[tuple[str, str]]], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Script)
        self.answer = answer
        self.asked: list[tuple[str, str, list[tuple[str, str]], bytes]] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Allow clients to go away."""


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[ThreadingHTTPServer]:
    """Have *server* serve in a thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def talking(*pieces: bytes, pause: float = 0) -> Iterator[str]:
    """Serve one connection with *pieces* as they are, and yield the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE)
    stopped = threading.Event()

    def talk() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(PATIENCE)
            connection.recv(65536)
            for piece in pieces:
                connection.sendall(piece)
                if stopped.wait(pause):
                    return

    def talk_until_nobody_listens() -> None:
        with suppress(OSError):
            talk()

    thread = threading.Thread(target=talk_until_nobody_listens, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        # Who waits to accept is not woken by close().
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(PATIENCE)
