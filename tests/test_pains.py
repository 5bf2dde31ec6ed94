"""What users of CORS libraries suffer from, and the proof for each that here they do not.

The numbers are those of the list of pains that the project was begun with; a title names the pain.
"""

from __future__ import annotations

import io
import logging
import random
import re
import string

import flask_cors
import pytest
from flask import Blueprint, Flask, Response, abort, redirect, request

from cases import EVIL, A, allow
from flask_corsguard import (
    CorsGuard,
    CorsGuardWarning,
    CorsMiddleware,
    Origin,
    Policy,
    PolicyError,
    Reason,
    Request,
    cors,
    decide,
)
from harness import (
    SpyApp,
    assert_headers_exactly,
    call,
    cors_headers,
    make_environ,
    preflight,
    raw_exchange,
    serving,
)
from rows import for_each

VARY = ("Vary", "Origin")
PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


def allows(policy, origin):
    """Whether *policy* allows *origin*, by what is sent."""
    result = call(CorsMiddleware(SpyApp(), policy), headers={"Origin": origin})
    return result.get("Access-Control-Allow-Origin") is not None


def codes_of(**fields):
    """Return the codes that a policy is refused with."""
    with pytest.raises(PolicyError) as caught:
        Policy(**fields)
    assert all(each.hint for each in caught.value.problems)
    return [each.code for each in caught.value.problems]


