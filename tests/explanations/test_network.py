"""Over the network, the real fault of a server is named, and what it would have to answer."""

from __future__ import annotations

from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from explanations.small_servers import Server, serving
from flask_corsguard import CorsMiddleware
from flask_corsguard.explanations.asked import Asked, outcome_of
from flask_corsguard.explanations.explanation import explain_remote
from flask_corsguard.explanations.needed import needed_for
from flask_corsguard.explanations.stand_in import answer_nothing
from flask_corsguard.explanations.wire import Unreachable

PAGE = "http://app.example"
OURS = ("Access-Control-Allow-Origin", PAGE)
ANYONE = ("Access-Control-Allow-Origin", "*")
WITH_COOKIES = ("Access-Control-Allow-Credentials", "true")


class Case(NamedTuple):
    """A request, what the server answers to the preflight and to it, and the fault."""

    request: dict
    preflight: tuple
    actual: tuple
    code: str
    note: str = ""


OK = (200, [OURS])
PUT = {"method": "PUT"}
CASES = {
    "an error page without headers": Case({}, OK, (502, [("Server", "nginx")]), "no-allow-origin", "502"),
    "a list without this origin": Case({}, OK, (200, [("Vary", "Origin")]), "no-allow-origin"),
    "another origin": Case(
        {}, OK, (200, [("Access-Control-Allow-Origin", f"{PAGE}/")]), "origin-mismatch", "slash"
    ),
    "no origin at all": Case(
        {}, OK, (200, [("Access-Control-Allow-Origin", "app.example")]), "invalid-allow-origin"
    ),
    "two headers": Case({}, OK, (200, [ANYONE, OURS]), "multiple-allow-origin"),
    "a list in one header": Case(
        {}, OK, (200, [("Access-Control-Allow-Origin", f"{PAGE} http://b.example")]), "multiple-allow-origin"
    ),
    "anyone with cookies": Case({"credentials": True}, OK, (200, [ANYONE]), "wildcard-with-credentials"),
    "no credentials": Case({"credentials": True}, OK, (200, [OURS]), "allow-credentials"),
    "credentials in upper case": Case(
        {"credentials": True},
        OK,
        (200, [OURS, ("Access-Control-Allow-Credentials", "True")]),
        "allow-credentials",
    ),
    "a sandboxed frame": Case({"origin": "null"}, OK, (200, [OURS]), "null-origin"),
    "a redirect without headers": Case({}, OK, (302, [("Location", "/b")]), "redirect-refused"),
    "a redirect with a password": Case(
        {}, OK, (302, [OURS, ("Location", "http://u:p@b.example/")]), "redirect-with-password"
    ),
    "a redirect to nowhere": Case(
        {}, OK, (302, [OURS, ("Location", "ftp://b.example/")]), "HTTP-redirect fetch"
    ),
    "a preflight without headers": Case(PUT, (200, []), OK, "preflight-no-allow-origin"),
    "a preflight that is 405": Case(PUT, (405, [OURS]), OK, "preflight-status", "405"),
    "a preflight that is 405 without headers": Case(PUT, (405, []), OK, "preflight-no-allow-origin", "405"),
    "a preflight for another origin": Case(
        PUT, (200, [("Access-Control-Allow-Origin", "http://b.example")]), OK, "origin-mismatch"
    ),
    "a preflight that redirects": Case(
        PUT, (308, [OURS, ("Location", "/b/")]), OK, "preflight-redirect", "308"
    ),
    "a preflight that redirects without headers": Case(
        PUT, (301, [("Location", "/b/")]), OK, "preflight-redirect", "301"
    ),
    "a method that is not listed": Case(
        PUT, (204, [OURS, ("Access-Control-Allow-Methods", "GET")]), OK, "method-not-allowed"
    ),
    "a method in lower case": Case(
        {"method": "patch"},
        (204, [OURS, ("Access-Control-Allow-Methods", "PATCH")]),
        OK,
        "method-not-allowed",
        "PATCH",
    ),
    "a header that is not listed": Case(
        {"headers": (("X-A", "1"),)}, (204, [OURS]), OK, "header-not-allowed"
    ),
    "authorization under a wildcard": Case(
        {"headers": (("Authorization", "1"),)},
        (204, [OURS, ("Access-Control-Allow-Headers", "*")]),
        OK,
        "header-not-allowed",
        "by its name",
    ),
    "a list of methods without commas": Case(
        PUT, (204, [OURS, ("Access-Control-Allow-Methods", "GET PUT")]), OK, "methods-syntax"
    ),
    "a list of headers without commas": Case(
        {"headers": (("X-A", "1"),)},
        (204, [OURS, ("Access-Control-Allow-Headers", "a b")]),
        OK,
        "headers-syntax",
    ),
    "a resource for its own pages": Case(
        {"manner": "no-cors"}, OK, (200, [("Cross-Origin-Resource-Policy", "same-origin")]), "resource-policy"
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_real_fault_is_named(case):
    """By its code, with what is known of the answer."""

    def answer(method, path, headers):
        return (*(case.preflight if method == "OPTIONS" else case.actual), b"x")

    with serving(Server(answer)) as server:
        asked = Asked(**{"origin": PAGE, "url": f"{server.url}/names", **case.request})
        explanation = explain_remote(asked)

    assert explanation.is_refused
    assert explanation.diagnosis.code == case.code
    assert case.note in " ".join(explanation.diagnosis.notes)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_policy_that_is_proposed_allows_the_request(case):
    """Where there is one; with credentials, the page has to come over https."""
    asked = Asked(**{"origin": PAGE, "url": "https://api.example/names", **case.request})
    if asked.manner == "no-cors":
        return
    needed = needed_for(asked)

    assert (needed.policy is None) == (asked.credentials or asked.method == "patch")
    if needed.policy is None:
        assert "https" in needed.why_not or 'Write "PATCH"' in needed.why_not
    else:
        assert outcome_of(asked, CorsMiddleware(answer_nothing, needed.policy)).refusal is None


def test_a_redirect_before_the_fault_is_named():
    """The page could request the last URL directly."""

    def answer(method, path, headers):
        return (302, [ANYONE, ("Location", "/b")], b"") if path == "/a" else (404, [], b"x")

    with serving(Server(answer)) as server:
        diagnosis = explain_remote(Asked(origin=PAGE, url=f"{server.url}/a")).diagnosis

    assert diagnosis.code == "no-allow-origin"
    assert (
        f"redirected from {server.url}/a: the page could request {server.url}/b directly"
        in diagnosis.notes[1]
    )


def test_a_plain_http_server_answers_no_preflight(tmp_path, monkeypatch):
    """Python's own answers 501, without any CORS header."""
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        simple = explain_remote(Asked(origin=PAGE, url=url))
        preflighted = explain_remote(Asked(origin=PAGE, url=url, method="PUT"))

    assert simple.diagnosis.code == "no-allow-origin"
    assert preflighted.diagnosis.code == "preflight-no-allow-origin"
    notes = " ".join(preflighted.diagnosis.notes)
    assert "The server knows no OPTIONS at all." in notes
    assert "The answer to the preflight comes from SimpleHTTP" in notes


def test_a_request_that_passes_needs_no_change():
    """Nor is anything found."""
    with serving(Server(lambda *_: (200, [ANYONE], b"x"))) as server:
        explanation = explain_remote(Asked(origin=PAGE, url=server.url))

    assert (explanation.is_refused, explanation.diagnosis, explanation.needed) == (False, None, None)


def test_a_cookie_that_is_not_sent_is_found():
    """The page reads its answer, and nobody is logged in."""
    answer = [
        ("Access-Control-Allow-Origin", "https://app.example"),
        WITH_COOKIES,
        ("Set-Cookie", "session=1"),
    ]
    with serving(Server(lambda *_: (200, answer, b"x"))) as server:
        asked = Asked(origin="https://app.example", url=server.url, credentials=True)
        explanation = explain_remote(asked)
        in_firefox = explain_remote(asked, "firefox")

    (finding,) = explanation.findings
    assert finding.startswith(
        "The cookie session is not sent: it has no SameSite, which Chromium treats as Lax"
    )
    assert explanation.is_refused
    assert not in_firefox.is_refused


def test_a_cookie_of_the_same_site_goes_along():
    """Whatever its SameSite is."""
    page = "http://127.0.0.1:1234"
    answer = [
        ("Access-Control-Allow-Origin", page),
        WITH_COOKIES,
        ("Set-Cookie", "session=1; SameSite=Strict"),
    ]
    with serving(Server(lambda *_: (200, answer, b"x"))) as server:
        explanation = explain_remote(Asked(origin=page, url=server.url, credentials=True))

    assert explanation.findings == ()


def test_mixed_content_is_not_even_sent():
    """The page would have to request https."""
    explanation = explain_remote(Asked(origin="https://app.example", url="http://api.example/"))

    assert explanation.diagnosis.code == "mixed-content"
    assert explanation.needed.why_not == "No policy changes that."


def test_a_private_network_is_noticed():
    """By the address that the name leads to."""
    with serving(Server(lambda *_: (200, [ANYONE], b"x"))) as server:
        url = f"http://api.example:{server.server_port}/"
        explanation = explain_remote(Asked(origin=PAGE, url=url), resolve=lambda _: "127.0.0.1")

    (note,) = explanation.notes
    assert note.startswith("The server is in this computer, and the page comes from the internet")


def test_the_page_of_an_app_shell_is_on_this_computer():
    """As the server is."""
    page = "capacitor://localhost"
    with serving(Server(lambda *_: (200, [("Access-Control-Allow-Origin", page)], b"x"))) as server:
        assert explain_remote(Asked(origin=page, url=server.url)).notes == ()


def test_an_engine_that_differs_is_shown():
    """Without another request."""

    def answer(method, path, headers):
        return 204, [ANYONE, ("Access-Control-Allow-Headers", "*")], b""

    with serving(Server(answer)) as server:
        asked = Asked(origin=PAGE, url=server.url, headers=(("Authorization", "1"),))
        explanation = explain_remote(asked)
        in_chromium = explain_remote(asked, "chromium")

    assert explanation.diagnosis.code == "header-not-allowed"
    assert [engine for engine, other in explanation.others.items() if other.refusal is None] == [
        "chromium",
        "firefox",
        "webkit",
    ]
    assert in_chromium.diagnosis is None
    assert list(in_chromium.others) == [None]
    # One preflight of the standard, then one and the request of the engines.
    assert [method for method, *_ in server.asked] == ["OPTIONS", "GET", "OPTIONS", "GET"]


DIFFERENCES = [
    (
        {"headers": (("Authorization", "1"),)},
        (204, [ANYONE, ("Access-Control-Allow-Headers", "*")]),
        "wildcard-authorization",
    ),
    ({"headers": (("DPR", "2"),)}, (405, []), "client-hints"),
    ({"origin": "https://app.example"}, (204, [ANYONE]), "mixed-content-loopback"),
]


@pytest.mark.parametrize(
    ("request_", "preflight", "code"), DIFFERENCES, ids=[each[2] for each in DIFFERENCES]
)
def test_the_difference_behind_another_verdict_is_found(request_, preflight, code):
    """By leaving it out; seen from the standard, and from each engine."""

    def answer(method, path, headers):
        return (*(preflight if method == "OPTIONS" else (200, [ANYONE])), b"")

    with serving(Server(answer)) as server:
        asked = Asked(**{"origin": PAGE, "url": server.url, **request_})
        found = [explain_remote(asked, engine).others for engine in (None, "chromium", "firefox", "webkit")]

    assert all(found)
    assert {other.difference.code for others in found for other in others.values()} == {code}


def test_a_request_that_may_change_something_is_sent_once():
    """An engine that would have to send it again is left out."""

    def answer(method, path, headers):
        return (
            204,
            [ANYONE, ("Access-Control-Allow-Headers", "*"), ("Access-Control-Allow-Methods", "*")],
            b"",
        )

    with serving(Server(answer)) as server:
        explanation = explain_remote(
            Asked(origin=PAGE, url=server.url, method="PUT", headers=(("Authorization", "1"),))
        )

    assert explanation.others == {}
    assert [method for method, *_ in server.asked] == ["OPTIONS"]


def test_a_server_that_goes_away_meanwhile_spoils_no_explanation():
    """The comparison of the engines is left out."""

    def answer(method, path, headers):
        if method == "OPTIONS":
            return 204, [ANYONE, ("Access-Control-Allow-Headers", "*")], b""
        raise ConnectionResetError

    with serving(Server(answer)) as server:
        explanation = explain_remote(
            Asked(origin=PAGE, url=server.url, headers=(("Authorization", "1"),)), timeout=2
        )

    assert explanation.diagnosis.code == "header-not-allowed"
    assert explanation.others == {}


def test_a_redirect_to_a_server_that_is_not_there_is_a_refusal_of_the_browser():
    """The first server has answered, so the request has a history to show."""
    with serving(Server(lambda *_: (302, [ANYONE, ("Location", "http://127.0.0.1:9/")], b""))) as server:
        explanation = explain_remote(Asked(origin=PAGE, url=server.url))

    assert explanation.diagnosis.code == "main fetch, step 7 (bad port)"
    assert explanation.diagnosis.remedy == "A browser needs another port."


def test_a_server_that_is_not_there_is_an_error():
    """There is nothing to explain."""
    with pytest.raises(Unreachable, match=r"There is no host named nothing\.invalid"):
        explain_remote(Asked(origin=PAGE, url="http://nothing.invalid/"))


def test_a_name_below_localhost_is_this_machine():
    """As for browsers, whatever the resolver of the system makes of it."""
    with serving(Server(lambda method, path, headers: (200, [OURS], b""))) as server:
        url = f"http://api.demo.localhost:{server.server_port}/"

        assert not explain_remote(Asked(origin=PAGE, url=url)).is_refused
        assert dict(server.asked[0][2])["Host"] == f"api.demo.localhost:{server.server_port}"
