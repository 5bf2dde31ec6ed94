"""The guard around a Flask application: a request that is refused has no effect in a view."""

from __future__ import annotations

import http.client
import sys
import threading

import pytest
from flask import Blueprint, Flask, jsonify, session
from flask.sessions import SecureCookieSessionInterface
from hypothesis import settings
from werkzeug.exceptions import HTTPException

from cases import EVIL, LISTED, VARY, A, allow
from flask_corsguard import SAME_ORIGIN, CorsGuard, CrossOriginRefused, cors, cors_refused
from flask_corsguard.flask.routing import RoutedPolicies
from guard_cases import CROSS_SITE, GUARD_ROWS, WITH_COOKIES, GuardRow
from harness import assert_headers_exactly, call, raw_exchange, serving

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "PURGE", "put"]


class Effects(list):
    """A view that has an effect."""

    __name__ = "effects"

    def __call__(self):
        self.append(1)
        return "done"


def add_view(target, view, wrap=lambda view: view):
    """Give *view* a URL, for plain requests and for handshakes."""
    marked = wrap(lambda: view())
    target.add_url_rule("/x", "plain", marked, methods=METHODS)
    target.add_url_rule("/x", "socket", marked, websocket=True)


def by_application(policy, view):
    """Protect a Flask application as a whole."""
    app = Flask(__name__)
    CorsGuard(app, policy)
    add_view(app, view)
    return app


def by_blueprint(policy, view):
    """Protect a blueprint, in an application that is closed, the guard enforced."""
    app = Flask(__name__)
    CorsGuard(app)
    blueprint = cors(policy)(Blueprint("b", __name__))
    add_view(blueprint, view)
    app.register_blueprint(blueprint)
    return app


def by_view(policy, view):
    """Protect a view, in an application that is closed, the guard enforced."""
    app = Flask(__name__)
    CorsGuard(app)
    add_view(app, view, cors(policy))
    return app


@pytest.mark.parametrize("protect", [by_application, by_blueprint, by_view])
@pytest.mark.parametrize("row", GUARD_ROWS, ids=lambda row: row.id)
def test_a_view_is_reached_as_in_the_table(row: GuardRow, protect):
    """What is refused has no effect, and what passes has its one."""
    view = Effects()

    result = call(protect(row.policy, view), row.method, "/x", row.headers, **{"wsgi.url_scheme": row.scheme})

    assert result.code == (200 if row.passes else 403)
    # Flask answers OPTIONS without the view.
    assert len(view) == (row.passes and row.method != "OPTIONS")


@pytest.fixture
def app():
    """A Flask application that A may call, with an effect."""
    app = Flask(__name__)
    app.secret_key = "test"
    CorsGuard(app, LISTED.replace(expose_headers=[]))
    app.effects = Effects()
    add_view(app, app.effects)
    return app


def test_no_hook_of_the_application_sees_a_refused_request(app):
    """Nothing authenticates, counts, opens a session or completes a response."""
    seen = []

    class Watching(SecureCookieSessionInterface):
        def open_session(self, app, request):
            seen.append("session")
            return super().open_session(app, request)

        def save_session(self, app, session, response):
            seen.append("save")

    app.session_interface = Watching()
    app.before_request(lambda: seen.append("before"))
    app.url_value_preprocessor(lambda *args: seen.append("preprocess"))

    @app.after_request
    def after(response):
        seen.append("after")
        return response

    assert call(app, "POST", "/x", CROSS_SITE).code == 403
    assert seen == []
    assert call(app, "POST", "/x").code == 200
    assert seen == ["session", "preprocess", "before", "after", "save"]


def test_an_error_handler_answers_a_refusal(app):
    """It gets the exception with its decision, and its answer is completed like any other."""

    @app.errorhandler(CrossOriginRefused)
    def refused(error):
        return jsonify(reason=error.decision.reason, signed_in="user" in session), 418

    stranger = call(app, "POST", "/x", CROSS_SITE)
    allowed = call(app, "PATCH", "/x", {"Origin": A, "Cookie": "a=1"})

    assert (stranger.code, allowed.code) == (418, 418)
    assert b'"reason":"origin-not-allowed"' in stranger.body
    assert b'"reason":"cookie-not-allowed"' in allowed.body
    assert_headers_exactly(stranger.headers, [VARY])
    assert_headers_exactly(allowed.headers, [allow(A), VARY])
    assert not app.effects


