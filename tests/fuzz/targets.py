"""What is fuzzed: functions of bytes that fail if the library raises what it may not, or answers wrongly.

A target takes whatever bytes come, so it runs without a fuzzer, too.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Callable

from flask import Flask

from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsMiddleware, Origin, Policy, PolicyError, Request
from flask_corsguard.core.decision import decide
from flask_corsguard.core.guard import judge
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.testing import Browser, FetchRefused
from flask_corsguard.testing.cookie_syntax import parse_date, parse_set_cookie
from flask_corsguard.testing.headers import (
    MalformedListError,
    is_safelisted,
    list_values,
    mime_essence,
    split,
    unsafe_names,
)
from flask_corsguard.testing.http_cache import cache_control
from flask_corsguard.testing.sites import registrable_domain, site_of
from flask_corsguard.testing.urls import parse_url
from flask_corsguard.wsgi.path_rules import PathRules
from naive.layer import covers, is_ambiguous

A = "https://app.example"
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")

POLICIES = [
    SAME_ORIGIN,
    Policy(origins="*", methods="*", allow_headers=["*", "Authorization"]),
    Policy(origins=[A], methods="*", allow_headers="*", credentials=True, private_network=True),
    Policy(origins=[A, "https://*.app.example", "http://localhost:*"], methods=["PUT"], timing=True),
    Policy(origins=[re.compile(r"https://[a-z]+\.app\.example"), lambda origin: origin.port == 81]),
    Policy(origins=["null", "capacitor://localhost"], dangerously_allow=["null-origin"], guard="report"),
]


class Bytes:
    """Choices and texts out of bytes; when they are used up, zeros follow."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def number(self, below: int) -> int:
        """Return a number from 0 on, below *below*."""
        self._place += 1
        return self._data[self._place - 1] % below if self._place <= len(self._data) else 0

    def text(self) -> str:
        """Return text as WSGI has it: bytes in Latin-1, up to the next zero byte or the end."""
        rest = self._data[self._place :]
        text = rest.partition(b"\0")[0]
        self._place += len(text) + 1
        return text.decode("latin-1")

    def unicode(self) -> str:
        """Return any text, surrogates among its characters."""
        return self.text().encode("latin-1").decode("utf-8", "surrogateescape")

    def line(self) -> str:
        """Return the value of a header that a server can send: it is one line."""
        return self.text().replace("\r", "").replace("\n", "")

    def scalars(self) -> str:
        """Return any text that can be encoded."""
        return self.text().encode("latin-1").decode("utf-8", "replace")

    def maybe(self) -> str | None:
        """Return a text, or nothing."""
        return self.text() if self.number(3) else None

    def origin(self) -> str | None:
        """Return an origin that some policy allows, near it, or any text."""
        kind = self.number(6)
        return (
            (A, f"https://x{self.text()}.app.example", f"http://localhost:{self.text()}")[kind]
            if kind < 3
            else (self.maybe())
        )


def assert_tells(error: PolicyError) -> None:
    """Assert that *error* can be printed, and that each of its problems has a remedy."""
    str(error).encode()
    assert error.problems
    assert all(each.code and each.field and each.message and each.hint for each in error.problems)


def origins(data: bytes) -> None:
    """An origin is read or not, and a policy of it is built or raises what is wrong."""
    text = Bytes(data).unicode()
    origin, pattern = Origin.parse(text), OriginPattern.parse(text)
    assert origin is None or pattern is None
    assert origin is None or str(origin) == text
    try:
        policy = Policy(origins=[text], dangerously_allow=["null-origin"])
    except PolicyError as error:
        assert_tells(error)
        return
    assert Policy.from_mapping(policy.to_dict()) == policy
    if pattern is None:
        assert decide(policy, Request(method="GET", origin=text)).allowed


