"""The guard through WSGI and Flask: what counts is whether the view's side effect happened."""

from __future__ import annotations

import http.client
import sys
import threading

import pytest
from flask import Blueprint, Flask, jsonify, session
from flask.sessions import SecureCookieSessionInterface
from hypothesis import settings
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from cases import EVIL, LISTED, VARY, A, allow
from flask_corsguard import (
    SAME_ORIGIN,
    CorsGuard,
    CorsMiddleware,
    CrossOriginRefused,
    Reason,
    cors,
    cors_refused,
)
from flask_corsguard.flask.routing import RoutedPolicies
from guard_cases import GUARD_ROWS, OPEN_TO_A, WITH_COOKIES, GuardRow
from harness import SpyApp, assert_headers_exactly, call, raw_exchange, serving

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "PURGE", "put"]
CROSS_SITE = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}


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


def plain_wsgi(policy, view):
    """Protect a WSGI application."""

    def app(environ, start_response):
        start_response("200 OK", [])
        return [view().encode()]

    return CorsMiddleware(app, policy)


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


@pytest.mark.parametrize("protect", [plain_wsgi, by_application, by_blueprint, by_view])
@pytest.mark.parametrize("row", GUARD_ROWS, ids=lambda row: row.id)
def test_a_view_is_reached_as_the_table_says(row: GuardRow, protect):
    """What is refused has no effect, and what passes has its one."""
    view = Effects()

    result = call(protect(row.policy, view), row.method, "/x", row.headers, **{"wsgi.url_scheme": row.scheme})

    assert result.code == (200 if row.passes else 403)
    answered_by_flask = row.method == "OPTIONS" and protect is not plain_wsgi
    assert len(view) == (row.passes and not answered_by_flask)


def test_a_refusal_is_readable_for_an_allowed_origin_and_tells_others_nothing():
    """The one gets its headers and the sentence, the other only Vary."""
    app = CorsMiddleware(SpyApp(), OPEN_TO_A)

    allowed = call(app, "PATCH", "/", {"Origin": A})
    stranger = call(app, "POST", "/", CROSS_SITE)

    assert (allowed.status, stranger.status) == ("403 Forbidden", "403 Forbidden")
    assert_headers_exactly(allowed.headers, [allow(A), VARY])
    assert_headers_exactly(stranger.headers, [VARY])
    assert b"the policy allows GET, HEAD, POST, PUT, DELETE; to allow it, add it to methods" in allowed.body
    assert b"app.example" not in stranger.body
    assert b"Refused (origin-not-allowed)" in stranger.body
    assert allowed.get("Content-Type") == stranger.get("Content-Type") == "text/plain; charset=utf-8"


def test_in_debug_a_stranger_is_told_why_too():
    """For development, where the stranger is one's own other port."""
    app = CorsMiddleware(SpyApp(), OPEN_TO_A, debug=True)

    assert b"is not one of the origins that the policy allows (https://app.example)" in (
        call(app, "POST", "/", CROSS_SITE).body
    )


@pytest.mark.parametrize(
    ("guard", "code", "word"), [("enforce", 403, "refused"), ("report", 200, "would be refused")]
)
def test_a_refusal_is_logged_and_told_in_one_line(guard, code, word, caplog):
    """Also where it is only reported."""
    told = []
    app = CorsMiddleware(SpyApp(), OPEN_TO_A.replace(guard=guard), on_refusal=lambda *args: told.append(args))

    result = call(app, "POST", "/x\ny", {**CROSS_SITE, "Host": "api.example"})

    assert result.code == code
    ((environ, decision),) = told
    assert (environ["PATH_INFO"], decision.reason) == ("/x\ny", Reason.ORIGIN_NOT_ALLOWED)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        f"request {word}: origin-not-allowed origin='https://evil.example' site='cross-site' "
        "method='POST' host='api.example' path='/x\\ny'"
    )


def test_what_was_not_allowed_is_named_in_the_log(caplog):
    """The method, as it was sent, escaped."""
    call(CorsMiddleware(SpyApp(), OPEN_TO_A), "P\nUT", "/", {"Origin": A})

    assert r"method-not-allowed: 'P\nUT' origin=" in caplog.records[0].getMessage()


