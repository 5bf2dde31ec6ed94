"""The published vulnerabilities of other CORS libraries, request by request; none reproduces."""

from __future__ import annotations

import logging
import random
import re

import pytest
from flask import Flask

from cases import EVIL, VARY, allow
from flask_corsguard import CorsGuard, CorsMiddleware, Policy, PolicyError, Request, decide
from harness import SpyApp, call, raw_exchange, serving

EVERYONE = Policy(origins="*")
TRUSTED = Policy(origins=["https://trusted.example"])


@pytest.fixture
def app():
    """An application that takes any path, as a proxy does, and is open below /api."""
    app = Flask(__name__)
    app.add_url_rule("/<path:rest>", "any", lambda rest: rest)
    app.url_map.merge_slashes = False
    CorsGuard(app, paths={"/api": EVERYONE})
    return app


def over_a_socket(app, path, **headers):
    """Ask a real server for *path*, letter by letter."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    with serving(app) as port:
        status, received, _ = raw_exchange(
            port, f"GET {path} HTTP/1.1\nHost: h\nOrigin: {EVIL}\n{lines}Connection: close\n\n"
        )
    return status, dict(received).get("Access-Control-Allow-Origin")


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/api/../private", "/api/%2e%2e/private", "/api//../private", "/api/%2E./private", "/%2561pi/x"]
)
def test_cve_2020_25032_a_path_that_leaves_its_rule_is_not_covered_by_it(app, path):
    """flask-cors: dot segments, encoded or not, and a second decoding."""
    assert over_a_socket(app, "/api/x") == ("HTTP/1.1 200 OK", "*")
    assert over_a_socket(app, path)[1] is None


@pytest.mark.slow
def test_cve_2024_1681_a_path_writes_no_line_into_the_log(caplog):
    """flask-cors: a newline in the path forged a log entry."""
    caplog.set_level(logging.DEBUG)
    app = CorsMiddleware(SpyApp(), TRUSTED)
    with serving(app) as port:
        raw_exchange(
            port,
            "OPTIONS /foo%0d%0aINFO:root:FAKE-ENTRY HTTP/1.1\nHost: h\n"
            f"Origin: {EVIL}\nAccess-Control-Request-Method: GET\nConnection: close\n\n",
        )

    records = [record for record in caplog.records if record.name == "flask_corsguard"]
    assert len(records) == 1
    assert r"path='/foo\r\nINFO:root:FAKE-ENTRY'" in records[0].getMessage()


def test_cve_2024_6221_no_origin_may_reach_a_private_network_by_default():
    """flask-cors: every preflight got `true`."""
    app = Flask(__name__)
    CorsGuard(app, EVERYONE)
    app.add_url_rule("/s", "s", lambda: "s")
    asked = {
        "Origin": EVIL,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Private-Network": "true",
    }

    result = call(app, "OPTIONS", "/s", asked, HTTP_HOST="192.168.1.10")

    assert result.get("Access-Control-Allow-Private-Network") is None


@pytest.mark.slow
def test_cve_2024_6844_a_plus_is_not_a_space():
    """flask-cors: `/service+path` got the rule of `/service path`."""
    app = Flask(__name__)
    app.add_url_rule("/<path:rest>", "any", lambda rest: rest)
    with pytest.raises(PolicyError, match=r"path\.spelling"):
        CorsGuard(app, paths={"/service path": EVERYONE, r"/service\+path": TRUSTED})
    CorsGuard(app, paths={"/service": EVERYONE, "/service+path": TRUSTED})

    assert over_a_socket(app, "/service+path")[1] is None
    assert over_a_socket(app, "/service%2bpath")[1] is None
    assert over_a_socket(app, "/service%20path")[1] is None
    assert over_a_socket(app, "/service/path")[1] == "*"


def test_cve_2024_6866_a_path_has_a_case():
    """flask-cors: `/API/PUBLIC` got the rule of `/api/public`."""
    app = CorsMiddleware(SpyApp(), {"/api/public": EVERYONE})

    assert call(app, "GET", "/api/public", {"Origin": EVIL}).cors == [allow("*")]
    assert call(app, "GET", "/API/PUBLIC", {"Origin": EVIL}).cors == [VARY]


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({"/api/admin": TRUSTED, "/api": EVERYONE}, "/api/admin"),
        ({"/admin": TRUSTED, "/": EVERYONE}, "/admin/x"),
        ({"/admin/users": TRUSTED, "/": EVERYONE}, "/admin/users/1"),
        ({"/api": EVERYONE}, "/api-internal/secret"),
    ],
)
def test_cve_2024_6839_no_longer_rule_overrides_the_one_that_is_meant(rules, path):
    """flask-cors: patterns were ranked by their length, and regular expressions by their kind."""
    app = CorsMiddleware(SpyApp(), rules)

    assert call(app, "GET", path, {"Origin": EVIL}).get("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize("rule", [r"/api/(.*)*?", "/.*", "/.*/.*/.*", "/api/*", "/admin/[a-z]+"])
def test_cve_2024_6839_no_regular_expression_is_a_path_rule(rule):
    """What these meant was the beginning of the trouble."""
    try:
        rules = CorsMiddleware(SpyApp(), {rule: EVERYONE})
    except PolicyError as error:
        assert [each.code for each in error.problems] == ["path.spelling"]
    else:
        assert call(rules, "GET", "/admin/x", {"Origin": EVIL}).cors == [VARY]


@pytest.mark.parametrize("origin", ["https://trusted.com.attacker.io", "https://trusted.com:8080"])
def test_cve_2026_37737_a_regular_expression_matches_the_whole_origin(origin):
    """sanic-cors: it matched the beginning."""
    policy = Policy(origins=[re.compile(r"https://trusted\.com")])

    assert decide(policy, Request(method="GET", origin="https://trusted.com")).allowed
    assert not decide(policy, Request(method="GET", origin=origin)).allowed


@pytest.mark.slow
def test_ghsa_vhxv_fg4m_p2w8_two_origins_do_not_make_a_third():
    """jub0bs/cors: `https://foo.com` and `https://bar.com` allowed `https://barfoo.com`."""
    chosen = random.Random(41)
    names = ["foo", "bar", "barfoo", "foobar", "oo", "b", "afoo", "a.foo", "bar.foo"]
    for _ in range(10_000):
        listed = chosen.sample(names, 2)
        origins = [f"https://{'*.' * chosen.randrange(2)}{name}.com" for name in listed]
        asked = chosen.choice(names)
        expected = any(
            asked == name if "*" not in origin else asked.endswith(f".{name}")
            for name, origin in zip(listed, origins, strict=True)
        )
        assert (
            decide(Policy(origins=origins), Request(method="GET", origin=f"https://{asked}.com")).allowed
            is expected
        )


@pytest.mark.parametrize(
    "origin", ["https://example.com/*", "http://localhost/*", "https://example.com*", "h*"]
)
def test_cve_2019_25211_a_star_at_the_end_is_refused(origin):
    """gin-contrib/cors: `https://example.com/*` allowed `https://example.community`; rs/cors: `h*` all."""
    with pytest.raises(PolicyError):
        Policy(origins=[origin])


def test_cve_2018_20744_everyone_with_credentials_is_refused():
    """rs/cors, gofiber, hono: it reflected every origin."""
    with pytest.raises(PolicyError, match=r"credentials\.any-origin"):
        Policy(origins="*", credentials=True)


def test_cve_2025_47909_a_trusted_host_is_trusted_over_its_own_scheme_only():
    """gorilla/csrf: `http://trusted` passed for `https://trusted`."""
    assert not decide(TRUSTED, Request(method="GET", origin="http://trusted.example")).allowed


def test_golang_78563_user_info_is_part_of_no_origin():
    """Go: `http://evil@victim.com` was taken for `victim.com`."""
    policy = Policy(origins=["http://victim.example"])

    assert not decide(policy, Request(method="GET", origin="http://evil@victim.example")).allowed
