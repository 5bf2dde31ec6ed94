"""The recipes that speak of nginx or a CDN work behind a real nginx, which ends TLS and is the shared cache.

The model of a browser asks over a real connection: Werkzeug's proxy takes what it sends to nginx.
"""

from __future__ import annotations

import re
import socket
import ssl
from threading import Thread
from typing import Final

import pytest
import trustme
import waitress
from werkzeug.exceptions import NotFound
from werkzeug.middleware.http_proxy import ProxyMiddleware

from flask_corsguard.testing import Browser, assert_can_fetch, assert_cannot_fetch
from harness import warned
from interop import nginx
from interop.launch import START, Home, free_port
from page_contents import Script, show, statuses
from recipes import SECTIONS, elements_of, program_of, script_of

EVIL: Final = "https://evil.example"

FORWARDED: Final = nginx.documented("proxy_set_header")
DOWNLOADS: Final = nginx.documented("proxy_hide_header")
BODY_SIZE: Final = nginx.documented("client_max_body_size")

CACHES: Final = "proxy_cache shared;"
IGNORES_VARY: Final = "proxy_ignore_headers Vary;"
KEYED_BY_ORIGIN: Final = "proxy_cache_key $scheme$host$request_uri$http_origin;"


class Asked:
    """A WSGI layer that stores what reaches the application."""

    def __init__(self, app):
        self._app = app
        self.requests = []

    def __call__(self, environ, start_response):
        """Note the request and pass it on."""
        self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return self._app(environ, start_response)


@pytest.fixture(scope="session")
def authority():
    """Return an authority that has signed the certificate of nginx."""
    return trustme.CA()


@pytest.fixture
def behind_nginx(authority):
    """Start a server with an application and nginx in front of it; return what takes requests to nginx."""
    certificate = authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.bytes()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    homes, servers = [], []

    def behind_nginx(app, server="", locations="", forwarded=FORWARDED):
        listener = socket.create_server(("127.0.0.1", 0))
        # Otherwise waitress removes X-Forwarded-Proto, and ProxyFix has nothing to read.
        behind = waitress.create_server(app, sockets=[listener], clear_untrusted_proxy_headers=False)
        thread = Thread(target=behind.run)
        thread.start()
        servers.append((behind, thread))
        homes.append(Home())
        port = free_port()
        nginx.start(
            homes[-1], port, listener.getsockname()[1], forwarded + server, locations, pem=certificate
        )
        return connection_to(port, trust)

    yield behind_nginx
    for home in homes:
        home.stop()
    for behind, thread in servers:
        # In its own thread, which would otherwise look for something to do once a second.
        behind.trigger.pull_trigger(behind.close)
        thread.join(START)
        assert not thread.is_alive()


def connection_to(port, trust):
    """Return a WSGI application that passes requests on to a server of TLS, with the Host that they have."""
    target = {"target": f"https://127.0.0.1:{port}", "host": None, "ssl_context": trust}
    target |= {"remove_prefix": False, "headers": {}}
    proxy = ProxyMiddleware(NotFound(), {})
    return lambda environ, start: proxy.proxy_to(target, environ["PATH_INFO"], "/")(environ, start)


def without(*headers):
    """Return directives that remove *headers* of a request before the application."""
    return "".join(f'proxy_set_header {header} "";' for header in headers)


# nginx in front


@pytest.fixture
def recipe():
    """Run the program of the recipe."""
    return program_of("nginx in front")


def test_behind_nginx_the_page_uploads_and_downloads(recipe, behind_nginx):
    """The redirect to the slash is followed, and the location that nginx answers for can be read."""
    browser = Browser(behind_nginx(recipe.app, BODY_SIZE, DOWNLOADS))

    script = Script(script_of("nginx in front"), browser.open("https://app.example"))

    assert statuses(script, "uploaded", "report") == [200, 200]
    assert [each.status for each in browser.log] == [308, 200, 200]
    assert browser.log[-1].answered("Access-Control-Allow-Origin") == "*"
    assert browser.log[-1].answered("Server").startswith("nginx")


