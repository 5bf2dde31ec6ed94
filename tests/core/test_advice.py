"""Advice is true: for each reason it is applied, and the very same request then passes.

Most advice is code, which is taken from the sentence and evaluated: ``add "..." to FIELD`` and ``write
FIELD=...``. If it is for the page, or for a proxy in between, a row has the request as it is afterwards.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import NamedTuple

import pytest

from cases import EVIL, LISTED, A
from flask_corsguard import SAME_ORIGIN, Decision, Policy, Reason, Request, decide, judge
from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.reasons import PASSING
from flask_corsguard.wsgi.refusal import proxy_hint
from harness import count_calls

_ADDED = re.compile(r'add ((?:"[^"]*"(?:, )?)+) to (\w+)')
_WRITTEN = re.compile(r'write (\w+)=(\[[^\]]*\]|True|"[^"]*")')

NOWHERE = "capacitor://localhost"


def applied(text, policy):
    """Return *policy* with the changes of *text*; ``None`` if it has none."""
    changes = {field: ast.literal_eval(value) for field, value in _WRITTEN.findall(text)}
    for names, field in _ADDED.findall(text):
        before = getattr(policy, field) or ()
        changes[field] = [*([before] if isinstance(before, str) else before), *ast.literal_eval(f"[{names}]")]
    return policy.replace(**changes) if changes else None


class Row(NamedTuple):
    """A refused request, words of the advice, and what changes of the request where it is for the page."""

    reason: Reason
    policy: Policy
    request: Request
    words: str
    changes: dict[str, object] | None = None


def preflight(origin=A, method="GET", headers=None, network=None):
    """Return a preflight."""
    return Request(
        method="OPTIONS",
        origin=origin,
        requested_method=method,
        requested_headers=headers,
        private_network=network,
    )


def get(origin, **more):
    """Return a request that only reads."""
    return Request(method="GET", origin=origin, **more)


def post(origin, method="POST", **more):
    """Return a request that the guard judges."""
    return Request(method=method, origin=origin, **more)


def raising(origin):
    """Fail for every origin."""
    raise LookupError


def of_route(*methods):
    """Return a policy with the methods of a route."""
    return compiled(Policy(origins=[A])).for_methods(methods).policy


EXACT = Policy(origins=[A])
SECRET = EXACT.replace(credentials=True)
EVERYONE = Policy(origins="*")
MANY_HEADERS = ",".join(f"x-{number}" for number in range(100))
HTTP = "http://other.example"

ROWS = [
    Row(Reason.ORIGIN_MALFORMED, EXACT, get(f"{A}, {EVIL}"), "Have one of the two removed", {"origin": A}),
    Row(Reason.ORIGIN_MALFORMED, EXACT, get(f"{A}/"), f'send "{A}"', {"origin": A}),
    Row(Reason.ORIGIN_MALFORMED, EXACT, get("APP.example:443"), f'send "{A}"', {"origin": A}),
    Row(Reason.ORIGIN_MALFORMED, EXACT, get("!"), "not an origin as browsers write it", {"origin": A}),
    Row(Reason.ORIGIN_MALFORMED, EXACT, get("x" * 9_999_999), "too long", {"origin": A}),
    Row(Reason.ORIGIN_NULL, EXACT, get("null"), "Serve the page over http(s) from an origin", {"origin": A}),
    Row(Reason.ORIGIN_NOT_ALLOWED, LISTED, get(EVIL), f'add "{EVIL}" to origins'),
    Row(Reason.ORIGIN_NOT_ALLOWED, LISTED, post(EVIL), f'add "{EVIL}" to origins'),
    Row(Reason.ORIGIN_NOT_ALLOWED, LISTED, preflight(EVIL), f'add "{EVIL}" to origins'),
    Row(Reason.ORIGIN_NOT_ALLOWED, SECRET, get(NOWHERE), f'add "{NOWHERE}" to origins'),
    Row(Reason.ORIGIN_NOT_ALLOWED, SAME_ORIGIN, get(EVIL), f'write origins=["{EVIL}"]'),
    Row(Reason.ORIGIN_NOT_ALLOWED, SAME_ORIGIN, post(EVIL), f'write origins=["{EVIL}"]'),
    Row(Reason.ORIGIN_NOT_ALLOWED, EXACT, get("http://app.example"), f"is not {A}, which the policy allows"),
    Row(Reason.ORIGIN_NOT_ALLOWED, SECRET, get(f"{A}:8443"), f"is not {A}, which the policy allows"),
    Row(Reason.ORIGIN_NOT_ALLOWED, SECRET, get(HTTP), 'write dangerously_allow=["insecure-origins"]'),
    Row(Reason.ORIGIN_NOT_ALLOWED, SECRET, get("http://localhost:3000"), 'add "http://localhost:3000"'),
    Row(
        Reason.ORIGIN_NOT_ALLOWED,
        SECRET.replace(dangerously_allow=["public-suffixes"]),
        get(HTTP),
        'write dangerously_allow=["public-suffixes", "insecure-origins"]',
    ),
    Row(
        Reason.ORIGIN_NOT_ALLOWED,
        SECRET.replace(dangerously_allow=["insecure-origins"]),
        get(HTTP),
        f'To allow it, add "{HTTP}" to origins.',
    ),
    Row(
        Reason.ORIGIN_NOT_ALLOWED, EXACT, get("data://x"), "serve the page over http or https", {"origin": A}
    ),
    Row(
        Reason.ORIGIN_NOT_ALLOWED,
        SAME_ORIGIN,
        post("https://bank.example", host="127.0.0.1:8000"),
        "have it pass the Host of the browser on",
        {"host": "bank.example"},
    ),
    Row(
        Reason.ORIGIN_NOT_ALLOWED,
        SAME_ORIGIN,
        post("https://bank.example", host="upstream"),
        "Otherwise: To allow it, write",
    ),
    Row(
        Reason.ORIGIN_INSECURE,
        Policy(origins=[lambda origin: True], credentials=True),
        get(HTTP),
        'write dangerously_allow=["insecure-origins"]',
    ),
    Row(
        Reason.ORIGIN_INSECURE,
        Policy(origins=[lambda origin: True], credentials=True),
        get(HTTP),
        "Use https there",
        {"origin": "https://other.example"},
    ),
    Row(Reason.METHOD_NOT_ALLOWED, EXACT, preflight(method="DELETE"), "If the application answers it"),
    Row(Reason.METHOD_NOT_ALLOWED, EXACT, post(A, "DELETE"), "If the application answers it"),
    Row(
        Reason.METHOD_NOT_ALLOWED, EXACT.replace(methods=["PUT"]), preflight(method="DELETE"), 'add "DELETE"'
    ),
    Row(Reason.METHOD_NOT_ALLOWED, EXACT.replace(methods=["GET"]), post(A), 'add "POST" to methods'),
    Row(
        Reason.METHOD_NOT_ALLOWED,
        EXACT.replace(methods=["PUT"]),
        get(A, upgrade="websocket"),
        'add "GET" to methods',
    ),
    Row(
        Reason.METHOD_NOT_ALLOWED,
        EXACT.replace(methods=["PATCH"]),
        preflight(method="patch"),
        "case-sensitive: the page has to ask for PATCH",
        {"requested_method": "PATCH"},
    ),
    Row(
        Reason.METHOD_NOT_ALLOWED,
        EXACT.replace(methods="*"),
        preflight(method="TRACE"),
        "Browsers never send this method for a page. The page has to ask for another one",
        {"requested_method": "PUT"},
    ),
    Row(
        Reason.METHOD_NOT_ALLOWED,
        EXACT,
        preflight(method="*"),
        "is not a name. The page has to ask for another one",
        {"requested_method": "GET"},
    ),
    Row(
        Reason.METHOD_NOT_ALLOWED,
        EXACT,
        preflight(method="P UT"),
        "methods are tokens",
        {"requested_method": "GET"},
    ),
    Row(
        Reason.METHOD_NOT_ALLOWED,
        EXACT,
        preflight(method="M" * 9_999),
        "A name of 9999 bytes is longer than any that is in use",
        {"requested_method": "GET"},
    ),
    Row(
        Reason.METHOD_NOT_ALLOWED, EXACT.replace(methods="*"), preflight(method="M" * 40), "covers no method"
    ),
    Row(
        Reason.METHOD_NOT_ALLOWED,
        of_route("GET", "HEAD"),
        preflight(method="DELETE"),
        "Correct the URL or the method",
        {"requested_method": "GET"},
    ),
    Row(
        Reason.METHOD_NOT_ALLOWED,
        of_route("GET", "HEAD"),
        post(A, "DELETE"),
        "Correct the URL or the method",
        {"method": "POST"},
    ),
    Row(Reason.HEADER_NOT_ALLOWED, EXACT, preflight(headers="x-a"), 'add "x-a" to allow_headers'),
    Row(Reason.HEADER_NOT_ALLOWED, EXACT, preflight(headers="Content-Type, x-b,,x-a"), 'add "x-b", "x-a" to'),
    Row(Reason.HEADER_NOT_ALLOWED, EXACT.replace(allow_headers=[]), preflight(headers="x-a"), "allows none"),
    Row(
        Reason.HEADER_NOT_ALLOWED,
        EXACT.replace(allow_headers="*"),
        preflight(headers="authorization"),
        'write allow_headers=["*", "Authorization"]',
    ),
    *(
        Row(
            Reason.HEADER_NOT_ALLOWED,
            policy,
            preflight(headers=name),
            f"No policy can allow '{name}'. ",
            {"requested_headers": None},
        )
        for policy in (EXACT, EXACT.replace(allow_headers="*"))
        for name in ("cookie", "sec-x", "a b")
    ),
    Row(
        Reason.HEADER_NOT_ALLOWED,
        EXACT,
        preflight(headers="access-control-allow-origin"),
        "This is a response header; requests do not have it. The page has to leave it out.",
        {"requested_headers": None},
    ),
    Row(
        Reason.HEADER_NOT_ALLOWED,
        EXACT,
        preflight(headers="*"),
        "In a policy, * is not a name. The page has to leave it out.",
        {"requested_headers": None},
    ),
    Row(
        Reason.HEADERS_TOO_LONG,
        EXACT,
        preflight(headers=MANY_HEADERS),
        "has to send fewer",
        {"requested_headers": "content-type"},
    ),
    Row(Reason.PRIVATE_NETWORK_NOT_ALLOWED, EXACT, preflight(network="true"), "write private_network=True"),
    Row(Reason.PRIVATE_NETWORK_NOT_ALLOWED, LISTED, preflight(network="true"), f'write origins=["{A}"]'),
    Row(Reason.PRIVATE_NETWORK_NOT_ALLOWED, EVERYONE, preflight(network="true"), f'write origins=["{A}"]'),
    Row(
        Reason.PRIVATE_NETWORK_NOT_ALLOWED,
        Policy(origins=["https://*"]),
        preflight(network="true"),
        f'write origins=["{A}"]',
    ),
    Row(
        Reason.PRIVATE_NETWORK_NOT_ALLOWED,
        EVERYONE,
        preflight("null", network="true"),
        "a page without an origin of its own",
        {"private_network": None},
    ),
    Row(
        Reason.ORIGIN_MISSING,
        EXACT,
        post(None, fetch_site="cross-site"),
        "have it pass Origin on",
        {"origin": A},
    ),
    Row(Reason.COOKIE_NOT_ALLOWED, EXACT, post(A, has_cookie=True), "write credentials=True"),
    Row(Reason.COOKIE_NOT_ALLOWED, EVERYONE, post(EVIL, has_cookie=True), f'write origins=["{EVIL}"]'),
    Row(
        Reason.COOKIE_NOT_ALLOWED,
        EVERYONE.replace(expose_headers="*"),
        post(HTTP, has_cookie=True),
        'write expose_headers=[] and write dangerously_allow=["insecure-origins"]',
    ),
    Row(
        Reason.COOKIE_NOT_ALLOWED,
        EVERYONE,
        post(None, has_cookie=True, fetch_site="cross-site"),
        "No policy can allow cookies to a page without an origin of its own",
        {"has_cookie": False},
    ),
    Row(
        Reason.COOKIE_NOT_ALLOWED,
        EVERYONE,
        post("null", has_cookie=True),
        "No policy can allow cookies to a page without an origin of its own",
        {"has_cookie": False},
    ),
]


def ask(policy, request) -> Decision:
    """Return the decision by which *request* is refused: the guard's, if it has one."""
    verdict = judge(policy, request)
    return decide(policy, request) if verdict.allowed else verdict


