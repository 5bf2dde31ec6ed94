"""Real applications of Quart and Starlette: where they are refused, the layer that is named works."""

from __future__ import annotations

import asyncio

import pytest
from quart import Blueprint, Quart
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import flask_corsguard
from asgi_harness import ask, http_scope, run
from cases import EVIL, LISTED, A
from flask_corsguard import SAME_ORIGIN, CorsGuard, cors
from flask_corsguard.asgi import CorsMiddleware

ALLOWED = ("Access-Control-Allow-Origin", A)
ADAPTER = r"write .*flask_corsguard\.asgi\.CorsMiddleware\(application, policy\)"


def make_quart():
    """Make an application with a view and one that fails."""
    app = Quart(__name__)

    @app.route("/api/x", methods=["GET", "POST"])
    async def view():
        return "x"

    @app.get("/fail")
    async def fail():
        raise LookupError

    return app


def make_starlette(**options):
    """Make the same in Starlette."""

    def view(request):
        return PlainTextResponse("x")

    def fail(request):
        raise LookupError

    return Starlette(routes=[Route("/api/x", view, methods=["GET", "POST"]), Route("/fail", fail)], **options)


@pytest.mark.parametrize("make", [make_quart, make_starlette])
@pytest.mark.parametrize(
    "use", [CorsGuard, lambda app: flask_corsguard.CorsMiddleware(app, LISTED), cors(LISTED)]
)
def test_what_is_for_wsgi_names_the_layer_for_asgi(make, use):
    """The extension, the middleware and the mark."""
    with pytest.raises(TypeError, match=ADAPTER):
        use(make())


def test_a_blueprint_of_quart_is_not_marked():
    """Nobody would read the mark."""
    with pytest.raises(TypeError, match=r"is for ASGI: write flask_corsguard\.asgi\.CorsMiddleware"):
        cors(LISTED)(Blueprint("api", __name__))


@pytest.mark.parametrize("make", [make_quart, make_starlette])
@pytest.mark.parametrize("policy", [LISTED, {"/api": LISTED}])
def test_the_layer_that_is_named_works(make, policy):
    """Around the application, with a policy and by path."""
    app = CorsMiddleware(make(), policy)
    preflight = {"Origin": A, "Access-Control-Request-Method": "POST"}

    assert ALLOWED in ask(app, "GET", "/api/x", {"Origin": A}).cors
    assert ALLOWED in ask(app, "GET", "/api/missing", {"Origin": A}).cors
    assert (ask(app, "OPTIONS", "/api/x", preflight).code, ask(app, "POST", "/api/x").code) == (204, 200)
    assert ask(app, "POST", "/api/x", {"Origin": EVIL}).code == 403


def test_the_layer_may_take_the_place_of_the_application_of_quart():
    """Then its test client calls it, too."""
    app = make_quart()
    app.asgi_app = CorsMiddleware(app.asgi_app, LISTED)

    async def get():
        return await app.test_client().get("/api/x", headers={"Origin": A})

    assert asyncio.run(get()).headers["Access-Control-Allow-Origin"] == A


def failed(app):
    """Return the answer to an allowed origin, after which the framework may raise the exception again."""
    return run(app, http_scope(path="/fail", headers={"Origin": A}), survives=[LookupError])


@pytest.mark.parametrize("make", [make_quart, make_starlette])
def test_around_the_application_a_500_has_the_headers(make):
    """The page reads it."""
    result = failed(CorsMiddleware(make(), LISTED))

    assert (result.code, ALLOWED in result.cors) == (500, True)


def test_among_the_middleware_of_starlette_all_but_a_500_has_the_headers():
    """Its layer for exceptions is outside of all that are added."""
    app = make_starlette()
    app.add_middleware(CorsMiddleware, policy=LISTED)

    assert ALLOWED in ask(app, "GET", "/api/x", {"Origin": A}).cors
    assert (failed(app).code, failed(app).cors) == (500, [])


def test_within_a_mount_paths_begin_below_it():
    """Starlette leaves its prefix at the start of the path."""
    app = Starlette(routes=[Mount("/v1", CorsMiddleware(make_starlette(), {"/api": LISTED}))])

    assert ALLOWED in ask(app, "GET", "/v1/api/x", {"Origin": A}).cors
    assert ALLOWED not in ask(app, "GET", "/v1/other", {"Origin": A}).cors


@pytest.mark.parametrize("path", ["/v1/api/x", "/v1api/x"])
def test_below_a_root_no_spelling_of_a_path_has_the_policy_of_another_one(path):
    """Quart takes the root away even where no slash follows it, and so does Django."""
    app = CorsMiddleware(make_quart(), {"/api": SAME_ORIGIN, "/": LISTED})

    assert run(make_quart(), http_scope("POST", path, {}, root_path="/v1")).code == 200
    assert ask(app, "POST", path, {"Origin": A}, root_path="/v1").code == 403
