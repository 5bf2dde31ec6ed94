"""Live origins, with a source and a clock that the test moves."""

from __future__ import annotations

import enum
import gc
import logging
import weakref

import pytest

from flask_corsguard import Policy
from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH
from flask_corsguard.core.origin_set import OriginSet
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live.view import MAX_TOLD_ROWS
from flask_corsguard.testing import OriginSource
from live.asking import EVIL, A, B, C, allows, why


def live(*origins, **more):
    """Return a source, live origins that have been loaded from it, and a policy of these alone."""
    source = OriginSource(origins)
    tenants = LiveOrigins(source, clock=source.clock, **{"ttl": 5, "grace": 60, **more})
    policy = Policy(origins=[tenants])
    tenants.refresh()
    return source, tenants, policy


def test_before_the_first_load_nobody_is_allowed():
    """The policy can be built and asked, and what it lists itself is allowed."""
    source = OriginSource([A])
    tenants = LiveOrigins(source, clock=source.clock)
    policy = Policy(origins=[B, tenants])

    assert not allows(policy, A)
    assert allows(policy, B)
    assert source.questions == 0

    assert tenants.refresh()
    assert allows(policy, A)
    assert not allows(policy, EVIL)


def test_every_origin_that_the_policy_lists_itself_is_allowed_beside_live_ones():
    """Whether or not these have it, too."""
    source, tenants, _ = live(A)
    policy = Policy(origins=[B, C, tenants])

    for _ in range(2):
        assert [allows(policy, each) for each in (A, B, C, EVIL)] == [True, True, True, False]
    source.set([C])
    tenants.refresh()
    assert [allows(policy, each) for each in (A, B, C, EVIL)] == [False, True, True, False]


def test_a_change_is_in_force_when_it_is_loaded():
    """What is taken out is refused, although it was remembered, and what is put in is allowed."""
    source, tenants, policy = live(A, B)
    assert allows(policy, A)
    assert allows(policy, A)

    source.set([B, C])
    assert allows(policy, A)
    tenants.refresh()

    assert [allows(policy, each) for each in (A, B, C)] == [False, True, True]


def test_the_same_version_is_not_loaded_again():
    """But it counts as an answer."""
    source, tenants, policy = live(A)
    for _ in range(10):
        source.advance(30)
        assert tenants.refresh()
        assert allows(policy, A)

    assert (source.loads, source.questions) == (1, 11)


def test_what_is_invalidated_is_loaded_whatever_its_version_is():
    """A program that has written to the source calls it, and need not wait."""
    source, tenants, _ = live(A)

    tenants.invalidate()
    tenants.refresh()

    assert source.loads == 2


def test_without_a_version_the_rows_are_loaded_and_compared():
    """The snapshot stays the same object, so what is remembered stays."""
    rows = [A, B]
    tenants = LiveOrigins(lambda: list(rows), clock=lambda: 0.0)
    policy = Policy(origins=[tenants])
    tenants.refresh()
    first = compiled(policy).answer_to(A)

    tenants.refresh()
    assert compiled(policy).answer_to(A) is first

    rows.append(C)
    tenants.refresh()
    assert compiled(policy).answer_to(A) is not first
    assert allows(policy, C)


def test_a_version_that_is_changed_in_place_is_unknown():
    """It is always equal to what was read before; a new one that is equal confirms the rows."""
    rows, changes, loads = [A], [1], []

    def load():
        loads.append(1)
        return rows

    tenants = LiveOrigins(load, version=lambda: changes, clock=lambda: 0.0)
    policy = Policy(origins=[tenants])
    tenants.refresh()
    rows[:], changes[:] = [B], [2]
    tenants.refresh()
    assert allows(policy, B)
    assert not allows(policy, A)

    changes = [2]
    tenants.refresh()
    assert len(loads) == 2


