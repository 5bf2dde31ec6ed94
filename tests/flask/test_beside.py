"""Beside the extensions that applications have: installed for real, initialised before and after ours."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Blueprint, Flask, jsonify, redirect, request
from flask.views import MethodView
from flask_caching import Cache
from flask_compress import Compress
from flask_jwt_extended import JWTManager, create_access_token, jwt_required
from flask_limiter import Limiter
from flask_login import LoginManager, UserMixin, login_required
from flask_restx import Api as RestxApi
from flask_restx import Resource
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint
from flask_sock import Sock
from flask_socketio import SocketIO
from flask_talisman import Talisman
from flask_wtf import CSRFProtect

from cases import EVIL, A, allow
from flask_corsguard import CorsGuard, CorsGuardWarning, Policy, cors
from harness import assert_headers_exactly, call, preflight

POLICY = Policy(origins=[A], allow_headers=["Authorization", "Content-Type", "X-User"], credentials=True)

CREDENTIALS = ("Access-Control-Allow-Credentials", "true")

TEXT = "0123456789" * 100


@dataclass
class Beside:
    """A page of an application that has another extension, and what it answers."""

    path: str = "/page"
    method: str = "GET"
    #: What a welcome request brings.
    headers: dict[str, str] = field(default_factory=dict)
    #: The status without that.
    otherwise: int = 200
    vary: str = "Origin"
    scheme: str = "http"
    body: Callable[[bytes], bytes] = bytes
    expected: bytes = b"page"


def login(app):
    """Flask-Login, with users by a header."""
    manager = LoginManager(app)

    @manager.request_loader
    def load(request):
        user = UserMixin()
        user.id = request.headers.get("X-User")
        return user if user.id else None

    app.add_url_rule("/page", "page", login_required(lambda: "page"))
    return Beside(headers={"X-User": "ada"}, otherwise=401, vary="Cookie, Origin")


def login_page(app):
    """Flask-Login, which sends strangers to a page."""
    beside = login(app)
    app.login_manager.login_view = "login"
    app.add_url_rule("/login", "login", lambda: "login")
    # Flask has sent a 302, and sends a 303 from 3.2 on.
    beside.otherwise = redirect("/login").status_code
    return beside


def jwt(app):
    """Flask-JWT-Extended, with tokens in a header."""
    app.config["JWT_SECRET_KEY"] = "a key of thirty-two bytes or more"
    JWTManager(app)
    app.add_url_rule("/page", "page", jwt_required()(lambda: "page"), methods=["PUT"])
    with app.app_context():
        token = create_access_token("ada")
    return Beside(method="PUT", headers={"Authorization": f"Bearer {token}"}, otherwise=401)


def limiter(app):
    """Flask-Limiter, which allows one user and no other."""
    limit = Limiter(lambda: "everyone", app=app, storage_uri="memory://", headers_enabled=True)

    @app.get("/page")
    @limit.limit("1 per day", exempt_when=lambda: "X-User" in request.headers)
    def page():
        return "page"

    call(app, "GET", "/page")
    return Beside(headers={"X-User": "ada"}, otherwise=429)


def talisman(app):
    """Flask-Talisman, which wants https."""
    Talisman(app, session_cookie_samesite="None")
    app.add_url_rule("/page", "page", lambda: "page")
    return Beside(scheme="https", otherwise=302)


def compress(app):
    """Flask-Compress, which answers by what is accepted."""
    Compress(app)
    app.add_url_rule("/page", "page", lambda: TEXT)
    return Beside(
        headers={"Accept-Encoding": "gzip"},
        vary="Accept-Encoding, Origin",
        body=lambda body: gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body,
        expected=TEXT.encode(),
    )


def caching(app):
    """Flask-Caching, which stores the answer to the first request."""
    cache = Cache(app, config={"CACHE_TYPE": "SimpleCache"})
    app.add_url_rule("/page", "page", cache.cached(timeout=0)(lambda: "page"))
    return Beside()


def csrf(app):
    """Flask-WTF's CSRFProtect, of which an API is exempt."""
    protect = CSRFProtect(app)
    api = Blueprint("api", __name__)
    api.add_url_rule("/page", "page", lambda: "page", methods=["POST"])
    protect.exempt(api)
    app.register_blueprint(api)
    return Beside(method="POST")


