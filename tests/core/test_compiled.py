"""What is computed once for a policy, and what it remembers of its answers."""

from __future__ import annotations

import threading

import pytest

from cases import EVIL, A
from flask_corsguard import SAME_ORIGIN, Origin, Policy, Reason, Request, decide
from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.limits import MAX_KNOWN_ORIGINS
from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH


def test_the_methods_of_a_route_share_the_compiled_origins():
    """The policy of a route is made without checking or compiling the origins again."""
    by_policy = compiled(Policy(origins=[A]))
    routed = by_policy.for_methods(("DELETE",))

    assert routed.policy == by_policy.policy.replace(methods=["DELETE"])
    assert routed.origins is by_policy.origins
    assert routed.for_methods(("PUT",)) is routed


def test_a_policy_is_shared_by_threads():
    """Four threads get the same decisions from one policy as one thread does."""
    policy = Policy(origins=[A, "https://*.partner.example"], credentials=True)
    asked = [A, "https://x.partner.example", "https://evil.example", "null", "garbage"]
    expected = [decide(policy, Request(method="GET", origin=origin)) for origin in asked]
    wrong = []

    def ask():
        for _ in range(200):
            answers = [decide(policy, Request(method="GET", origin=origin)) for origin in asked]
            if answers != expected:
                wrong.append(answers)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not wrong


def test_origins_that_are_not_allowed_take_no_place_among_those_that_are_remembered():
    """A client that invents origins does not make those of a pattern slower."""
    by_policy = compiled(Policy(origins=["https://*.partner.example"]))
    for number in range(MAX_KNOWN_ORIGINS):
        assert by_policy.answer_to(f"https://x{number}.evil.example").reason is Reason.ORIGIN_NOT_ALLOWED
    partner = "https://a.partner.example"
    first = by_policy.answer_to(partner)

    assert first.reason is Reason.ALLOWED
    assert by_policy.answer_to(partner) is first


def test_a_list_as_long_as_the_policy_could_accept_is_read():
    """The bound refuses no list that the policy allows and a browser or a proxy could send."""
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


def test_no_more_origins_are_remembered_than_are_bounded():
    """Anyone can send new origins under a pattern; those beyond the bound get the same answer."""
    by_policy = compiled(Policy(origins=["https://*.a.example"]))
    origins = [f"https://h{number}.a.example" for number in range(MAX_KNOWN_ORIGINS + 10)]

    for _ in range(2):
        for origin in origins:
            answer = by_policy.answer_to(origin)
            assert answer.headers[0] == answer.preflight[0] == ("Access-Control-Allow-Origin", origin)

    known = [origin for origin in origins if by_policy.answer_to(origin) is by_policy.answer_to(origin)]
    assert known == origins[:MAX_KNOWN_ORIGINS]


def test_under_a_policy_for_everyone_an_origin_may_have_any_length():
    """The answer does not depend on the origin, so the origin is not read."""
    by_policy = compiled(Policy(origins="*"))

    answer = by_policy.answer_to("x" * 1000)

    assert answer.reason is Reason.ALLOWED
    assert answer.headers[0] == answer.preflight[0] == ("Access-Control-Allow-Origin", "*")


@pytest.mark.parametrize("credentials", [False, True])
def test_a_list_that_nobody_reads_is_answered_alike_each_time_and_apart_from_others(credentials):
    """No request header is granted to it, and what is remembered for it is not sent for a shorter list."""
    policy = Policy(origins=[A, EVIL], allow_headers="*", credentials=credentials)
    long = ",".join(f"x-{number}" for number in range(2000))
    names = "x-a" if credentials else "*"

    def headers(origin, listed):
        request = Request(method="OPTIONS", origin=origin, requested_method="GET", requested_headers=listed)
        return dict(decide(policy, request).headers)

    for origin in (A, EVIL) * 3:
        assert "Access-Control-Allow-Headers" not in headers(origin, long)
        assert headers(origin, "x-a")["Access-Control-Allow-Headers"] == names
        assert headers(origin, long)["Access-Control-Allow-Origin"] == origin


def test_what_a_callable_allows_is_not_remembered():
    """Its next answer may be another one, for requests and for preflights."""
    answers = iter([True, False] * 4)
    policy = Policy(origins=[lambda origin: next(answers)])
    asked = Request(method="OPTIONS", origin=A, requested_method="GET")

    allowed = [decide(policy, Request(method="GET", origin=A)).allowed for _ in range(4)]
    statuses = [decide(policy, asked).status for _ in range(4)]

    assert allowed == [True, False, True, False]
    assert statuses == [204, 403, 204, 403]