def hiding_app():
    """Make an application all of whose errors other libraries would hide."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 5
    CorsGuard(app, origins=[A])

    @app.errorhandler(ZeroDivisionError)
    def handle(error):
        raise LookupError("in a handler")

    @app.before_request
    def authenticate():
        if request.path == "/login":
            abort(401)

    @app.after_request
    def complete(response):
        if request.path == "/after":
            raise LookupError("in a hook")
        return response

    app.add_url_rule("/raise", "raise", lambda: {}["it"])
    app.add_url_rule("/abort", "abort", lambda: abort(403))
    app.add_url_rule("/handler", "handler", lambda: 1 / 0)
    app.add_url_rule("/after", "after", lambda: "x")
    app.add_url_rule("/body", "body", lambda: request.get_data(), methods=["POST"])
    return app


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/raise", 500),
        ("GET", "/abort", 403),
        ("GET", "/missing", 404),
        ("GET", "/body", 405),
        ("POST", "/body", 413),
        ("GET", "/handler", 500),
        ("GET", "/after", 500),
        ("GET", "/login", 401),
    ],
)
def test_p01_no_error_hides_behind_a_missing_header(method, path, code, debug):
    """The page reads the real status, in debug mode too."""
    app = hiding_app()
    app.debug = debug
    body = {"wsgi.input": io.BytesIO(b"x" * 10), "CONTENT_LENGTH": "10"} if method == "POST" else {}

    result = call(app, method, path, {"Origin": A}, **body)

    assert result.code == code
    assert_headers_exactly(result.headers, [allow(A), VARY])


@pytest.mark.parametrize("refusal", [lambda: abort(401), lambda: redirect("/login"), lambda: abort(429)])
def test_p02_no_login_rejects_a_preflight(refusal):
    """It runs for the request itself, whose refusal is readable, and not for the question before it."""
    app, asked = Flask(__name__), []
    CorsGuard(app, origins=[A])

    @app.before_request
    def authenticate():
        asked.append(request.method)
        return refusal()

    app.add_url_rule("/x", "x", lambda: "x", methods=["POST"])

    before = preflight(app, A, "POST", "/x")
    assert (before.code, before.get("Access-Control-Allow-Origin")) == (204, A)
    assert asked == []
    refused = call(app, "POST", "/x", {"Origin": A})
    assert refused.code in {401, 302, 429}
    assert refused.get("Access-Control-Allow-Origin") == A
    assert asked == ["POST"]


LOOKALIKES = [
    "https://a.example.com.evil.com",
    "https://example.com.evil.com",
    "https://evil.com/.example.com",
    "https://evil.com#.example.com",
    "https://api.example.com_.evil.com",
    "https://Xexample.com",
    "https://evilexample.com",
    "https://example.com@evil.com",
    "https://evil.com@a.example.com",
    "https://a.example.com:8443",
    "http://a.example.com",
    "https://example.com",
    "https://a.example.com/",
    "https://a.example.co",
    *(f"https://a.example.com{sign}.evil.com" for sign in "!$&'()*+,;=_`{|}~-^%\""),
    *(f"https://evil.com{sign}.example.com" for sign in "!$&'()*+,;=`{|}~^%\" \\/#?@:"),
]


@for_each("origin", LOOKALIKES)
@pytest.mark.parametrize(
    "said", ["https://*.example.com", re.compile(r"https://[a-z]+\.example\.com")], ids=["pattern", "regex"]
)
def test_p03_no_lookalike_of_an_origin_is_allowed(said, origin):
    """Neither a pattern nor a regular expression matches a part, a prefix, or what is not an origin."""
    policy = Policy(origins=[said])

    assert allows(policy, "https://a.example.com")
    assert not allows(policy, origin)


@pytest.mark.parametrize(
    "said", [r"https://.*\.example\.com", r"https?://example\.com", "^https://example.com$"]
)
def test_p03_a_string_is_never_guessed_to_be_a_regular_expression(said):
    """It is refused, with the spelling of a pattern and of a compiled expression."""
    assert codes_of(origins=[said]) == ["origin.regex"]


@pytest.mark.parametrize(
    "origins",
    ["*", ["*"], ["https://*"], ["https://*.com"], ["https://*.github.io"], [re.compile(r"https?://.*")]],
    ids=str,
)
def test_p04_any_origin_with_credentials_cannot_be_built(origins):
    """In no disguise."""
    (code,) = codes_of(origins=origins, credentials=True)

    assert code in {"credentials.any-origin", "credentials.public-suffix", "credentials.unproven-regex"}


def test_p04_any_origin_without_credentials_is_the_literal_star():
    """No origin is reflected, nothing varies, and no credentials are allowed."""
    result = call(CorsMiddleware(SpyApp(), Policy(origins="*")), headers={"Origin": EVIL})

    assert_headers_exactly(result.headers, [allow("*")])


@pytest.mark.parametrize(
    ("said", "value", "remedy"),
    [
        (lambda app: CorsGuard(app, origin=[A]), "origin", "origins"),
        (lambda app: CorsGuard(app, paths={"/api": {"origin": [A]}}), "origin", "origins"),
        (lambda app: CorsGuard(app, origins=["https://app.example/"]), "https://app.example/", A),
        (lambda app: CorsGuard(app, origins=["app.example"]), "app.example", A),
        (lambda app: CorsGuard(app, origins=["https://app.example:443"]), ":443", A),
        (
            lambda app: CorsGuard(app, origins=["https://a.example,https://b.example"]),
            ",",
            '["https://a.example"',
        ),
        (lambda app: CorsGuard(app, origins=[A], allow_headers="X-A, X-B"), "X-A, X-B", '["X-A", "X-B"]'),
        (lambda app: CorsGuard(app, origins=A), A, f'["{A}"]'),
        (
            lambda app: app.config.update(CORSGUARD_ORIGIN=A) or CorsGuard(app),
            "CORSGUARD_ORIGIN",
            "CORSGUARD_ORIGINS",
        ),
        (lambda app: app.config.update(CORSGUARD_ORIGINS=None) or CorsGuard(app), "None", '"*"'),
    ],
)
def test_p05_no_mistake_is_silent_and_none_allows_more(said, value, remedy):
    """Each is an error at the start that shows what was written and what to write."""
    with pytest.raises(PolicyError) as caught:
        said(Flask(__name__))

    assert value in str(caught.value)
    assert remedy in str(caught.value)


def test_p05_without_configuration_nobody_is_allowed():
    """There is no default that opens anything."""
    app = Flask(__name__)
    CorsGuard(app)

    assert call(app, headers={"Origin": A}).cors == []


@pytest.mark.parametrize(
    "path",
    ["/api-internal/secret", "/apifoo", "//api/x", "/api;x/../private", "/API/x", "/%61pi/x", "/%2561pi/x"],
)
def test_p06_a_path_rule_covers_whole_segments_of_the_path_itself(path):
    """No prefix of characters, no other case, no second decoding, nothing ambiguous."""
    app = CorsMiddleware(SpyApp(), {"/api": Policy(origins="*")})

    assert call(app, "GET", "/api/x", {"Origin": EVIL}).cors == [allow("*")]
    assert call(app, "GET", path, {"Origin": EVIL}).cors == [VARY]


def test_p06_the_first_rule_declared_is_the_one_that_counts():
    """No rule is scored, and one that could never count is refused."""
    closed, opened = Policy(origins=[A]), Policy(origins="*")
    app = CorsMiddleware(SpyApp(), {"/api/admin": closed, "/api": opened})

    assert call(app, "GET", "/api/admin/x", {"Origin": EVIL}).cors == [VARY]
    with pytest.raises(PolicyError, match=r"path\.unreachable"):
        CorsMiddleware(SpyApp(), {"/api": opened, "/api/admin": closed})


@pytest.mark.parametrize("marked", [True, False])
def test_p07_a_missing_slash_breaks_neither_the_preflight_nor_the_request(marked):
    """The preflight is not redirected, and the redirect of the request can be followed."""
    app = Flask(__name__)
    CorsGuard(app, **({} if marked else {"origins": [A]}))
    mark = cors(origins=[A]) if marked else lambda view: view
    app.add_url_rule("/items/", "items", mark(lambda: "items"), methods=["POST"])

    before, redirected = preflight(app, A, "POST", "/items"), call(app, "POST", "/items", {"Origin": A})

    assert (before.code, before.get("Access-Control-Allow-Origin")) == (204, A)
    assert redirected.code == 308
    assert redirected.get("Location").endswith("/items/")
    assert_headers_exactly(redirected.headers, [allow(A), VARY])


@pytest.mark.parametrize(
    "status", ["200 OK", "304 Not Modified", "404 Not Found", "500 Internal Server Error"]
)
def test_p08_vary_is_sent_to_everyone_and_with_every_status(status):
    """Also without an origin; and what the application varies by survives."""
    app = CorsMiddleware(SpyApp(status, [("vary", "accept-encoding")]), Policy(origins=[A]))

    varies = {call(app, headers=headers).get("Vary") for headers in ({}, {"Origin": A}, {"Origin": EVIL})}

    assert varies == {"accept-encoding, Origin"}


def test_p08_preflights_vary_by_all_that_they_ask():
    """Granted or refused, and by the private network where the policy speaks of it."""
    for policy, more in [
        (Policy(origins=[A]), ""),
        (Policy(origins=[A], private_network=True), ", Access-Control-Request-Private-Network"),
    ]:
        app = CorsMiddleware(SpyApp(), policy)
        assert {preflight(app, origin).get("Vary") for origin in (A, EVIL)} == {PREFLIGHT_VARY + more}


def test_p09_each_endpoint_of_a_url_has_its_own_policy():
    """The preflight asks for the endpoint of the method that will follow."""
    app = Flask(__name__)
    CorsGuard(app)
    app.add_url_rule("/g", "get", lambda: "x")
    app.add_url_rule("/g", "post", cors(origins=[A])(lambda: "x"), methods=["POST"])

    assert preflight(app, A, "POST", "/g").get("Access-Control-Allow-Origin") == A
    assert preflight(app, A, "DELETE", "/g").get("Access-Control-Allow-Origin") is None
    assert call(app, "GET", "/g", {"Origin": A}).get("Access-Control-Allow-Origin") is None
    assert call(app, "POST", "/g", {"Origin": A}).get("Access-Control-Allow-Origin") == A


def test_p09_a_blueprint_has_its_404_and_405():
    """What lies below its prefix is readable by those who may read its pages."""
    app = Flask(__name__)
    CorsGuard(app)
    blueprint = cors(origins=[A])(Blueprint("b", __name__, url_prefix="/b"))
    blueprint.add_url_rule("/page", "page", lambda: "x")
    app.register_blueprint(blueprint)

    for method, path, code in [("GET", "/b/page", 200), ("GET", "/b/missing", 404), ("POST", "/b/page", 405)]:
        result = call(app, method, path, {"Origin": A})
        assert (result.code, result.get("Access-Control-Allow-Origin")) == (code, A)


def test_p10_what_a_view_sets_itself_is_replaced_and_logged_once():
    """No header is there twice, and each has the value of the policy."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A])
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
    app.add_url_rule("/", "index", lambda: ("x", headers))

    with pytest.warns(CorsGuardWarning, match="Access-Control-Allow-Origin, Access-Control") as told:
        results = [call(app, headers={"Origin": A}) for _ in range(3)]

    assert len(told) == 1
    for result in results:
        assert_headers_exactly(result.headers, [allow(A), VARY])


