"""The shop under gunicorn, as an engine has it behind it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from interop.launch import Home, free_port


@contextmanager
def gunicorn() -> Iterator[tuple[int, int]]:
    """Run the application; return the port, and the group of its processes."""
    home = Home()
    try:
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
        command += ["--threads", "4", "--keep-alive", "60", "--log-level", "error", "edge.engines.shop:app"]
        home.start(command, port)
        yield port, home._processes[-1].pid
    finally:
        home.stop()
