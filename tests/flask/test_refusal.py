"""A refusal stays one, whatever the error handlers do and whatever becomes of Flask."""

from __future__ import annotations

import pytest
from flask import Flask, current_app, has_app_context, has_request_context, jsonify, request, session
from flask.ctx import AppContext
from flask.sessions import SecureCookieSessionInterface
from werkzeug.routing import BaseConverter

from cases import EVIL, LISTED, VARY
from flask_corsguard import CorsGuard, CrossOriginRefused
from harness import assert_headers_exactly, call

CROSS_SITE = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}


class Watching(SecureCookieSessionInterface):
    """A session interface that records its use."""

    def __init__(self, seen):
        self.seen = seen

    def open_session(self, app, request):
        self.seen.append("open")
        return super().open_session(app, request)

    def save_session(self, app, session, response):
        self.seen.append("save")


def make_app(make=Flask):
    """Make an application whose ``seen`` names what of it has run."""
    app = make(__name__)
    app.secret_key = "test"
    app.seen = []
    app.session_interface = Watching(app.seen)
    app.add_url_rule("/x", "x", lambda: app.seen.append("view") or "done", methods=["POST"])
    app.before_request(lambda: app.seen.append("before"))
    app.after_request(lambda response: app.seen.append("after") or response)
    app.url_value_preprocessor(lambda *args: app.seen.append("preprocess"))
    CorsGuard(app, LISTED)
    return app


@pytest.mark.parametrize("handles", [False, True])
def test_a_refusal_is_plain_text_unless_an_error_handler_answers_otherwise(handles):
    """A handler may return the exception as it is."""
    app = make_app()
    if handles:
        app.register_error_handler(403, lambda error: error)
    result = call(app, "POST", "/x", CROSS_SITE)

    assert result.code == 403
    assert result.get("Content-Type") == "text/plain; charset=utf-8"
    assert {name for name, _ in result.headers} == {"Content-Type", "Content-Length", "Vary"}
    assert result.body.startswith(b"Refused (origin-not-allowed): ")


def refused_plainly(app, caplog, why, path="/x"):
    """Return whether a forged request gets the plain text, and one line in the log has the reason *why*."""
    result = call(app, "POST", path, CROSS_SITE)
    assert result.code == 403
    assert result.body.startswith(b"Refused (origin-not-allowed): ")
    assert_headers_exactly(result.headers, [VARY])
    assert not has_request_context()
    assert not has_app_context()
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    (line,) = [
        each for each in errors if each.getMessage() != "the URL map raised; the closed policy applies"
    ]
    assert line.getMessage().endswith("the refusal is answered in plain text")
    assert why in str(line.exc_info[1])
    return True


# Releases of Flask as they are and were: whichever is installed, the others are imitated.


class ContextOfFlask30:
    """A request context whose session is an attribute of this name, as it was until 3.1.2."""

    attribute = "session"

    def __init__(self, context):
        self.inner = context
        setattr(self, self.attribute, None)

    def push(self):
        held = getattr(self, self.attribute)
        if held is None:
            held = self.inner.app.session_interface.open_session(self.inner.app, self.inner.request)
        vars(self.inner).update(session=held, _session=held)
        self.inner.push()

    def __exit__(self, kind, error, traceback):
        self.inner.pop(error)


class Flask30(Flask):
    """A Flask with such contexts, which it gives to none of its methods."""

    def __init__(self, import_name):
        super().__init__(import_name)
        # Not overridden: Flask 3.2 warns of that.
        self.handle_user_exception = lambda error: self._find_error_handler(error, [])(error)

    def request_context(self, environ):
        return ContextOfFlask30(super().request_context(environ))


class ContextOfFlask32(ContextOfFlask30, AppContext):
    """A request context that is one of an application, too."""

    attribute = "_session"


class Flask32(Flask):
    """A Flask with such contexts, which it gives to its methods."""

    def request_context(self, environ):
        return ContextOfFlask32(super().request_context(environ))

    def handle_user_exception(self, ctx: AppContext, e):
        assert isinstance(ctx, ContextOfFlask32)
        return self._find_error_handler(e, [])(e)


@pytest.mark.parametrize("make", [Flask, Flask30, Flask32])
def test_handlers_have_the_request_and_an_empty_session(make):
    """Of the application nothing else has run, but what belongs to every request context."""
    app = make_app(make)
    app.teardown_request(lambda error: app.seen.append("teardown"))

    @app.errorhandler(CrossOriginRefused)
    def refused(error):
        app.seen.append("handler")
        return jsonify(path=request.path, names=sorted(session)), 418

    result = call(app, "POST", "/x", {**CROSS_SITE, "Cookie": "session=eyJhIjoxfQ.x.x"})

    assert (result.code, result.body) == (418, b'{"names":[],"path":"/x"}\n')
    assert app.seen == ["handler", "teardown"]
    assert not has_request_context()


@pytest.mark.parametrize("make", [Flask, Flask30, Flask32])
def test_the_answer_of_a_handler_has_its_headers(make):
    """A page of HTML needs its policy for content, which a hook after the request would have set."""
    app = make_app(make)
    html = "<h1>No</h1>", 403, {"Content-Security-Policy": "default-src 'none'", "Vary": "Accept", "X-A": "b"}
    app.register_error_handler(403, lambda error: html)

    result = call(app, "POST", "/x", CROSS_SITE)

    assert (result.code, result.body) == (403, b"<h1>No</h1>")
    assert result.get("Content-Type") == "text/html; charset=utf-8"
    assert (result.get("Content-Security-Policy"), result.get("X-A")) == ("default-src 'none'", "b")
    assert result.get("Vary") == "Accept, Origin"
    assert app.seen == []


