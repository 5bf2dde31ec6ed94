"""The table of the design, asked of the core."""

from __future__ import annotations

import pickle

import pytest

from cases import EVIL, LISTED, ROWS, A, Row
from flask_corsguard import Decision, Kind, Policy, Reason, Request, decide
from flask_corsguard.core.compiled import MAX_WILDCARD_LIST_LENGTH


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_core_answers_as_the_table_says(row: Row):
    """A decision carries exactly the headers, the status and the reason of its row."""
    request = Request.from_headers(row.method, row.headers)

    decision = decide(row.policy, request)

    assert list(decision.headers) == row.expected
    assert decision.status == row.status
    assert decision.reason is row.reason
    assert decision.allowed is (row.reason in {Reason.ALLOWED, Reason.NO_ORIGIN})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_decision_explains_itself_in_a_sentence(row: Row):
    """An explanation is one line of plain ASCII that ends as sentences do."""
    explanation = decide(row.policy, Request.from_headers(row.method, row.headers)).explain()

    assert explanation.endswith(".")
    assert explanation[0].isupper() or explanation.startswith(("'", "http"))
    assert explanation.isascii()
    assert "\n" not in explanation


@pytest.mark.parametrize(
    ("method", "headers", "kind"),
    [
        ("OPTIONS", {"Origin": A, "Access-Control-Request-Method": "GET"}, Kind.PREFLIGHT),
        ("options", {"Origin": A, "Access-Control-Request-Method": "GET"}, Kind.ACTUAL),
        ("GET", {"Origin": A, "Access-Control-Request-Method": "GET"}, Kind.ACTUAL),
        ("OPTIONS", {"Origin": A}, Kind.ACTUAL),
        ("OPTIONS", {"Access-Control-Request-Method": "GET"}, Kind.NON_CORS),
        ("OPTIONS", {"Origin": "", "Access-Control-Request-Method": "GET"}, Kind.ACTUAL),
        ("GET", {}, Kind.NON_CORS),
    ],
)
def test_a_preflight_is_options_with_one_origin_and_one_requested_method(method, headers, kind):
    """Everything else with an origin is actual, and the rest is not CORS."""
    assert decide(LISTED, Request.from_headers(method, headers)).kind is kind


def test_headers_are_read_in_any_case_and_joined_when_repeated():
    """Two lines of one header are one value with a comma, as WSGI servers make of them."""
    request = Request.from_headers("GET", [("ORIGIN", A), ("origin", EVIL)])

    assert request.origin == f"{A},{EVIL}"


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
    """The log and the browser speak of the same header."""
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
    """Case, white space, empty elements and repetitions are let through."""
    assert decide(
        LISTED, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=asked)
    ).allowed


def test_the_kelvin_sign_is_no_k():
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
    """Never `Authorization`, never a forbidden name, never what is no name."""
    policy = Policy(origins=[A], allow_headers="*", credentials=True)

    decision = decide(
        policy, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=f"x-bar,{name}")
    )

    allowed = dict(decision.headers)["Access-Control-Allow-Headers"].split(", ")
    assert allowed == (["x-bar", name] if echoed else ["x-bar"])
    assert decision.allowed is echoed


@pytest.mark.parametrize("method", ["TRACE", "connect", "A B", "X" * 35, "GE\r\nT"])
def test_a_wildcard_with_credentials_echoes_no_method_that_is_none(method):
    """What is forbidden, no token or out of bounds is not sent back."""
    policy = Policy(origins=[A], methods="*", credentials=True)

    decision = decide(policy, Request(method="OPTIONS", origin=A, requested_method=method))

    assert decision.reason is Reason.METHOD_NOT_ALLOWED
    assert "Access-Control-Allow-Methods" not in dict(decision.headers)


def test_a_wildcard_reads_no_list_beyond_its_bound():
    """What is too long is neither read nor sent back."""
    policy = Policy(origins=[A], allow_headers="*", credentials=True)
    asked = "x," * (MAX_WILDCARD_LIST_LENGTH // 2) + "x"

    decision = decide(
        policy, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=asked)
    )

    assert decision.reason is Reason.HEADERS_TOO_LONG
    assert "Access-Control-Allow-Headers" not in dict(decision.headers)


