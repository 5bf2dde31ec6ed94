"""The interpreter behind a socket: an engine for the tests of what talks to engines."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager

from flask_corsguard import Request
from flask_corsguard.edge.interpreter import Interpreter


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline()
                if not line:
                    return
                head += line
            answer = self.server.answer(head.decode("latin-1"))
            if not answer:
                return
            self.wfile.write(answer)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    answer = None

    def handle_error(self, request, client_address):
        """Print nothing: tests are about the answers."""


def answers_of(interpreter: Interpreter, mark: str = "X-CorsGuard: edge"):
    """Return a function from the head of a request to the answer of an engine with the application behind."""

    def answer(head: str) -> bytes:
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ")
        pairs = [
            (name, value.strip(" \t")) for name, _, value in (line.partition(":") for line in lines if line)
        ]
        made = interpreter.outcome(target, Request.from_headers(method, pairs))
        told = ["HTTP/1.1 200 OK", "X-Reached: 1"] if made.passes else [f"HTTP/1.1 {made.status} Done", mark]
        told += [f"{name}: {value}" for name, value in sorted(made.headers)]
        told += [f"Vary: {', '.join(sorted(made.vary))}", "Content-Length: 0", "", ""]
        return "\r\n".join(told).encode("latin-1")

    return answer


@contextmanager
def served(answer, *, tls=None):
    """Serve *answer*, a function from the head of a request to an answer; give the port."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.answer = answer
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
