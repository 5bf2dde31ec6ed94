"""Serves a WSGI application to a browser that a test starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@contextmanager
def served(application: WSGIApplication, path: str) -> Iterator[str]:
    """Serve on loopback; yield the address of the page at *path*."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.port}{path}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