def passes(policy, request) -> bool:
    """Return whether *request* passes, and its page can read the answer."""
    verdict = judge(policy, request)
    return verdict.reason is Reason.SAME_ORIGIN or (verdict.allowed and decide(policy, request).allowed)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.reason}: {row.words}")
def test_advice_that_is_applied_allows_the_same_request(row: Row):
    """It builds, and nothing of it is a stranger's example."""
    decision = ask(row.policy, row.request)
    text = decision.explain()

    assert decision.reason is row.reason
    assert row.words in text
    assert text.isascii()
    assert "\n" not in text
    assert len(text) < 1500
    if row.changes is None:
        changed = applied(text, row.policy)
        assert changed is not None, text
        assert passes(changed, row.request)
    else:
        assert passes(row.policy, replace(row.request, **row.changes))


def test_a_callable_that_is_corrected_allows_the_same_request():
    """That is the advice where it raises."""
    decision = decide(Policy(origins=[raising]), get(EVIL))

    assert decision.reason is Reason.ORIGIN_CHECK_FAILED
    assert decision.explain().endswith("Correct the callable.")
    assert decide(Policy(origins=[lambda origin: str(origin) == EVIL]), get(EVIL)).allowed


@pytest.fixture(scope="module")
def vast():
    """Return a policy that lists very much."""
    return Policy(
        origins=[A, *(f"https://o{number}.example" for number in range(100_000))],
        methods=["GET", "POST", *(f"M{number}" for number in range(1000))],
        allow_headers=[f"x-{number}x" for number in range(1000)],
    )


