"""`explain` names the real fault of nginx with the usual wrong blocks, and of Express with cors."""

from __future__ import annotations

from pathlib import Path

import pytest

from explanations.small_servers import Server, serving
from flask_corsguard.explanations.asked import Asked
from flask_corsguard.explanations.explanation import explain_remote
from interop import nginx
from interop.launch import Home, free_port, program

pytestmark = pytest.mark.interop

PAGE = "http://app.example"
EXPRESS = Path(__file__).parent / "express"

#: What is copied most often, and wrong in four ways.
SNIPPET = """
location /api/ {
    if ($request_method = 'OPTIONS') {
        add_header 'Access-Control-Allow-Origin' '*';
        add_header 'Access-Control-Allow-Methods' 'GET, POST, OPTIONS';
        return 204;
    }
    add_header 'Access-Control-Allow-Origin' '*';
    proxy_pass http://127.0.0.1:8000;
}
location /files/ {
    add_header 'Access-Control-Allow-Origin' '*';
    alias /usr/share/;
}
location = /names {
    return 301 /names/;
}
"""


@pytest.fixture(scope="module")
def behind():
    """Return an application behind nginx that sends the header, too."""

    def answer(method, path, headers):
        own = [("Access-Control-Allow-Origin", PAGE)] if "own" in path else []
        return (200, own, b"x")

    with serving(Server(answer)) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(behind):
    """Return the address of nginx before an application, and before nothing."""
    homes = [Home(), Home()]
    urls = []
    for home, port in zip(homes, (behind.server_port, free_port()), strict=True):
        at = free_port()
        nginx.start(home, at, port, "", SNIPPET)
        urls.append(f"http://127.0.0.1:{at}")
    yield urls
    for home in homes:
        home.stop()


NGINX = [
    (1, "/api/a", {}, "no-allow-origin", "The status is 502."),
    (0, "/api/own", {}, "multiple-allow-origin", "nginx"),
    (0, "/api/a", {"credentials": True}, "wildcard-with-credentials", "nginx"),
    (0, "/api/a", {"method": "PUT"}, "method-not-allowed", "nginx"),
    (0, "/api/a", {"headers": (("Authorization", "1"),)}, "header-not-allowed", "by its name"),
    (0, "/files/a", {"method": "PUT"}, "preflight-no-allow-origin", "The status is 405."),
    (0, "/names", {"method": "PUT"}, "preflight-redirect", "leads to"),
    (0, "/names", {}, "redirect-refused", "leads to"),
]


@pytest.mark.parametrize(("at", "path", "request_", "code", "note"), NGINX)
def test_the_fault_of_an_nginx_is_named(proxy, at, path, request_, code, note):
    """As its own, by the header that names the server."""
    diagnosis = explain_remote(Asked(origin=PAGE, url=f"{proxy[at]}{path}", **request_)).diagnosis

    assert diagnosis.code == code
    assert note in " ".join(diagnosis.notes)
    assert "comes from nginx/" in " ".join(diagnosis.notes)


@pytest.fixture(scope="module")
def express():
    """Return the address of an Express server."""
    home, port = Home(), free_port()
    home.start([program("node", "nodejs"), str(EXPRESS / "server.js"), str(port)], port)
    yield f"http://127.0.0.1:{port}"
    home.stop()


OF_EXPRESS = [
    ("/anyone", {"credentials": True}, "wildcard-with-credentials", ""),
    ("/slash", {}, "origin-mismatch", "a slash at the end"),
    ("/list", {}, "no-allow-origin", ""),
    ("/wildcard", {"headers": (("Authorization", "1"),)}, "header-not-allowed", "by its name"),
    ("/no-options", {"method": "PUT"}, "preflight-no-allow-origin", ""),
    ("/login", {"method": "PUT"}, "preflight-no-allow-origin", "A login answered the preflight"),
    ("/methods", {"method": "PUT"}, "method-not-allowed", ""),
    ("/error", {}, "no-allow-origin", "The status is 500."),
    ("/redirect", {"method": "PUT"}, "preflight-redirect", "leads to /redirect/"),
]


@pytest.mark.parametrize(("path", "request_", "code", "note"), OF_EXPRESS)
def test_the_fault_of_an_express_server_is_named(express, path, request_, code, note):
    """With what is known of the answer."""
    diagnosis = explain_remote(Asked(origin=PAGE, url=f"{express}{path}", **request_)).diagnosis

    assert diagnosis.code == code
    assert note in " ".join(diagnosis.notes)


def test_a_cookie_of_an_express_server_that_is_not_sent_is_found(express):
    """The page reads the answer all the same."""
    asked = Asked(origin="https://app.example", url=f"{express}/cookie", credentials=True)

    explanation = explain_remote(asked)

    assert explanation.diagnosis is None
    assert explanation.findings[0].startswith("The cookie session is not sent: it has SameSite=Lax")
