"""How the URL map of a Flask application is bound to a request, and when one binding serves all requests.

Flask binds the map for each request, which costs more than the match itself. Most of that goes into reading
the host, and most applications route by the path alone.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import lru_cache
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Final

from flask import Flask, Request
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed.wsgi import WSGIEnvironment
    from flask.ctx import AppContext, RequestContext
    from werkzeug.routing import MapAdapter

_READ_BY_FLASK_3_0: Final = {
    *("APPLICATION_ROOT", "PREFERRED_URL_SCHEME", "SERVER_NAME", "bind", "bind_to_environ", "config"),
    *("default_subdomain", "environ", "subdomain_matching", "url_map"),
}
_READ_BY_FLASK_3_1: Final = {
    *_READ_BY_FLASK_3_0,
    *("TRUSTED_HOSTS", "get_host", "host", "host_matching", "trusted_hosts"),
}

#: The names and settings that ``Flask.create_url_adapter`` reads, in each form of it that
#: :meth:`UrlBinding.shared` has been compared with.
KNOWN_READS: Final = (_READ_BY_FLASK_3_0, _READ_BY_FLASK_3_1)


class UrlBinding:
    """Gives adapters that match a request's URL as the application will.

    :param app: the application; its URL map and its settings are read for every request, because tests and
        set-up code may change them after the first.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._shared: tuple[Map, str, MapAdapter] | None = None

    def bind(self, environ: WSGIEnvironment) -> MapAdapter:
        """Bind the URL map to one request, as the application does.

        The adapter is that of a request context, which is what Flask itself matches with.

        :param environ: the environ of the request; it is left unchanged.
        :returns: the adapter, which knows the host, the scheme and the prefix of the request.
        :raises HTTPException: if the application does not answer for the host of the request.
        """
        # In a copy: the request that belongs to the context writes itself into its environ.
        context = self._app.request_context(dict(environ))
        if context.url_adapter is None:
            raise context.request.routing_exception or NotFound()
        return context.url_adapter

    def shared(self, environ: WSGIEnvironment) -> MapAdapter | None:
        """Return the adapter that serves all requests, if the host does not matter for what they match.

        It matches as the adapter of :meth:`bind` does wherever there is one. Where a redirect leads does
        depend on the host.

        :param environ: the environ of the request.
        :returns: the adapter; ``None`` if the host may matter, or if the request may be for a WebSocket. Also
            ``None`` if this application, or this release of Flask, binds its map in an unknown way.
        """
        # Rules for WebSockets are matched by the scheme, which an Upgrade changes.
        if "HTTP_UPGRADE" in environ or environ["wsgi.url_scheme"] not in {"http", "https"}:
            return None
        if self._depends_on_host():
            return None
        url_map = self._app.url_map
        subdomain = url_map.default_subdomain or ""
        shared = self._shared
        if shared is None or shared[0] is not url_map or shared[1] != subdomain:
            adapter = url_map.bind("localhost", subdomain=subdomain)
            self._shared = shared = url_map, subdomain, adapter
        return shared[2]

    def _depends_on_host(self) -> bool:
        app = self._app
        try:
            return not (
                # What binds is Flask's own and Werkzeug's own, and reads nothing but what is asked below.
                _binds_as_known(Flask.create_url_adapter)
                and app.create_url_adapter == MethodType(Flask.create_url_adapter, app)
                and type(app.url_map) is Map
                and app.request_class is Request
                # No setting makes the host matter. Flask 3.0 has no TRUSTED_HOSTS.
                and not app.url_map.host_matching
                and not app.subdomain_matching
                and app.config["SERVER_NAME"] is None
                and app.config.get("TRUSTED_HOSTS") is None
                and Request.trusted_hosts is None
            )
        except (AttributeError, KeyError):
            # A release of Flask that no longer has one of these.
            return True


@lru_cache(maxsize=8)
def _binds_as_known(function: object) -> bool:
    """Return whether a function uses the names that a known ``create_url_adapter`` uses, and no others.

    Two functions may name the same and differ. But a release of Flask in which another setting counts has to
    name that setting.
    """
    return type(function) is FunctionType and set(_names_in(function.__code__)) in KNOWN_READS


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
        elif isinstance(constant, str) and constant.isidentifier():
            # A key of the configuration. The docstring is not an identifier.
            yield constant


@contextmanager
def pushed(context: AppContext | RequestContext) -> Iterator[None]:
    """Push *context*, as Flask does, a request's with its session; pop it, even if that was half done."""
    try:
        context.push()
        yield
    finally:
        # Flask may have pushed it before a converter, or who listens to it, raised; and what it runs now may
        # expect a whole request.
        with suppress(Exception):
            context.pop()