def test_a_version_of_none_means_that_it_is_unknown():
    """As of a table without a row: the latest change of nothing is NULL."""
    rows = []
    tenants = LiveOrigins(lambda: rows, version=lambda: None, clock=lambda: 0.0)
    policy = Policy(origins=[tenants])
    tenants.refresh()
    rows.append(A)
    tenants.refresh()

    assert allows(policy, A)


def test_past_grace_nobody_is_allowed_and_afterwards_all_are_again():
    """An outage within grace changes nothing; one log line begins it, and one ends it."""
    source, tenants, policy = live(A)
    source.fail(OSError("no route"))
    for _ in range(59):
        source.advance(1)
        assert not tenants.refresh()
        assert allows(policy, A)

    source.advance(1)
    assert not allows(policy, A)

    source.recover()
    tenants.refresh()
    assert allows(policy, A)


def test_an_outage_is_logged_once_and_so_is_its_end(caplog):
    """The line contains the error, and until when the last answer counts."""
    source, tenants, policy = live(A)
    source.fail(OSError("x"))
    for _ in range(100):
        source.advance(1)
        tenants.refresh()
        allows(policy, A)
    source.recover()
    tenants.refresh()
    tenants.refresh()

    assert [record.getMessage() for record in caplog.records] == [
        "OriginSource(), a source of origins, failed: 'x'; in 59 s, if that lasts, nobody is allowed by it",
        "OriginSource(), a source of origins, answers again, after 99 s",
    ]
    assert caplog.records[0].exc_info


def test_an_outage_from_the_beginning_is_logged(caplog):
    """There is no last answer that would count."""
    source = OriginSource()
    source.fail()
    tenants = LiveOrigins(source, clock=source.clock)

    assert not tenants.refresh()

    assert "failed: 'the source is away'; it allows nobody" in caplog.text


def test_age_counts_from_before_the_question():
    """A slow answer is as old as its question: it was true when that was asked, and perhaps not later."""
    source, tenants, policy = live()
    source.set([A])
    source.delay(50)
    tenants.refresh()
    assert allows(policy, A)
    source.advance(9)
    assert allows(policy, A)
    source.advance(1)
    assert not allows(policy, A)


def test_an_answer_that_takes_longer_than_grace_counts_for_nothing(caplog):
    """And does not end the outage."""
    source, tenants, policy = live()
    source.set([A])
    source.fail()
    tenants.refresh()
    source.recover()
    source.delay(61)
    tenants.refresh()

    assert not allows(policy, A)
    assert "answers again" not in caplog.text


def test_what_is_remembered_does_not_outlive_grace():
    """An answer that the policy remembers is not given when the set has run out."""
    source, tenants, policy = live(A)
    for _ in range(3):
        assert allows(policy, A)
    source.advance(60)
    assert not allows(policy, A)
    source.fail()
    tenants.refresh()
    assert not allows(policy, A)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("https://a.example/", "origin.trailing-slash"),
        ("http://a.example", "credentials.insecure-origin"),
        ("https://*.co.uk", "credentials.public-suffix"),
        ("https://*", "credentials.any-origin"),
        ("null", "origin.null"),
        ("*", "origins.redundant"),
        ("", "origin.empty"),
        (None, "origins.none"),
        (("https://a.example",), "origins.type"),
        (["https://a.example"], "origins.type"),
        (b"https://a.example", "origins.type"),
        (7, "origins.type"),
        (len, "origins.type"),
        (OriginSource, "origins.type"),
    ],
)
def test_a_bad_row_is_skipped_and_logged_once(row, code, caplog):
    """The checks are those of a policy with credentials, and the other rows count."""
    source = OriginSource([row, A])
    tenants = LiveOrigins(source, clock=source.clock)
    policy = Policy(origins=[tenants], credentials=True)
    for _ in range(3):
        tenants.refresh()
        source.set([row, A, *([B] if source.loads == 2 else [])])

    assert allows(policy, A)
    (told,) = [each.getMessage() for each in caplog.records]
    assert told.startswith("OriginSource(), a source of origins, has a row that is skipped: ")
    assert f"[{code}]" in told