@pytest.mark.parametrize("first", [True, False])
def test_p10_flask_cors_beside_us_doubles_nothing(first):
    """What it adds is replaced, and the warning names it."""
    app = Flask(__name__)
    if first:
        flask_cors.CORS(app, supports_credentials=True)
    CorsGuard(app, origins=[A])
    if not first:
        flask_cors.CORS(app, supports_credentials=True)
    app.add_url_rule("/", "index", lambda: "x")

    with pytest.warns(CorsGuardWarning, match="Flask-CORS is initialised") as told:
        allowed, refused = (call(app, headers={"Origin": origin}) for origin in (A, EVIL))

    assert len(told) == 1
    assert_headers_exactly(allowed.headers, [allow(A), VARY])
    assert_headers_exactly(refused.headers, [VARY])


PRIVATE = "Access-Control-Allow-Private-Network"


@pytest.mark.parametrize("opted_in", [True, False])
def test_p13_the_private_network_is_open_to_whom_it_was_opened(opted_in):
    """On a preflight that is granted and asks; otherwise nothing is sent, and never ``false``."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A], private_network=opted_in)
    asks = {"HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": "true"}

    assert preflight(app, A, **asks).get(PRIVATE) == ("true" if opted_in else None)
    assert preflight(app, EVIL, **asks).get(PRIVATE) is None
    assert preflight(app, A).get(PRIVATE) is None
    assert call(app, headers={"Origin": A}, **asks).get(PRIVATE) is None


def test_p14_requested_headers_are_compared_as_browsers_and_proxies_send_them():
    """In any order and case, with spaces and empty elements; texts that are not names are not echoed."""
    policy = Policy(origins=[A], allow_headers=["Authorization", "X-A"])

    for asked in ("authorization,x-a", "X-A, authorization", "x-a,,authorization,x-a"):
        assert decide(
            policy, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=asked)
        ).allowed
    wild = Policy(origins=[A], allow_headers="*", credentials=True)
    decision = decide(
        wild,
        Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers="a b,<script>,*,x-a"),
    )
    assert dict(decision.headers)["Access-Control-Allow-Headers"] == "*, x-a"
    assert not decision.allowed


def test_p14_a_hostile_list_of_headers_is_neither_read_nor_echoed():
    """A hundred kilobytes of names get the answer that two names get."""
    for policy in (Policy(origins=[A]), Policy(origins=[A], allow_headers="*", credentials=True)):
        for asked in ("x-a," * 25_000, "," * 100_000, " " * 100_000, "content-type," * 8_000):
            decision = decide(
                policy, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=asked)
            )
            assert decision.reason is Reason.HEADERS_TOO_LONG
            assert sum(map(len, map("".join, decision.headers))) < 400


@pytest.mark.parametrize("asked", ["GE", "T, P", "", "patch", "delete", "GET PUT"])
def test_p15_a_method_is_allowed_only_as_it_is_listed(asked):
    """No part of one, no list, no other case."""
    app = CorsMiddleware(SpyApp(), Policy(origins=[A], methods=["GET", "PATCH", "DELETE"]))

    told = preflight(app, A, asked).get("Access-Control-Allow-Methods")

    assert told in {None, "GET, PATCH, DELETE"}
    assert asked not in (told.split(", ") if told else [])


def test_p15_methods_are_what_the_route_takes():
    """PATCH where there is PATCH; and what is asked for, so that a page reads the 405."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A])
    app.add_url_rule("/patch", "patch", lambda: "x", methods=["PATCH"])
    app.add_url_rule("/get", "get", lambda: "x", methods=["GET", "POST"])

    assert preflight(app, A, "PATCH", "/patch").get("Access-Control-Allow-Methods") == "PATCH"
    assert preflight(app, A, "POST", "/get").get("Access-Control-Allow-Methods") == "GET, HEAD, POST"
    told = preflight(app, A, "DELETE", "/get").get("Access-Control-Allow-Methods")
    assert told == "DELETE, GET, HEAD, POST"
    assert call(app, "DELETE", "/get", {"Origin": A, "Sec-Fetch-Site": "cross-site"}).code == 405


