"""Requests go over the network unchanged, and whatever a server does is bounded."""

from __future__ import annotations

import ssl

import pytest
import trustme

from explanations.small_servers import Server, serving, talking
from flask_corsguard.explanations.asked import Asked, outcome_of
from flask_corsguard.explanations.remote import Remote
from flask_corsguard.explanations.wire import MAX_BODY, Unreachable
from flask_corsguard.explanations.wire import Server as Wired
from flask_corsguard.testing import FetchRefused

ANYONE = [("Access-Control-Allow-Origin", "*")]
PAGE = "http://app.example"


def outcome_at(url, remote=None, **fields):
    """Return what a browser makes of a request to *url*."""
    return outcome_of(Asked(origin=fields.pop("origin", PAGE), url=url, **fields), remote or Remote())


def test_a_request_is_sent_as_the_browser_has_it():
    """With its headers in their order and spelling, and no other one."""
    granted = [*ANYONE, ("Access-Control-Allow-Headers", "*")]
    with serving(Server(lambda *_: (200, granted, b"hello"))) as server:
        url = f"{server.url}/a%20b?c=%2f"
        outcome = outcome_at(url, method="POST", headers=(("X_Under-Score", "1"),))

    preflight, actual = server.asked
    assert (preflight[0], preflight[1]) == ("OPTIONS", "/a%20b?c=%2f")
    assert (actual[0], actual[1], actual[3]) == ("POST", "/a%20b?c=%2f", b"")
    assert tuple(actual[2]) == outcome.exchanges[-1].headers


def test_every_line_of_a_header_is_seen():
    """Doubled ones, too, as they are."""
    twice = [*ANYONE, ("access-control-allow-origin", PAGE)]
    with serving(Server(lambda *_: (200, twice, b""))) as server:
        outcome = outcome_at(server.url)

    assert [pair for pair in outcome.exchanges[0].response_headers if "origin" in pair[0].lower()] == twice
    assert isinstance(outcome.refusal, FetchRefused)


def test_no_redirect_is_followed_but_by_the_browser():
    """A preflight's is not followed at all."""

    def answer(method, path, headers):
        return (307, [*ANYONE, ("Location", "/b")], b"") if path == "/a" else (200, ANYONE, b"")

    with serving(Server(answer)) as server:
        assert outcome_at(f"{server.url}/a").refusal is None
        outcome_at(f"{server.url}/a", method="PUT")

    assert [(method, path) for method, path, *_ in server.asked] == [
        ("GET", "/a"),
        ("GET", "/b"),
        ("OPTIONS", "/a"),
    ]


def test_the_answer_to_head_has_no_body():
    """Its length is that of GET."""
    with serving(Server(lambda *_: (200, [*ANYONE, ("Content-Length", "5")], b"hello"))) as server:
        assert outcome_at(server.url, method="HEAD").response.status == 200


def test_a_body_without_an_end_is_read_in_part():
    """The verdict does not depend on it."""
    endless = [*ANYONE, ("Content-Length", str(10**9))]
    with serving(Server(lambda *_: (200, endless, b"x" * MAX_BODY * 2))) as server:
        outcome = outcome_at(server.url)

    assert len(outcome.response.body) == MAX_BODY


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n", b"Access-Control-Allow-Origin: *\r\n\r\nabc"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
            b"Access-Control-Allow-Origin: *\r\n\r\n3\r\nabc\r\nx",
        ),
    ],
    ids=["length", "chunked"],
)
def test_a_body_that_is_cut_off_is_read_as_far_as_it_goes(pieces):
    """The headers were there."""
    with talking(*pieces) as url:
        assert outcome_at(url).response.status == 200


def test_a_stream_is_waited_for_a_moment_only():
    """Its headers are enough."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nAccess-Control-Allow-Origin: *\r\n\r\n"
    with talking(head, b"data: 1\n\n", pause=60) as url:
        assert outcome_at(url).response.body == b""


def why_not(url, timeout=10, **fields):
    """Return the sentence that tells why a server is not reached."""
    with pytest.raises(Unreachable) as failure:
        outcome_at(url, Remote(timeout, **fields))
    return str(failure.value)


def test_a_server_that_hangs_is_given_up():
    """So is one that drips."""
    with talking(b"", pause=60) as url:
        assert why_not(url, 0.3) == f"{url} did not answer within 0.3 s."
    drops = [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 60]
    with talking(*drops, pause=0.05) as url:
        assert why_not(url, 0.3) == f"{url} did not answer within 0.3 s."


def test_an_answer_that_is_not_http_is_reported():
    """A mail server, for example."""
    with talking(b"220 mail.example ESMTP\r\n") as url:
        assert why_not(url) == f"What {url} answers is not HTTP (BadStatusLine)."


def test_a_name_or_a_port_without_a_server_is_reported():
    """Each in a sentence."""
    with talking() as url:
        pass
    assert why_not(url) == f"There is no connection to {url} (Connection refused)."
    assert why_not("http://nothing.invalid/").startswith("There is no host named nothing.invalid (")


@pytest.fixture
def with_tls():
    """Return a server with a certificate that nobody trusts, and the authority that made it."""
    authority = trustme.CA()
    server = Server(lambda *_: (200, ANYONE, b""))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield server, authority


def test_a_certificate_that_is_not_trusted_is_reported(with_tls):
    """A browser does not show such a page either."""
    url = f"https://api.example:{with_tls[0].server_port}"

    message = why_not(url, resolve=lambda _: "127.0.0.1")

    assert message == (
        f"The certificate of {url} is not trusted (unable to get local issuer certificate); "
        "a browser refuses it, too."
    )


def test_a_certificate_that_is_trusted_is_accepted(with_tls, monkeypatch, tmp_path):
    """The authorities are those of the system, or of SSL_CERT_FILE."""
    server, authority = with_tls
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    remote = Remote(resolve=lambda _: "127.0.0.1")

    assert outcome_at(f"https://api.example:{server.server_port}", remote).refusal is None
    assert remote.addresses == {"api.example": "127.0.0.1"}


def test_plain_http_at_an_https_url_is_reported():
    """The port may be that of the other one."""
    with serving(Server(lambda *_: (200, [], b""))) as server:
        url = server.url.replace("http:", "https:")
        assert why_not(url) == (
            f"There is no TLS connection to {url} (WRONG_VERSION_NUMBER): it may be plain http."
        )


def test_a_server_is_named_as_in_a_url():
    """Without its default port, and with the brackets of an IPv6 address."""
    assert str(Wired("https", "api.example", 443)) == "https://api.example"
    assert str(Wired("http", "::1", 8000)) == "http://[::1]:8000"