def test_each_policy_checks_the_rows_by_its_own_fields():
    """The same source serves a policy with credentials and one without."""
    insecure, null = "http://a.example", "null"
    source = OriginSource([insecure, null, A])
    tenants = LiveOrigins(source, clock=source.clock)
    strict = Policy(origins=[tenants], credentials=True)
    tenants.refresh()
    loose = Policy(origins=[tenants])
    looser = Policy(origins=[tenants], dangerously_allow=["null-origin"])

    assert [allows(strict, each) for each in (A, insecure, null)] == [True, False, False]
    assert [allows(loose, each) for each in (A, insecure, null)] == [True, True, False]
    assert [allows(looser, each) for each in (A, insecure, null)] == [True, True, True]
    assert source.loads == 1


def test_a_row_for_everyone_does_not_reach_into_private_networks(caplog):
    """As in a policy, any origin together with private networks is refused."""
    source = OriginSource(["https://*", A])
    tenants = LiveOrigins(source, clock=source.clock)
    policy = Policy(origins=[tenants], private_network=True)
    tenants.refresh()

    assert allows(policy, A)
    assert not allows(policy, EVIL)
    assert "[private-network.any-origin]" in caplog.text


def test_patterns_come_and_go():
    """They match as those of a policy do."""
    source, tenants, policy = live("https://*.a.example", "http://localhost:*", B)
    assert allows(policy, "https://x.y.a.example")
    assert allows(policy, "http://localhost:3000")
    assert allows(policy, B)
    assert not allows(policy, A)

    source.set(["https://*.a.example"])
    tenants.refresh()
    assert allows(policy, "https://x.y.a.example")
    assert not allows(policy, "http://localhost:3000")
    source.set([])
    tenants.refresh()
    assert not allows(policy, "https://x.y.a.example")


def test_only_new_rows_are_checked(monkeypatch):
    """A change of one row among many reads one row."""
    from flask_corsguard.core.validation import rows

    read = []
    original = rows.RowCheck.__call__
    monkeypatch.setattr(rows.RowCheck, "__call__", lambda self, row: read.append(row) or original(self, row))
    source, tenants, _ = live(*(f"https://t{number}.example" for number in range(100)), "bad")
    assert len(read) == 101
    read.clear()

    source.set([*(f"https://t{number}.example" for number in range(99)), "bad", A])
    tenants.refresh()

    assert read == [A]


def test_many_bad_rows_are_logged_in_few_lines(caplog):
    """A table of another kind does not flood the log."""
    live(*(f"https://t{number}.example/" for number in range(1000)))

    assert len(caplog.records) == MAX_TOLD_ROWS + 1
    assert caplog.records[-1].getMessage().endswith("has 980 more rows that are skipped")


def test_a_source_that_lists_nothing_any_more_is_logged(caplog):
    """It is not an outage: nobody is allowed at once. But it rarely is what was meant."""
    source, tenants, policy = live(A)
    source.set([])
    tenants.refresh()

    assert not allows(policy, A)
    assert "lists none any more" in caplog.text


@pytest.mark.parametrize("answer", [None, "https://a.example", b"", {A: 1}, 7])
def test_an_answer_that_is_not_a_list_is_an_outage(answer, caplog):
    """A function that forgot its return does not shut everyone out at once."""
    answers = [[A], answer]
    tenants = LiveOrigins(lambda: answers.pop(0), clock=lambda: 0.0)
    policy = Policy(origins=[tenants])

    assert tenants.refresh()
    assert not tenants.refresh()

    assert allows(policy, A)
    assert "not a list of origins" in caplog.text


def test_a_list_that_breaks_off_is_an_outage():
    """Half of an answer is none."""

    def load():
        yield B
        raise OSError("gone")

    tenants = LiveOrigins(load, clock=lambda: 0.0)
    policy = Policy(origins=[tenants])

    assert not tenants.refresh()
    assert not allows(policy, B)


