"""What a page that an engine opens reports to the application that serves it."""

from __future__ import annotations

from queue import Queue
from typing import Any, Protocol

from browsers import launch
from browsers.arena import Arena
from browsers.launch import START, Home
from browsers.serving import served


class Reporting(Protocol):
    """A WSGI application that collects what its page reports."""

    reports: Queue[dict[str, Any]]

    def __call__(self, environ, start_response):
        """Answer a request."""


def report_of(application: Reporting, path: str, engine: str, arena: Arena) -> dict[str, Any]:
    """Serve *application*, open *path* of it in the engine of this name, and return its first report."""
    home = Home(engine)
    try:
        with served(application, path) as address:
            command, environ = getattr(launch, engine)(home, arena)
            home.spawn([*command, address], environ)
            return application.reports.get(timeout=START)
    finally:
        home.remove()