def lists(data: bytes) -> None:
    """Lists of methods and names make a policy or a PolicyError with hints."""
    read = Bytes(data)
    fields = {}
    for name in ("methods", "allow_headers", "expose_headers"):
        if read.number(3):
            fields[name] = (
                [read.unicode() for _ in range(read.number(4))] if read.number(8) else read.unicode()
            )
    try:
        policy = Policy(origins=[A], credentials=bool(read.number(2)), **fields)
    except PolicyError as error:
        assert_tells(error)
        return
    assert Policy.from_mapping(policy.to_dict()) == policy
    decision = decide(policy, Request(method="OPTIONS", origin=A, requested_method="PUT"))
    for name, value in decision.headers:
        assert _VALUE.fullmatch(value), (name, value)


def decisions(data: bytes) -> None:
    """Any request gets a decision and a verdict, which explain themselves, and clean headers."""
    read = Bytes(data)
    policy = POLICIES[read.number(len(POLICIES))]
    request = Request(
        method=("OPTIONS", "GET", "POST", read.text())[read.number(4)],
        origin=read.origin(),
        requested_method=read.maybe(),
        requested_headers=read.maybe(),
        private_network=read.maybe(),
        fetch_site=(None, "cross-site", "same-origin", read.text())[read.number(4)],
        host=read.maybe(),
        scheme=("http", "https", "ws", read.text())[read.number(4)],
        upgrade=(None, "websocket", read.text())[read.number(3)],
        has_cookie=bool(read.number(2)),
    )
    for decision in (decide(policy, request), judge(policy, request)):
        assert decision.explain().isascii()
        assert sum(len(value) for _, value in decision.headers) < 8192
        for name, value in decision.headers:
            assert _VALUE.fullmatch(value), (name, value)
            if name == "Access-Control-Allow-Origin":
                assert value in {"*", request.origin}


_RULES = PathRules({"/api/v1": POLICIES[1], "/api": POLICIES[2], "/caf\xe9": POLICIES[3]})


def paths(data: bytes) -> None:
    """A path has the policy of its segments, and a rule is accepted or raises what is wrong."""
    read = Bytes(data)
    path = ("", "/api", "/api/v1", "/")[read.number(4)] + read.text()
    found = _RULES.find(path)
    if is_ambiguous(path) or path[:1] not in {"", "/"}:
        assert found == SAME_ORIGIN
    else:
        covered = [
            policy
            for rule, policy in zip(("/api/v1", "/api", "/caf\xe9"), POLICIES[1:], strict=False)
            if covers(rule, path)
        ]
        assert found == next(iter(covered), None)
    rule = read.unicode()
    try:
        rules = PathRules({rule: POLICIES[1]})
    except PolicyError as error:
        assert_tells(error)
        return
    assert rules.find(rule.encode().decode("latin-1")) == POLICIES[1]


def _inside(environ, start_response):
    start_response("200 OK", environ["fuzz.headers"])
    return [b"inside"]


_SOURCES = [
    *POLICIES,
    {"/api": POLICIES[2], "/": POLICIES[3]},
    lambda environ: POLICIES[len(environ["PATH_INFO"]) % 6],
]
_LAYERS = [CorsMiddleware(_inside, source, debug=number % 2 == 0) for number, source in enumerate(_SOURCES)]


def _flask_layer():
    app = Flask(__name__)
    app.logger.disabled = True
    app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule("/<path:rest>/", "rest", lambda rest: rest, methods=["GET", "PUT"])
    app.add_url_rule("/items/<int:number>", "item", lambda number: "item", methods=["DELETE"])
    CorsGuard(app, POLICIES[2])
    return app


_LAYERS.append(_flask_layer())


def middleware(data: bytes) -> None:
    """Any environ is answered once, by WSGI and by Flask, whatever headers the application sets."""
    read = Bytes(data)
    layer = _LAYERS[read.number(len(_LAYERS))]
    values = {
        "HTTP_ORIGIN": read.origin(),
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": (None, "PUT", read.text())[read.number(3)],
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": read.maybe(),
        "HTTP_SEC_FETCH_SITE": (None, "cross-site", read.text())[read.number(3)],
        "HTTP_HOST": read.maybe(),
        "HTTP_UPGRADE": (None, "websocket", read.text())[read.number(3)],
        "HTTP_COOKIE": read.maybe(),
    }
    names = ("Vary", "vary", "Access-Control-Allow-Origin", "X", read.text())
    environ = {
        "REQUEST_METHOD": ("OPTIONS", "GET", "POST", "HEAD", read.text())[read.number(5)],
        "PATH_INFO": ("/", "/api/x", read.text())[read.number(3)],
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "api.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": ("http", "https")[read.number(2)],
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "fuzz.headers": [(names[read.number(5)], read.text()) for _ in range(read.number(4))],
        **{key: value for key, value in values.items() if value is not None},
    }
    started = []
    body = layer(environ, lambda *args: started.append(args))
    b"".join(body)
    assert len(started) == 1
    sent = [name.lower() for name, _ in started[0][1]]
    for name in ("access-control-allow-origin", "vary"):
        assert sent.count(name) <= 1


