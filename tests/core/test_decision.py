"""Which CORS headers a response carries, and why."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import pytest

from cases import LISTED, ROWS, A, Row
from flask_corsguard import Decision, Kind, Policy, Reason, Request, decide
from flask_corsguard.core.limits import MAX_WILDCARD_LIST_LENGTH


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_core_answers_as_in_the_table(row: Row):
    """A decision carries exactly the headers, the status and the reason of its row."""
    request = Request.from_headers(row.method, row.headers)

    decision = decide(row.policy, request)

    assert list(decision.headers) == row.expected
    assert decision.status == row.status
    assert decision.reason is row.reason
    assert decision.allowed is (row.reason in {Reason.ALLOWED, Reason.NO_ORIGIN})


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ("x-foo", "x-foo"),
        ("content-type,x-foo,x-bar", "x-foo"),
        ("content-type, a b", "a b"),
        ("content-type;q=1", "content-type;q=1"),
        ("\u212aontent-type", "\u212aontent-type"),
    ],
)
def test_the_first_header_that_is_not_allowed_is_named(asked, detail):
    """The log names the same header as the browser's console."""
    decision = decide(
        LISTED, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=asked)
    )

    assert str(decision) == f"header-not-allowed: {detail}"


@pytest.mark.parametrize(
    "asked",
    [
        "content-type",
        "Content-Type",
        " content-type ",
        "content-type,,",
        ",content-type\t,content-type",
        "",
        ",",
    ],
)
def test_what_proxies_do_to_a_list_of_headers_does_no_harm(asked):
    """Case, white space, empty elements and repetitions make no difference."""
    assert decide(
        LISTED, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=asked)
    ).allowed


def test_the_kelvin_sign_is_not_a_k():
    """Only ASCII letters have a case in a header name."""
    policy = Policy(origins=[A], allow_headers=["X-Key"])

    assert not decide(
        policy, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers="x-\u212aey")
    ).allowed


@pytest.mark.parametrize(
    ("name", "echoed"),
    [("x-foo", True), ("authorization", False), ("cookie", False), ("sec-x", False), ("a b", False)],
)
def test_a_wildcard_with_credentials_echoes_only_what_it_covers(name, echoed):
    """It never echoes `Authorization`, a forbidden name or a text that is not a name."""
    policy = Policy(origins=[A], allow_headers="*", credentials=True)

    decision = decide(
        policy, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=f"x-bar,{name}")
    )

    allowed = dict(decision.headers)["Access-Control-Allow-Headers"].split(", ")
    assert allowed == (["x-bar", name] if echoed else ["x-bar"])
    assert decision.allowed is echoed


@pytest.mark.parametrize("method", ["TRACE", "connect", "A B", "X" * 35, "GE\r\nT"])
def test_a_wildcard_with_credentials_echoes_no_invalid_method(method):
    """A method that is forbidden, too long or not a token is not sent back."""
    policy = Policy(origins=[A], methods="*", credentials=True)

    decision = decide(policy, Request(method="OPTIONS", origin=A, requested_method=method))

    assert decision.reason is Reason.METHOD_NOT_ALLOWED
    assert "Access-Control-Allow-Methods" not in dict(decision.headers)