def test_behind_nginx_another_page_gets_only_what_nginx_gives_to_all(recipe, behind_nginx):
    """The application's own answers stay closed, and a forged upload does not arrive."""
    browser = Browser(behind_nginx(recipe.app, BODY_SIZE, DOWNLOADS))
    page = browser.open(EVIL)

    assert_can_fetch(page, "https://api.example/downloads/report.csv")
    assert_cannot_fetch(page, "https://api.example/files/")
    page.submit("https://api.example/files/", {})
    assert browser.log[-1].status == 403


@pytest.mark.parametrize("hidden", [(), ("Sec-Fetch-Site",)], ids=["a-browser", "a-browser-without-site"])
def test_behind_nginx_the_application_is_its_own_origin(hidden, recipe, behind_nginx):
    """With the Host passed on, its own page may post, also where the browser sends no Sec-Fetch-Site."""
    page = Browser(behind_nginx(recipe.app, without(*hidden), DOWNLOADS)).open("https://api.example")

    assert page.fetch("/files/", "POST", data="Hello").json == {"size": 5}


def test_behind_nginx_without_the_host_the_application_does_not_know_its_own_origin(recipe, behind_nginx):
    """Where a browser sends no Sec-Fetch-Site, its own page is refused, and a warning names the remedy."""
    forwarded = FORWARDED.replace("Host", "X-Nothing") + without("Sec-Fetch-Site")
    browser = Browser(behind_nginx(recipe.app, BODY_SIZE, DOWNLOADS, forwarded))

    with warned("nginx: proxy_set_header Host $host"):
        refused = browser.open("https://api.example").fetch("/files/", "POST", data="Hello")

    assert refused.status == 403


def test_without_proxyfix_the_redirect_leads_to_http(recipe, behind_nginx):
    """The browser does not follow it, because the page is one of https."""
    app = recipe.app
    app.wsgi_app.app = app.wsgi_app.app.app
    page = Browser(behind_nginx(app, BODY_SIZE, DOWNLOADS)).open("https://app.example")

    refusal = assert_cannot_fetch(page, "https://api.example/files", method="POST", data="Hello")

    assert "mixed content" in refusal.step


def test_two_layers_that_both_answer_are_one_too_many(recipe, behind_nginx):
    """If nginx adds its header and hides none, no page reads the answer."""
    adding = re.sub(r"proxy_hide_header.*", "", DOWNLOADS)
    page = Browser(behind_nginx(recipe.app, BODY_SIZE, adding)).open("https://app.example")

    assert_cannot_fetch(page, "https://api.example/downloads/report.csv")


def test_a_body_that_is_too_long_is_refused_in_a_way_that_can_be_read(recipe, behind_nginx):
    """The limit of nginx is above Flask's, so that it is Flask's 413 that the page gets."""
    browser = Browser(behind_nginx(recipe.app, BODY_SIZE, DOWNLOADS))
    too_long = "x" * (recipe.app.config["MAX_CONTENT_LENGTH"] + 1)

    response = browser.open("https://app.example").fetch("https://api.example/files/", "POST", data=too_long)

    assert response.status == 413


# X-Accel-Redirect


@pytest.fixture
def sent_by_nginx(behind_nginx, tmp_path):
    """Start the program of the guide behind nginx, which sends a file; return what asks nginx."""
    (tmp_path / "2026.csv").write_text("a,b\n")
    tmp_path.chmod(0o755)
    location = nginx.documented("internal;").replace("/srv/files/", f"{tmp_path}/")
    return behind_nginx(program_of("nginx in front", "X-Accel-Redirect").app, "", location)


def test_a_file_that_nginx_sends_has_the_headers_of_the_policy(sent_by_nginx):
    """The page reads the file, and nginx adds each header once."""
    browser = Browser(sent_by_nginx)

    script = Script(script_of("X-Accel-Redirect"), browser.open("https://app.example"))

    assert statuses(script, "sent") == [200]
    assert browser.log[-1].answered("Access-Control-Allow-Origin") == "https://app.example"
    assert browser.log[-1].answered("Vary") == "Origin"
    assert browser.log[-1].answered("Server").startswith("nginx")


def test_a_file_that_nginx_sends_stays_closed_to_other_pages(sent_by_nginx):
    """The variable is empty, and so nginx adds no header; Vary is there."""
    browser = Browser(sent_by_nginx)

    assert_cannot_fetch(browser.open(EVIL), "https://api.example/reports/2026.csv")

    assert browser.log[-1].answered("Access-Control-Allow-Origin") is None
    assert browser.log[-1].answered("Vary") == "Origin"


