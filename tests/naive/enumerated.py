"""The cases that are worth being sure of, by name: the tables whose products the twins walk through."""

from __future__ import annotations

import re
from itertools import product
from math import gcd, prod
from typing import TYPE_CHECKING

from flask_corsguard import SAME_ORIGIN, Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

A = "https://app.example"


def is_customer(origin):
    """Return whether it is one of two."""
    return origin.scheme in {"https", "http"} and origin.host in {"one.example", "two.example"}


def is_on_port_81(origin):
    """Look at what only a parsed origin has."""
    return origin.port == 81


def fails(origin):
    """Raise on every call."""
    # A new one each time: one that is raised again has the frames of the last time.
    raise LookupError("the customers cannot be looked up")


def forgets_to_answer(origin):
    """Answer a true value that is not a bool."""
    return "yes"


def agrees_with_itself(origin):
    """Compare the text that an origin is with the parts that it has."""
    return str(origin) == "https://self.example" and (origin.scheme, origin.port) == ("https", None)


REGEXES = [
    re.compile(r"https?://pr-[0-9]+\.preview\.example"),
    re.compile(r"https://(?:a|b)\.alternatives\.example(?::81)?"),
]
CALLABLES = [is_customer, is_on_port_81, fails, forgets_to_answer, agrees_with_itself]

OPEN = ["insecure-origins", "public-suffixes"]
POLICIES = {
    "closed": SAME_ORIGIN,
    "everyone": Policy(origins="*", expose_headers="*", timing=True, resource_policy="cross-origin"),
    "everyone, everything": Policy(origins="*", methods="*", allow_headers="*", max_age=None),
    "one origin": Policy(origins=[A], methods=["PUT", "FOO"], expose_headers=["X-Total"]),
    "credentials": Policy(
        origins=[A, "http://localhost:3000", REGEXES[0]], methods=["PUT"], credentials=True, timing="*"
    ),
    "everything with credentials": Policy(
        origins=[A, "https://*.app.example"],
        methods="*",
        allow_headers=["*", "Authorization"],
        credentials=True,
        private_network=True,
    ),
    "any header": Policy(origins=[A, "https://one.example"], allow_headers=["*", "Authorization"]),
    "any method with credentials": Policy(
        origins=[A, "https://one.example"], methods="*", allow_headers=["X-A"], credentials=True
    ),
    "any header with credentials": Policy(
        origins=["https://*.app.example", A], methods=["PUT"], allow_headers="*", credentials=True
    ),
    "patterns": Policy(
        origins=[
            "https://*.app.example",
            "https://*.b.app.example:81",
            "http://localhost:*",
            "http://[::1]:*",
        ],
        allow_headers=["X-A", "Authorization"],
        private_network=True,
        resource_policy="same-site",
    ),
    "every https": Policy(origins=["https://*", "http://*:81", "null"], dangerously_allow=["null-origin"]),
    "shells": Policy(
        origins=[
            *(
                "app://.",
                "tauri://localhost",
                "safari-web-extension://0A1B",
                "file://",
                "capacitor://localhost:*",
            ),
            *("moz-extension://*", "app://*.app.example"),
        ],
        dangerously_allow=["null-origin"],
    ),
    "extensions with credentials": Policy(
        origins=["chrome-extension://*", "moz-extension://*:*"],
        credentials=True,
        dangerously_allow=["any-extension"],
    ),
    "asked": Policy(origins=[fails, REGEXES[0], is_customer, forgets_to_answer], methods=[], guard="report"),
    "asked with credentials": Policy(
        origins=[is_customer, fails, is_on_port_81, agrees_with_itself], credentials=True
    ),
    "doors open": Policy(
        origins=["http://app.example", "https://*.github.io", REGEXES[0]],
        credentials=True,
        dangerously_allow=OPEN,
        guard="off",
    ),
    "many": Policy(
        origins=[
            *(f"https://h{number}.example" for number in range(70)),
            *(f"https://*.h{number}.example" for number in range(70)),
            *(f"https://*.deep.h{number}.example:*" for number in range(9)),
            A,
        ],
        methods="*",
        timing=True,
    ),
}

