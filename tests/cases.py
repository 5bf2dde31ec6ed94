"""The table of what a response carries, row by row: asked of the core, of WSGI, of Flask and over a socket.

Each row is complete: the listed headers are there, and no other header of a policy is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_corsguard import SAME_ORIGIN, Policy, Reason

A = "https://app.example"
B = "https://sub.partner.example"
EVIL = "https://evil.example"

VARY = ("Vary", "Origin")
PREFLIGHT_VARY = (
    "Vary",
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
)
PRIVATE_VARY = ("Vary", f"{PREFLIGHT_VARY[1]}, Access-Control-Request-Private-Network")
SAFELISTED = ("Access-Control-Allow-Methods", "GET, HEAD, POST")
CONTENT_TYPE = ("Access-Control-Allow-Headers", "Content-Type")
TEN_MINUTES = ("Access-Control-Max-Age", "600")

LISTED = Policy(origins=[A, "https://*.partner.example"], expose_headers=["X-Total"])
CREDENTIALED = LISTED.replace(credentials=True, timing=True)
EVERYONE = Policy(origins="*", expose_headers=["X-Total"])
EXAMPLE = Policy(
    origins=["http://example.com"],
    methods=["GET", "POST", "PUT", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
    max_age=None,
)
WILD = Policy(origins=[A], methods="*", allow_headers=["*", "Authorization"])
WILD_CREDENTIALED = WILD.replace(credentials=True)
PRIVATE = Policy(origins=[A], private_network=True)
RESOURCE = Policy(origins=[A], resource_policy="same-site")


def allow(origin: str) -> tuple[str, str]:
    """Return the header that allows *origin*."""
    return ("Access-Control-Allow-Origin", origin)


@dataclass(frozen=True)
class Row:
    """One request under one policy, and every CORS header of its response."""

    id: str
    policy: Policy
    method: str
    headers: dict[str, str]
    reason: Reason
    expected: list[tuple[str, str]] = field(default_factory=list)
    #: ``None``: the application's own.
    status: int | None = None


def _preflight(origin: str, method: str, names: str | None = None, **more: str) -> dict[str, str]:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if names is not None:
        asked["Access-Control-Request-Headers"] = names
    return {**asked, **{name.replace("_", "-"): value for name, value in more.items()}}


def _actual_rows() -> list[Row]:
    exposed = ("Access-Control-Expose-Headers", "X-Total")
    credentials = ("Access-Control-Allow-Credentials", "true")
    rows = []
    for headers, reason in [({}, Reason.NO_ORIGIN), ({"Origin": EVIL}, Reason.ALLOWED)]:
        who = headers.get("Origin", "nobody")
        rows.append(
            Row(f"any origin is allowed, {who} asks", EVERYONE, "GET", headers, reason, [allow("*"), exposed])
        )
    for origin in ("null", "garbage /", "https://a.example, https://b.example"):
        rows.append(
            Row(
                f"any origin is allowed, even {origin!r}",
                EVERYONE,
                "GET",
                {"Origin": origin},
                Reason.ALLOWED,
                [allow("*"), exposed],
            )
        )
    for origin in (A, B):
        rows.append(
            Row(
                f"{origin} is listed",
                LISTED,
                "GET",
                {"Origin": origin},
                Reason.ALLOWED,
                [allow(origin), exposed, VARY],
            )
        )
    rows.append(
        Row(
            "a listed origin with credentials and timing",
            CREDENTIALED,
            "POST",
            {"Origin": A},
            Reason.ALLOWED,
            [allow(A), ("Timing-Allow-Origin", A), credentials, exposed, VARY],
        )
    )
    for origin, reason in [
        (EVIL, Reason.ORIGIN_NOT_ALLOWED),
        ("https://partner.example", Reason.ORIGIN_NOT_ALLOWED),
        ("http://app.example", Reason.ORIGIN_NOT_ALLOWED),
        ("null", Reason.ORIGIN_NULL),
        ("", Reason.ORIGIN_MALFORMED),
        (f"{A}/", Reason.ORIGIN_MALFORMED),
        ("HTTPS://APP.EXAMPLE", Reason.ORIGIN_MALFORMED),
        (f"{A}, {A}", Reason.ORIGIN_MALFORMED),
        (f"{A}:443", Reason.ORIGIN_MALFORMED),
        ("https://evil@app.example", Reason.ORIGIN_MALFORMED),
    ]:
        for policy in (LISTED, CREDENTIALED):
            word = "with" if policy.credentials else "without"
            rows.append(
                Row(
                    f"{origin!r} is not listed, {word} credentials",
                    policy,
                    "GET",
                    {"Origin": origin},
                    reason,
                    [VARY],
                )
            )
    rows.append(Row("nobody asks a listed policy", LISTED, "GET", {}, Reason.NO_ORIGIN, [VARY]))
    rows.append(Row("the closed policy, nobody asks", SAME_ORIGIN, "GET", {}, Reason.NO_ORIGIN, []))
    rows.append(
        Row(
            "the closed policy, somebody asks",
            SAME_ORIGIN,
            "GET",
            {"Origin": EVIL},
            Reason.ORIGIN_NOT_ALLOWED,
            [],
        )
    )
    corp = ("Cross-Origin-Resource-Policy", "same-site")
    for headers, reason, more in [
        ({}, Reason.NO_ORIGIN, []),
        ({"Origin": EVIL}, Reason.ORIGIN_NOT_ALLOWED, []),
        ({"Origin": A}, Reason.ALLOWED, [allow(A)]),
    ]:
        who = headers.get("Origin", "nobody")
        rows.append(
            Row(f"a resource policy, {who} asks", RESOURCE, "GET", headers, reason, [*more, corp, VARY])
        )
    for headers, reason, more in [
        ({"Origin": A}, Reason.ALLOWED, [allow(A)]),
        ({"Origin": EVIL}, Reason.ORIGIN_NOT_ALLOWED, []),
        ({}, Reason.NO_ORIGIN, []),
    ]:
        who = headers.get("Origin", "nobody")
        rows.append(
            Row(
                f"the timing for every page, {who} asks",
                Policy(origins=[A], timing="*"),
                "GET",
                headers,
                reason,
                [*more, ("Timing-Allow-Origin", "*"), VARY],
            )
        )
    rows.append(
        Row(
            "timing for everyone",
            Policy(origins="*", timing=True),
            "GET",
            {},
            Reason.NO_ORIGIN,
            [allow("*"), ("Timing-Allow-Origin", "*")],
        )
    )
    for headers, name in [
        ({"Origin": A}, "without a requested method"),
        ({"Access-Control-Request-Method": "PUT"}, "without an origin"),
        (_preflight(A, "GET,PUT"), "with two requested methods"),
        (_preflight(A, ""), "with an empty requested method"),
    ]:
        rows.append(
            Row(
                f"OPTIONS {name} is an actual request",
                LISTED,
                "OPTIONS",
                headers,
                Reason.ALLOWED if "Origin" in headers else Reason.NO_ORIGIN,
                [allow(A), exposed, VARY] if "Origin" in headers else [VARY],
            )
        )
    rows.append(
        Row(
            "OPTIONS with two origins is an actual request",
            LISTED,
            "OPTIONS",
            _preflight(f"{A},{A}", "PUT"),
            Reason.ORIGIN_MALFORMED,
            [VARY],
        )
    )
    return rows


def _granted(
    name: str, policy: Policy, headers: dict[str, str], reason: Reason, expected: list[tuple[str, str]]
) -> Row:
    return Row(name, policy, "OPTIONS", headers, reason, expected, 204)


def _preflight_rows() -> list[Row]:
    credentials = ("Access-Control-Allow-Credentials", "true")
    granted = [allow(A), SAFELISTED, CONTENT_TYPE, TEN_MINUTES, PREFLIGHT_VARY]
    rows = [
        _granted(
            "the example of the design",
            EXAMPLE,
            _preflight("http://example.com", "PUT", "authorization,content-type"),
            Reason.ALLOWED,
            [
                allow("http://example.com"),
                ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE"),
                ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
                PREFLIGHT_VARY,
            ],
        ),
        _granted("a preflight of a listed origin", LISTED, _preflight(A, "POST"), Reason.ALLOWED, granted),
        _granted(
            "a preflight under any origin",
            EVERYONE,
            _preflight(EVIL, "GET", "content-type"),
            Reason.ALLOWED,
            [allow("*"), *granted[1:]],
        ),
        _granted(
            "a preflight with credentials",
            CREDENTIALED,
            _preflight(A, "GET"),
            Reason.ALLOWED,
            [allow(A), credentials, *granted[1:]],
        ),
        _granted(
            "a method that is not allowed gets the whole list",
            LISTED,
            _preflight(A, "DELETE"),
            Reason.METHOD_NOT_ALLOWED,
            granted,
        ),
        _granted(
            "a header that is not allowed gets the whole list",
            LISTED,
            _preflight(A, "GET", "content-type,x-foo"),
            Reason.HEADER_NOT_ALLOWED,
            granted,
        ),
        _granted(
            "more header names than could ever be allowed",
            LISTED,
            _preflight(A, "GET", "x" * 200),
            Reason.HEADERS_TOO_LONG,
            granted,
        ),
        _granted(
            "more header names than any header matches",
            WILD,
            _preflight(A, "GET", "x" * 5000),
            Reason.HEADERS_TOO_LONG,
            [allow(A), ("Access-Control-Allow-Methods", "*"), TEN_MINUTES, PREFLIGHT_VARY],
        ),
        _granted(
            "any method and header, without credentials, are literal",
            WILD,
            _preflight(A, "PATCH", "authorization,x-foo"),
            Reason.ALLOWED,
            [
                allow(A),
                ("Access-Control-Allow-Methods", "*"),
                ("Access-Control-Allow-Headers", "*, Authorization"),
                TEN_MINUTES,
                PREFLIGHT_VARY,
            ],
        ),
        _granted(
            "any method and header, with credentials, are echoed",
            WILD_CREDENTIALED,
            _preflight(A, "PATCH", "authorization,x-foo"),
            Reason.ALLOWED,
            [
                allow(A),
                credentials,
                ("Access-Control-Allow-Methods", "PATCH"),
                ("Access-Control-Allow-Headers", "authorization, x-foo"),
                TEN_MINUTES,
                PREFLIGHT_VARY,
            ],
        ),
        _granted(
            "a private network is reached when both want it",
            PRIVATE,
            _preflight(A, "GET", Access_Control_Request_Private_Network="true"),
            Reason.ALLOWED,
            [
                allow(A),
                ("Access-Control-Allow-Private-Network", "true"),
                *granted[1:-1],
                PRIVATE_VARY,
            ],
        ),
        _granted(
            "a private network is not mentioned to who does not ask",
            PRIVATE,
            _preflight(A, "GET"),
            Reason.ALLOWED,
            [*granted[:-1], PRIVATE_VARY],
        ),
        _granted(
            "a private network is not granted with a preflight that is not",
            PRIVATE,
            _preflight(A, "PUT", Access_Control_Request_Private_Network="true"),
            Reason.METHOD_NOT_ALLOWED,
            [*granted[:-1], PRIVATE_VARY],
        ),
        _granted(
            "a private network that the policy does not open is never false",
            LISTED,
            _preflight(A, "GET", Access_Control_Request_Private_Network="true"),
            Reason.PRIVATE_NETWORK_NOT_ALLOWED,
            granted,
        ),
        _granted(
            "no lists at all",
            Policy(origins=[A], methods=[], allow_headers=[], max_age=0),
            _preflight(A, "POST"),
            Reason.ALLOWED,
            [allow(A), ("Access-Control-Max-Age", "0"), PREFLIGHT_VARY],
        ),
    ]
    for origin, reason in [
        (EVIL, Reason.ORIGIN_NOT_ALLOWED),
        ("null", Reason.ORIGIN_NULL),
        (f"{A}/", Reason.ORIGIN_MALFORMED),
    ]:
        for policy, vary in [
            (LISTED, PREFLIGHT_VARY),
            (CREDENTIALED, PREFLIGHT_VARY),
            (PRIVATE, PRIVATE_VARY),
        ]:
            rows.append(
                Row(
                    f"a preflight of {origin!r} is refused by {policy!r}",
                    policy,
                    "OPTIONS",
                    _preflight(origin, "GET", Access_Control_Request_Private_Network="true"),
                    reason,
                    [vary],
                    403,
                )
            )
    rows.append(
        Row(
            "a preflight is refused by the closed policy",
            SAME_ORIGIN,
            "OPTIONS",
            _preflight(A, "GET"),
            Reason.ORIGIN_NOT_ALLOWED,
            [PREFLIGHT_VARY],
            403,
        )
    )
    return rows


ROWS = [*_actual_rows(), *_preflight_rows()]
assert len({row.id for row in ROWS}) == len(ROWS)
