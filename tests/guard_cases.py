"""The table of the guard, row by row: asked of the core, of WSGI and of Flask in three places."""

from __future__ import annotations

from dataclasses import dataclass

from cases import EVIL, A
from flask_corsguard import SAME_ORIGIN, Policy, Reason

OPEN_TO_A = Policy(origins=[A], methods=["GET", "POST", "PUT", "DELETE"])
READ_ONLY = Policy(origins=[A], methods=["GET"])
LEFT_TO_ROUTE = Policy(origins=[A])
WITH_COOKIES = OPEN_TO_A.replace(credentials=True)
EVERYONE = Policy(origins="*", methods=["GET", "POST", "PUT"])
ANY_METHOD = Policy(origins="*", methods="*")

HOST = "api.example"

#: A request that a page of another origin has forged.
CROSS_SITE = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}

#: A request to https://bank.example, as it arrives behind a proxy that ends TLS.
BEHIND_PROXY = {
    "Host": "10.0.0.7:8000",
    "X-Forwarded-Host": "bank.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "192.0.2.1",
}


@dataclass(frozen=True)
class GuardRow:
    """One request under one policy, and whether it reaches the application."""

    id: str
    policy: Policy
    method: str
    headers: dict[str, str]
    reason: Reason
    scheme: str = "http"

    @property
    def passes(self) -> bool:
        return self.reason in PASSES


PASSES = {Reason.ALLOWED, Reason.NO_ORIGIN, Reason.SAME_ORIGIN, Reason.SAFE_METHOD, Reason.GUARD_OFF}


def _said_by_the_browser() -> list[GuardRow]:
    rows = []
    for site in ("same-origin", "none"):
        for origin in ("http://elsewhere.example", "null", None):
            rows.append(
                GuardRow(
                    f"Sec-Fetch-Site: {site} passes, with Origin {origin}",
                    SAME_ORIGIN,
                    "POST",
                    _headers(origin, **{"Sec-Fetch-Site": site}),
                    Reason.SAME_ORIGIN,
                )
            )
    for site in ("same-site", "cross-site", "unknown", "same-origin, cross-site", "SAME-ORIGIN"):
        for origin, reason in [
            (A, Reason.ALLOWED),
            (EVIL, Reason.ORIGIN_NOT_ALLOWED),
            (f"http://{HOST}", Reason.ORIGIN_NOT_ALLOWED),
            (f"http://sub.{HOST}", Reason.ORIGIN_NOT_ALLOWED),
            ("null", Reason.ORIGIN_NULL),
            (f"{A}/", Reason.ORIGIN_MALFORMED),
            (None, Reason.ORIGIN_MISSING),
        ]:
            rows.append(
                GuardRow(
                    f"Sec-Fetch-Site: {site} is judged by the policy, with Origin {origin}",
                    OPEN_TO_A,
                    "POST",
                    _headers(origin, **{"Sec-Fetch-Site": site}),
                    reason,
                )
            )
    return rows