def test_a_guard_that_is_off_neither_logs_nor_tells(caplog):
    """The request passes as if there were none."""
    told = []
    app = CorsMiddleware(SpyApp(), OPEN_TO_A.replace(guard="off"), on_refusal=lambda *args: told.append(args))

    assert call(app, "POST", "/", CROSS_SITE).code == 200
    assert caplog.records == told == []


def test_a_silent_log_formats_nothing(monkeypatch, caplog):
    """Where even warnings are off, a refusal costs no text."""
    caplog.set_level("ERROR", "flask_corsguard")
    monkeypatch.setattr("flask_corsguard.wsgi.middleware.shown", lambda value: pytest.fail("formatted"))

    assert call(CorsMiddleware(SpyApp(), OPEN_TO_A), "POST", "/", CROSS_SITE).code == 403


def test_a_callable_is_asked_once_for_verdict_and_headers():
    """One request has one policy."""
    asked = []

    def policy_of(environ):
        asked.append(environ["PATH_INFO"])
        return OPEN_TO_A

    app = CorsMiddleware(SpyApp(), policy_of)

    assert call(app, "POST", "/a", {"Origin": A, "Sec-Fetch-Site": "cross-site"}).code == 200
    assert call(app, "POST", "/b", CROSS_SITE).code == 403
    assert asked == ["/a", "/b"]


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
    """It is completed, and says the reason."""
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


def test_the_answer_to_head_has_no_body():
    """A handshake may come with any method, and HEAD gets the length alone."""
    upgrade = {**CROSS_SITE, "Upgrade": "websocket"}

    result = call(CorsMiddleware(SpyApp(), OPEN_TO_A), "HEAD", "/", upgrade)

    assert (result.code, result.body) == (403, b"")
    assert int(result.get("Content-Length")) > 0


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
        assert call(app, method, "/x", headers).code == 200


def test_the_methods_of_a_route_are_allowed_to_its_allowed_origins(app):
    """A policy that names none takes what the route takes, in the verdict as in the preflight."""
    app.add_url_rule("/put", "put", lambda: "put", methods=["PUT"])

    assert call(app, "PUT", "/put", {"Origin": A}).code == 200
    assert call(app, "DELETE", "/put", {"Origin": A}).code == 403
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


# What a browser sends to https://bank.example, as it arrives behind a proxy that ends TLS.
BEHIND = {
    "Host": "10.0.0.7:8000",
    "X-Forwarded-Host": "bank.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "192.0.2.1",
}


def behind_a_proxy(view, *, first):
    """Make an application with a ProxyFix, applied before the guard or after it."""
    app = Flask(__name__)
    add_view(app, view)
    if first:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_proto=1)
    CorsGuard(app)
    if not first:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_proto=1)
    return app


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("origin", "passes"),
    [
        ("https://bank.example", True),
        ("http://bank.example", False),
        (EVIL, False),
        ("https://10.0.0.7:8000", False),
    ],
)
def test_the_own_origin_is_what_proxy_fix_says_wherever_it_stands(first, origin, passes):
    """Host and scheme are the forwarded ones, whichever of the two layers was applied first."""
    view = Effects()
    app = behind_a_proxy(view, first=first)
    environ = {**BEHIND, "Origin": origin}

    assert call(app, "POST", "/x", environ).code == (200 if passes else 403)
    assert len(view) == passes


def test_a_plain_layer_looks_through_a_proxy_fix_too():
    """Also through other layers, and through a Flask application that is wrapped as a whole."""

    class Passing:
        def __init__(self, application):
            self.application = application

        def __call__(self, environ, start_response):
            return self.application(environ, start_response)

    flask, view = Flask(__name__), Effects()
    add_view(flask, view)
    flask.wsgi_app = ProxyFix(flask.wsgi_app, x_host=1, x_proto=1)
    app = CorsMiddleware(Passing(flask), SAME_ORIGIN)

    assert call(app, "POST", "/x", {**BEHIND, "Origin": "https://bank.example"}).code == 200
    assert call(app, "POST", "/x", {**BEHIND, "Origin": EVIL}).code == 403


def test_looking_through_a_proxy_fix_changes_nothing_for_the_application():
    """The environ that goes in is the server's, and is put right once."""
    seen = []

    def app(environ, start_response):
        seen.append((environ["HTTP_HOST"], environ["wsgi.url_scheme"], environ["REMOTE_ADDR"]))
        start_response("200 OK", [])
        return []

    layer = CorsMiddleware(ProxyFix(app, x_host=1, x_proto=1), SAME_ORIGIN)

    call(layer, "POST", "/", {**BEHIND, "Origin": "https://bank.example"}, REMOTE_ADDR="10.0.0.1")

    assert seen == [("bank.example", "https", "192.0.2.1")]


