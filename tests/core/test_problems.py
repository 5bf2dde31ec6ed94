"""The problems of a policy: their codes, their sentences, and the message of the error."""

from __future__ import annotations

import pickle

import pytest

from flask_corsguard import Policy, PolicyError
from flask_corsguard.core.problems import SENTENCES, SHOWN_VALUE_LENGTH, problem
from policy_cases import (
    REFUSED_FIELDS,
    REFUSED_ITEMS,
    REFUSED_ORIGINS,
    REFUSED_POLICIES,
    REFUSED_TEXTS,
    problems_of,
)
from rows import for_each


def test_every_code_of_the_catalogue_has_a_row():
    """Each sentence belongs to a problem that a policy, a path or the configuration can have."""
    rows = {code for _, code, _ in (*REFUSED_TEXTS, *REFUSED_ITEMS)}
    rows |= {code for _, code, _, _ in (*REFUSED_ORIGINS, *REFUSED_FIELDS, *REFUSED_POLICIES)}
    # Of paths, marks and the configuration: tests/wsgi/test_path_rules.py and tests/flask/.
    elsewhere = {
        *("blueprints.type", "blueprints.name", "paths.type", "path.spelling", "path.unreachable"),
        *("policy.type", "policy.twice"),
        # Of lists and of what has none: tests/core/test_audiences.py and tests/core/test_unmanaged.py.
        *("policies.empty", "policies.nobody", "policies.shadowed", "policies.unmanaged", "policy.unmanaged"),
        *("config.unknown", "config.twice", "config.empty", "config.quotes", "config.json"),
    }

    assert rows - {None} | elsewhere == set(SENTENCES)


@for_each("sentence", SENTENCES.values())
def test_every_reason_is_one_sentence(sentence):
    """It begins with a capital letter or a quoted value, and ends in a period."""
    assert sentence[0].isupper() or sentence[0] in "\"'*"
    assert sentence.endswith(".")


def test_a_problem_needs_a_code_of_the_catalogue():
    """A problem without a sentence cannot be made."""
    with pytest.raises(KeyError):
        problem("no.such-code", "origins", None, "Do something.")


def test_the_message_names_field_value_code_reason_and_remedy():
    """A stranger who reads it can correct the policy."""
    with pytest.raises(PolicyError) as caught:
        Policy(origins=["https://app.example/"], max_age=-1)

    assert str(caught.value) == (
        "2 problems in the CORS policy:\n"
        "  origins: 'https://app.example/' [origin.trailing-slash]\n"
        "    An origin ends with its host or port; the slash would begin a path.\n"
        '    Write "https://app.example".\n'
        "  max_age: -1 [max-age.bounds]\n"
        "    The age is out of bounds: no browser caches a preflight for longer than a day.\n"
        "    Write a number from 0, which turns caching off, to 86400, or None to send no age."
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_long_value_is_cut_in_the_message():
    """A refused value does not flood the terminal."""
    (refusal,) = problems_of(origins=["https://" + "a" * 10_000])

    assert len(str(refusal)) < SHOWN_VALUE_LENGTH + 400


def test_a_hint_can_be_printed_whatever_the_value_contains():
    """Half of a surrogate pair, which a string of Python may contain, is written as its escape."""
    with pytest.raises(PolicyError) as caught:
        Policy(origins=["https://a.example"], methods="PUT\udc84")

    assert str(caught.value).encode()
    assert caught.value.problems[0].hint == 'Write methods=["PUT\\udc84"].'


def test_the_text_of_the_error_counts_the_problems_and_has_each_in_a_line():
    """One is not called several."""
    one = problem("origins.none", "origins", None, "Leave it out.")
    text = "origins: None [origins.none]\n    None is what an unset variable gives; it never means everyone."
    text += "\n    Leave it out."

    assert str(one) == text
    assert str(PolicyError([one])) == f"1 problem in the CORS policy:\n  {text}"
    assert str(PolicyError([one, one])) == f"2 problems in the CORS policy:\n  {text}\n  {text}"
