"""The checks of an application's first request; each finding is a :class:`.CorsGuardWarning`.

They run then and not earlier, because routes, configuration, layers and other extensions may follow the
initialisation. A finding is told, and what was found stays as it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from flask_corsguard.core.audiences import policies_of
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.core.problems import did_you_mean
from flask_corsguard.flask.marks import UNREGISTERED, mark_of, mark_of_view, wrappers_of
from flask_corsguard.flask.mounts import Mounts
from flask_corsguard.wsgi.middleware import CorsMiddleware
from flask_corsguard.wsgi.proxy_fix import layers, proxy_fixes

from . import outside_layers
from .bypass import Bypass
from .misplaced_marks import MarkCheck
from .replaced_host import ReplacedHost
from .session_cookie import SessionCookie
from .stale_configuration import StaleConfiguration
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
        self._configuration = StaleConfiguration(app)
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
            self._check_surroundings()
            cookie = SessionCookie(self._app, self._policies(), self._place)
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

    def _check_surroundings(self) -> None:
        self.found_another = _has_flask_cors(self._app)
        if self.found_another:
            self._warn(
                "Flask-CORS is initialised for this application, too, and its headers are replaced by those "
                "of the policy. Remove its CORS(...) and @cross_origin; CorsGuard and @cors do what they did."
            )
        self._check_mounts()
        for message in outside_layers.messages(self._app, self._layer):
            self._warn(message)
        for message in self._configuration.messages(flask_cors=self.found_another):
            self._warn(message)
        if unregistered := sorted(_unregistered_blueprints(self._app)):
            self._warn(
                f"The marked blueprint {', '.join(unregistered)} is not registered, so its policy holds "
                "nowhere. Write app.register_blueprint(...), or remove the mark."
            )

        for name in self._settings.blueprints:
            if name not in self._app.blueprints:
                self._warn(
                    f"blueprints={{{name!r}: ...}} has no effect: no blueprint is registered with that name. "
                    f"{_registered_like(name, self._app)}"
                )

    def _check_mounts(self) -> None:
        for path, app in Mounts(self._app, self._layer.app).applications():
            if any(isinstance(each, CorsMiddleware) and each is not self._layer for each in layers(app)):
                self._warn(
                    f"The application that is mounted at {path!r} has a CorsGuard or CorsMiddleware of its "
                    "own, but this one is around it, and its policy applies there. Write CorsGuard(app, "
                    f"paths={{{path!r}: policy}}) and remove the other one; or, outside of both, application "
                    f"= DispatcherMiddleware(app, {{{path!r}: other}})."
                )

    def _warn(self, message: str) -> None:
        warn(message, self._place)

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


def _registered_like(name: str, app: Flask) -> str:
    known = sorted(app.blueprints)
    below = [each for each in known if each.rpartition(".")[2] == name]
    if below:
        return f'Did you mean "{below[0]}"? A blueprint in another one has the names of both.'
    return did_you_mean(name, known) if known else "Write app.register_blueprint(...), or remove it."


def _has_flask_cors(app: Flask) -> bool:
    hooks = chain.from_iterable(app.after_request_funcs.values())
    return any(map(_is_of_flask_cors, chain(hooks, *map(wrappers_of, app.view_functions.values()))))


def _is_of_flask_cors(function: object) -> bool:
    # By the module that it was written in: a wrapper of a view has the name of the view.
    names: dict[str, object] = getattr(function, "__globals__", {})
    return str(names.get("__name__", "")).partition(".")[0] == "flask_cors"


def _unregistered_blueprints(app: Flask) -> Iterator[str]:
    # Only blueprints that are written beside the application's own modules: another package's may be
    # registered by another application. And a test may leave some out.
    if app.testing:
        return
    for blueprint in UNREGISTERED:
        if Path(blueprint.root_path).is_relative_to(app.root_path):
            yield blueprint.name
