"""What the reference shows: one example for each problem, each reason and each form of an origin.

Nothing in here is believed: the directives run every example when the documentation is built, and
the build fails if one of them does not do what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from flask_corsguard import SAME_ORIGIN, UNMANAGED, Decision, Origin, Policy, Reason, Request, decide
from flask_corsguard.core.guard import judge

#: What a reader should know of a field beyond its meaning, in Markdown.
NOTES: Final = {
    "expose_headers": (
        "The seven are `Cache-Control`, `Content-Language`, `Content-Length`, `Content-Type`, `Expires`, "
        "`Last-Modified` and `Pragma`."
    ),
    "credentials": "See [](cors.md#credentials).",
    "max_age": "Firefox caches it for at most 86400 seconds, Chromium for 7200, WebKit for 600.",
    "private_network": (
        "The headers come from a draft, Private Network Access, which was withdrawn. Chromium now asks the "
        "user instead, and no header replaces the answer of the user."
    ),
    "timing": "It sends `Timing-Allow-Origin`.",
    "guard": (
        "The guard judges requests with an unsafe method, and WebSocket handshakes. It does not change the "
        "responses to preflights. See [](threat-model.md)."
    ),
}

#: A program for each code of the catalogue, with the public names and ``re`` at hand.
PROBLEMS: Final = {
    "origins.missing": "Policy(credentials=True)",
    "origins.none": "Policy(origins=None)",
    "origins.empty": "Policy(origins=[])",
    "origins.redundant": 'Policy(origins=["*", "https://app.example"])',
    "origins.type": "Policy(origins=[443])",
    "origins.async": "async def ask(origin): ...\n\nPolicy(origins=[ask])",
    "origins.bytes-regex": 'Policy(origins=[re.compile(rb"https://[a-z]+\\.app\\.example")])',
    "origin.empty": 'Policy(origins=[""])',
    "origin.null": 'Policy(origins=["null"])',
    "origin.white-space": 'Policy(origins=[" https://app.example"])',
    "origin.list": 'Policy(origins=["https://a.example, https://b.example"])',
    "origin.regex": 'Policy(origins=[r"https://.*\\.app\\.example"])',
    "origin.unicode": 'Policy(origins=["https://münchen.example"])',
    "origin.punycode": 'Policy(origins=["https://xn--9999999999.example"])',
    "origin.upper-case": 'Policy(origins=["https://App.example"])',
    "origin.scheme-missing": 'Policy(origins=["app.example"])',
    "origin.scheme": 'Policy(origins=["1https://app.example"])',
    "origin.scheme-misspelled": 'Policy(origins=["htps://app.example"])',
    "origin.opaque-scheme": 'Policy(origins=["file://app.example"])',
    "origin.user-info": 'Policy(origins=["https://user@app.example"])',
    "origin.path": 'Policy(origins=["https://app.example/login"])',
    "origin.trailing-slash": 'Policy(origins=["https://app.example/"])',
    "origin.query": 'Policy(origins=["https://app.example?debug=1"])',
    "origin.fragment": 'Policy(origins=["https://app.example#top"])',
    "origin.host-missing": 'Policy(origins=["https://"])',
    "origin.characters": 'Policy(origins=["https://app~.example"])',
    "origin.label-missing": 'Policy(origins=["https://app..example"])',
    "origin.label-length": 'Policy(origins=["https://" + 64 * "a" + ".example"])',
    "origin.host-length": 'Policy(origins=["https://" + 130 * "a." + "example"])',
    "origin.ipv4": 'Policy(origins=["http://127.0.0.01"])',
    "origin.ipv6": 'Policy(origins=["http://[0:0:0:0:0:0:0:1]"])',
    "origin.port": 'Policy(origins=["https://app.example:99999"])',
    "origin.default-port": 'Policy(origins=["https://app.example:443"])',
    "origin.wildcard": 'Policy(origins=["https://api-*.app.example"])',
    "credentials.any-origin": 'Policy(origins="*", credentials=True)',
    "credentials.null-origin": (
        'Policy(origins=["null"], dangerously_allow=["null-origin"], credentials=True)'
    ),
    "credentials.insecure-origin": 'Policy(origins=["http://app.example"], credentials=True)',
    "credentials.public-suffix": 'Policy(origins=["https://*.github.io"], credentials=True)',
    "credentials.any-extension": 'Policy(origins=["chrome-extension://*"], credentials=True)',
    "credentials.unproven-regex": (
        r'Policy(origins=[re.compile(r"https://.*app\.example")], credentials=True)'
    ),
    "credentials.exposed-wildcard": (
        'Policy(origins=["https://app.example"], credentials=True, expose_headers="*")'
    ),
    "list.string": 'Policy(origins=["https://app.example"], methods="GET, PUT")',
    "list.type": 'Policy(origins=["https://app.example"], methods=[1])',
    "method.token": 'Policy(origins=["https://app.example"], methods=["GET PUT"])',
    "method.forbidden": 'Policy(origins=["https://app.example"], methods=["TRACE"])',
    "method.wildcard": 'Policy(origins=["https://app.example"], methods=["ALL"])',
    "method.case": 'Policy(origins=["https://app.example"], methods=["patch"])',
    "request-header.token": 'Policy(origins=["https://app.example"], allow_headers=["X-Key: 1"])',
    "request-header.forbidden": 'Policy(origins=["https://app.example"], allow_headers=["Cookie"])',
    "request-header.wildcard": 'Policy(origins=["https://app.example"], allow_headers=["X-Amz-Meta-*"])',
    "request-header.underscore": (
        'Policy(origins=["https://app.example"], allow_headers=["Sec_Fetch_Site"])'
    ),
    "request-header.response-only": (
        'Policy(origins=["https://app.example"], allow_headers=["Access-Control-Allow-Origin"])'
    ),
    "response-header.token": 'Policy(origins=["https://app.example"], expose_headers=["X Total"])',
    "response-header.wildcard": 'Policy(origins=["https://app.example"], expose_headers=["X-*"])',
    "response-header.forbidden": 'Policy(origins=["https://app.example"], expose_headers=["Set-Cookie"])',
    "response-header.request-only": 'Policy(origins=["https://app.example"], expose_headers=["Origin"])',
    "flag.type": 'Policy(origins=["https://app.example"], credentials="yes")',
    "max-age.type": 'Policy(origins=["https://app.example"], max_age="600")',
    "max-age.bounds": 'Policy(origins=["https://app.example"], max_age=-1)',
    "choice.unknown": 'Policy(origins=["https://app.example"], resource_policy="samesite")',
    "private-network.any-origin": 'Policy(origins="*", private_network=True)',
    "field.unknown": 'Policy(origin=["https://app.example"], origins=["https://app.example"])',
    "policy.type": 'CorsMiddleware(application, "https://app.example")',
    "policy.unmanaged": 'Policy.from_mapping({"unmanaged": True, "origins": "*"})',
    "policies.empty": "CorsMiddleware(application, [])",
    "policies.nobody": 'CorsMiddleware(application, [SAME_ORIGIN, Policy(origins="*")])',
    "policies.shadowed": (
        'everyone = Policy(origins="*", methods=["GET"])\n'
        'own = Policy(origins=["https://app.example"], credentials=True)\n'
        "CorsMiddleware(application, [everyone, own])"
    ),
    "policies.unmanaged": 'CorsMiddleware(application, [Policy(origins="*"), UNMANAGED])',
    "policy.twice": 'CorsGuard(app, SAME_ORIGIN, origins=["https://app.example"])',
    "blueprints.type": "CorsGuard(app, blueprints=[SAME_ORIGIN])",
    "blueprints.name": 'CorsGuard(app, blueprints={"api.": SAME_ORIGIN})',
    "paths.type": "CorsGuard(app, paths=[SAME_ORIGIN])",
    "path.spelling": 'CorsMiddleware(application, {"/api/*": SAME_ORIGIN})',
    "path.unreachable": 'CorsMiddleware(application, {"/": SAME_ORIGIN, "/api": SAME_ORIGIN})',
    "config.empty": 'app.config["CORSGUARD_ORIGINS"] = ""\nCorsGuard(app)',
    "config.quotes": 'app.config["CORSGUARD_ORIGINS"] = "\'https://app.example\'"\nCorsGuard(app)',
    "config.json": 'app.config["CORSGUARD_ORIGINS"] = "[\'https://app.example\']"\nCorsGuard(app)',
    "config.unknown": 'app.config["CORSGUARD_ORIGIN"] = "https://app.example"\nCorsGuard(app)',
    "config.twice": (
        'app.config["CORSGUARD_ORIGINS"] = "https://app.example"\n'
        'CorsGuard(app, origins=["https://app.example"])'
    ),
}


class Form(NamedTuple):
    """One way to write an origin in a policy."""

    written: str
    allows: tuple[str, ...]
    refuses: tuple[str, ...]


ORIGINS: Final = (
    Form(
        "https://app.example",
        ("https://app.example",),
        (
            "http://app.example",
            "https://app.example:8443",
            "https://www.app.example",
            "https://myapp.example",
        ),
    ),
    Form(
        "https://app.example:8443",
        ("https://app.example:8443",),
        ("https://app.example", "https://app.example:8444"),
    ),
    Form(
        "https://*.app.example",
        ("https://www.app.example", "https://a.b.app.example"),
        (
            "https://app.example",
            "https://myapp.example",
            "https://www.app.example:8443",
            "https://www.app.example.evil.example",
        ),
    ),
    Form(
        "http://localhost:*",
        ("http://localhost", "http://localhost:3000"),
        ("https://localhost:3000", "http://127.0.0.1:3000", "http://localhost.evil.example:3000"),
    ),
    Form(
        "https://*.app.example:*",
        ("https://www.app.example", "https://www.app.example:8443"),
        ("https://app.example:8443",),
    ),
    Form("http://[::1]:8000", ("http://[::1]:8000",), ("http://localhost:8000", "http://127.0.0.1:8000")),
    Form("capacitor://localhost", ("capacitor://localhost",), ("http://localhost", "https://localhost")),
    Form("app://.", ("app://.",), ("app://-", "app://localhost")),
    Form(
        "safari-web-extension://0A1B2C3D-0000-4000-8000-0A1B2C3D4E5F",
        ("safari-web-extension://0A1B2C3D-0000-4000-8000-0A1B2C3D4E5F",),
        ("safari-web-extension://0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",),
    ),
    Form(
        "moz-extension://*",
        ("moz-extension://0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",),
        ("chrome-extension://abcdefghijklmnopabcdefghijklmnop",),
    ),
    Form("https://*", ("https://anyone.example",), ("http://anyone.example", "https://anyone.example:8443")),
)

#: What people write and what a policy refuses.
MISSPELT: Final = (
    "https://app.example/",
    "https://app.example/login",
    "app.example",
    "HTTPS://App.example",
    "https://app.example:443",
    "https://münchen.example",
    "https://a.example, https://b.example",
    "https://app.example/*",
    "https://api-*.app.example",
    r"https://.*\.app\.example",
    "http://127.1",
    "http://[0:0:0:0:0:0:0:1]:8000",
    "file://app.example",
    "null",
    "file://",
)


def _ask_nobody(origin: Origin) -> bool:
    raise LookupError(str(origin))


_APP: Final = Policy(origins=["https://app.example"], methods=["GET", "POST", "PUT"])
_PREFLIGHT: Final = Request(
    method="OPTIONS", origin="https://app.example", requested_method="PUT", requested_headers="content-type"
)


_FORGED: Final = Request(
    method="POST", origin="https://evil.example", fetch_site="cross-site", host="bank.example"
)


class Answer(NamedTuple):
    """A reason: what it means, and a request that is answered with it."""

    means: str
    policy: Policy
    request: Request
    ask: Callable[[Policy, Request], Decision] = decide


REASONS: Final = {
    Reason.ALLOWED: Answer("The policy allows what the page asks for.", _APP, _PREFLIGHT),
    Reason.NO_ORIGIN: Answer("The request has no Origin header.", _APP, Request(method="GET")),
    Reason.ORIGIN_MALFORMED: Answer(
        "The Origin header is not the serialization of an origin, or is more than one.",
        _APP,
        Request(method="GET", origin="https://app.example/"),
    ),
    Reason.ORIGIN_NULL: Answer("The page has an opaque origin.", _APP, Request(method="GET", origin="null")),
    Reason.ORIGIN_NOT_ALLOWED: Answer(
        "The origin is well-formed, and the policy does not allow it.",
        _APP,
        Request(method="GET", origin="https://evil.example"),
    ),
    Reason.ORIGIN_INSECURE: Answer(
        "A regular expression or a callable allows the origin. But it uses plain http, and the "
        "policy allows credentials.",
        Policy(origins=[re.compile(r"https?://[a-z]+\.app\.example")], credentials=True),
        Request(method="GET", origin="http://www.app.example"),
    ),
    Reason.ORIGIN_CHECK_FAILED: Answer(
        "A callable raised an exception, or returned something that is neither True nor False.",
        Policy(origins=[_ask_nobody]),
        Request(method="GET", origin="https://app.example"),
    ),
    Reason.METHOD_NOT_ALLOWED: Answer(
        "The policy does not allow the method that a preflight requests, or that the guard judges.",
        _APP,
        replace(_PREFLIGHT, requested_method="DELETE"),
    ),
    Reason.HEADER_NOT_ALLOWED: Answer(
        "The preflight asks for a request header that the policy does not allow.",
        _APP,
        replace(_PREFLIGHT, requested_headers="authorization,content-type"),
    ),
    Reason.HEADERS_TOO_LONG: Answer(
        "The preflight's list of request headers is longer than the policy could ever allow.",
        _APP,
        replace(_PREFLIGHT, requested_headers=",".join(f"x-{number}" for number in range(100))),
    ),
    Reason.PRIVATE_NETWORK_NOT_ALLOWED: Answer(
        "The preflight asks for access to a private network, and the policy does not allow it.",
        _APP,
        replace(_PREFLIGHT, private_network="true"),
    ),
    Reason.GUARD_OFF: Answer(
        "The guard of the policy is off, and every request reaches the application.",
        SAME_ORIGIN.replace(guard="off"),
        _FORGED,
        judge,
    ),
    Reason.UNMANAGED: Answer("The policy leaves CORS to the application.", UNMANAGED, _FORGED),
    Reason.SAFE_METHOD: Answer(
        "The method is GET, HEAD or OPTIONS, and the request is not a WebSocket handshake.",
        SAME_ORIGIN,
        replace(_FORGED, method="GET"),
        judge,
    ),
    Reason.SAME_ORIGIN: Answer(
        "A page of the application's own origin sends the request, or the user without a page.",
        SAME_ORIGIN,
        replace(_FORGED, origin="https://bank.example", fetch_site="same-origin"),
        judge,
    ),
    Reason.ORIGIN_MISSING: Answer(
        "Another origin sends the request, and the browser does not name it.",
        _APP,
        replace(_FORGED, origin=None),
        judge,
    ),
    Reason.COOKIE_NOT_ALLOWED: Answer(
        "The origin is allowed; but the request has a cookie, and the policy allows no credentials.",
        _APP,
        replace(_FORGED, origin="https://app.example", has_cookie=True),
        judge,
    ),
}
