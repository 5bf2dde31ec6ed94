"""The checks of an application's first request; each finding is a :class:`.CorsGuardWarning`.

They run then and not earlier, because routes, configuration, layers and other extensions may follow the
initialisation. The checks warn, and change nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from flask_corsguard.core.audiences import policies_of
from flask_corsguard.core.findings import Finding
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.flask.marks import mark_of, mark_of_view
from flask_corsguard.wsgi.middleware import CorsMiddleware
from flask_corsguard.wsgi.proxy_fix import proxy_fixes

from .bypass import Bypass
from .misplaced_marks import MarkCheck
from .replaced_host import ReplacedHost
from .session_cookie import SessionCookie
from .surroundings import Surroundings, has_flask_cors
from .warning import Place, warn

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

    from flask_corsguard.core.policy import Policy
    from flask_corsguard.flask.config import Settings


class FirstRequest:
    """Checks an application at its first request, and later ones as long as a check is undecided.

    :param app: the application.
    :param layer: the extension's middleware.
    :param settings: the policies of the application.
    :param place: the line that initialised the extension, to which a warning points.
    """

    def __init__(self, app: Flask, layer: CorsMiddleware, settings: Settings, place: Place) -> None:
        self._app = app
        self._layer = layer
        self._settings = settings
        self._place = place
        self._bypass = Bypass(app, layer, place)
        self._marks = MarkCheck(app)
        self._surroundings = Surroundings(app, layer, settings)
        self._host = ReplacedHost(app, proxy_fixes(app.wsgi_app), place)
        self._first = threading.Lock()
        self._cookie: SessionCookie | None = None
        #: Whether no check is left.
        self.is_checked = False
        #: Whether another extension for CORS was found, so that its headers need no warning of their own.
        self.found_another = False

    def check(self, environ: WSGIEnvironment, start_response: StartResponse) -> StartResponse:
        """Run the checks that are left; return the function that is to start the response."""
        # Before a check can raise, as a warning does where it is an error.
        self._bypass.stamp(environ)
        # One request takes the lock, and never gives it back.
        if self._first.acquire(blocking=False):
            self.found_another = has_flask_cors(self._app)
            for finding in self._surroundings.findings(self._policies()):
                warn(finding, self._place)
            cookie = SessionCookie(self._app, self._policies(), self._place)
            if cookie.found is not None:
                warn(cookie.found, self._place)
            if cookie.undecided:
                self._cookie = cookie
        if not self._marks.is_done:
            self._marks.check()
        self._host.observe(environ)
        self._settle()
        if self._cookie is None:
            return start_response
        return self._observed(self._cookie, environ, start_response)

    def observe_refusal(self, environ: WSGIEnvironment) -> None:
        """Look at a refused request, whether or not checks are left."""
        self._host.observe(environ)

    def forget(self) -> None:
        """Check the marks at the next request: one was put."""
        self._marks.forget()
        self.is_checked = False

    def _settle(self) -> None:
        is_known = self._cookie is None or not self._cookie.undecided
        self.is_checked = is_known and self._bypass.is_over and self._marks.is_done

    def _observed(
        self, cookie: SessionCookie, environ: WSGIEnvironment, start_response: StartResponse
    ) -> StartResponse:
        def start(
            status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            try:
                cookie.observe(environ, headers)
            finally:
                self._settle()
            if exc_info is None:
                return start_response(status, headers)
            return start_response(status, headers, exc_info)

        return start

    def findings(self) -> Iterator[Finding]:
        """Yield what can be found without a request, whether or not there was a warning of it."""
        for each in self._surroundings.findings(self._policies()):
            yield replace(each, where=str(self._place))
        for place, each in self._marks.findings():
            yield replace(each, where=str(place))
        cookie = SessionCookie(self._app, self._policies(), self._place)
        found = cookie.found or cookie.possible
        if found is not None:
            yield replace(found, where=str(self._place))

    def _policies(self) -> Iterator[Policy]:
        app, settings = self._app, self._settings
        views = (
            mark_of_view(app.view_functions.get(rule.endpoint), method)
            for rule in app.url_map.iter_rules()
            for method in rule.methods or ("GET",)
        )
        every = chain(
            () if callable(self._layer.policy) else (self._layer.policy,),
            settings.blueprints.values(),
            () if settings.paths is None else settings.paths.policies,
            map(mark_of, app.blueprints.values()),
            views,
        )
        yield from chain.from_iterable(policies_of(policy_from(each, "policy")) for each in every if each)