def test_every_reason_to_refuse_has_a_row():
    """Who adds a reason adds advice that is tried."""
    assert {row.reason for row in ROWS} | {Reason.ORIGIN_CHECK_FAILED} | PASSING == set(Reason)


def test_advice_for_one_refusal_after_the_other_ends_in_a_request_that_passes():
    """Each explanation names one reason; the next one names the next."""
    policy, request = EXACT, preflight(EVIL, "DELETE", "x-a, x-b", "true")
    seen = []

    while not (decision := decide(policy, request)).allowed:
        seen.append(decision.reason)
        policy = applied(decision.explain(), policy)

    assert seen == [
        Reason.ORIGIN_NOT_ALLOWED,
        Reason.METHOD_NOT_ALLOWED,
        Reason.HEADER_NOT_ALLOWED,
        Reason.PRIVATE_NETWORK_NOT_ALLOWED,
    ]


@pytest.mark.parametrize(
    "request_",
    [
        get(EVIL),
        get("https://o99999.example:1"),
        post(A, "DELETE"),
        preflight(headers="x-a"),
        post(A, has_cookie=True),
    ],
    ids=str,
)
def test_an_explanation_does_not_grow_with_the_policy(vast, request_):
    """A hundred thousand origins and a thousand names make it no longer, and hardly slower."""
    decision = ask(vast, request_)

    assert not decision.allowed
    assert len(decision.explain()) < 1500
    # Most are for a search among the first thousand origins.
    assert count_calls(decision.explain) < 10_000


