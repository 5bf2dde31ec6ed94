"""The checks of a policy's fields, and their normal forms."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, IntEnum

import pytest

from cases import A
from flask_corsguard import Policy, PolicyError, Request, decide
from flask_corsguard.core.validation.fields import check_names
from policy_cases import REFUSED_FIELDS, assert_refused, problems_of
from rows import for_each


@for_each("fields, code, field, hint", REFUSED_FIELDS)
def test_a_field_that_cannot_be_meant_is_refused(fields, code, field, hint):
    """A policy with it has one problem, which names the field and whose hint tells what to write."""
    assert_refused(fields, code, field, hint)


@pytest.mark.parametrize(
    ("field", "written"),
    [("methods", "P*"), ("methods", "ALL"), ("allow_headers", "X-*"), ("expose_headers", "X-*")],
)
def test_what_the_hint_shows_instead_of_a_star_within_a_name_works(field, written):
    """The field takes the wildcard alone."""
    (refusal,) = problems_of(**{"origins": [A], field: [written]})

    assert f'{field}="*"' in refusal.hint
    assert getattr(Policy(**{"origins": [A], field: "*"}), field) == "*"


def test_an_underscore_in_a_name_is_ordinary():
    """Unless the name with a hyphen is one that no page may set."""
    assert Policy(origins=[A], allow_headers=["X_Api_Key"]).allow_headers == ("X_Api_Key",)


def test_lists_lose_their_repetitions_and_not_their_order():
    """Of a name that is repeated, the first spelling stays where it is."""
    policy = Policy(
        origins=iter([A, A]),
        methods=["PUT", "GET", "PUT"],
        allow_headers=["X-B", "x-a", "x-b"],
        expose_headers=("ETag", "etag"),
    )

    assert policy.origins == (A,)
    assert policy.methods == ("PUT", "GET")
    assert policy.allow_headers == ("X-B", "x-a")
    assert policy.expose_headers == ("ETag",)


def test_a_wildcard_absorbs_what_it_covers():
    """Only `Authorization` adds anything to the wildcard."""
    policy = Policy(
        origins=["*"],
        methods=["PUT", "*"],
        allow_headers=["X-A", "Authorization", "*"],
        expose_headers=["X", "*"],
    )

    assert (policy.origins, policy.methods, policy.expose_headers) == ("*", "*", "*")
    assert policy.allow_headers == ("*", "Authorization")
    assert policy.replace(allow_headers=["*", "X-A"]).allow_headers == "*"


def test_an_age_is_seconds_or_a_timedelta():
    """The same age in seconds and as a timedelta makes the same policy."""
    assert Policy(origins=[A], max_age=timedelta(minutes=10)) == Policy(origins=[A], max_age=600)
    assert Policy(origins=[A], max_age=timedelta(seconds=601)).max_age == 601
    for part in (timedelta(seconds=1.5), timedelta(microseconds=1)):
        (refusal,) = problems_of(origins=[A], max_age=part)
        assert (refusal.code, refusal.value) == ("max-age.type", part)


class Text(str, Enum):
    """Texts that a project defines in one place; ``str()`` of a member is not its value."""

    APP = "https://app.example"
    PATTERN = "https://*.app.example"
    STAR = "*"
    PUT = "PUT"
    HEADER = "X-App"
    ENFORCE = "report"
    SAME_SITE = "same-site"
    DOOR = "insecure-origins"
    FIELD = "origins"


class Age(IntEnum):
    """An age that a project defines in one place."""

    HOUR = 3600


def test_members_of_an_enum_become_plain_texts_and_numbers():
    """Whatever a subclass of ``str`` or ``int`` makes of itself, headers and dictionaries have its value."""
    policy = Policy(
        origins=[Text.APP, Text.PATTERN],
        methods=[Text.PUT],
        allow_headers=[Text.HEADER],
        expose_headers=[Text.HEADER],
        max_age=Age.HOUR,
        timing=Text.STAR,
        resource_policy=Text.SAME_SITE,
        guard=Text.ENFORCE,
        dangerously_allow=[Text.DOOR],
    )

    assert repr(policy) == (
        "Policy(origins=('https://app.example', 'https://*.app.example'), methods=('PUT',), "
        "allow_headers=('X-App',), expose_headers=('X-App',), max_age=3600, timing='*', "
        "resource_policy='same-site', guard='report', dangerously_allow=('insecure-origins',))"
    )
    assert "Text" not in repr(policy.to_dict())


def test_the_class_of_an_enum_is_a_list_of_its_members():
    """It can be called, as a check of origins can, and it has items, as a list has."""
    sites = Enum("Sites", {"ONE": "https://one.example", "TWO": "https://two.example"}, type=str)

    assert Policy(origins=sites) == Policy(origins=["https://one.example", "https://two.example"])


@pytest.mark.parametrize("field", ["methods", "allow_headers", "expose_headers", "origins"])
@pytest.mark.parametrize("value", [Text.STAR, [Text.STAR]], ids=["bare", "listed"])
def test_a_star_of_an_enum_is_a_plain_star(field, value):
    """It is read as the star that it equals."""
    policy = Policy(**{"origins": [A], field: value})

    assert type(getattr(policy, field)) is str


def test_a_mapping_may_name_its_fields_by_an_enum():
    """A key is the field whose name it equals."""
    assert Policy.from_mapping({Text.FIELD: [A]}) == Policy(origins=[A])


def test_an_origin_of_an_enum_is_answered_and_remembered_as_plain_text():
    """What is decided for a member of an ``Enum`` is also what a browser with that origin gets."""
    policy = Policy(origins=["https://*.example", "https://first.test"])

    for origin in (Text.APP, A):
        decision = decide(policy, Request(method="GET", origin=origin))
        assert [type(value) for _, value in decision.headers] == [str, str]


@pytest.mark.parametrize(
    ("value", "word"),
    [
        *(
            (value, "False")
            for value in ("false", "False", " NO ", "0", "off", "", "none", 0, None, [], ["a"])
        ),
        *((value, "True") for value in ("true", "yes", "1", "on", "credentials", 1)),
    ],
    ids=repr,
)
def test_the_hint_of_a_switch_is_what_was_meant(value, word):
    """Texts are read as people write them in an environment, numbers as Python reads them."""
    with pytest.raises(PolicyError) as caught:
        Policy(origins=["https://a.example"], credentials=value)

    assert f"credentials={word}" in caught.value.problems[0].hint


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("resources", "paths="),
        ("/api", "paths="),
        ("supports_credentials", "credentials=True"),
        ("send_wildcard", "Leave it out"),
        ("always_send", "Leave it out"),
        ("vary_header", "Leave it out"),
        ("automatic_options", "Leave it out"),
        ("intercept_exceptions", "Leave it out"),
    ],
)
def test_the_hint_for_an_option_of_flask_cors_names_its_replacement(name, words):
    """Each of them, and not the field with the most similar name."""
    with pytest.raises(PolicyError) as caught:
        Policy(origins=["https://a.example"], **{name: True})

    assert words in caught.value.problems[0].hint
    assert "Did you mean" not in caught.value.problems[0].hint


@pytest.mark.parametrize(
    "name",
    [
        *("Cookie", "Host", "Origin", "Referer", "Access-Control-Request-Method"),
        *("Access-Control-Request-Headers", "Access-Control-Request-Private-Network"),
        *("Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"),
        *("Access-Control-Allow-Private-Network", "Set-Cookie", "Set-Cookie2"),
    ],
)
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_a_header_that_no_page_can_read_is_not_exposed(name, case):
    """It is one of a request, of a preflight's answer, or one that browsers hide."""
    with pytest.raises(PolicyError):
        Policy(origins=["https://a.example"], expose_headers=[case(name)])


@pytest.mark.parametrize(
    "name",
    [
        *("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"),
        *("Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"),
        "Access-Control-Allow-Private-Network",
    ],
)
def test_a_header_of_responses_is_not_one_to_allow(name):
    """No page sends it."""
    with pytest.raises(PolicyError):
        Policy(origins=["https://a.example"], allow_headers=[name])


@pytest.mark.parametrize("names", [["*", "A", "B"], ["A", "B", "*"]])
def test_the_wildcard_is_the_first_of_the_names(names):
    """Wherever it was written."""
    assert check_names("methods", names, "", lambda field, name: None, []) == ("*", "A", "B")


@pytest.mark.parametrize("seconds", [0, 1, 86_399, 86_400])
def test_a_preflight_may_be_cached_for_no_time_and_for_a_day(seconds):
    """Both bounds are within."""
    assert Policy(origins=[A], max_age=seconds).max_age == seconds