LONGEST = "s" * 64 + "://" + ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61]) + ":65535"
ODD_ORIGINS = [
    *("", "null", "NULL", "https://", "://", "https", "*", "https://*", "https://*.app.example"),
    *(f"{A}.", f"{A}..", f"{A}:", f"{A}:0", f"{A}:081", f"{A}:443", f"{A}:65535", f"{A}:65536", f"{A}:81"),
    *(f"{A}, {A}", f"{A},", f" {A}", f"{A} ", f"{A}\n", f"{A}\x00", f"{A}/", A.upper(), f"{A}\xe9"),
    *("https://xn--app.example", "https://\u212a.example", "https://app.example:\u0663"),
    *("http://localhost", "http://localhost.", "http://localhost:1", "https://localhost", "http://[::1]:81"),
    *("http://127.0.0.1", "http://127.0.0.1.", "http://127.0.0.01", "http://127.1", "http://0x7f.1"),
    *("http://1.2.3.256", "http://1.2.3.4.5", "http://a.0x", "http://a.0xg", "http://a.0", "http://1.a"),
    *("http://[::1]", "http://[0:0:0:0:0:0:0:1]", "http://[::]", "http://[1::]", "http://[::ffff:102:304]"),
    *("http://[::ffff:1.2.3.4]", "http://[1:0:0:2:0:0:0:3]", "http://[1:0:0:2::3]", "http://[1::2:0:0:3]"),
    *("http://[1:2:3:4:5:6:7:8]", "http://[1:2:3:4:5:6:7::]", "http://[1:0:2:3:4:5:6:7]", "http://[::1%1]"),
    *("http://[1:2:3:4:5:6:7:8:9]", "http://[12345::]", "http://[::A]", "http://[:1]", "http://[::1]x"),
    *("http://[]", "http://[", "http://]", "http://[::1]:", "http://a]", "http://[a.example]"),
    *(LONGEST, f"{LONGEST}0", f"x{LONGEST}", LONGEST.replace("d" * 61, "d" * 62), "https://" + "a" * 64),
    *("https://evil@app.example", "https://app.example@evil.example", "https://a_b.app.example"),
    *("https://-.app.example", "1a://app.example", "a_b://app.example", "A://app.example", "a+b-1.c://h"),
    *("http://127.0.0.1:81", "http://127.9.9.9:81", "http://127.x.example:81", "http://128.0.0.1:81"),
    *("http://localhost:81", "http://x.localhost:81", "http://xlocalhost:81", "http://localhost.:81"),
    *("https://pr-1.preview.example", "https://pr-1.preview.example:8", "https://pr-1.preview.example.x"),
    *("https://" + "a" * 63, f"https://{'a' * 63}.x", f"https://{'a' * 64}.x", f"https://x.{'a' * 63}."),
    *("https://self.example", "https://one.example", "https://x.one.example", "ws://h:80", "ftp://h:21"),
    *(
        "file://",
        "file://h",
        "file:///",
        "app://.",
        "app://-",
        "app://..",
        "app://A",
        "App://a",
        "app://",
        "app:///",
    ),
    *(
        "tauri://localhost",
        "tauri://LOCALHOST",
        "tauri://localhost:1",
        "tauri://localhost:0",
        "tauri://localhost:65536",
    ),
    *("safari-web-extension://0A1B", "safari-web-extension://0a1b", "safari-web-extension://0A1B/"),
    *(
        "moz-extension://0a-1b",
        "chrome-extension://abc",
        "chrome-extension://a~b%20_c",
        "chrome-extension://a,b",
    ),
    *(
        "app://1.2.3.4",
        "app://1.2.3.256",
        "app://127.1",
        "app://0x7f",
        "app://[::1]",
        "app://[::0]",
        "app://[A]",
    ),
    *(
        "app://a@b",
        "app://a b",
        "app://\xe9",
        "app://a*",
        "app://" + "A" * 253,
        "app://" + "A" * 254,
        "a://b:80",
    ),
    *("x.app://*", "wss://A", "ftp://1.2.3", "ws://.", "http://~", "https://%61"),
]
ORIGINS = [
    *(None, "", "null", A, f"{A}, {A}", f"{A}.evil.example", "https://evil.example", "https://b.app.example"),
    *("https://a.b.app.example:81", "http://app.example", "http://pr-1.preview.example", "x" * 400),
    *("https://x.deep.h7.example:9", "http://two.example", "http://localhost:3000", "https://h7.example"),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "FOO", "foo", "TRACE", "CONNECT", "OPTIONS", "get", "options", ""]
