"""The layer between a policy and an application that writes down which requests have come through."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

#: The variable that names the file in which the tokens of requests are collected.
CALLS: Final = "CORSGUARD_INTEROP_CALLS"


class UncaughtError(Exception):
    """What no framework can make a response of, because it is raised outside of it."""


class Recorder:
    """Calls *app*, after it has written down the token of the request.

    A file, because a server may run the application in any process.
    """

    def __init__(self, app) -> None:
        self.app = app
        self._path = Path(os.environ[CALLS])

    def __call__(self, environ, start_response):
        with self._path.open("a", encoding="latin-1") as calls:
            # Short lines that are appended at once are never mixed.
            calls.write(environ.get("HTTP_X_TOKEN", "?") + "\n")
        if environ["PATH_INFO"] == "/api/uncaught":
            raise UncaughtError
        return self.app(environ, start_response)


class AsyncRecorder(Recorder):
    """The same for ASGI."""

    async def __call__(self, scope, receive, send):
        if scope["type"] != "lifespan":
            tokens = [value for name, value in scope["headers"] if name == b"x-token"]
            with self._path.open("a", encoding="latin-1") as calls:
                calls.write((tokens[0].decode("latin-1") if tokens else "?") + "\n")
            if scope["path"] == "/api/uncaught":
                raise UncaughtError
        await self.app(scope, receive, send)