def restx(app):
    """Flask-RESTX, with a resource."""
    api = RestxApi(app, doc=False)

    class Page(Resource):
        def put(self):
            return "page"

    api.add_resource(Page, "/page")
    return Beside(method="PUT", expected=b'"page"\n')


def smorest(app):
    """Flask-Smorest, with a blueprint of its own kind."""
    app.config.update(API_TITLE="test", API_VERSION="1", OPENAPI_VERSION="3.0.3")
    api = SmorestApi(app)
    blueprint = SmorestBlueprint("pages", __name__)

    @blueprint.route("/page")
    class Page(MethodView):
        @blueprint.response(200)
        def delete(self):
            return jsonify("page")

    api.register_blueprint(blueprint)
    return Beside(method="DELETE", expected=b'"page"\n')


def socketio(app):
    """Flask-SocketIO, which leaves the page alone."""
    SocketIO(app, async_mode="threading", cors_allowed_origins=[], monitor_clients=False)
    app.add_url_rule("/page", "page", lambda: "page", methods=["PATCH"])
    return Beside(method="PATCH")


def sock(app):
    """flask-sock, which leaves the page alone."""
    Sock(app).route("/socket")(lambda connection: connection.send("hello"))
    app.add_url_rule("/page", "page", lambda: "page", methods=["PATCH"])
    return Beside(method="PATCH")


EXTENSIONS = [
    *(login, login_page, jwt, limiter, talisman, compress, caching, csrf, restx, smorest, socketio, sock),
]


@pytest.fixture(params=["before", "after"])
def order(request):
    """Whether the other extension is initialised before ours or after it."""
    return request.param


@pytest.fixture(params=EXTENSIONS, ids=lambda add: add.__doc__.partition(",")[0].rstrip("."))
def pair(request, order):
    """An application with both extensions, and the page to ask for."""
    app = Flask(__name__)
    app.secret_key = "a key of thirty-two bytes or more"
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    if order == "after":
        CorsGuard(app, POLICY)
    beside = request.param(app)
    if order == "before":
        CorsGuard(app, POLICY)
    return app, beside


def ask(app, beside, origin, *, welcome=True):
    """Ask for the page; a stranger brings nothing and comes by http."""
    headers = {**({"Origin": origin} if origin else {}), **(beside.headers if welcome else {})}
    scheme = beside.scheme if welcome else "http"
    return call(app, beside.method, beside.path, headers, **{"wsgi.url_scheme": scheme})


def test_the_preflight_is_answered_by_the_policy(pair):
    """With 204 and nothing of the other's, whom nobody has asked."""
    app, beside = pair

    result = preflight(app, A, beside.method, beside.path, "authorization,x-user")

    assert result.code == 204
    assert beside.method in result.get("Access-Control-Allow-Methods").split(", ")
    assert result.get("Access-Control-Allow-Headers") == "Authorization, Content-Type, X-User"
    assert result.get("Access-Control-Allow-Origin") == A
    assert result.get("Set-Cookie") is None
    assert result.get("Location") is None
    assert result.body == b""


def test_the_preflight_of_a_refused_origin_is_refused(pair):
    """Nothing of the other extension makes a grant of it."""
    app, beside = pair

    result = preflight(app, EVIL, beside.method, beside.path)

    assert result.code == 403
    assert [name for name, _ in result.cors] == ["Vary"]


def test_the_page_is_read_with_headers_that_are_there_once(pair):
    """Who is welcome gets it, and ``Vary`` names what both extensions vary by."""
    app, beside = pair

    for _ in range(2):
        result = ask(app, beside, A)
        assert result.code == 200
        assert beside.body(result.body) == beside.expected
        assert_headers_exactly(result.headers, [allow(A), CREDENTIALS, ("Vary", beside.vary)])


def test_what_the_other_extension_refuses_is_readable(pair):
    """The page sees the 401, 302 or 429, and not an error of CORS."""
    app, beside = pair

    result = ask(app, beside, A, welcome=False)

    assert result.code == beside.otherwise
    assert result.get("Access-Control-Allow-Origin") == A
    assert result.get("Access-Control-Allow-Credentials") == "true"
    assert "Origin" in result.get("Vary").split(", ")