def test_rows_may_be_members_of_an_enum_and_repeat():
    """They are compared as text."""

    class Sites(str, enum.Enum):
        APP = A

    tenants = LiveOrigins(lambda: [Sites.APP, A, B, B], clock=lambda: 0.0)
    policy = Policy(origins=[tenants])
    tenants.refresh()

    assert allows(policy, A)
    assert allows(policy, B)


def test_a_version_that_fails_is_an_outage_and_is_asked_again():
    """What was to be loaded whatever its version is, still is."""
    source, tenants, _ = live(A)
    tenants.invalidate()
    source.fail()
    assert not tenants.refresh()
    source.recover()
    assert tenants.refresh()

    assert source.loads == 2


def test_several_live_sets_are_in_one_policy():
    """Each has its own outages, and what is remembered of all goes with any."""
    first, second = OriginSource([A]), OriginSource([B])
    sets = [LiveOrigins(each, clock=each.clock) for each in (first, second)]
    policy = Policy(origins=[C, *sets])
    for each in sets:
        each.refresh()
    assert [allows(policy, each) for each in (A, B, C, EVIL)] == [True, True, True, False]
    answer = compiled(policy).answer_to(A)
    assert compiled(policy).answer_to(A) is answer

    second.advance(60)
    assert [allows(policy, each) for each in (A, B, C, EVIL)] == [True, False, True, False]
    assert compiled(policy).answer_to(A) is not answer


def test_live_origins_work_beside_expressions_and_callables():
    """A callable is asked about who is not listed, each time, and its answer is not remembered."""
    import re

    asked = []
    source = OriginSource([A])
    tenants = LiveOrigins(source, clock=source.clock)
    policy = Policy(
        origins=[tenants, re.compile(r"https://[bc]\.example"), lambda it: bool(asked.append(it.host))]
    )
    tenants.refresh()

    assert [allows(policy, each) for each in (A, A, B, C, EVIL, EVIL)] == [True] * 4 + [False] * 2
    assert asked == ["evil.example"] * 2


def test_a_callable_beside_live_origins_that_raises_is_reported():
    """The answer brings the exception along."""
    source = OriginSource([A])
    tenants = LiveOrigins(source, clock=source.clock)
    policy = Policy(origins=[tenants, lambda _: 1 / 0])
    tenants.refresh()

    assert allows(policy, A)
    assert why(policy, EVIL) == "origin-check-failed"
    assert isinstance(compiled(policy).answer_to(EVIL).error, ZeroDivisionError)


def test_the_longest_origin_that_there_can_be_is_allowed():
    """By a live row, beside which the policy lists nothing or a pattern."""
    longest = "s" * 64 + "://" + ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61]) + ":65535"
    assert len(longest) == MAX_ORIGIN_LENGTH
    tenants = LiveOrigins(OriginSource([longest]), ttl=5, grace=60)
    tenants.refresh()

    for others in ([], ["https://*.a.example"]):
        assert allows(Policy(origins=[*others, tenants]), longest)


def test_what_is_live_counts_beside_a_callable_once_per_request():
    """A policy with callables is asked once for each request, and what is live is a part of the answer."""
    source = OriginSource([A])
    tenants = LiveOrigins(source, clock=source.clock)
    by_policy = compiled(Policy(origins=[tenants, lambda it: it.host == "c.example"]))
    tenants.refresh()
    for_a, for_b = (by_policy.for_origin(each) for each in (A, B))
    source.set([B])
    tenants.refresh()

    assert for_a.answer_to(A).reason == "allowed"
    assert for_b.answer_to(B).reason == "origin-not-allowed"
    assert by_policy.for_origin(B).answer_to(B).reason == "allowed"
    assert by_policy.for_origin(C).answer_to(C).reason == "allowed"
    long = "https://" + "a" * MAX_ORIGIN_LENGTH
    answer = by_policy.for_origin(long).answer_to(long)
    assert by_policy.reason(answer, long) == "origin-malformed"


