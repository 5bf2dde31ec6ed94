"""How a Flask application hears of what its policy refuses, and may answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from blinker import Namespace
from werkzeug.exceptions import Forbidden

from flask_corsguard.core.decision import Decision
from flask_corsguard.wsgi.refusal import refusal_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask, Response

#: Sent with the application and ``decision=`` for every refused preflight and every refused request,
#: also those that ``guard="report"`` lets pass.
cors_refused: Final = Namespace().signal("cors-refused")


class CrossOriginRefused(Forbidden):
    """The policy does not let this request across origins; the application's error handlers may answer it.

    Without a handler for it, for 403 or for every ``HTTPException`` the answer is plain text.

    :ivar decision: the :class:`.Decision`, whose ``explain()`` says why.
    """

    __module__ = "flask_corsguard"

    def __init__(self, decision: Decision, *, debug: bool = False) -> None:
        super().__init__(refusal_text(decision, debug=debug))
        self.decision = decision

    def get_headers(self, environ: object = None, scope: object = None) -> list[tuple[str, str]]:
        """Give the headers of the answer, which is plain text."""
        return [("Content-Type", "text/plain; charset=utf-8")]

    def get_body(self, environ: object = None, scope: object = None) -> str:
        """Give the sentence that says why, and what to do."""
        return self.description or ""


def _handled(app: Flask, refusal: CrossOriginRefused) -> Response:
    try:
        return app.make_response(app.handle_user_exception(refusal))
    except CrossOriginRefused:
        # Without a handler TRAP_HTTP_EXCEPTIONS raises it again, for a debugger that is not there.
        return app.make_response(refusal)
    except Exception as error:  # noqa: BLE001 - a handler's mistake is answered as Flask does
        return app.handle_exception(error)


def answer_through(
    app: Flask, refusal: CrossOriginRefused, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Have the error handlers of *app* answer a *refusal*, and nothing else of it run.

    No hook before or after a request is called, and no session is opened: a forged request must not
    reach what authenticates, counts or stores. Handlers find an empty session that cannot be
    written to. What is called for every request context, such as teardown functions, is.
    """
    context = app.request_context(environ)
    # A context that has a session opens none. It is an attribute of Flask 3.0's, a property since.
    session = app.session_interface.make_null_session(app)
    setattr(context, "_session" if hasattr(context, "_session") else "session", session)
    with context:
        try:
            # Raised, because handlers, and Flask itself, look at the exception that is being handled.
            raise refusal
        except CrossOriginRefused:
            response = _handled(app, refusal)
        return response(environ, start_response)