def test_a_refused_origin_learns_nothing(pair):
    """Nor does who has none; an unsafe request of the former is refused by the guard."""
    app, beside = pair

    refused, none = ask(app, beside, EVIL), ask(app, beside, None)

    assert none.code == 200
    assert_headers_exactly(none.headers, [("Vary", beside.vary)])
    assert refused.code == (200 if beside.method == "GET" else 403)
    assert [name for name, _ in refused.cors] == ["Vary"]
    assert "Origin" in refused.get("Vary").split(", ")


@pytest.mark.parametrize(("path", "code"), [("/nowhere", 404), ("/page", 405)])
def test_an_error_beside_another_extension_is_readable(path, code, pair):
    """Also where the other handles errors itself."""
    app, beside = pair
    # One of the three methods that every policy allows.
    method = "POST" if beside.method == "GET" else "GET"

    result = call(app, method, path, {"Origin": A}, **{"wsgi.url_scheme": beside.scheme})

    assert result.code == code
    assert result.get("Access-Control-Allow-Origin") == A


def test_no_warning_is_given_beside_any_extension(pair, recwarn):
    """They are layers and hooks like any other."""
    app, beside = pair

    ask(app, beside, A)

    assert [each for each in recwarn if each.category is CorsGuardWarning] == []


def test_a_form_that_is_protected_is_not_for_pages_of_other_origins():
    """CSRFProtect wants its token, which no other origin has; the page can read that."""
    app = Flask(__name__)
    app.secret_key = "test"
    app.add_url_rule("/form", "form", lambda: "form", methods=["POST"])
    CSRFProtect(app)
    CorsGuard(app, origins=[A])

    result = call(app, "POST", "/form", {"Origin": A})

    assert result.code == 400
    assert b"The CSRF token is missing" in result.body
    assert result.get("Access-Control-Allow-Origin") == A
    assert call(app, "POST", "/form", {"Origin": EVIL}).code == 403


def test_what_talisman_does_to_the_session_cookie_is_warned_of():
    """It sets ``SESSION_COOKIE_SAMESITE`` to ``Lax`` unless an argument overrides it."""
    app = Flask(__name__)
    app.secret_key = "test"
    app.config["SERVER_NAME"] = "api.elsewhere.example"
    CorsGuard(app, POLICY)
    Talisman(app)

    with pytest.warns(CorsGuardWarning, match="SESSION_COOKIE_SAMESITE is 'Lax'"):
        call(app, headers={"Host": "api.elsewhere.example"})


@pytest.mark.parametrize("mark", ["class", "method"])
def test_a_resource_of_restx_can_be_marked(mark):
    """It is a view class."""
    app = Flask(__name__)
    CorsGuard(app)
    api = RestxApi(app, doc=False)

    class Page(Resource):
        def put(self):
            return "page"

    if mark == "class":
        cors(POLICY)(Page)
    else:
        cors(POLICY)(Page.put)
    api.add_resource(Page, "/page")

    assert preflight(app, A, "PUT", "/page").get("Access-Control-Allow-Origin") == A
    assert call(app, "PUT", "/page", {"Origin": A}).get("Access-Control-Allow-Origin") == A


def test_a_blueprint_of_smorest_can_be_marked():
    """It is a blueprint."""
    app = Flask(__name__)
    app.config.update(API_TITLE="test", API_VERSION="1", OPENAPI_VERSION="3.0.3")
    CorsGuard(app)
    api = SmorestApi(app)
    blueprint = cors(POLICY)(SmorestBlueprint("pages", __name__, url_prefix="/pages"))

    @blueprint.route("/page")
    class Page(MethodView):
        @blueprint.response(200)
        def put(self):
            return jsonify("page")

    api.register_blueprint(blueprint)

    assert preflight(app, A, "PUT", "/pages/page").get("Access-Control-Allow-Methods") == "PUT"
    assert call(app, "PUT", "/pages/page", {"Origin": A}).get("Access-Control-Allow-Origin") == A
    assert call(app, "GET", "/pages/missing", {"Origin": A}).get("Access-Control-Allow-Origin") == A
    assert call(app, "GET", "/missing", {"Origin": A}).get("Access-Control-Allow-Origin") is None
