"""How a Flask application binds its URL map to a request, and where that need not be done anew.

Most of what binding costs is reading the host, and most maps do not care for the host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import Map, MapAdapter


class Binding:
    """Gives the adapters by which the URL map of an application is asked."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._shared: tuple[Map, str, MapAdapter] | None = None

    def bind(self, environ: WSGIEnvironment) -> MapAdapter:
        """Bind the map as the application does it, host and subdomain matching included.

        :raises HTTPException: if the application does not answer for the host of the request.
        """
        # The request is only the parameter that it takes, and is not left in the environ.
        request = self._app.request_class(environ, populate_request=False)
        return cast("MapAdapter", self._app.create_url_adapter(request))

    def shared(self, environ: WSGIEnvironment) -> MapAdapter | None:
        """Give an adapter that matches as that of :meth:`bind` would, unless the host matters.

        Where it redirects to does depend on the host.
        """
        if "HTTP_UPGRADE" in environ or self._heeds_host():
            return None
        url_map = self._app.url_map
        subdomain = url_map.default_subdomain or ""
        shared = self._shared
        if shared is None or shared[0] is not url_map or shared[1] != subdomain:
            adapter = url_map.bind("localhost", subdomain=subdomain)
            self._shared = shared = url_map, subdomain, adapter
        return shared[2]

    def _heeds_host(self) -> bool:
        # As it is now and not as it was: all of it may be set until the first request, and by tests later.
        app = self._app
        config, request_class = app.config, app.request_class
        return bool(
            app.url_map.host_matching
            or app.subdomain_matching
            or config["SERVER_NAME"] is not None
            or config.get("TRUSTED_HOSTS") is not None
            or request_class.trusted_hosts is not None
            or request_class.__init__ is not Request.__init__
            or getattr(app.create_url_adapter, "__func__", None) is not Flask.create_url_adapter
        )
