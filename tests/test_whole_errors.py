"""Errors about the code around the library, each of them whole: what was given, and what to write."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask
from quart import Quart

from flask_corsguard import (
    SAME_ORIGIN,
    UNMANAGED,
    CorsGuard,
    CorsMiddleware,
    Policy,
    Request,
    asgi,
    cors,
    decide,
)
from flask_corsguard.testing import Browser
from flask_corsguard.wsgi.varying_policies import VaryingPolicies
from testing.scripted import API, answering, page_of


class Named:
    """Something that is shown as it is called."""

    def __init__(self, name, **attributes):
        self._name = name
        vars(self).update(attributes)

    def __repr__(self):
        return self._name


class Layer(Named):
    """An application for WSGI."""

    def __call__(self, environ, start_response):
        """Answer nothing."""
        return []


class Check(Named):
    """A callable for origins."""

    def __call__(self, origin):
        """Answer with a value that is not a boolean."""
        return "yes"


class AsgiLayer(Named):
    """An application for ASGI."""

    async def __call__(self, scope, receive, send):
        """Answer nothing."""


class Slotted:
    """A view that takes no attribute."""

    __slots__ = ()

    def __call__(self):
        """Answer nothing."""
        return ""

    def __repr__(self):
        return "Slotted()"


def browser():
    """Return a browser."""
    return Browser(answering())


def submit(**arguments):
    """Submit a form with *arguments*."""
    page_of(answering()).submit(API, {}, **arguments)


def guard_twice():
    """Initialise one application twice."""
    app = Flask("shop")
    CorsGuard(app)
    CorsGuard(app)


def mark_registered():
    """Mark a blueprint too late."""
    blueprint = Blueprint("admin", __name__)
    Flask(__name__).register_blueprint(blueprint)
    cors(SAME_ORIGIN)(blueprint)


def refuse_with(headers):
    """Make a layer whose refusals carry *headers*."""
    CorsMiddleware(Layer("app"), SAME_ORIGIN, refusal_headers=headers)


def ask(check):
    """Ask *check* for an origin; return what goes wrong."""
    raise decide(Policy(origins=[check]), Request(method="GET", origin="https://app.example")).error


CREDENTIALS = "omit, same-origin, include"
ENCTYPES = "application/x-www-form-urlencoded, multipart/form-data, text/plain"
WRITE_WSGI = "write CorsMiddleware(application, policy)."
ASGI = "flask_corsguard.asgi.CorsMiddleware(application, policy)"
NO_PAIRS = "has no headers: write refusal_headers={'X-Frame-Options': 'DENY'}."
VIEWS = "cors marks views and blueprints; "

ERRORS = [
    # The browser model.
    (
        lambda: page_of(answering()).fetch(API, credentials="all"),
        ValueError,
        f"credentials is 'all'; it can be one of {CREDENTIALS}",
    ),
    (
        lambda: submit(enctype="application/json"),
        ValueError,
        f"enctype is 'application/json'; it can be one of {ENCTYPES}",
    ),
    (lambda: submit(method="PUT"), ValueError, "method is 'PUT'; a form can send GET and POST"),
    (
        lambda: submit(target="_any"),
        ValueError,
        "target is '_any'; it can be one of _top, _self, _blank, frame",
    ),
    (
        lambda: browser().open("about:blank"),
        ValueError,
        "'about:blank' is not the URL of a page; write its origin or its URL: \"https://app.example\"",
    ),
    (lambda: browser().wait(-1), ValueError, "seconds is -1; it cannot be negative"),
    (
        lambda: Browser(answering(), engine="safari"),
        ValueError,
        "engine is 'safari'; it can be None or one of chromium, firefox, webkit",
    ),
    (
        lambda: Browser({f"{API}/x": answering()}),
        ValueError,
        f"'{API}/x' is not the origin of a server; write it as \"https://api.example\"",
    ),
    (
        lambda: page_of(answering()).fetch(API, "POST", json=1, data="1"),
        ValueError,
        "use json or data, not both",
    ),
    # Policies.
    (
        lambda: setattr(SAME_ORIGIN, "origins", "*"),
        AttributeError,
        "A policy cannot be changed; make another: policy.replace(origins=...).",
    ),
    (
        lambda: delattr(SAME_ORIGIN, "origins"),
        AttributeError,
        "A policy cannot be changed.",
    ),
    (
        lambda: UNMANAGED.replace(origins="*"),
        TypeError,
        "UNMANAGED has no fields to replace: write Policy(...) with those that you mean.",
    ),
    # Layers.
    (
        lambda: CorsMiddleware(AsgiLayer("app"), SAME_ORIGIN),
        TypeError,
        f"app is an ASGI application: write {ASGI}.",
    ),
    (
        lambda: CorsMiddleware(Named("app"), SAME_ORIGIN),
        TypeError,
        f"app is not a WSGI application: {WRITE_WSGI}",
    ),
    (
        lambda: asgi.CorsMiddleware(Named("app", wsgi_app=1), SAME_ORIGIN),
        TypeError,
        "app is a WSGI application: write flask_corsguard.CorsGuard(app, policy) for Flask, and "
        "flask_corsguard.CorsMiddleware(application, policy) for any other.",
    ),
    (
        lambda: asgi.CorsMiddleware(Named("app"), SAME_ORIGIN),
        TypeError,
        f"app is not an ASGI application: {WRITE_WSGI}",
    ),
    (
        lambda: asgi.CorsMiddleware(Layer("app"), SAME_ORIGIN),
        TypeError,
        "app is not an ASGI application, which takes scope, receive and send: write "
        "CorsMiddleware(application, policy). If it takes environ and start_response, it is for WSGI: "
        "write flask_corsguard.CorsMiddleware(application, policy).",
    ),
    (
        lambda: refuse_with([("Vary", "Cookie")]),
        ValueError,
        "'Vary' in refusal_headers is set by the layer itself: leave it out.",
    ),
    (
        lambda: refuse_with({"X-A": "a\n"}),
        ValueError,
        "'X-A': 'a\\n' in refusal_headers cannot be sent: a name is a token, and a value one line of Latin-1.",
    ),
    (
        lambda: refuse_with("X-A"),
        TypeError,
        f"refusal_headers='X-A' {NO_PAIRS}",
    ),
    (
        lambda: refuse_with([("X-A", 1)]),
        TypeError,
        f"('X-A', 1) in refusal_headers {NO_PAIRS}",
    ),
    # Flask.
    (
        lambda: CorsGuard(AsgiLayer("app")),
        TypeError,
        f"app is an ASGI application: write application = {ASGI} around it.",
    ),
    (
        lambda: CorsGuard(Named("dash", server=Flask("x"))),
        TypeError,
        "dash is not a Flask application, but has one: write CorsGuard(application.server, policy).",
    ),
    (
        lambda: CorsGuard(Named("connexion", app=Flask("x"))),
        TypeError,
        "connexion is not a Flask application, but has one: write CorsGuard(application.app, policy).",
    ),
    (
        lambda: CorsGuard(Named("app")),
        TypeError,
        "app is not a Flask application: write CorsGuard(app, policy).",
    ),
    (
        guard_twice,
        RuntimeError,
        "CorsGuard is already initialised for the application 'shop'. Call CorsGuard(app) or init_app(app) "
        "once; other policies for parts of the application go on views and blueprints, as @cors(...), or "
        "into paths=.",
    ),
    (
        lambda: CorsGuard()(SAME_ORIGIN),
        TypeError,
        "This is a CorsGuard, and not the decorator: the name cors is taken. Write guard = CorsGuard(app), "
        "from flask_corsguard import cors, and @cors(...).",
    ),
    # Marks.
    (
        lambda: cors(Flask("x")),
        TypeError,
        f"{VIEWS}for an application write CorsGuard(app, policy).",
    ),
    (
        lambda: cors(lambda: ""),
        TypeError,
        "cors is a decorator with arguments: write @cors(policy) or @cors(origins=[...]).",
    ),
    (
        lambda: cors(SAME_ORIGIN)(AsgiLayer("layer")),
        TypeError,
        f"cors marks views and blueprints of Flask, and layer is for ASGI: write {ASGI}; there "
        '{"/api": policy} applies a policy to a path.',
    ),
    (
        lambda: cors(SAME_ORIGIN)(Quart("x")),
        TypeError,
        f"cors marks views and blueprints of Flask, and <Quart 'x'> is for ASGI: write {ASGI}; there "
        '{"/api": policy} applies a policy to a path.',
    ),
    (
        lambda: cors(SAME_ORIGIN)(Flask("x")),
        TypeError,
        f"{VIEWS}for a whole application write CorsGuard(app, policy).",
    ),
    (
        lambda: cors(SAME_ORIGIN)(Named("api", init_app=1)),
        TypeError,
        f"{VIEWS}for a whole application write CorsGuard(app, policy).",
    ),
    (
        lambda: cors(SAME_ORIGIN)(Named),
        TypeError,
        "cors marks classes of flask.views.View, and Named is not one.",
    ),
    (
        lambda: cors(SAME_ORIGIN)(Named("x")),
        TypeError,
        "cors marks view functions, View classes and Blueprints, not Named: put it above the function or "
        "class, or write cors(policy)(blueprint).",
    ),
    (
        mark_registered,
        TypeError,
        "The blueprint 'admin' is already registered, and its prefix can no longer be learnt: mark it "
        "before app.register_blueprint(...).",
    ),
    (
        lambda: cors(SAME_ORIGIN)(Slotted()),
        TypeError,
        "cors cannot mark Slotted(): mark the function that it wraps; or, if it is in method_decorators, "
        "the class.",
    ),
    # Callables.
    (
        lambda: VaryingPolicies().of("*", Named("ask")),
        TypeError,
        "ask returned str, not a Policy",
    ),
    (lambda: ask(Check("ask")), TypeError, "ask returned str, not bool"),
]


@pytest.mark.parametrize(("do", "error", "message"), ERRORS, ids=[row[2][:60] for row in ERRORS])
def test_an_error_contains_what_was_given_and_what_to_write(do, error, message):
    """Word for word: a name or a remedy that is lost shows."""
    with pytest.raises(error) as caught:
        do()

    assert str(caught.value) == message