def test_a_callable_is_asked_once_for_an_answer():
    """The answer has the headers of requests and of preflights, so that neither asks again."""
    asked = []

    def check(origin):
        asked.append(origin)
        return True

    answer = compiled(Policy(origins=[check])).answer_to(A)

    assert asked == [Origin.parse(A)]
    assert answer.headers[0] == answer.preflight[0] == ("Access-Control-Allow-Origin", A)


def test_the_reason_of_an_answer_by_a_callable_does_not_ask_again():
    """A callable might return something else the second time."""
    asked = []

    def check(origin):
        asked.append(origin)
        return False

    by_policy = compiled(Policy(origins=[check]))

    assert by_policy.reason(by_policy.answer_to(A), A) is Reason.ORIGIN_NOT_ALLOWED
    assert len(asked) == 1


def test_the_exception_of_a_callable_is_in_the_answer():
    """The next origin's answer does not contain it."""

    def check(origin):
        if origin.host == "evil.example":
            raise LookupError("database")
        return False

    by_policy = compiled(Policy(origins=[check]))
    failed, refused = by_policy.answer_to(EVIL), by_policy.answer_to(A)

    assert isinstance(failed.error, LookupError)
    assert by_policy.reason(failed, EVIL) is Reason.ORIGIN_CHECK_FAILED
    assert refused.error is None


@pytest.mark.parametrize(
    ("origins", "origin", "reason"),
    [
        ([A], A, Reason.ALLOWED),
        ([A, EVIL], EVIL, Reason.ALLOWED),
        ("*", "null", Reason.ALLOWED),
        ([A], None, Reason.NO_ORIGIN),
        ("*", None, Reason.NO_ORIGIN),
        ([A], EVIL, Reason.ORIGIN_NOT_ALLOWED),
        (["https://*.a.example"], EVIL, Reason.ORIGIN_NOT_ALLOWED),
        ([A], "null", Reason.ORIGIN_NULL),
        ([A], f"{A}/", Reason.ORIGIN_MALFORMED),
        ([A], "", Reason.ORIGIN_MALFORMED),
        ([A], "x" * 1000, Reason.ORIGIN_MALFORMED),
    ],
)
def test_every_answer_has_a_reason(origins, origin, reason):
    """If the answer itself has none, the reason is found when somebody asks for it."""
    by_policy = compiled(Policy(origins=origins))

    assert by_policy.reason(by_policy.answer_to(origin), origin) is reason


def test_an_answer_that_refuses_differs_in_nothing_but_its_reason():
    """A refused origin does not learn from the headers why it is refused."""
    by_policy = compiled(Policy(origins=[A], resource_policy="same-site"))
    answers = [by_policy.answer_to(origin) for origin in (EVIL, "null", "x", "x" * 1000)]

    expected = [("Cross-Origin-Resource-Policy", "same-site"), ("Vary", "Origin")]
    assert [answer.headers for answer in answers] == [expected] * 4
    assert len({answer.preflight for answer in answers}) == 1


def test_a_policy_is_compiled_once():
    """Every request under a policy shares its compiled form, and equal policies do not."""
    policy = Policy(origins=[A])

    assert compiled(policy) is compiled(policy)
    assert compiled(policy) is not compiled(Policy(origins=[A]))


@pytest.mark.parametrize(
    ("methods", "granted"), [(("GET", "DELETE"), "GET, DELETE"), ("*", "*"), ((), None)], ids=str
)
def test_a_policy_without_methods_takes_those_of_a_route(methods, granted):
    """A preflight is granted the methods of the route."""
    routed = compiled(Policy(origins=[A])).for_methods(methods)

    assert dict(routed.answer_to(A).preflight).get("Access-Control-Allow-Methods") == granted


def test_a_policy_that_lists_methods_has_them_on_every_route():
    """It is the same compiled policy, whatever the route is."""
    by_policy = compiled(Policy(origins=[A], methods=["PUT"]))

    assert by_policy.for_methods(("DELETE",)) is by_policy


def test_the_closed_policy_answers_every_origin_alike():
    """No response depends on the origin, so none has `Vary: Origin`."""
    by_policy = compiled(SAME_ORIGIN)

    assert by_policy.answer_to(None).headers == by_policy.answer_to(A).headers == []


def test_an_origin_as_long_as_any_can_be_is_compared():
    """One byte more, and it is not even read."""
    longest = f"{'a' * 64}://{'b' * 253}:65535"
    policy = Policy(origins=[longest])

    assert len(longest) == MAX_ORIGIN_LENGTH
    assert decide(policy, Request(method="GET", origin=longest)).allowed
    assert not decide(policy, Request(method="GET", origin=f"{longest}0")).allowed