_BASE = parse_url(f"{A}/folder/page?query#fragment")


def urls(data: bytes) -> None:
    """A URL is read or not; what is read, is read again as the same."""
    read = Bytes(data)
    text = read.scalars()
    for base in (None, _BASE):
        url = parse_url(text, base)
        if url is not None:
            again = parse_url(str(url))
            assert again == url, (text, str(url))
            str(url.origin), site_of(url), registrable_domain(url.host)


def headers(data: bytes) -> None:
    """Headers are read without an exception, but for a list that is malformed."""
    read = Bytes(data)
    name, value = read.text(), read.text()
    split(value), mime_essence(value), is_safelisted(name, value), unsafe_names([(name, value)])
    with contextlib.suppress(MalformedListError):
        list_values([("X", value)], "X")
    cache_control([("Cache-Control", value)])


def cookies(data: bytes) -> None:
    """A Set-Cookie line is stored or not, and what is stored comes back as a header."""
    read = Bytes(data)
    line = read.line()
    parse_set_cookie(line), parse_date(line)
    app = _answer({"Set-Cookie": line})
    browser = Browser({"https://api.example": app})
    browser.visit("https://api.example/a/b")
    browser.visit("https://api.example/a/c")


def _answer(sent: dict[str, str], status: str = "200 OK"):
    def application(environ, start_response):
        start_response(status, list(sent.items()))
        return [b"hello"]

    return application


def browser(data: bytes) -> None:
    """A page reads the response, or its request is refused with the step of the standard."""
    read = Bytes(data)
    sent = {
        ("Access-Control-Allow-Origin", "Location", "Vary")[read.number(3)]: read.line(),
        ("Access-Control-Allow-Methods", "Access-Control-Max-Age", "Cache-Control")[
            read.number(3)
        ]: read.line(),
    }
    status = ("200 OK", "204 No Content", "302 Found", "307 Temporary Redirect")[read.number(4)]
    page = Browser({"https://api.example": _answer(sent, status)}).open(A)
    url = ("https://api.example/", "//api.example/", "")[read.number(3)] + read.scalars()
    method, name, value = ("GET", "PUT", read.scalars())[read.number(3)], read.scalars(), read.scalars()
    for act in (
        lambda: page.fetch(url, method, headers={name: value} if name else {}),
        lambda: page.navigate(url),
        lambda: page.image(url),
        lambda: page.beacon(url),
    ):
        try:
            act()
        except FetchRefused as refused:
            str(refused)


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each
    for each in (origins, lists, decisions, paths, middleware, urls, headers, cookies, browser)
}

#: Where a fuzzer begins: what each target is about, in the words that matter to it.
SEEDS = [
    *(b"https://app.example", b"https://*.app.example:81", b"http://[::1]:*", b"null", b"xn--a.example"),
    *(b"GET\0*\0X-A,x-b, Authorization\0", b"\1\1PUT\0X-A\0true\0", b"/api/v1/../x\0/caf\xc3\xa9\0"),
    *(b"a=b; Path=/; Domain=example; Secure; Max-Age=9; Expires=Sun, 06 Nov 1994 08:49:37 GMT",),
    *(
        b"//user@host:80/a/./b/%2e%2e/?q#f",
        b"max-age=1, no-cache",
        b"text/html;charset=utf-8",
        b"\0\1\2\3\4\5\6\7",
    ),
]


def silence() -> None:
    """Have the library format what it logs, and show nothing."""
    logger = logging.getLogger("flask_corsguard")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    logger.setLevel(logging.INFO)