@pytest.mark.parametrize(
    ("host", "origin", "is_hidden"),
    [
        ("127.0.0.1:8000", "https://bank.example", True),
        ("10.1.2.3", "https://bank.example", True),
        ("[fd00::1]:80", "https://bank.example", True),
        ("localhost:5000", "https://bank.example", True),
        ("upstream", "http://bank.example", True),
        ("UPSTREAM:80", "http://bank.example", True),
        ("upstream.", "http://bank.example", True),
        ("api.example", "https://bank.example", False),
        ("8.8.8.8", "https://bank.example", False),
        ("127.0.0.1:8000", "http://localhost:3000", False),
        ("127.0.0.1:8000", "http://intranet", False),
        ("127.0.0.1:8000", "capacitor://bank.example", False),
        ("a b", "https://bank.example", False),
        ("l" * 9_999, "https://bank.example", False),
    ],
)
def test_a_host_for_use_inside_under_a_public_origin_is_a_proxy_s(host, origin, is_hidden):
    """Then the origin may be the application's own, and the first advice is not to allow it."""
    text = ask(SAME_ORIGIN, post(origin, host=host)).explain()

    assert ("a proxy in front of it replaces Host" in text) is is_hidden
    assert "proxy" not in ask(SAME_ORIGIN, post(origin, host=host, fetch_site="cross-site")).explain()


HINTS = [
    (
        "use https, or another Referrer-Policy",
        post("null", host="bank.example"),
        None,
        [{"fetch_site": "same-origin"}, {"origin": "http://bank.example"}],
    ),
    (
        "redirect http to https",
        post("http://bank.example", host="bank.example", scheme="https"),
        None,
        [{"origin": "https://bank.example"}, {"scheme": "http"}],
    ),
    (
        "is a ProxyFix missing, or x_host=1 in it?",
        post("https://bank.example", host="10.0.0.7"),
        "bank.example",
        [{"host": "bank.example"}],
    ),
    ("only the port differs", post("http://a.example:1", host="a.example"), None, [{"host": "a.example:1"}]),
    ("the request has no Host", post("http://a.example"), None, [{"host": "a.example"}]),
    (
        "have it pass the browser's on",
        post("https://bank.example", host="upstream:8000"),
        None,
        [{"host": "bank.example"}],
    ),
]


@pytest.mark.parametrize(
    ("words", "request_", "forwarded", "remedies"), HINTS, ids=lambda value: str(value)[:30]
)
def test_the_hint_of_a_log_line_allows_the_same_request(words, request_, forwarded, remedies):
    """Each remedy that it names is tried, for an application that allows nobody else."""
    assert not judge(SAME_ORIGIN, request_).allowed
    assert words in proxy_hint(request_, forwarded)
    for remedy in remedies:
        assert passes(SAME_ORIGIN, replace(request_, **remedy))