def test_a_wildcard_reads_no_list_beyond_its_bound():
    """A list that is too long is neither read nor sent back."""
    policy = Policy(origins=[A], allow_headers="*", credentials=True)
    asked = "x," * (MAX_WILDCARD_LIST_LENGTH // 2) + "x"

    decision = decide(
        policy, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=asked)
    )

    assert decision.reason is Reason.HEADERS_TOO_LONG
    assert "Access-Control-Allow-Headers" not in dict(decision.headers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_safelisted_methods_pass_though_no_list_names_them(method):
    """Browsers send them under every list, so the decision allows them."""
    policy = Policy(origins=[A], methods=["PUT"])

    assert decide(policy, Request(method="OPTIONS", origin=A, requested_method=method)).allowed


@pytest.mark.parametrize(
    ("reason", "allowed"),
    [
        (Reason.ALLOWED, True),
        (Reason.NO_ORIGIN, True),
        (Reason.ORIGIN_MALFORMED, False),
        (Reason.ORIGIN_NULL, False),
        (Reason.ORIGIN_NOT_ALLOWED, False),
        (Reason.ORIGIN_INSECURE, False),
        (Reason.ORIGIN_CHECK_FAILED, False),
        (Reason.METHOD_NOT_ALLOWED, False),
        (Reason.HEADER_NOT_ALLOWED, False),
        (Reason.HEADERS_TOO_LONG, False),
        (Reason.PRIVATE_NETWORK_NOT_ALLOWED, False),
        (Reason.GUARD_OFF, True),
        (Reason.SAFE_METHOD, True),
        (Reason.SAME_ORIGIN, True),
        (Reason.ORIGIN_MISSING, False),
        (Reason.COOKIE_NOT_ALLOWED, False),
    ],
)
def test_the_reason_determines_whether_a_decision_allows(reason, allowed):
    """A decision allows with five of the reasons, and refuses with every other one."""
    assert Decision(kind=Kind.ACTUAL, reason=reason, headers=()).allowed is allowed


def test_a_decision_is_made_by_keywords():
    """Its fields have no order that a caller could rely on."""
    with pytest.raises(TypeError, match="positional"):
        Decision(Kind.ACTUAL, Reason.ALLOWED, ())


def test_a_decision_is_shown_by_its_reason_and_detail():
    """The log shows the code of the reason, and what of the request it is about."""
    refused = Decision(kind=Kind.PREFLIGHT, reason=Reason.METHOD_NOT_ALLOWED, headers=(), detail="PUT")

    assert str(refused) == "method-not-allowed: PUT"
    assert str(Decision(kind=Kind.ACTUAL, reason=Reason.ALLOWED, headers=())) == "allowed"


def test_a_decision_can_be_pickled_and_compared():
    """A copy in another process is equal."""
    decision = decide(LISTED, Request(method="OPTIONS", origin=A, requested_method="PUT"))

    assert pickle.loads(pickle.dumps(decision)) == decision


def test_a_decision_cannot_be_changed():
    """No later layer can change what was decided."""
    decision = decide(LISTED, Request(method="GET", origin=A))

    with pytest.raises(FrozenInstanceError):
        decision.reason = Reason.ORIGIN_NULL


@pytest.mark.parametrize("name", ["sec_fetch_site", "Content_Length", "proxy_authorization"])
def test_a_name_that_servers_read_as_a_forbidden_one_is_never_sent_back(name):
    """With credentials, the names that `*` allows are sent back one by one, without these."""
    policy = Policy(origins=[A], allow_headers="*", credentials=True)
    request = Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=f"x-a,{name},x_b")

    decision = decide(policy, request)

    assert str(decision) == f"header-not-allowed: {name}"
    assert dict(decision.headers)["Access-Control-Allow-Headers"] == "x-a, x_b"
    # Without credentials the browser is sent the wildcard, and will take it for any name.
    assert decide(policy.replace(credentials=False), request).allowed


def preflight_of_everything(method="GET", names=""):
    """Ask a policy that sends back what is requested."""
    policy = Policy(origins=[A], methods="*", allow_headers="*", credentials=True)
    asked = Request(method="OPTIONS", origin=A, requested_method=method, requested_headers=names)
    return decide(policy, asked)


@pytest.mark.parametrize(("length", "sent"), [(4095, True), (4096, True), (4097, False), (5000, False)])
def test_names_are_sent_back_up_to_4096_bytes(length, sent):
    """One byte more, and none of them is."""
    names = "x" * length

    decision = preflight_of_everything(names=names)

    assert dict(decision.headers).get("Access-Control-Allow-Headers") == (names if sent else None)
    assert decision.reason is (Reason.ALLOWED if sent else Reason.HEADERS_TOO_LONG)
    assert decision.detail == ("" if sent else str(length))


@pytest.mark.parametrize(("length", "sent"), [(33, True), (34, True), (35, False)])
def test_a_method_is_sent_back_up_to_34_bytes(length, sent):
    """Nobody has registered a longer method."""
    decision = preflight_of_everything("M" * length)

    assert dict(decision.headers).get("Access-Control-Allow-Methods") == ("M" * length if sent else None)
    assert decision.reason is (Reason.ALLOWED if sent else Reason.METHOD_NOT_ALLOWED)
