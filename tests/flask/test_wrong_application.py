"""An object that is not an application, view or blueprint of Flask is refused, with what to write instead."""

from __future__ import annotations

import functools

import pytest
from flask import Flask
from flask.sansio.app import App
from flask.sansio.blueprints import Blueprint as AnyBlueprint
from flask.views import MethodView

from cases import LISTED, A
from flask_corsguard import CorsGuard, CorsMiddleware, cors
from harness import call

ADAPTER = r"is an ASGI application: write .*flask_corsguard\.asgi\.CorsMiddleware\(application, policy\)"


async def asgi(scope, receive, send):
    """Be an ASGI application."""


class Asgi:
    """An ASGI application that is an object, as Starlette's, FastAPI's and Connexion 3's are."""

    def __init__(self, app=None):
        self.app = app

    async def __call__(self, scope, receive, send):
        """Be called by an ASGI server."""


class Quart(App):
    """An application as Quart's is: of the classes that it shares with Flask, and for ASGI."""

    default_config = Flask.default_config

    async def __call__(self, scope, receive, send):
        """Be called by an ASGI server."""


class QuartBlueprint(AnyBlueprint):
    """A blueprint as Quart's is."""


ASGI_APPLICATIONS = [
    *(asgi, functools.partial(asgi), Asgi(), functools.partial(Asgi()), Quart(__name__)),
    Asgi(Flask(__name__)),
]


@pytest.mark.parametrize("app", ASGI_APPLICATIONS, ids=range(len(ASGI_APPLICATIONS)))
@pytest.mark.parametrize("use", [CorsGuard, CorsGuard().init_app, lambda app: CorsMiddleware(app, LISTED)])
def test_an_asgi_application_is_refused_with_the_adapter(app, use):
    """Also if a Flask application is in it: Connexion 3 calls that past what the extension wraps."""
    with pytest.raises(TypeError, match=ADAPTER):
        use(app)


@pytest.mark.parametrize("target", [Quart(__name__), QuartBlueprint("b", __name__), Asgi()])
def test_a_blueprint_or_an_application_for_asgi_is_not_marked(target):
    """The adapter takes policies by path."""
    with pytest.raises(TypeError, match=r"is for ASGI: write flask_corsguard\.asgi\.CorsMiddleware"):
        cors(LISTED)(target)


def test_asynchronous_views_are_marked():
    """Flask runs them, as functions, through partials and as methods of classes."""
    app = Flask(__name__)
    CorsGuard(app)

    async def view():
        return "x"

    class Page(MethodView):
        async def get(self):
            return "x"

    app.add_url_rule("/function", "function", cors(LISTED)(view))
    app.add_url_rule("/partial", "partial", cors(LISTED)(functools.partial(view)))
    app.add_url_rule("/class", view_func=cors(LISTED)(Page).as_view("class"))

    for path in ("/function", "/partial", "/class"):
        assert call(app, "GET", path, {"Origin": A}).get("Access-Control-Allow-Origin") == A


@pytest.mark.parametrize(
    ("name", "app"),
    [
        ("server", type("Dash", (), {"server": Flask(__name__)})()),
        ("app", type("FlaskApp", (), {"app": Flask(__name__)})()),
    ],
    ids=["Dash", "Connexion 2"],
)
def test_the_error_for_an_object_that_has_a_flask_application_names_its_attribute(name, app):
    """The extension is for that one."""
    with pytest.raises(TypeError, match=rf"but has one: write CorsGuard\(application\.{name}, policy\)"):
        CorsGuard(app)

    CorsGuard(getattr(app, name), LISTED)


def test_an_extension_named_as_the_decorator_raises_that_the_name_is_taken():
    """With or without arguments, and before anything is decorated."""
    named_cors = CorsGuard(Flask(__name__), LISTED)

    for use in (lambda: named_cors(LISTED), lambda: named_cors(origins="*"), lambda: named_cors(lambda: "x")):
        with pytest.raises(TypeError, match=r"the name cors is taken\. Write guard = CorsGuard\(app\)"):
            use()


@pytest.mark.parametrize("use", [lambda guard: CorsMiddleware(guard, LISTED), cors(LISTED), CorsGuard])
def test_an_extension_is_neither_an_application_nor_a_view(use):
    """That it can be called is for its message alone."""
    with pytest.raises(TypeError, match=r"is not a (WSGI|Flask) application|for a whole application write"):
        use(CorsGuard())


@pytest.mark.parametrize("fields", [{}, {"origins": "*"}])
def test_the_decorator_called_with_an_application_names_the_extension(fields):
    """As somebody writes who comes from Flask-CORS."""
    with pytest.raises(TypeError, match=r"for an application write CorsGuard\(app, policy\)"):
        cors(Flask(__name__), **fields)