@pytest.mark.parametrize(
    "policy",
    [
        Policy(origins=[A]),
        Policy(origins=["https://*"]),
        Policy(origins=[re.compile(".*")]),
        Policy(origins=[lambda origin: True]),
    ],
    ids=["exact", "pattern", "regex", "callable"],
)
@pytest.mark.parametrize("origin", ["null", "file://", "NULL", " null"])
def test_p16_null_is_allowed_by_nothing_but_its_name(policy, origin):
    """No pattern, expression or callable matches a page without an origin."""
    assert not allows(policy, origin)


def test_p16_null_by_its_name_never_has_credentials():
    """Under `*` it is anybody."""
    assert codes_of(origins=["null"]) == ["origin.null"]
    assert allows(Policy(origins=["null"], dangerously_allow=["null-origin"]), "null")
    result = call(CorsMiddleware(SpyApp(), Policy(origins="*")), headers={"Origin": "null"})
    assert_headers_exactly(result.headers, [allow("*")])
    assert allows(Policy(origins=["capacitor://localhost"]), "capacitor://localhost")


def test_p17_a_cookie_that_would_not_be_sent_is_warned_of_once():
    """With the cookie settings that Flask has by itself; the headers are right, and would not help."""
    app = Flask(__name__)
    app.secret_key = "test"
    CorsGuard(app, origins=[A], credentials=True)
    app.add_url_rule("/", "index", lambda: "x")

    with pytest.warns(UserWarning, match="SESSION_COOKIE_SAMESITE is not set") as told:
        results = [call(app, headers={"Origin": A, "Sec-Fetch-Site": "cross-site"}) for _ in range(3)]

    assert len(told) == 1
    assert results[0].get("Access-Control-Allow-Credentials") == "true"