def test_a_list_as_long_as_the_policy_could_accept_is_read():
    """The bound refuses no list that a browser could send and the policy would allow."""
    names = [f"X-{'a' * length}" for length in range(1, 60)]
    policy = Policy(origins=[A], allow_headers=names)
    asked = ",".join(sorted(name.lower() for name in names))

    assert decide(
        policy, Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers=asked)
    ).allowed
    assert decide(
        policy,
        Request(
            method="OPTIONS", origin=A, requested_method="GET", requested_headers=asked.replace(",", " , ")
        ),
    ).allowed


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_safelisted_methods_pass_though_no_list_names_them(method):
    """The standard lets them pass, so a decision that said no would be wrong."""
    policy = Policy(origins=[A], methods=["PUT"])

    assert decide(policy, Request(method="OPTIONS", origin=A, requested_method=method)).allowed


def test_a_decision_can_be_pickled_and_compared():
    """It can go to another process, and be equal there."""
    decision = decide(LISTED, Request(method="OPTIONS", origin=A, requested_method="PUT"))

    assert pickle.loads(pickle.dumps(decision)) == decision


def test_a_decision_cannot_be_changed():
    """Nobody downstream rewrites what was decided."""
    decision = decide(LISTED, Request(method="GET", origin=A))

    with pytest.raises(AttributeError):
        decision.reason = Reason.ORIGIN_NULL


def test_a_decision_made_by_hand_explains_what_it_knows():
    """Without request and policy, the reason is all there is to say."""
    decision = Decision(kind=Kind.ACTUAL, reason=Reason.ORIGIN_NULL, headers=())

    assert decision.explain() == "The decision was: origin-null."


def test_an_origin_check_that_failed_is_explained_by_the_log():
    """What a callable raised is no business of the page, and is in the decision for the log."""

    def check(origin):
        raise LookupError("database")

    decision = decide(Policy(origins=[check]), Request(method="GET", origin=EVIL))

    assert isinstance(decision.error, LookupError)
    assert decision.explain() == f"The check of {EVIL} raised an exception, which means no; the log has it."


@pytest.mark.parametrize(
    ("policy", "request_", "words"),
    [
        (
            LISTED,
            Request(method="OPTIONS", origin=A, requested_method="put"),
            ["ask for PUT", "allows GET, HEAD, POST"],
        ),
        (
            LISTED,
            Request(method="GET", origin=EVIL),
            ["https://evil.example is not one of", "https://app.example", "add it"],
        ),
        (
            LISTED,
            Request(method="GET", origin="http://app.example"),
            ["is not https://app.example", "scheme, host and port"],
        ),
        (
            LISTED,
            Request(method="GET", origin="https://app.example:8443"),
            ["is not https://app.example", "port"],
        ),
        (LISTED, Request(method="GET", origin="http://[::1]:3"), ["http://[::1]:3 is not one of"]),
        (LISTED, Request(method="GET", origin="a,b"), ["more than one origin"]),
        (LISTED, Request(method="GET", origin="null"), ["sends null", "serve it over http(s)"]),
        (
            LISTED,
            Request(method="OPTIONS", origin=A, requested_method="DELETE"),
            ["'DELETE'", "allows GET, HEAD, POST", "add it to methods"],
        ),
        (
            LISTED.replace(methods=["PATCH"]),
            Request(method="OPTIONS", origin=A, requested_method="patch"),
            ["case-sensitive", "ask for PATCH"],
        ),
        (
            LISTED,
            Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers="x-a"),
            ["the header 'x-a'", "add it to allow_headers"],
        ),
        (
            LISTED.replace(allow_headers=[]),
            Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers="x-a"),
            ["allows none"],
        ),
        (
            LISTED.replace(allow_headers="*"),
            Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers="authorization"),
            ['never covered by "*"', '["*", "Authorization"]'],
        ),
        (
            LISTED,
            Request(
                method="OPTIONS",
                origin=A,
                requested_method="GET",
                requested_headers=None,
                private_network="true",
            ),
            ["private_network=True"],
        ),
        (
            LISTED.replace(origins=[f"https://{n}.example" for n in range(7)]),
            Request(method="GET", origin=EVIL),
            ["and 2 more"],
        ),
    ],
)
def test_an_explanation_says_what_to_do(policy, request_, words):
    """A stranger reads in it what is wrong and what would be right."""
    explanation = decide(policy, request_).explain()

    assert [word for word in words if word not in explanation] == [], explanation