def test_a_list_of_policies_is_not_refused_for_what_is_live():
    """What a set lists when the policies are written may change later."""
    source, tenants, policy = live(A, "https://*.b.example")
    from flask_corsguard.core.policy_argument import policy_from

    listed = policy_from([policy, Policy(origins=[A, "https://*.b.example"], credentials=True)], "policy")
    assert listed.for_origin(A).policy is policy
    source.set([])
    tenants.refresh()
    assert listed.for_origin(A).policy.credentials


def test_nobody_is_sure_of_the_content_of_several_sets():
    """Each of them has looked at its own clock."""
    source = OriginSource([A])
    sets = [LiveOrigins(each, clock=source.clock) for each in (source, list)]
    content = Policy(origins=sets)._origin_set.content
    sets[0].refresh()

    assert content.clock() >= content.moment.sure
    assert content.look(content.moment) is content.moment.snapshot


def test_the_base_of_changing_sets_is_none_itself():
    """What follows it has to be written."""
    from flask_corsguard.core.changing_set import ChangingSet

    with pytest.raises(TypeError, match="abstract"):
        ChangingSet()


def test_what_is_invalidated_while_it_is_loaded_is_loaded_once_more():
    """At once: what was read may be older."""
    source = OriginSource([A], sleep=lambda _: tenants.invalidate())
    tenants = LiveOrigins(source, clock=source.clock)
    source.delay(1)
    assert tenants._turn() == 0
    source.recover()
    assert tenants._turn() > 0
    assert source.loads == 2


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        ("null", "origin-null"),
        ("https://A.example", "origin-malformed"),
        (EVIL, "origin-not-allowed"),
        ("https://" + "a" * MAX_ORIGIN_LENGTH, "origin-malformed"),
    ],
)
def test_the_reasons_are_those_of_a_list_in_code(origin, reason):
    """Why an origin is not allowed does not depend on where the others are listed."""
    _, _, policy = live(A)
    _, _, beside_pattern = live(A, "https://*.b.example")

    assert why(policy, origin) == why(beside_pattern, origin) == why(Policy(origins=[A]), origin) == reason


def test_the_reason_of_a_refusal_does_not_change_meanwhile():
    """If the origin is allowed by the time that somebody asks why it was not, that is not the reason."""
    source, tenants, policy = live(A)
    by_policy = compiled(policy)
    answer = by_policy.answer_to(B)
    source.set([B])
    tenants.refresh()

    assert by_policy.reason(answer, B) == "origin-not-allowed"
    assert by_policy.answer_to(B).reason == "allowed"


def test_what_a_policy_remembers_of_live_origins_is_bounded():
    """As of a list in code."""
    from flask_corsguard.core.compiled import MAX_KNOWN_ORIGINS

    _, _, policy = live("https://*.a.example")
    by_policy = compiled(policy)
    for number in range(MAX_KNOWN_ORIGINS + 10):
        by_policy.answer_to(f"https://t{number}.a.example")

    assert len(by_policy._memory.answers) == MAX_KNOWN_ORIGINS


def test_a_request_without_an_origin_is_answered_as_by_any_policy():
    """It asks nobody for the time."""
    source, _, policy = live(A)
    source.advance(1e6)
    by_policy = compiled(policy)

    assert by_policy.answer_to(None) is by_policy.to_no_origin
    assert by_policy.answer_to(None).headers == [("Vary", "Origin")]


def test_a_look_up_never_asks_the_source():
    """Nor does a look-up that finds the set out of date, or past grace."""
    source, _, policy = live(A)
    before = source.questions, source.loads
    for _ in range(100):
        source.advance(1)
        allows(policy, A)
        allows(policy, EVIL)

    assert (source.questions, source.loads) == before


