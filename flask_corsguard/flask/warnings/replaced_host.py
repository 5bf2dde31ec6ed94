"""Warns of a proxy that replaces ``Host``, so that the application's own pages look like those of others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask_corsguard.core.findings import Finding
from flask_corsguard.core.hidden_host import hides_host
from flask_corsguard.core.problems import shown
from flask_corsguard.wsgi.environ import ORIGIN, SITE, request_of
from flask_corsguard.wsgi.proxy_fix import as_seen_inside

from .warning import Place, warn

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask

#: What proxies add. Without any of these, a page of the network may call a server of the network.
_OF_PROXIES: Final = (
    *("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP"),
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"),
)

_REMEDY: Final = (
    "Have the proxy pass Host on (nginx: proxy_set_header Host $host), or send X-Forwarded-Host, with "
    "app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1)."
)


class ReplacedHost:
    """Looks for a ``Host`` of a network's inside under an ``Origin`` of the internet.

    :param app: the application; under test, any host is as good as another.
    :param fixes: the ``ProxyFix`` layers inside the middleware.
    :param place: the line to which the warning points.
    """

    def __init__(self, app: Flask, fixes: tuple[Any, ...], place: Place) -> None:
        self._app = app
        self._fixes = fixes
        self._place = place
        self._is_told = False

    def observe(self, environ: WSGIEnvironment) -> None:
        """Warn, once, if a proxy has replaced the ``Host`` of a request."""
        if self._is_told or ORIGIN not in environ or self._app.testing or not _comes_by_proxy(environ):
            return
        # With Sec-Fetch-Site the browser has compared the origins itself, and no proxy can change that. But
        # browsers do not always send it.
        request = replace(request_of(as_seen_inside(self._fixes, environ)), fetch_site=None)
        if not hides_host(request):
            return
        self._is_told = True
        message = (
            f"A request of {shown(request.origin)} came with the Host {shown(request.host)}, so a proxy in "
            "front replaces Host, and the guard may refuse the application's own pages."
        )
        warn(Finding(code="host.replaced", message=message, hint=_REMEDY), self._place)


def _comes_by_proxy(environ: WSGIEnvironment) -> bool:
    # The browser knows its own page by the URL that it has asked for, and sends the host of that.
    return environ.get(SITE) == "same-origin" or any(name in environ for name in _OF_PROXIES)
