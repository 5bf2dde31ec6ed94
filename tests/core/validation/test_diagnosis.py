"""What is wrong with a text that is not an origin, and the spelling that works."""

from __future__ import annotations

import re

import pytest

from cases import A
from flask_corsguard import Policy
from flask_corsguard.core.problems import SENTENCES
from policy_cases import REFUSED_TEXTS, problems_of
from rows import for_each


@for_each("written, code, hint", REFUSED_TEXTS)
def test_an_origin_that_could_never_match_is_refused(written, code, hint):
    """It has one problem, which names it and whose hint gives the spelling that works."""
    (refusal,) = problems_of(origins=[written])

    assert (refusal.code, refusal.field, refusal.value) == (code, "origins", written)
    # A hint with an example of its own would contain some spellings by chance.
    assert refusal.hint == f"Write {hint}." if hint.startswith(('"', "[")) else hint in refusal.hint
    assert refusal.message == SENTENCES[code]


@for_each("written", [written for written, _, hint in REFUSED_TEXTS if hint.startswith(('"', "["))])
def test_the_spelling_in_the_hint_works(written):
    """It can be pasted into the policy."""
    (refusal,) = problems_of(origins=[written])

    assert Policy(origins=re.findall(r'"([^"]+)"', refusal.hint))


@pytest.mark.parametrize(
    ("fields", "meant"),
    [
        ({"origins": "https://a.example/, B.example"}, 'origins=["https://a.example", "https://b.example"]'),
        ({"origins": "*, https://a.example"}, 'origins=["https://app.example"]'),
        ({"origins": ["* https://a.example"]}, '["https://a.example", "https://b.example"]'),
        ({"origins": ["//*"]}, "https://app.example"),
        ({"origins": ["https://a.example null"]}, "one string for each"),
        ({"origins": ["https://XN--99999999.de"]}, "https://app.example"),
        ({"origins": [A], "methods": "get,post"}, 'methods=["GET", "POST"]'),
    ],
)
def test_no_hint_leads_from_one_refusal_to_another(fields, meant):
    """And none leads to a policy for everyone, which was not meant."""
    (refusal,) = problems_of(**fields)

    assert meant in refusal.hint
    assert '"https://*"' not in refusal.hint
