"""Warns of requests that reach Flask past the layer of :class:`.CorsGuard`: without headers, and unguarded.

Nothing else shows this. Code that stored ``app.wsgi_app`` before the extension wrapped it calls Flask's own.
The test client calls the wrapped one, so tests pass.
"""

from __future__ import annotations

import sys
from threading import Lock
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

# Not "from flask import request": that proxy would be an attribute of this module, which raises at any touch.
import flask
from flask import Flask, request_started

from flask_corsguard.core.findings import Finding
from flask_corsguard.core.problems import shown
from flask_corsguard.wsgi.proxy_fix import layers

from .warning import Place, warn

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from flask_corsguard.wsgi.middleware import CorsMiddleware

#: How many requests through the layer are watched. A listener of a signal costs each request more than the
#: headers of the policy do. If only some requests go past the layer, the first ones show it.
WATCHED: Final = 32

_HELD: Final = (
    "Something calls app.wsgi_app as it was before: write CorsGuard(app) first, and "
    "DispatcherMiddleware(app.wsgi_app, ...) after it, or give it app itself."
)
_REPLACED: Final = (
    "app.wsgi_app was set to something else since: wrap what is there, as in "
    "app.wsgi_app = ProxyFix(app.wsgi_app), or write CorsGuard(app) after it."
)
_DISPATCHED: Final = (
    "app.full_dispatch_request() was called: call app(environ, start_response), or "
    "flask.Response.from_app(app, request.environ)."
)
_ASGI: Final = (
    "An ASGI application calls Flask itself, as Connexion 3 does: remove CorsGuard, and write "
    "application = flask_corsguard.asgi.CorsMiddleware(that_application, policy)."
)


class Bypass:
    """Watches the requests that reach Flask, until enough of them came through the layer, or one past it.

    Flask's own signal tells of a request: a hook would show in the application, and others could run before
    it.

    :param app: the application.
    :param layer: the extension's middleware.
    :param place: the line to which the warning points.
    """

    def __init__(self, app: Flask, layer: CorsMiddleware, place: Place) -> None:
        self._app = app
        self._layer = layer
        self._place = place
        self._left = WATCHED
        self._stamp = f"flask_corsguard.passed.{id(self):x}"
        #: Whether no more requests are watched.
        self.is_over = False
        with _lock:
            _watched[id(app)] = self
            request_started.connect(_note)

    def stamp(self, environ: WSGIEnvironment) -> None:
        """Mark a request as one that came through the layer, and count it."""
        environ[self._stamp] = True
        self._left -= 1
        if self._left <= 0 and not self.is_over:
            self._end()

    def look(self) -> None:
        """Warn if the request that Flask has begun came past the layer."""
        app = self._app
        request = flask.request
        environ = request.environ
        if self._stamp in environ:
            return
        is_called = _is_called_by_wsgi_app()
        if app.testing and not is_called:
            # A test may dispatch a request in a context of its own.
            return
        self._end()
        if not is_called:
            remedy = _DISPATCHED
        elif "asgi.scope" in environ:
            remedy = _ASGI
        elif any(each is self._layer for each in layers(app.wsgi_app)):
            remedy = _HELD
        else:
            remedy = _REPLACED
        message = (
            f"A request ({shown(request.method)} {shown(request.path)}) reached Flask past CorsGuard, so its "
            "policy did not apply: it sent no CORS headers, and guarded nothing."
        )
        warn(Finding(code="request.past-the-guard", message=message, hint=remedy), self._place)

    def _end(self) -> None:
        self.is_over = True
        with _lock:
            _watched.pop(id(self._app), None)
            if not _watched:
                request_started.disconnect(_note)


# One listener for all applications: Blinker's tables are not made for threads that add and drop listeners of
# applications which come and go.
_watched: Final[WeakValueDictionary[int, Bypass]] = WeakValueDictionary()
_lock: Final = Lock()


def _note(app: Flask, **_: object) -> None:
    watch = _watched.get(id(app))
    if watch is not None:
        watch.look()


def watch_nothing() -> None:
    """Watch no application any more, as if another program began."""
    with _lock:
        _watched.clear()
        request_started.disconnect(_note)


def _is_called_by_wsgi_app() -> bool:
    frame = sys._getframe(1)  # noqa: SLF001 - who has called Flask is written nowhere else
    while frame.f_back:
        if frame.f_code is Flask.wsgi_app.__code__:
            return True
        frame = frame.f_back
    return False