# A CDN in front


def test_one_cached_answer_of_the_public_api_is_for_all(behind_nginx):
    """It has no Vary, so a shared cache stores it once."""
    asked = Asked(program_of("Public API").app)
    application = behind_nginx(asked, CACHES)

    for origin in ("https://app.example", EVIL):
        assert_can_fetch(Browser(application).open(origin), "https://rates.example/v1/rates")

    assert asked.requests == ["GET /v1/rates"]


@pytest.mark.parametrize(
    "cache",
    [CACHES, CACHES + IGNORES_VARY + KEYED_BY_ORIGIN, CACHES + KEYED_BY_ORIGIN],
    ids=["obeys-vary", "origin-in-the-key", "both"],
)
def test_behind_a_cache_that_respects_the_origin_every_page_gets_its_own_answer(cache, behind_nginx):
    """Who came first does not matter; and the cache answers the second visitor from a page."""
    asked = Asked(program_of("A CDN in front").app)
    application = behind_nginx(asked, cache)

    for origin in ("https://app.example", "https://partner.example", "https://app.example"):
        page = Browser(application).open(origin)
        assert all(image.tainted for image in show(elements_of("A CDN in front"), page).images)
        script = Script(script_of("A CDN in front"), page)
        assert statuses(script, "chart", "icon", "watched") == [200, 200, 200]

    # Without Origin, and for each of the two.
    assert asked.requests.count("GET /chart.svg") == 3


def test_behind_a_cache_that_ignores_the_origin_only_the_star_works(behind_nginx):
    """The answer without Origin is given to all; the icon, which is the same for all, may be."""
    browser = Browser(behind_nginx(program_of("A CDN in front").app, CACHES + IGNORES_VARY))
    browser.open("https://other.example").image("https://cdn.example/chart.svg")

    page = browser.open("https://app.example")

    assert_cannot_fetch(page, "https://cdn.example/chart.svg")
    assert_can_fetch(page, "https://cdn.example/icon.svg")


@pytest.mark.parametrize(
    ("dropped", "readable", "writable"),
    [
        ([], True, True),
        (["Origin"], False, False),
        (["Access-Control-Request-Method"], True, False),
    ],
    ids=["nothing", "origin", "method"],
)
def test_a_cache_has_to_forward_what_the_policy_goes_by(dropped, readable, writable, behind_nginx):
    """Without Origin nobody is allowed; without the requested method no preflight is one."""
    application = behind_nginx(program_of("A CDN in front").app, CACHES + without(*dropped))
    page = Browser(application).open("https://app.example")

    (assert_can_fetch if readable else assert_cannot_fetch)(page, "https://cdn.example/chart.svg")
    write = assert_can_fetch if writable else assert_cannot_fetch
    write(page, "https://cdn.example/watchlist", method="PUT")
    assert_can_fetch(page, "https://cdn.example/icon.svg")


@pytest.mark.parametrize(
    ("dropped", "status"),
    [
        ([], 403),
        (["Origin"], 403),
        (["Sec-Fetch-Site"], 403),
        (["Origin", "Sec-Fetch-Site"], 405),
    ],
    ids=["nothing", "origin", "site", "both"],
)
def test_a_cache_has_to_forward_what_the_guard_goes_by(dropped, status, behind_nginx):
    """A forged request without Sec-Fetch-Site and Origin looks like one that no browser has sent."""
    browser = Browser(behind_nginx(program_of("A CDN in front").app, CACHES + without(*dropped)))

    browser.open(EVIL).submit("https://cdn.example/watchlist", {})

    assert browser.log[-1].status == status


def test_the_body_size_of_nginx_is_above_that_of_flask(recipe):
    """So it is Flask that refuses what is too long, and adds the headers."""
    limit = re.fullmatch(r"client_max_body_size (\d+)m;\n", BODY_SIZE)

    assert limit is not None
    assert recipe.app.config["MAX_CONTENT_LENGTH"] < int(limit[1]) * 1024 * 1024
    assert SECTIONS["Errors from nginx"].blocks("nginx") == [BODY_SIZE]