REQUESTED_METHODS = [
    *(None, "", "GET", "HEAD", "POST", "PUT", "put", "FOO", "DELETE", "TRACE", "trAck", "CONNECT", "A,B"),
    *(" PUT", "X" * 34, "X" * 35, "\xe9", "a b", "*", "OPTIONS"),
]
REQUESTED_HEADERS = [
    *(None, "", ",", " ", "content-type", "Content-Type", "x-a,x-b", "x-b, X-A", "authorization,x-a", "x a"),
    *("x-a,x-a,X-A", ",,x-a,,", "\tx-a ,", "x-a;x-b", "cookie", "sec-x", "proxy-", "host", "Origin,x-a", "*"),
    *("sec_fetch_site,x-a", "content_length", "Content_Length", "x_a", "_", "proxy_x", "date_"),
    *("x-\xe9", "\u212a", "content-type," * 5, "content-type," * 9),
    *("x-a," * 1023 + "x-a", "x-a," * 1024 + "x"),
    *("authorization", "x" * 4096, "x" * 4097, "x-a" + " " * 76, "x-a" + " " * 77, "x-a\xa0", "\x0bx-a"),
]
NETWORKS = [None, "true", "false", "True", ""]
SITES = [None, "same-origin", "same-site", "cross-site", "none", "", "None", "same-origin, none", "x"]
MODES = [None, "cors", "navigate", "no-cors", "", "CORS"]
HOSTS = [
    *(None, "", "app.example", "APP.example:443", "app.example:80", "evil.example", "localhost:3000", "null"),
    *("[::1]:81", "app.example.", "a.b.app.example:81"),
]
OWN = [
    *(None, "", "null", A, "http://app.example", f"{A}.", f"{A}:443", f"{A}:81", "http://app.example:80"),
    *("http://localhost:3000", "http://[::1]:81", "https://a.b.app.example:81", "ws://app.example"),
    *(
        f"{A}/",
        f"{A}:443/",
        f"{A}//",
        f"{A}:80",
        f"{A}:443:443",
        f"{A}:81:443",
        f"{A}:81/",
        "http://app.example:80/",
    ),
    *(
        "http://app.example/x/",
        "http://[::1]:80",
        "https://[::1]:443/",
        "app://app.example/",
        ":443",
        "/",
        "x:443",
    ),
    *("ftp://app.example", "wss://app.example", "https://evil.example", "http://evil.example"),
]
UPGRADES = [
    *(None, "", "websocket", "WebSocket", "h2c", "h2c, WEBSOCKET ,x", "websocket/13", "web socket"),
    "x,websockets",
]
SCHEMES = ["http", "https", "ws", "wss"]
HEADER_LISTS = [
    [],
    [("Content-Type", "text/plain")],
    [("vary", "Accept"), ("Content-Type", "a/b"), ("VARY", "origin,, Accept , Cookie")],
    [("Vary", "*"), ("X", "1"), ("X", "1")],
    [("Vary", ""), ("access-control-allow-origin", "*"), ("Access-Control-Allow-Origin", A)],
    [("ACCESS-CONTROL-MAX-AGE", "5"), ("timing-allow-origin", "*"), ("Cross-Origin-Resource-policy", "x")],
    [("Access-Control-Request-Method", "PUT"), ("Access-Control-Allow-Originx", "no"), ("X-Vary", "x")],
    [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Vary", "ORIGIN"), ("X", "\xe9")],
    [("aCCESS-cONTROL-aLLOW-pRIVATE-nETWORK", "true"), ("Vary", "Access-Control-Request-Headers")],
    [("Content-Type", "text/plain"), ("vary", "accept")],
    [("access-control-allow-credentials", "true")],
]

#: What presence and absence are tried with, all together.
KEYS = {
    "HTTP_ORIGIN": A,
    "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT",
    "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "content-type",
    "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": "true",
    "HTTP_SEC_FETCH_SITE": "cross-site",
    "HTTP_HOST": "app.example",
    "HTTP_UPGRADE": "websocket",
    "HTTP_COOKIE": "a=1",
    "PATH_INFO": "/x",
}

PREFLIGHT_KEYS = {
    "HTTP_ORIGIN": ORIGINS,
    "HTTP_ACCESS_CONTROL_REQUEST_METHOD": REQUESTED_METHODS,
    "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": REQUESTED_HEADERS,
    "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": NETWORKS,
}
ACTUAL_KEYS = {
    "REQUEST_METHOD": METHODS,
    "HTTP_ORIGIN": ORIGINS,
    "HTTP_SEC_FETCH_SITE": SITES,
    "HTTP_SEC_FETCH_MODE": MODES,
    "HTTP_HOST": HOSTS,
    "HTTP_UPGRADE": UPGRADES,
    "HTTP_COOKIE": [None, "a=1", ""],
    "wsgi.url_scheme": SCHEMES,
}


def environs(keys: dict[str, Sequence[str | None]], count: int, first: int = 0) -> Iterator[dict[str, str]]:
    """Yield *count* of the combinations of *keys*, spread over all of them; the same ones every time."""
    size = prod(len(values) for values in keys.values())
    stride = next(step for step in range(size // count * 7 // 11 + 1, 2 * size) if gcd(step, size) == 1)
    for turn in range(min(count, size)):
        at = (first + turn * stride) % size
        environ = {"REQUEST_METHOD": "OPTIONS", "PATH_INFO": "/x", "wsgi.url_scheme": "https"}
        for key, values in keys.items():
            at, choice = divmod(at, len(values))
            if values[choice] is None:
                environ.pop(key, None)
            else:
                environ[key] = values[choice]
        yield environ


def preflights_of_every_list() -> Iterator[dict[str, str]]:
    """Yield a preflight with each list of requested headers, for two origins that many policies allow."""
    for origin, names in product((A, "https://one.example"), REQUESTED_HEADERS):
        environ = {
            "REQUEST_METHOD": "OPTIONS",
            "PATH_INFO": "/x",
            "wsgi.url_scheme": "https",
            "HTTP_ORIGIN": origin,
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT",
        }
        if names is not None:
            environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = names
        yield environ


def present_and_absent() -> Iterator[dict[str, str]]:
    """Yield every combination of presence and absence of the keys that matter, for three methods."""
    for method, *chosen in product(["GET", "POST", "OPTIONS"], *[(False, True)] * len(KEYS)):
        environ = {"REQUEST_METHOD": method, "wsgi.url_scheme": "https"}
        environ.update({key: KEYS[key] for key, is_there in zip(KEYS, chosen, strict=True) if is_there})
        yield environ


#: What may be one part of a pattern, or nearly is.
SCHEMES_OF_PATTERNS = ["https", "http", "capacitor", "a+b.c-1", "s" * 64, "s" * 65, "Https", "1s", ""]
STARS = ["*", "*.", "", "**", "*.*.", ".*", "*-", "x.*."]
HOSTS_OF_PATTERNS = [
    *("", "a.example", "a.example.", "a..example", ".a.example", "A.example", "a_b.example", "xn--a", "-"),
    *("localhost", "127.0.0.1", "127.0.0.01", "1.2.3", "9", "0x7f", "a.0x", "a.1", "1e3"),
    *("[::1]", "[::0:1]", "[*]"),
    *("A-1", "a~b%20", ".", "-", "[::A]"),
    *("l" * 63, "l" * 64, ".".join(["l" * 50] * 5)[:251], ".".join(["l" * 50] * 5)[:250] + "ll"),
    *("a b", "a/b", "a@b", "a?b", "b\u00e9", "\u212a", "a\n"),
]
PORTS_OF_PATTERNS = [
    *("", ":", ":*", ":443", ":80", ":8443", ":0", ":08", ":65535", ":65536", ":99999"),
    *(":*:*", ":1:*", ":*1"),
]


def texts_of_patterns() -> Iterator[str]:
    """Yield whatever these parts make, patterns or not."""
    parts = product(SCHEMES_OF_PATTERNS, STARS, HOSTS_OF_PATTERNS, PORTS_OF_PATTERNS)
    for scheme, star, host, port in parts:
        yield f"{scheme}://{star}{host}{port}"