def test_p17_credentials_are_allowed_at_the_preflight_and_at_the_request():
    """A browser wants to read it both times."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A], credentials=True)

    for result in (preflight(app, A), call(app, headers={"Origin": A})):
        assert result.get("Access-Control-Allow-Credentials") == "true"


def test_p18_a_callable_decides_with_a_parsed_origin_and_fails_closed(caplog):
    """It is asked only about well-formed origins; an exception means no, and the request is served."""
    asked = []

    def check(origin: Origin) -> bool:
        asked.append(origin)
        if origin.host == "broken.example":
            raise LookupError("database")
        return origin.scheme == "https" and origin.port is None

    app = CorsMiddleware(SpyApp(), Policy(origins=[check], credentials=True))

    yes, no, null, junk, broken = (
        call(app, headers={"Origin": origin})
        for origin in (EVIL, "https://a.example:8443", "null", "junk/", "https://broken.example")
    )

    assert yes.get("Access-Control-Allow-Origin") == EVIL
    assert all(result.get("Vary") == "Origin" for result in (yes, no, null, junk, broken))
    assert all(result.cors == [VARY] and result.code == 200 for result in (no, null, junk, broken))
    assert [str(origin) for origin in asked] == [EVIL, "https://a.example:8443", "https://broken.example"]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.parametrize("answer", [1, "yes", None, object()], ids=["1", "yes", "None", "an object"])
def test_p18_only_true_is_a_yes(answer, caplog):
    """A forgotten call or a coroutine is truthy, and would allow everyone."""
    assert not allows(Policy(origins=[lambda origin: answer]), A)
    assert "not bool" in str(caplog.records[0].exc_info[1])


def test_p18_one_check_that_fails_does_not_decide_for_the_others(caplog):
    """Another may still allow it; without one the reason is that the check failed."""

    def broken(origin):
        raise LookupError("database")

    assert allows(Policy(origins=[broken, lambda origin: True]), A)
    assert decide(Policy(origins=[broken, lambda origin: False]), Request(method="GET", origin=A)).reason is (
        Reason.ORIGIN_CHECK_FAILED
    )
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "said",
    [re.compile(r"https?://app\.example"), lambda origin: origin.host == "app.example"],
    ids=["regex", "callable"],
)
def test_p18_what_a_check_allows_over_plain_http_gets_no_credentials(said):
    """Anyone on the network can be that page; the door has a name."""
    policy = Policy(origins=[said], credentials=True)
    decision = decide(policy, Request(method="GET", origin="http://app.example"))

    assert decision.reason is Reason.ORIGIN_INSECURE
    assert "insecure-origins" in decision.explain()
    assert allows(policy, A)
    assert allows(policy.replace(dangerously_allow=["insecure-origins"]), "http://app.example")
    assert allows(policy.replace(credentials=False), "http://app.example")


def test_p19_an_options_request_that_is_not_a_preflight_is_the_applications():
    """It gets the view's own answer, completed like any actual request."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A])
    app.add_url_rule("/x", "x", lambda: "x")

    result = call(app, "OPTIONS", "/x", {"Origin": A})

    assert {*result.get("Allow").split(", ")} == {"GET", "HEAD", "OPTIONS"}
    assert_headers_exactly(result.headers, [allow(A), VARY])