def test_live_origins_and_policies_go_when_nobody_has_them():
    """Neither a thread nor a register has a reference to them."""
    source = OriginSource([A])
    tenants = LiveOrigins(source, clock=source.clock)
    policy = Policy(origins=[tenants])
    gone = weakref.ref(tenants)
    del tenants, policy
    gc.collect()

    assert gone() is None


def test_a_policy_with_live_origins_has_a_name_in_messages_and_is_equal_to_itself():
    """Two sets are equal if they are the same; the source is named, not its rows."""
    _, tenants, policy = live(A)
    assert repr(policy) == "Policy(origins=(LiveOrigins(OriginSource()),))"
    assert policy == Policy(origins=[tenants])
    assert policy != Policy(origins=[LiveOrigins(list, clock=lambda: 0.0)])
    assert policy.replace(credentials=True).replace(credentials=False) == policy
    assert Policy.from_mapping(policy.to_dict()) == policy


def test_only_the_methods_of_a_policy_with_live_origins_need_be_replaced():
    """The copy with a route's methods follows the same set."""
    source, tenants, policy = live(A)
    copy = compiled(policy).for_methods(("GET", "PUT"))
    assert copy.answer_to(A).reason == "allowed"
    source.set([B])
    tenants.refresh()
    assert copy.answer_to(A).reason != "allowed"
    assert copy.answer_to(B).reason == "allowed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"load": 7}, "load=7 cannot be called; pass a function that returns the origins"),
        ({"load": list, "version": 7}, "version=7 cannot be called"),
        ({"load": OriginSource(), "version": len}, "has a version of its own; leave version= out"),
    ],
)
def test_what_cannot_be_called_is_refused(arguments, message):
    """When the application starts, and not in the background."""
    with pytest.raises(TypeError, match=message):
        LiveOrigins(**arguments)


def test_a_coroutine_function_is_refused():
    """Nobody would await it."""

    async def load():
        return []

    with pytest.raises(TypeError, match="is never awaited; pass a plain function"):
        LiveOrigins(load)


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ({"ttl": 0}, "ttl=0 is not a time; pass a positive number of seconds"),
        ({"ttl": -1}, "ttl=-1 is not a time"),
        ({"ttl": True}, "ttl=True is not a time"),
        ({"grace": "60"}, "grace='60' is not a time"),
        ({"grace": float("inf")}, "grace=inf is not a time"),
        ({"grace": float("nan")}, "grace=nan is not a time"),
        ({"ttl": 60, "grace": 60}, "grace=60 is too short for ttl=60: .* Pass grace=120 or more"),
    ],
)
def test_times_that_cannot_be_met_are_refused(times, message):
    """Grace without an end would never forget an origin."""
    with pytest.raises(ValueError, match=message):
        LiveOrigins(list, **times)


def test_a_large_set_is_not_copied_for_each_policy():
    """The rows that a policy takes whole are the rows that were loaded."""
    rows = [f"https://t{number}.example" for number in range(1000)]
    tenants = LiveOrigins(lambda: rows, clock=lambda: 0.0)
    policies = [Policy(origins=[tenants], credentials=each) for each in (True, False)]
    tenants.refresh()

    sets = [policy._origin_set.content.moment.snapshot[0].exact for policy in policies]
    assert sets[0] is sets[1] is tenants._rows
    assert isinstance(policies[0]._origin_set, OriginSet)


def test_a_bare_set_is_not_a_list_of_origins():
    """The error explains that origins= takes a list."""
    from flask_corsguard import PolicyError

    with pytest.raises(PolicyError, match=r"list\.type"):
        Policy(origins=LiveOrigins(list))


def test_nothing_is_logged_of_an_ordinary_life(caplog):
    """Loads, changes and look-ups are silent."""
    caplog.set_level(logging.DEBUG, "flask_corsguard")
    source, tenants, policy = live(A)
    source.set([A, B])
    tenants.refresh()
    allows(policy, B)

    assert caplog.records == []
