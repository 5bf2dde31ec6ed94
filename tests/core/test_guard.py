"""The guard's table and its promises, asked of the core."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import EVIL, A
from flask_corsguard import SAME_ORIGIN, Decision, Kind, Policy, Reason, Request, decide
from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.guard import is_refused, judge, reason_to_pass, reported
from flask_corsguard.wsgi.refusal import proxy_hint, refusal_text
from guard_cases import GUARD_ROWS, HOST, OPEN_TO_A, GuardRow
from reach import met, reaching
from rows import for_each
from strategies import ANY_TEXT, asked_of, named_by, policies, spell


@pytest.mark.parametrize("row", GUARD_ROWS, ids=lambda row: row.id)
def test_the_core_judges_as_in_the_table(row: GuardRow):
    """The verdict and the reason are the row's, and a refusal is a 403 with the headers of an answer."""
    request = Request.from_headers(row.method, row.headers, scheme=row.scheme)

    decision = judge(row.policy, request)

    assert decision.reason is row.reason
    assert decision.allowed is row.passes
    assert decision.status == (None if row.passes else 403)
    assert is_refused(decision) is not row.passes
    assert decision.kind is (Kind.NON_CORS if request.origin is None else Kind.ACTUAL)
    if not row.passes:
        assert decision.headers == decide(row.policy, request).headers
    if reason_to_pass(request.method, request.upgrade, request.fetch_site, request.origin) is not None:
        assert row.passes


@for_each("row", GUARD_ROWS)
def test_every_verdict_explains_itself(row: GuardRow):
    """In a sentence of one line; and a stranger learns nothing of the policy."""
    decision = judge(row.policy, Request.from_headers(row.method, row.headers, scheme=row.scheme))

    explanation = decision.explain()
    answer = refusal_text(decision)

    assert explanation.endswith(".")
    assert explanation.isascii()
    assert "\n" not in explanation
    assert answer.startswith("Refused")
    if "Access-Control-Allow-Origin" not in dict(decision.headers):
        assert "app.example" not in answer
        assert refusal_text(decision, debug=True) == f"Refused: {explanation}\n"
    else:
        assert answer == f"Refused: {explanation}\n"


@pytest.mark.parametrize("guard", ["report", "off"])
def test_a_guard_that_does_not_enforce_refuses_nothing(guard):
    """Reported is the same verdict; off is none."""
    request = Request(method="POST", origin=EVIL, fetch_site="cross-site")

    decision = judge(OPEN_TO_A.replace(guard=guard), request)

    assert decision.allowed is (guard == "off")
    assert not is_refused(decision)


@pytest.mark.parametrize(
    ("words", "request_", "forwarded"),
    [
        (
            "only the scheme",
            Request(method="POST", origin="http://a.example", host="a.example", scheme="https"),
            "a.example",
        ),
        (
            "X-Forwarded-Host",
            Request(method="POST", origin="https://bank.example", host="10.0.0.7:8000"),
            "bank.example",
        ),
        (
            "X-Forwarded-Host",
            Request(method="POST", origin="https://bank.example", host="10.0.0.7"),
            "a.example, BANK.example:443",
        ),
        (
            "only the scheme",
            Request(method="POST", origin="http://bank.example", host="bank.example", scheme="https"),
            None,
        ),
        (
            "only the port",
            Request(method="POST", origin="http://bank.example:8080", host="bank.example"),
            None,
        ),
        (
            "only the port",
            Request(method="POST", origin="http://bank.example", host="bank.example:8080"),
            None,
        ),
        ("only the port", Request(method="POST", origin="http://[::1]:1", host="[::1]"), None),
        ("no Host", Request(method="POST", origin="http://bank.example"), None),
        ("Referrer-Policy", Request(method="POST", origin="null", host="bank.example"), None),
        ("", Request(method="GET", origin="null", host="bank.example", upgrade="websocket"), None),
        ("", Request(method="POST", origin=EVIL, host="bank.example"), None),
        ("", Request(method="POST", origin=EVIL, host="bank.example"), "bank.example"),
        ("", Request(method="POST", origin=f"{EVIL}/", host="bank.example"), "evil.example"),
        ("", Request(method="POST", origin=EVIL, host="b.example", fetch_site="cross-site"), "evil.example"),
        ("", Request(method="POST", origin="null", host="b.example", fetch_site="cross-site"), None),
    ],
)
def test_a_refusal_that_looks_like_a_proxy_has_a_hint_about_it(words, request_, forwarded):
    """What differs is named with its remedy; a plain stranger gets no such hint."""
    hint = proxy_hint(request_, forwarded)

    assert words in hint
    assert bool(words) is bool(hint)


