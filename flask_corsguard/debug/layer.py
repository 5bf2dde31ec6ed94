"""The layer that answers at ``/_cors``, outside of the application, and to the developer alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from werkzeug.sansio.utils import host_is_trusted

from flask_corsguard.core.guard import is_own_request
from flask_corsguard.core.origin import Origin
from flask_corsguard.core.policy import SAME_ORIGIN
from flask_corsguard.flask.marks import EXTENSION
from flask_corsguard.wsgi.environ import ORIGIN, SITE, request_of
from flask_corsguard.wsgi.middleware import CorsMiddleware
from flask_corsguard.wsgi.response import answer_text

from .answers import Answers
from .refusals import Refusals

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

    from flask_corsguard.core.decision import Decision

#: Where the page is.
PATH: Final = "/_cors"

_NOT_HERE: Final = (
    "The debug page is for the developer's own machine: open it at localhost. If the application has another "
    "name on purpose, set SERVER_NAME or TRUSTED_HOSTS.\n"
)
_NOT_YOURS: Final = (
    "The debug page answers to itself alone, and another page has asked for it. Type its address.\n"
)


def add_to(app: Flask) -> None:
    """Put the layer around an application that has the extension."""
    app.wsgi_app = DebugPage(app, app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented way


class DebugPage:
    """Answers at :data:`PATH` in debug mode, and gives every other request to the application.

    Nothing of the application runs for the page. Its own policy is the closed one. It also refuses requests
    of links and images of another site. It refuses hosts that are not the developer's, because a name of a
    stranger may lead to this machine.

    :param flask: the application.
    :param app: what answers other requests.
    """

    def __init__(self, flask: Flask, app: WSGIApplication) -> None:
        self.app = app
        self._flask = flask
        self._layer: Any = flask.extensions[EXTENSION]
        self._refusals = Refusals(self._place_of)
        self._layer.on_refusal = self._refusals.note
        self._answers = Answers(flask, self._refusals)
        closed = SAME_ORIGIN.replace(resource_policy="same-origin")
        self._page = CorsMiddleware(self._answer, closed, on_refusal=self._note)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        path: str = environ.get("PATH_INFO", "")
        if self._flask.debug and (path == PATH or path.startswith(f"{PATH}/")):
            return self._page(environ, start_response)
        return self.app(environ, start_response)

    def _place_of(self, environ: WSGIEnvironment) -> str:
        # Another policy may have been assigned, and its source is another one.
        return str(self._layer.source.place_of(environ))

    def _note(self, environ: WSGIEnvironment, decision: Decision) -> None:
        self._refusals.note(environ, decision, "debug page")

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._is_at_home(environ.get("HTTP_HOST", "")):
            return answer_text("403 Forbidden", [], _NOT_HERE, start_response)
        # A browser without Sec-Fetch-Site sends Origin, unless the user opened the page directly.
        is_told = SITE in environ or ORIGIN in environ
        if is_told and not is_own_request(request_of(environ)):
            return answer_text("403 Forbidden", [], _NOT_YOURS, start_response)
        return self._answers(environ, start_response)

    def _is_at_home(self, host: str) -> bool:
        origin = Origin.parse(f"http://{host.removesuffix(':80')}")
        if origin is None:
            return False
        config = self._flask.config
        names = [config["SERVER_NAME"], *(config.get("TRUSTED_HOSTS") or ())]
        trusted = [each for each in names if each]
        # Werkzeug trusts every host if there is no list.
        return origin.is_loopback or (bool(trusted) and host_is_trusted(host, trusted))