@pytest.mark.parametrize("first", [True, False])
def test_hosts_are_matched_as_proxy_fix_leaves_them_wherever_it_stands(first):
    """For the verdict, for its answer and for a preflight it is the forwarded host that counts."""
    app, view = Flask(__name__, host_matching=True, static_host="bank.example"), Effects()
    app.add_url_rule("/x", "bank", cors(origins=[A])(lambda: view()), methods=["PUT"], host="bank.example")
    app.register_error_handler(CrossOriginRefused, lambda error: (error.decision.reason, 403))
    if first:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_proto=1)
    CorsGuard(app)
    if not first:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_proto=1)

    allowed = call(app, "PUT", "/x", {**BEHIND, "Origin": A})
    refused = call(app, "PUT", "/x", {**BEHIND, "Origin": A, "Cookie": "a=1"})
    asked = {**BEHIND, "Origin": A, "Access-Control-Request-Method": "PUT"}

    assert (allowed.code, refused.code, refused.body) == (200, 403, b"cookie-not-allowed")
    assert_headers_exactly(refused.headers, [allow(A), VARY])
    assert call(app, "OPTIONS", "/x", asked).get("Access-Control-Allow-Methods") == "PUT"
    assert len(view) == 1


def test_a_callable_sees_what_proxy_fix_leaves_for_every_kind_of_request():
    """A policy by host is the same for a preflight, for what it allows and for a plain GET."""

    def policy_of(environ):
        return OPEN_TO_A if environ["HTTP_HOST"] == "bank.example" else SAME_ORIGIN

    app = CorsMiddleware(ProxyFix(SpyApp(), x_host=1, x_proto=1), policy_of)
    asked = {**BEHIND, "Origin": A}

    assert call(app, "OPTIONS", "/", {**asked, "Access-Control-Request-Method": "PUT"}).code == 204
    assert_headers_exactly(call(app, "PUT", "/", asked).headers, [allow(A), VARY])
    assert_headers_exactly(call(app, "GET", "/", asked).headers, [allow(A), VARY])


def test_layers_in_a_circle_are_not_followed_for_ever():
    """A chain that has no end is looked through only so far."""

    class Circle:
        def __init__(self):
            self.app = self

        def __call__(self, environ, start_response):
            start_response("200 OK", [])
            return []

    assert call(CorsMiddleware(Circle(), SAME_ORIGIN), "POST", "/").code == 200


@pytest.mark.parametrize(
    ("headers", "scheme", "words"),
    [
        ({**BEHIND, "Origin": "https://bank.example"}, "http", "X-Forwarded-Host: is a ProxyFix missing"),
        ({"Host": "bank.example", "Origin": "http://bank.example"}, "https", "only the scheme differs"),
        ({"Host": "bank.example:8000", "Origin": "https://bank.example"}, "http", "only the port differs"),
        ({"Host": "bank.example", "Origin": "null"}, "http", "Referrer-Policy: no-referrer"),
    ],
)
def test_a_refusal_that_looks_like_a_missing_proxy_fix_says_so_in_the_log(headers, scheme, words, caplog):
    """The header that anyone can send decides nothing, and helps who reads the log."""
    app = CorsMiddleware(SpyApp(), SAME_ORIGIN)

    assert call(app, "POST", "/", headers, **{"wsgi.url_scheme": scheme}).code == 403
    assert words in caplog.records[0].getMessage()


def test_credentials_let_the_cookie_of_an_allowed_origin_in(app):
    """And nobody else's."""
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    app.extensions["corsguard"].policy = WITH_COOKIES

    assert call(app, "POST", "/x", {"Origin": A, "Cookie": "a=1", "Sec-Fetch-Site": "cross-site"}).code == 200
    assert call(app, "POST", "/x", {**CROSS_SITE, "Cookie": "a=1"}).code == 403
    assert len(app.effects) == 1


@pytest.mark.slow
def test_under_load_no_forged_request_is_executed_and_no_honest_one_lost():
    """Thousands of each, mixed, from four threads over connections that are kept."""
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