SITES = st.sampled_from([None, "", "same-origin", "none", "same-site", "cross-site", "unknown"])
METHODS = st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "FOO"])
DOMAINS = st.sampled_from(["api.example", "a.b.example", "localhost", "127.0.0.1", "[::1]"])
PORTS = st.sampled_from([None, 8000, 8443])


@given(policies(), METHODS, DOMAINS, PORTS, st.sampled_from(["http", "https"]), st.booleans(), st.data())
def test_a_request_of_the_own_origin_is_never_refused(policy, method, host, port, scheme, cookie, data):
    """Whatever the policy, as any browser would send it, with Fetch Metadata or without."""
    origin = spell(scheme, host, port)
    site = data.draw(st.sampled_from(["same-origin", None]))
    sent = data.draw(st.sampled_from([origin, "null"])) if site else origin
    authority = origin.partition("://")[2]

    decision = judge(
        policy,
        Request(
            method=method, origin=sent, fetch_site=site, host=authority, scheme=scheme, has_cookie=cookie
        ),
    )

    assert decision.allowed


@reaching
@given(policies(), st.data())
def test_what_a_browser_sends_for_an_allowed_fetch_is_never_refused(policy, data):
    """If the preflight passed, or none was needed, so does the request, unless a list leaves POST out."""
    origin = data.draw(st.one_of(asked_of(policy), st.just(named_by(policy))))
    method = data.draw(METHODS)
    allowed = decide(policy, Request(method="OPTIONS", origin=origin, requested_method=method))
    if not met(allowed.kind is Kind.PREFLIGHT and allowed.allowed):
        return
    sent = Request(
        method=method,
        origin=origin,
        fetch_site=data.draw(st.sampled_from(["same-site", "cross-site", None])),
        host=HOST,
        has_cookie=policy.credentials and data.draw(st.booleans()),
    )

    # Browsers send POST under every list, and the guard allows exactly the methods of a list.
    is_left_out = method == "POST" and policy.methods not in {None, "*"} and "POST" not in policy.methods
    assert judge(policy, sent).allowed is (not is_left_out or policy.guard == "off")


#: The origin that is named by a policy, one that is near it, none, and a stranger's.
_WHO = st.sampled_from(["named", "named", "named", "named", None, "", EVIL])


@reaching
@given(policies(), METHODS, st.booleans(), st.booleans(), st.data())
def test_a_request_from_elsewhere_outside_of_the_policy_never_passes(policy, method, cookie, upgrade, data):
    """Whatever passes was allowed by origin, method and cookie, asked one by one."""
    policy = policy.replace(guard="enforce")
    origin = data.draw(_WHO)
    if origin is None:
        origin = data.draw(asked_of(policy))
    elif origin == "named":
        origin = named_by(policy)
    if policy.methods not in {None, "*", ()} and data.draw(st.booleans()):
        method = data.draw(st.sampled_from(policy.methods))
    site = data.draw(st.sampled_from(["same-site", "cross-site", "unknown"]))
    request = Request(
        method=method,
        origin=origin or None,
        fetch_site=site,
        upgrade="websocket" if upgrade else None,
        has_cookie=cookie,
    )

    is_guarded = upgrade or method not in {"GET", "HEAD", "OPTIONS"}
    if met(is_guarded and judge(policy, request).allowed):
        assert policy.origins == "*" or decide(policy, Request(method="GET", origin=origin)).allowed
        assert origin is not None or policy.origins == "*"
        listed = policy.methods or ()
        assert (
            method in listed
            or listed == "*"
            or (policy.methods is None and method in {"GET", "HEAD", "POST"})
        )
        assert policy.credentials or not cookie


@given(
    policies(),
    st.builds(
        Request,
        method=st.text(max_size=9),
        origin=ANY_TEXT,
        requested_method=ANY_TEXT,
        requested_headers=ANY_TEXT,
        private_network=ANY_TEXT,
        fetch_site=ANY_TEXT,
        host=ANY_TEXT,
        scheme=ANY_TEXT.map(lambda text: text or ""),
        upgrade=ANY_TEXT,
        has_cookie=st.booleans(),
    ),
    ANY_TEXT,
)
def test_judge_never_raises(policy, request, forwarded):
    """Any strings at all give a verdict, a reason and a hint."""
    decision = judge(policy, request)

    assert decision.explain().isascii()
    assert isinstance(decision.reason, Reason)
    assert isinstance(proxy_hint(request, forwarded), str)
    assert refusal_text(decision).endswith("\n")


