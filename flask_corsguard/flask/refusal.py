"""What a Flask application gets for a request that its policy refuses: a signal and an exception."""

from __future__ import annotations

import logging
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Final

from blinker import Namespace
from flask.ctx import AppContext
from werkzeug.exceptions import Forbidden

from flask_corsguard.core.decision import Decision
from flask_corsguard.wsgi.refusal import refusal_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask
    from flask.ctx import RequestContext

logger = logging.getLogger("flask_corsguard")

#: Sent with the application and ``decision=`` for every refused preflight and every refused request, also one
#: that ``guard="report"`` only reports. It is also sent for every answer that is withheld from a page,
#: because its origin is not allowed.
cors_refused: Final = Namespace().signal("cors-refused")

#: The attribute of a request context for its session, ``None`` until that is opened: the one of Flask since
#: 3.1.3, and the one before.
SESSION_ATTRIBUTES: Final = ("_session", "session")


class CrossOriginRefused(Forbidden):
    """The policy does not allow this cross-origin request; the application's error handlers may answer it.

    Without a handler for it, for 403 or for every ``HTTPException`` the answer is plain text.

    :ivar decision: the :class:`.Decision`, whose ``explain()`` returns the reason.
    """

    __module__ = "flask_corsguard"

    def __init__(self, decision: Decision, *, debug: bool = False) -> None:
        super().__init__(refusal_text(decision, debug=debug).rstrip("\n"))
        self.decision = decision

    def get_headers(self, environ: object = None, scope: object = None) -> list[tuple[str, str]]:
        """Return the headers of the answer, which is plain text."""
        return [("Content-Type", "text/plain; charset=utf-8")]

    def get_body(self, environ: object = None, scope: object = None) -> str:
        """Return the sentence that explains why, and what to do."""
        return f"{self.description or ''}\n"


def answer_through(
    app: Flask, refusal: CrossOriginRefused, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Have the error handlers of an application answer a refusal, and run nothing else of the application.

    No hook before or after a request runs and no session is opened: a forged request must not reach what
    authenticates, counts or stores. Error handlers find an empty session that cannot be written to. Flask
    runs what belongs to every request context, such as URL converters and teardown functions.

    If a handler or a converter raises, the answer is the plain text of the refusal, and the log shows why. So
    it is with a new Flask that differs from what this module knows.

    :param app: the application.
    :param refusal: the refusal, which is raised before the handlers are called.
    :param environ: the environ of the refused request.
    :param start_response: starts the answer.
    :returns: the body of the answer.
    """
    context = _pushed_context(app, environ)
    if context is None:
        return refusal(environ, start_response)
    with ExitStack() as stack:
        stack.push(context)
        return _handled(app, context, refusal)(environ, start_response)


def _pushed_context(app: Flask, environ: WSGIEnvironment) -> RequestContext | None:
    """Push a request context with an empty session; yield ``None``, with nothing pushed, if that fails."""
    context = None
    try:
        context = _context_with_empty_session(app, environ)
        context.push()
    except Exception as error:
        logger.exception("no request context for the error handlers; the refusal is answered in plain text")
        if context is not None:
            # Flask may have pushed it before it, or a converter, raised.
            with suppress(Exception):
                context.pop(error)
        return None
    return context


def _context_with_empty_session(app: Flask, environ: WSGIEnvironment) -> RequestContext:
    context = app.request_context(environ)
    session: object = app.session_interface.make_null_session(app)
    held = vars(context)
    for name in SESSION_ATTRIBUTES:
        # A context that has a session opens none when it is pushed.
        if session is not None and name in held and held[name] is None:
            setattr(context, name, session)
            return context
    raise LookupError(f"{type(context).__name__} may open a session: none of {SESSION_ATTRIBUTES} is empty")


def _handled(app: Flask, context: object, refusal: CrossOriginRefused) -> WSGIApplication:
    # Flask 3.2 has one class of contexts, and gives the current one to its methods.
    current = (context,) if isinstance(context, AppContext) else ()
    handle: Callable[..., Any] = app.handle_user_exception
    try:
        # Raised, because handlers, and Flask itself, look at the exception that is being handled.
        raise refusal
    except CrossOriginRefused:
        try:
            return app.make_response(handle(*current, refusal))
        except CrossOriginRefused:
            # Without a handler TRAP_HTTP_EXCEPTIONS raises it again, for a debugger that is not there.
            return refusal
        except Exception:
            # Flask's own way, handle_exception(), runs the hooks after a request.
            logger.exception("an error handler raised; the refusal is answered in plain text")
            return refusal