@pytest.mark.parametrize("before", [True, False])
def test_p20_no_hook_of_anybody_overwrites_the_headers(before):
    """Whether it was registered before the guard or after it."""
    app = Flask(__name__)

    def hostile(response):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Vary"] = "Accept"
        return response

    if before:
        app.after_request(hostile)
    CorsGuard(app, origins=[A])
    if not before:
        app.after_request(hostile)
    app.add_url_rule("/", "index", lambda: "x")

    with pytest.warns(CorsGuardWarning, match="Remove it there"):
        result = call(app, headers={"Origin": A})

    assert_headers_exactly(result.headers, [allow(A), ("Vary", "Accept, Origin")])


def test_p20_an_outer_layer_that_answers_for_cors_is_warned_of():
    """It cannot be overruled from inside, but it can be named."""

    class CorsForEveryone:
        def __init__(self, app):
            self.app = app

        def __call__(self, environ, start_response):
            return self.app(environ, start_response)

    app = Flask(__name__)
    CorsGuard(app, origins=[A])
    app.wsgi_app = CorsForEveryone(app.wsgi_app)

    with pytest.warns(CorsGuardWarning, match="CorsForEveryone is outside") as told:
        call(app), call(app)

    assert len(told) == 1


def test_p20_no_hook_runs_for_a_preflight():
    """An authentication that refuses everybody does not refuse it."""
    app, called = Flask(__name__), []
    CorsGuard(app, origins=[A])

    @app.before_request
    def authenticate():
        called.append(1)
        abort(401)

    app.add_url_rule("/x", "x", lambda: "x", methods=["POST"])

    assert preflight(app, A, "POST", "/x").code == 204
    assert called == []
    refused = call(app, "POST", "/x", {"Origin": A})
    assert (refused.code, refused.get("Access-Control-Allow-Origin")) == (401, A)


def test_p21_a_response_that_is_shared_leaks_nothing_from_one_page_to_another():
    """Only the list of one response is completed, never an object that is used again."""
    shared = Response("shared")
    before = list(shared.headers)
    app = Flask(__name__)
    CorsGuard(app, origins=[A, "https://b.example"])
    app.add_url_rule("/", "index", lambda: shared)

    told = [
        call(app, headers={"Origin": origin} if origin else {}).get("Access-Control-Allow-Origin")
        for origin in (A, "https://b.example", EVIL, None)
    ]

    assert told == [A, "https://b.example", None, None]
    assert list(shared.headers) == before