@given(policies(), SITES, st.one_of(st.none(), st.just(A), st.just(EVIL)), st.randoms(use_true_random=False))
def test_a_verdict_does_not_depend_on_the_order_of_headers(policy, site, origin, shuffled: random.Random):
    """Nor on the case of their names."""
    headers = [("Host", HOST), ("Cookie", "a=1"), ("Accept", "*/*")]
    headers += [("Sec-Fetch-Site", site)] if site is not None else []
    headers += [("Origin", origin)] if origin is not None else []
    first = judge(policy, Request.from_headers("POST", headers))

    shuffled.shuffle(headers)
    second = judge(policy, Request.from_headers("POST", [(name.upper(), value) for name, value in headers]))

    assert first == second


def test_the_closed_policy_is_open_to_its_own():
    """Nobody is allowed, and that does not mean nobody at all."""
    assert judge(SAME_ORIGIN, Request(method="POST", origin="http://api.example", host="api.example")).allowed
    assert not judge(
        SAME_ORIGIN, Request(method="POST", origin="http://api.example", host="www.api.example")
    ).allowed


def test_a_verdict_costs_the_same_for_any_number_of_origins():
    """It asks the compiled set, once."""
    many = Policy(origins=[f"https://{n}.example" for n in range(1000)])

    assert judge(many, Request(method="POST", origin="https://999.example", fetch_site="cross-site")).allowed
    assert not judge(
        many, Request(method="POST", origin="https://1000.example", fetch_site="cross-site")
    ).allowed


@pytest.mark.parametrize(
    "text", ["https://app.example:443", "https://app.example/", "https://app.example:443/"]
)
def test_the_spelling_of_a_native_client_is_its_own_to_the_guard_alone(text):
    """No response names it, and a policy that lists the origin does not know it."""
    policy = Policy(origins=["https://app.example"])
    request = Request(method="GET", origin=text, upgrade="websocket", host="app.example", scheme="https")

    assert judge(policy, request).reason is Reason.SAME_ORIGIN
    assert decide(policy, request).headers == (("Vary", "Origin"),)
    assert not judge(policy, replace(request, host="api.example")).allowed
    # A browser would send Sec-Fetch-Site, and the guard trusts it.
    assert not judge(policy, replace(request, fetch_site="cross-site")).allowed


@pytest.mark.parametrize(("length", "owns"), [(253, True), (254, False)])
@pytest.mark.parametrize("port", [8000, 65535])
def test_the_longest_authority_is_still_an_own_one(length, owns, port):
    """A host of 253 bytes, a colon and five digits; an origin with a longer host is none."""
    labels = ["a" * 63, "b" * 63, "c" * 63]
    host = ".".join([*labels, "d" * (length - len(".".join(labels)) - 1)])

    request = Request(method="POST", origin=f"http://{host}:{port}", host=f"{host}:{port}")

    assert judge(SAME_ORIGIN, request).allowed is owns


@pytest.mark.parametrize(("length", "passes"), [(256, True), (257, False)])
def test_an_upgrade_is_read_up_to_256_bytes(length, passes):
    """A longer one counts as a handshake."""
    request = Request(method="GET", origin=EVIL, fetch_site="cross-site", upgrade="x" * length)

    assert judge(OPEN_TO_A, request).allowed is passes


def test_what_is_not_enforced_is_reported_as_it_is():
    """Only a guard that enforces has anything to give up; an explanation still knows the route."""
    request = Request(method="DELETE", origin=A)
    enforced = judge(compiled(OPEN_TO_A).for_methods(("GET",)).policy, request)

    for guard in ("off", "report"):
        verdict = judge(OPEN_TO_A.replace(guard=guard), request)
        assert reported(verdict) is verdict
    assert not is_refused(reported(enforced))
    assert reported(enforced).policy == enforced.policy.replace(guard="report")
    assert reported(enforced).explain() == enforced.explain()
    nobody = Decision(kind=Kind.ACTUAL, reason=Reason.ORIGIN_NULL, headers=())
    assert reported(nobody) is nobody