def _said_by_origin_and_host() -> list[GuardRow]:
    own, refused = Reason.SAME_ORIGIN, Reason.ORIGIN_NOT_ALLOWED
    rows = [
        GuardRow("no browser sent it", SAME_ORIGIN, "POST", _headers(None), Reason.NO_ORIGIN),
        GuardRow(
            "an empty Sec-Fetch-Site means nothing",
            SAME_ORIGIN,
            "POST",
            {"Sec-Fetch-Site": ""},
            Reason.NO_ORIGIN,
        ),
    ]
    for origin, host, scheme, reason in [
        (f"http://{HOST}", HOST, "http", own),
        (f"http://{HOST}", f"{HOST}:80", "http", own),
        (f"https://{HOST}", HOST, "https", own),
        (f"https://{HOST}", f"{HOST}:443", "https", own),
        (f"https://{HOST}", HOST, "http", own),
        (f"https://{HOST}", f"{HOST}:443", "http", own),
        (f"http://{HOST}:8000", f"{HOST}:8000", "http", own),
        (f"http://{HOST}", HOST.upper(), "http", own),
        (f"http://{HOST}.", f"{HOST}.", "http", own),
        ("http://[::1]:8000", "[::1]:8000", "http", own),
        ("http://[::1]", "[::1]", "http", own),
        (f"http://{HOST}", HOST, "https", refused),
        (f"http://{HOST}", f"{HOST}:443", "https", refused),
        (f"https://{HOST}", f"{HOST}:80", "http", refused),
        (f"http://{HOST}:8000", HOST, "http", refused),
        (f"http://{HOST}", f"{HOST}:8000", "http", refused),
        (f"http://{HOST}", f"{HOST}.", "http", refused),
        (f"http://sub.{HOST}", HOST, "http", refused),
        (f"http://{HOST}.evil.example", HOST, "http", refused),
        (f"ftp://{HOST}", HOST, "http", refused),
        (f"http://{HOST}", "", "http", refused),
        ("null", "", "http", Reason.ORIGIN_NULL),
        ("null", "null", "http", Reason.ORIGIN_NULL),
        ("", "", "http", Reason.ORIGIN_MALFORMED),
        (f"http://evil@{HOST}", HOST, "http", Reason.ORIGIN_MALFORMED),
        (f"http://{HOST}@evil.example", HOST, "http", Reason.ORIGIN_MALFORMED),
        # The WebSocket of React Native, for which the origin is made of the URL.
        (f"http://{HOST}/", HOST, "http", own),
        (f"http://{HOST}:80", HOST, "http", own),
        (f"https://{HOST}:443", HOST, "https", own),
        (f"https://{HOST}:443/", HOST, "http", own),
        (f"https://{HOST}:443", f"{HOST}:443", "https", own),
        (f"http://{HOST}:8000/", f"{HOST}:8000", "http", own),
        ("https://[::1]:443", "[::1]", "https", own),
        (f"http://{HOST}:443", HOST, "http", refused),
        (f"https://{HOST}:443", f"{HOST}:8000", "https", Reason.ORIGIN_MALFORMED),
        (f"http://{HOST}:80", HOST, "https", Reason.ORIGIN_MALFORMED),
        (f"http://{HOST}//", HOST, "http", Reason.ORIGIN_MALFORMED),
        (f"http://{HOST}/x/", HOST, "http", Reason.ORIGIN_MALFORMED),
        (f"http://{HOST}:8000:80", f"{HOST}:8000", "http", Reason.ORIGIN_MALFORMED),
        (f"http://{HOST}.evil.example/", HOST, "http", Reason.ORIGIN_MALFORMED),
        (f"http://{HOST},http://{HOST}", HOST, "http", Reason.ORIGIN_MALFORMED),
    ]:
        rows.append(
            GuardRow(
                f"{origin!r} is {'the own' if reason is own else 'not the own'} origin of {scheme}://{host!r}",
                SAME_ORIGIN,
                "POST",
                _headers(origin, Host=host),
                reason,
                scheme,
            )
        )
    return rows