@pytest.mark.parametrize("headers", [{}, {"Origin": ""}], ids=["none", "empty"])
def test_p22_without_an_origin_nothing_is_sent_but_vary(headers):
    """No list of origins has a first one that everybody gets."""
    app = CorsMiddleware(SpyApp(), Policy(origins=["https://a.example", A], credentials=True))

    assert_headers_exactly(call(app, headers=headers).headers, [VARY])


@pytest.mark.slow
def test_p23_a_hundred_thousand_random_origins_get_nothing_but_their_own():
    """What is sent is a member of the list, whatever was asked, and contains no control character."""
    chosen = random.Random(23)
    alphabet = string.ascii_letters + string.digits + ".:/@#?%*,-_ \t\r\n\x00\x0b\x7f\xe9"
    listed = ["https://app.example", "http://localhost:3000"]
    policies = [
        Policy(origins=listed),
        Policy(origins=[*listed, "https://*.app.example"]),
        Policy(origins="*"),
    ]
    sent = set()
    for _ in range(100_000):
        origin = list(chosen.choice([*listed, "https://a.app.example", ""]))
        for _ in range(chosen.randrange(3)):
            origin.insert(chosen.randrange(len(origin) + 1), chosen.choice(alphabet))
        if origin and chosen.random() < 0.3:
            del origin[chosen.randrange(len(origin))]
        asked = "".join(origin)
        told = dict(decide(chosen.choice(policies), Request(method="GET", origin=asked)).headers).get(
            "Access-Control-Allow-Origin"
        )
        assert told in {None, "*", asked}
        sent.add(told)

    assert sent > {None, "*", *listed}
    subdomain = re.compile(r"https://(?:[a-z0-9_-]+\.)+app\.example")
    assert [told for told in sent - {None, "*", *listed} if not subdomain.fullmatch(told)] == []


@pytest.mark.parametrize(
    "origin", [f"{A},{A}", f"{A}, {A}", f"{A}\x0b", "HTTPS://APP.EXAMPLE", f"{A}\r\nX: y", f"{A}\x00"]
)
def test_p23_a_malformed_origin_is_nobody(origin):
    """It is never sent back, and never normalised into somebody."""
    assert not allows(Policy(origins=[A]), origin)
    result = call(CorsMiddleware(SpyApp(), Policy(origins="*")), headers={"Origin": origin})
    assert_headers_exactly(result.headers, [allow("*")])


def test_p24_a_request_cannot_write_a_line_into_the_log(caplog):
    """Path, origin, method and names are escaped and cut; each record is one line."""
    caplog.set_level(logging.DEBUG, "flask_corsguard")
    fake = "\nINFO:root:FAKE\x1b[31m\t\x85\u2028"
    app = CorsMiddleware(SpyApp(), Policy(origins=[A]))

    preflight(app, f"{EVIL}{fake}", "PUT", f"/foo{fake}", f"x{fake}")
    preflight(app, A, f"PUT{fake}", f"/{'x' * 10_000}")
    preflight(app, A, "GET", "/", f"x-{fake}")

    assert len(caplog.records) == 3
    for record in caplog.records:
        message = record.getMessage()
        assert len(message.splitlines()) == 1
        assert message.isascii()
        assert message.isprintable()
        assert len(message) < 800


def test_p25_exposed_headers_go_on_actual_responses_only():
    """A preflight has no use for them, and with credentials `*` would be a name."""
    app = CorsMiddleware(SpyApp(), Policy(origins=[A], expose_headers=["Content-Disposition"]))

    assert call(app, headers={"Origin": A}).get("Access-Control-Expose-Headers") == "Content-Disposition"
    assert preflight(app, A).get("Access-Control-Expose-Headers") is None
    assert codes_of(origins=[A], credentials=True, expose_headers="*") == ["credentials.exposed-wildcard"]