@pytest.mark.parametrize("handled", [403, HTTPException])
def test_the_handlers_of_every_403_are_asked_too(app, handled):
    """A refusal is a Forbidden and an HTTPException, as they are."""
    app.register_error_handler(handled, lambda error: (f"handled {error.code}", error.code))

    assert call(app, "POST", "/x", CROSS_SITE).body == b"handled 403"


def test_the_handler_of_the_blueprint_is_the_nearest():
    """The refusal is handled where the view is."""
    view = Effects()
    app = Flask(__name__)
    CorsGuard(app)
    blueprint = Blueprint("b", __name__)
    blueprint.register_error_handler(CrossOriginRefused, lambda error: ("blueprint", 403))
    add_view(blueprint, view)
    app.register_blueprint(blueprint)

    assert call(app, "POST", "/x", CROSS_SITE).body == b"blueprint"
    assert not view


def test_without_a_handler_the_answer_is_plain_text(app):
    """It is completed, and contains the reason."""
    result = call(app, "POST", "/x", CROSS_SITE)

    assert result.code == 403
    assert result.get("Content-Type") == "text/plain; charset=utf-8"
    assert result.body.startswith(b"Refused (origin-not-allowed): ")
    app.debug = True
    assert b"https://app.example" in call(app, "POST", "/x", CROSS_SITE).body


@pytest.mark.parametrize("handled", [False, True])
def test_a_refusal_is_a_403_although_http_exceptions_are_trapped(app, handled):
    """The exception is being handled when handlers run, and without one it is answered."""
    app.config["TRAP_HTTP_EXCEPTIONS"] = True
    seen = []
    if handled:
        app.register_error_handler(
            CrossOriginRefused, lambda error: seen.append(sys.exc_info()[1]) or ("handled", 403)
        )

    result = call(app, "POST", "/x", CROSS_SITE)

    assert result.code == 403
    assert result.body.startswith(b"handled" if handled else b"Refused (origin-not-allowed)")
    assert [type(error) for error in seen] == [CrossOriginRefused] * handled


def test_a_refused_request_is_signalled(app):
    """As refused preflights are, and as what is only reported is."""
    told = []

    def listen(sender, decision):
        told.append((sender, str(decision)))

    with cors_refused.connected_to(listen, app):
        call(app, "POST", "/x", CROSS_SITE)
        app.extensions["corsguard"].policy = LISTED.replace(guard="report")
        call(app, "PATCH", "/x", {"Origin": A, "Cookie": "a=1"})
        call(app, "POST", "/x", {"Origin": A})

    assert told == [(app, "origin-not-allowed"), (app, "cookie-not-allowed")]


def test_a_request_that_cannot_be_refused_looks_nothing_up(app, monkeypatch):
    """No policy is searched for and no URL matched but by Flask itself."""
    monkeypatch.setattr(RoutedPolicies, "for_method", lambda *args: pytest.fail("looked up"))
    monkeypatch.setattr(RoutedPolicies, "_find", lambda *args, **kwargs: pytest.fail("matched"))

    for method, headers in [
        ("POST", {}),
        ("POST", {"Origin": "http://a.example", "Sec-Fetch-Site": "same-origin"}),
        ("POST", {"Sec-Fetch-Site": "none"}),
        ("GET", CROSS_SITE),
    ]:
        assert call(app, method, "/x", headers, HTTP_HOST="a.example").code == 200


def test_the_methods_of_a_route_are_allowed_to_its_allowed_origins(app):
    """A policy that names none takes what the route takes, in the verdict as in the preflight."""
    app.add_url_rule("/put", "put", lambda: "put", methods=["PUT"])

    assert call(app, "PUT", "/put", {"Origin": A}).code == 200
    assert call(app, "DELETE", "/put", {"Origin": EVIL}).code == 403
    assert call(app, "DELETE", "/put", {"Origin": A}).code == 405
    assert call(app, "POST", "/put", {"Origin": A}).code == 405


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/x", "/slash", "/slash/", "/missing", "//x", "/%78", "/./x"])
def test_no_spelling_of_a_path_gets_past(app, path):
    """The verdict is that of the policy, wherever the path leads."""
    app.add_url_rule("/slash/", "slash", app.effects, methods=["POST"])

    with serving(app) as port:
        status, _, _ = raw_exchange(
            port,
            f"POST {path} HTTP/1.1\nHost: h\nOrigin: {EVIL}\nSec-Fetch-Site: cross-site\n"
            "Content-Length: 0\nConnection: close\n\n",
        )

    assert status.startswith("HTTP/1.1 403 ")
    assert not app.effects


