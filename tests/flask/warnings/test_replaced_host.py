"""The warning about a proxy that replaces ``Host``."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_corsguard import CorsGuard
from flask_corsguard.flask.warnings.bypass import WATCHED
from harness import call, warned

OWN = "https://shop.example.com"

SAME = {"Sec-Fetch-Site": "same-origin"}
FORWARDED = {"X-Forwarded-For": "192.0.2.7"}


@pytest.fixture
def app():
    """Make an application that takes posts."""
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "index", methods=["GET", "POST"])
    CorsGuard(app)
    return app


def ask(app, headers, host="127.0.0.1:8000", origin=OWN):
    """Post from a page of *origin*, as it arrives from a proxy."""
    return call(app, "POST", "/", {"Origin": origin, **headers}, HTTP_HOST=host)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "10.0.0.5", "upstream:80"])
@pytest.mark.parametrize(
    "headers",
    [
        *(SAME, FORWARDED, {"Via": "1.1 proxy"}, {"Forwarded": "for=192.0.2.7"}, {"X-Real-Ip": "192.0.2.7"}),
        *({"X-Forwarded-Host": "shop.example.com"}, {"X-Forwarded-Proto": "https"}),
    ],
    ids=str,
)
def test_a_host_of_the_inside_under_an_origin_of_the_internet_is_warned_of_once(app, host, headers):
    """The browser, or a header of the proxy, shows that there is one."""
    with warned(f"A request of '{OWN}' came with the Host '{host}'") as caught:
        for _ in range(3):
            ask(app, headers, host)

    assert "proxy_set_header Host $host" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_a_refused_request_is_looked_at_whenever_it_comes(app):
    """The guard has refused what may be a page of the application's own."""
    for _ in range(WATCHED + 4):
        call(app)

    with warned("came with the Host '127.0.0.1:8000'"):
        assert ask(app, FORWARDED).code == 403


@pytest.mark.parametrize(
    ("headers", "host", "origin"),
    [
        ({}, "127.0.0.1:8000", OWN),
        ({"Sec-Fetch-Site": "cross-site"}, "127.0.0.1:8000", OWN),
        (FORWARDED, "shop.example.com", OWN),
        (FORWARDED, "127.0.0.1:8000", "http://localhost:3000"),
        (FORWARDED, "127.0.0.1:8000", "null"),
        (FORWARDED, "127.0.0.1:8000", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
        (FORWARDED, "10.0.0.5", "http://10.0.0.5:8000"),
        (FORWARDED, "", OWN),
    ],
    ids=[
        "a page that calls the developer's machine",
        "the same, and the browser sends that",
        "the host of the internet",
        "a page of the developer's machine",
        "a page without an origin",
        "an extension",
        "a page of the network",
        "no host",
    ],
)
def test_what_need_not_be_a_proxy_that_replaces_host_is_not_warned_of(app, headers, host, origin):
    """Only a proxy that certainly does is warned of."""
    with warned():
        ask(app, headers, host, origin)


def test_an_application_under_test_is_not_warned_of(app):
    """A test writes any origin, to the host of the test client."""
    app.testing = True

    with warned():
        ask(app, SAME)


@pytest.mark.parametrize("inside", [True, False])
def test_the_remedy_with_proxy_fix_passes_the_page(inside):
    """The layer looks through a fix that is inside of it; passing Host on needs none."""
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "index", methods=["POST"])
    if inside:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_proto=1)
    CorsGuard(app)
    if not inside:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_proto=1)

    with warned():
        answered = ask(app, {"X-Forwarded-Host": "shop.example.com", "X-Forwarded-Proto": "https"})

    assert answered.code == 200