def test_p26_an_age_of_nothing_is_sent_and_nonsense_is_refused():
    """0 turns the cache of preflights off; None leaves it to the browser."""
    for age, told in [(0, "0"), (600, "600"), (86400, "86400"), (None, None)]:
        app = CorsMiddleware(SpyApp(), Policy(origins=[A], max_age=age))
        assert preflight(app, A).get("Access-Control-Max-Age") == told
    for age in (-5, 99_999_999, "abc", 1.5):
        assert codes_of(origins=[A], max_age=age)[0].startswith("max-age.")


def test_p27_a_stream_is_neither_read_ahead_nor_closed_twice():
    """Its headers are there with the first chunk; it may have no end."""

    class Endless:
        made = closed = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.made += 1
            return b"chunk"

        def close(self):
            self.closed += 1

    body, begun = Endless(), []
    app = Flask(__name__)
    CorsGuard(app, origins=[A])
    app.add_url_rule("/", "index", lambda: Response(body))

    answer = app(make_environ(headers={"Origin": A}), lambda status, headers: begun.append(headers))
    first = next(iter(answer))
    answer.close()

    assert (first, body.made, body.closed) == (b"chunk", 1, 1)
    assert_headers_exactly(begun[0], [allow(A), VARY])


def test_p27_a_font_that_has_not_changed_is_still_readable(tmp_path):
    """Its 304 has the headers, so that the browser does not use those of another page."""
    (tmp_path / "font.woff2").write_bytes(b"font")
    app = Flask(__name__, static_folder=str(tmp_path), static_url_path="/static")
    CorsGuard(app, origins=[A])

    first = call(app, "GET", "/static/font.woff2", {"Origin": A})
    again = call(app, "GET", "/static/font.woff2", {"Origin": A, "If-None-Match": first.get("ETag")})

    assert [first.code, again.code] == [200, 304]
    for result in (first, again):
        assert_headers_exactly(result.headers, [allow(A), VARY])


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:5173", True),
        ("http://localhost", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost.evil.com", False),
        ("http://127.0.0.1.evil.com", False),
        ("http://localhost:3000.evil.com", False),
        ("http://localhost:3000@evil.com", False),
        ("https://localhost:5173", False),
        ("http://notlocalhost:5173", False),
    ],
)
def test_p28_localhost_is_allowed_with_any_port_and_nobody_else(origin, allowed):
    """A port is a number, and a host ends where it ends."""
    policy = Policy(origins=["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"], credentials=True)

    assert allows(policy, origin) is allowed


@pytest.mark.slow
def test_p29_what_another_server_answers_is_not_what_we_answer():
    """Every preflight of ours varies by what it asks; a stranger on the port, as AirPlay is, does not."""
    ours = Flask(__name__)
    CorsGuard(ours, origins=[EVIL])

    with serving(ours) as port, serving(SpyApp("403 Forbidden", [("Server", "AirTunes")])) as foreign:
        question = (
            f"OPTIONS / HTTP/1.1\nHost: localhost\nOrigin: {A}\n"
            "Access-Control-Request-Method: GET\nConnection: close\n\n"
        )
        refused, refused_headers, text = raw_exchange(port, question)
        strange, strange_headers, _ = raw_exchange(foreign, question)

    assert refused.split()[1] == strange.split()[1] == "403"
    assert ("Vary", PREFLIGHT_VARY) in refused_headers
    assert b"the CORS policy of this server does not allow this origin" in text
    assert cors_headers(strange_headers) == []


@pytest.mark.slow
def test_p29_a_body_that_is_too_large_gets_an_answer_and_no_reset():
    """The page reads 413 over a real connection, although most of its body is never read."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 10
    CorsGuard(app, origins=[A])
    app.add_url_rule("/", "index", lambda: request.get_data(), methods=["POST"])

    with serving(app) as port:
        status, headers, _ = raw_exchange(
            port,
            f"POST / HTTP/1.1\nHost: h\nOrigin: {A}\nContent-Length: 100000\nConnection: close\n\n"
            + "x" * 100_000,
        )

    assert status.split()[1] == "413"
    assert_headers_exactly(headers, [allow(A), VARY])