def test_a_handler_cannot_write_to_the_session():
    """What it writes would be lost; Flask raises an error, and the answer is the refusal."""
    app = make_app()

    @app.errorhandler(CrossOriginRefused)
    def refused(error):
        session["seen"] = True

    assert call(app, "POST", "/x", CROSS_SITE).code == 403


@pytest.mark.parametrize("testing", [False, True])
def test_a_handler_that_raises_leaves_the_refusal_its_plain_text(testing, caplog):
    """Flask's own answer to that would be a 500, after the hooks that run after each request."""
    app = make_app()
    app.testing = testing

    @app.errorhandler(CrossOriginRefused)
    def refused(error):
        raise ValueError("the handler")

    assert refused_plainly(app, caplog, "the handler")
    assert app.seen == []


def test_a_converter_that_raises_leaves_the_refusal_its_plain_text(caplog):
    """Flask matches the URL when it pushes the context, which is popped again."""

    class Stored(BaseConverter):
        def to_python(self, value):
            raise OSError("the database")

    app = make_app()
    app.url_map.converters["stored"] = Stored
    app.add_url_rule("/<stored:name>", "stored", lambda name: name, methods=["POST"])

    assert refused_plainly(app, caplog, "the database", "/stored")
    assert app.seen == []


# Other releases of Flask, as they could be, and what extensions put in the place of its parts.


class AnotherContext:
    """A request context that stores its session in another attribute."""

    def __init__(self, context):
        self.inner = context

    def __getattr__(self, name):
        return getattr(self.inner, name)


class SessionElsewhere(Flask):
    """A Flask whose contexts store their session elsewhere."""

    def request_context(self, environ):
        return AnotherContext(super().request_context(environ))


class Closed:
    """A request context without public attributes."""

    __slots__ = ("inner",)
    __init__ = AnotherContext.__init__
    __getattr__ = AnotherContext.__getattr__


class SessionInSlots(Flask):
    """A Flask whose contexts have no dictionary."""

    def request_context(self, environ):
        return Closed(super().request_context(environ))


class SessionIsOpen(Flask):
    """A Flask whose contexts have a session from the beginning."""

    def request_context(self, environ):
        context = super().request_context(environ)
        for name in {"_session", "session"} & set(vars(context)):
            setattr(context, name, {"user": 1})
        return context


class WithoutContexts(Flask):
    """A Flask that opens requests in another way."""

    @property
    def request_context(self):
        raise AttributeError("request_context")


class OtherSignature(Flask):
    """A Flask that has its request contexts made of something else."""

    def request_context(self, *, scope):
        return super().request_context(scope)


class NoPush(Flask):
    """A Flask whose contexts are entered in another way."""

    def request_context(self, environ):
        context = super().request_context(environ)
        context.push = None
        return context


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (SessionElsewhere, "AnotherContext may open a session"),
        (SessionInSlots, "no attribute"),
        (SessionIsOpen, "Context may open a session"),
        (WithoutContexts, "request_context"),
        (OtherSignature, "positional argument"),
        (NoPush, "not callable"),
    ],
)
def test_a_flask_with_other_contexts_has_its_refusals_answered_in_plain_text(make, why, caplog):
    """No handler is called, no session is opened, and nothing is left pushed."""
    app = make_app(make)
    app.register_error_handler(CrossOriginRefused, lambda error: app.seen.append("handler") or ("", 418))

    assert refused_plainly(app, caplog, why)
    assert app.seen == []


@pytest.mark.parametrize("make", [Flask, SessionElsewhere, WithoutContexts, NoPush])
def test_the_request_of_an_outer_application_stays_the_current_one(make):
    """Only the context that was opened for the refusal is closed."""
    inner = make_app(make)
    outer = Flask("outer")

    with outer.test_request_context("/outer"):
        assert call(inner, "POST", "/x", CROSS_SITE).code == 403
        assert (current_app.name, request.path) == ("outer", "/outer")


class SessionsAlone:
    """A session interface that implements what it needs, and nothing of Flask's."""

    open_session = save_session = None


class NoEmptySession(Watching):
    """A session interface whose empty session is none."""

    def make_null_session(self, app):
        return None


@pytest.mark.parametrize(
    ("interface", "why"), [(SessionsAlone(), "make_null_session"), (NoEmptySession([]), "may open a session")]
)
def test_a_session_interface_without_an_empty_session_opens_none(interface, why, caplog):
    """The refusal is answered in plain text."""
    app = make_app()
    app.session_interface = interface

    assert refused_plainly(app, caplog, why)
    assert app.seen == getattr(interface, "seen", []) == []


@pytest.mark.parametrize("name", ["handle_user_exception", "make_response"])
def test_a_flask_that_takes_exceptions_in_another_way_has_its_refusals_answered_in_plain_text(name, caplog):
    """What it is called with means nothing to it."""
    app = make_app()

    def method(*, ctx, error):
        app.seen.append("called")

    setattr(app, name, method)

    assert refused_plainly(app, caplog, "positional argument")
    assert app.seen == []