@pytest.mark.parametrize("body", [b"", b"a=1", b'{"a": 1}', b"\x00" * 100])
def test_no_body_changes_a_verdict(app, body):
    """Whatever it is and claims to be."""
    client = app.test_client()

    for content_type in ("text/plain", "application/json", "multipart/form-data; boundary=x", None):
        response = client.post("/x", data=body, content_type=content_type, headers=CROSS_SITE)
        assert response.status_code == 403
    assert not app.effects


def test_a_single_view_can_be_opened_to_a_form_post_and_nothing_else():
    """An identity provider posts from its own origin, with the user's cookies, to one URL."""
    app, view = Flask(__name__), Effects()
    CorsGuard(app)
    app.add_url_rule(
        "/login/done", "done", cors(SAME_ORIGIN.replace(guard="off"))(lambda: view()), methods=["POST"]
    )
    app.add_url_rule("/transfer", "transfer", lambda: view(), methods=["POST"])
    post = {**CROSS_SITE, "Cookie": "a=1", "Content-Type": "application/x-www-form-urlencoded"}

    assert call(app, "POST", "/login/done", post).code == 200
    assert call(app, "POST", "/transfer", post).code == 403
    assert call(app, "POST", "/login/done/", post).code == 403
    assert call(app, "POST", "/login", post).code == 403
    assert call(app, "POST", "/login/done", post).cors == []
    assert len(view) == 2


def test_credentials_allow_the_cookie_of_an_allowed_origin(app):
    """And nobody else's."""
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    app.extensions["corsguard"].policy = WITH_COOKIES

    assert call(app, "POST", "/x", {"Origin": A, "Cookie": "a=1", "Sec-Fetch-Site": "cross-site"}).code == 200
    assert call(app, "POST", "/x", {**CROSS_SITE, "Cookie": "a=1"}).code == 403
    assert len(app.effects) == 1


@pytest.mark.slow
def test_under_load_no_forged_request_is_executed_and_no_honest_one_lost():
    """Thousands of each, mixed, from four threads over persistent connections."""
    each = settings.default.max_examples // 2
    app = Flask(__name__)
    CorsGuard(app, WITH_COOKIES)
    count, lock = {"honest": 0, "forged": 0}, threading.Lock()

    def transfer():
        from flask import request

        with lock:
            count[request.headers["X-Who"]] += 1
        return "done"

    app.add_url_rule("/transfer", "transfer", transfer, methods=["POST"])
    wrong = []

    def send(port, thread):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        honest = [
            {"Origin": f"http://127.0.0.1:{port}", "Cookie": "a=1"},
            {"Origin": A, "Sec-Fetch-Site": "cross-site", "Cookie": "a=1"},
            {"Origin": "null", "Sec-Fetch-Site": "same-origin", "Cookie": "a=1"},
            {},
        ]
        forged = [
            {**CROSS_SITE, "Cookie": "a=1"},
            {"Origin": "null", "Cookie": "a=1"},
            {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site", "Cookie": "a=1"},
            {"Origin": f"http://evil@127.0.0.1:{port}"},
        ]
        for turn in range(2 * each):
            kind = "honest" if (turn + thread) % 2 else "forged"
            headers = (honest if kind == "honest" else forged)[turn // 2 % 4]
            connection.request("POST", "/transfer", b"", {**headers, "X-Who": kind})
            response = connection.getresponse()
            response.read()
            if response.status != (200 if kind == "honest" else 403):
                wrong.append((headers, response.status))
        connection.close()

    with serving(app) as port:
        threads = [threading.Thread(target=send, args=(port, number)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert wrong == []
    assert count == {"honest": 4 * each, "forged": 0}