def _inside_the_policy() -> list[GuardRow]:
    rows = []
    for name, policy, method, origin, more, reason in [
        ("an allowed origin", OPEN_TO_A, "POST", A, {}, Reason.ALLOWED),
        ("an allowed method", OPEN_TO_A, "PUT", A, {}, Reason.ALLOWED),
        ("a method that is not allowed", OPEN_TO_A, "PATCH", A, {}, Reason.METHOD_NOT_ALLOWED),
        ("a safelisted method that the list leaves out", READ_ONLY, "POST", A, {}, Reason.METHOD_NOT_ALLOWED),
        ("a method that the policy leaves to the route", LEFT_TO_ROUTE, "POST", A, {}, Reason.ALLOWED),
        ("a method in another case", OPEN_TO_A, "put", A, {}, Reason.METHOD_NOT_ALLOWED),
        ("a cookie without credentials", OPEN_TO_A, "POST", A, {"Cookie": "a=1"}, Reason.COOKIE_NOT_ALLOWED),
        ("a cookie with credentials", WITH_COOKIES, "POST", A, {"Cookie": "a=1"}, Reason.ALLOWED),
        (
            "a stranger with a cookie",
            WITH_COOKIES,
            "POST",
            EVIL,
            {"Cookie": "a=1"},
            Reason.ORIGIN_NOT_ALLOWED,
        ),
        ("null, which nobody listed", WITH_COOKIES, "POST", "null", {}, Reason.ORIGIN_NULL),
        ("anyone, to everyone's policy", EVERYONE, "POST", EVIL, {}, Reason.ALLOWED),
        ("null, to everyone's policy", EVERYONE, "POST", "null", {}, Reason.ALLOWED),
        ("nobody by name, to everyone's policy", EVERYONE, "POST", None, {}, Reason.ALLOWED),
        (
            "anyone with a cookie, to everyone's policy",
            EVERYONE,
            "POST",
            EVIL,
            {"Cookie": ""},
            Reason.COOKIE_NOT_ALLOWED,
        ),
        ("a listed method, to everyone's policy", EVERYONE, "PUT", EVIL, {}, Reason.ALLOWED),
        ("another method, to everyone's policy", EVERYONE, "DELETE", EVIL, {}, Reason.METHOD_NOT_ALLOWED),
        (
            "another method without a name, to everyone's",
            EVERYONE,
            "DELETE",
            None,
            {},
            Reason.METHOD_NOT_ALLOWED,
        ),
        ("any method", ANY_METHOD, "PURGE", EVIL, {}, Reason.ALLOWED),
        (
            "a stranger, the guard being off",
            SAME_ORIGIN.replace(guard="off"),
            "POST",
            EVIL,
            {},
            Reason.GUARD_OFF,
        ),
    ]:
        rows.append(
            GuardRow(
                name, policy, method, _headers(origin, **{"Sec-Fetch-Site": "cross-site"}, **more), reason
            )
        )
    return rows


def _safe_methods_and_websockets() -> list[GuardRow]:
    rows = []
    for method in ("GET", "HEAD", "OPTIONS"):
        rows.append(
            GuardRow(
                f"{method} of a stranger passes",
                SAME_ORIGIN,
                method,
                _headers(EVIL, **{"Sec-Fetch-Site": "cross-site", "Cookie": "a=1"}),
                Reason.SAFE_METHOD,
            )
        )
    for upgrade in ("websocket", "WebSocket", "h2c, websocket"):
        for policy, origin, reason in [
            (OPEN_TO_A, EVIL, Reason.ORIGIN_NOT_ALLOWED),
            (OPEN_TO_A, "null", Reason.ORIGIN_NULL),
            (OPEN_TO_A, A, Reason.ALLOWED),
            (READ_ONLY, A, Reason.ALLOWED),
            (READ_ONLY.replace(methods=["PUT"]), A, Reason.METHOD_NOT_ALLOWED),
            (OPEN_TO_A, f"http://{HOST}", Reason.SAME_ORIGIN),
            (OPEN_TO_A, None, Reason.NO_ORIGIN),
        ]:
            rows.append(
                GuardRow(
                    f"a handshake ({upgrade}) from {origin}, under {policy.methods}",
                    policy,
                    "GET",
                    _headers(origin, Upgrade=upgrade, Connection="Upgrade"),
                    reason,
                )
            )
    for scheme, origin in [("ws", f"http://{HOST}"), ("wss", f"https://{HOST}"), ("ws", f"https://{HOST}")]:
        rows.append(
            GuardRow(
                f"a handshake that the server calls {scheme}, from its own {origin}",
                SAME_ORIGIN,
                "GET",
                _headers(origin, Upgrade="websocket", Connection="Upgrade"),
                Reason.SAME_ORIGIN,
                scheme,
            )
        )
    rows.append(
        GuardRow(
            "another upgrade is not a handshake",
            SAME_ORIGIN,
            "GET",
            _headers(EVIL, Upgrade="h2c", Connection="Upgrade"),
            Reason.SAFE_METHOD,
        )
    )
    return rows


def _headers(origin: str | None, **more: str) -> dict[str, str]:
    headers = {"Host": HOST, **more}
    return headers if origin is None else {"Origin": origin, **headers}


GUARD_ROWS = [
    *_said_by_the_browser(),
    *_said_by_origin_and_host(),
    *_inside_the_policy(),
    *_safe_methods_and_websockets(),
]
assert len({row.id for row in GUARD_ROWS}) == len(GUARD_ROWS)
