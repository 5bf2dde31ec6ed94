"""``policy_from_flask_cors``: options that only run time knows, as a policy that never allows more."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta

import pytest

import flask_corsguard
from flask_corsguard import SAME_ORIGIN, CorsGuardWarning, Policy, PolicyError, policy_from_flask_cors
from rows import for_each

A, B = "https://a.example", "https://b.example"
EVERY = {"allow_headers": ["*", "Authorization"]}


def of(*origins, **fields):
    """Return a policy with every request header."""
    return Policy(origins=origins or "*", **{**EVERY, **fields})


@for_each(
    "options, policy",
    [
        ({}, of()),
        ({"origins": "*"}, of()),
        ({"origins": ["*", A]}, of()),
        ({"origins": ".*"}, of()),
        ({"origins": re.compile(".*")}, of()),
        ({"origins": A}, of(A)),
        ({"origins": "HTTPS://A.Example"}, of(A)),
        ({"origins": [A, A]}, of(A)),
        ({"origins": (A, B)}, of(A, B)),
        ({"origins": None}, SAME_ORIGIN),
        ({"origins": [None]}, SAME_ORIGIN),
        ({"origins": []}, SAME_ORIGIN),
        ({"origins": ["", A]}, of(A)),
        ({"origins": ["null", A]}, of("null", A, dangerously_allow=["null-origin"])),
        ({"origins": r"https://.*\.example\.com"}, of("https://*.example.com")),
        ({"origins": r"https://.*example\.com"}, of("https://example.com", "https://*.example.com")),
        ({"origins": r"https?://localhost"}, of("http://localhost:*", "https://localhost:*")),
        ({"origins": "http://localhost:*"}, of("http://localhost:*")),
        (
            {"origins": [re.compile(r"https://[a-z]+\.example\.com$")]},
            of(re.compile(r"https://[a-z]+\.example\.com$")),
        ),
        (
            {"origins": [re.compile(r"https://[a-z]+\.example\.com")]},
            of(re.compile(r"https://[a-z]+\.example\.com")),
        ),
        ({"origins": r"https://[a-z]+\.example\.com$"}, of(re.compile(r"https://[a-z]+\.example\.com$"))),
        ({"origins": r"https://(a|b)\.example$"}, of(A, B)),
        (
            {"origins": r"https://\w*\.?example\.com:?\d*/?.*"},
            of(re.compile(r"https://\w*\.?example\.com:?\d*/?.*")),
        ),
        ({"origins": "(" * 60 + "x" + ")" * 60}, of(re.compile("(" * 60 + "x" + ")" * 60))),
        ({"origins": A, "supports_credentials": True}, of(A, credentials=True)),
        ({"origins": A, "supports_credentials": "yes"}, of(A, credentials=True)),
        ({"methods": "get, PUT"}, of(methods=["GET", "PUT"])),
        ({"methods": ["GET", "TRACE"]}, of(methods=["GET"])),
        ({"methods": {"PUT", "GET"}}, of(methods=["GET", "PUT"])),
        ({"methods": "*"}, of(methods="*")),
        ({"methods": None}, of()),
        ({"allow_headers": "X-A"}, of(allow_headers=["X-A"])),
        ({"allow_headers": "X-A, X-B"}, of(allow_headers=["X-A", "X-B"])),
        ({"allow_headers": ["X-A", "Origin", None]}, of(allow_headers=["X-A"])),
        ({"allow_headers": [re.compile(".*")]}, of()),
        ({"expose_headers": "X-A, X-B"}, of(expose_headers=["X-A", "X-B"])),
        ({"expose_headers": ["X-A", "Set-Cookie"]}, of(expose_headers=["X-A"])),
        ({"expose_headers": "*"}, of(expose_headers="*")),
        ({"expose_headers": []}, of()),
        ({"max_age": 60}, of(max_age=60)),
        ({"max_age": 60.5}, of(max_age=60)),
        ({"max_age": "60"}, of(max_age=60)),
        ({"max_age": timedelta(minutes=1)}, of(max_age=60)),
        ({"max_age": 10**6}, of(max_age=86400)),
        ({"max_age": -1}, of(max_age=None)),
        ({"max_age": "soon"}, of(max_age=None)),
        ({"origins": A, "allow_private_network": True}, of(A, private_network=True)),
        ({"origins": [], "allow_private_network": True}, SAME_ORIGIN),
        ({"send_wildcard": True, "vary_header": False, "always_send": False}, of()),
        ({"support_credentials": True, "headers": "X-A"}, of()),
        ({"resources": "/*"}, of()),
        ({"resources": re.compile("/.*")}, of()),
        ({"resources": {"*": {"origins": A}}}, of(A)),
    ],
)
@pytest.mark.parametrize("mode", ["raise", "warn"])
def test_options_with_one_meaning_become_the_policy_that_does_the_same(options, policy, mode):
    """Nothing is asked and nothing is warned of."""
    assert policy_from_flask_cors(**options, on_problem=mode) == policy


QUESTIONS = [
    ("any-origin-with-credentials", {"supports_credentials": True}, of()),
    (
        "any-origin-with-credentials",
        {"origins": "https://.*", "supports_credentials": True},
        of("https://*:*"),
    ),
    ("never-matched", {"origins": f"{A}/"}, SAME_ORIGIN),
    ("never-matched", {"origins": [f"{A}/", B]}, of(B)),
    ("never-matched", {"origins": f"{A},{B}"}, SAME_ORIGIN),
    ("never-matched", {"origins": ""}, SAME_ORIGIN),
    ("never-matched", {"origins": "https://*.example.com"}, SAME_ORIGIN),
    ("never-matched", {"origins": "*.example.com"}, SAME_ORIGIN),
    ("never-matched", {"origins": r"x\.example"}, SAME_ORIGIN),
    ("never-matched", {"origins": "http://[::1]:3000"}, SAME_ORIGIN),
    ("never-matched", {"origins": {"/*": {"origins": A}}}, SAME_ORIGIN),
    ("never-matched", {"origins": {A: A}}, SAME_ORIGIN),
    ("never-matched", {"origins": [7]}, SAME_ORIGIN),
    ("never-matched", {"origins": [re.compile(b"x")]}, SAME_ORIGIN),
    ("origin-regex", {"origins": r"http://localhost:[0-9]{4}"}, SAME_ORIGIN),
    (
        "origin-regex",
        {"origins": [A, re.compile(r"https://x-.*\.vercel\.app$")], "supports_credentials": True},
        of(A, credentials=True),
    ),
    (
        "http-with-credentials",
        {"origins": ["http://a.example", B], "supports_credentials": True},
        of(B, credentials=True),
    ),
    (
        "http-with-credentials",
        {"origins": [re.compile(r"https?://[a-c]\.example$"), B], "supports_credentials": True},
        of(B, credentials=True),
    ),
    (
        "http-with-credentials",
        {"origins": [r"http://.*\.example\.com", B], "supports_credentials": True},
        of(B, credentials=True),
    ),
    (
        "null-with-credentials",
        {"origins": ["null", A], "supports_credentials": True},
        of(A, credentials=True),
    ),
    (
        "exposed-star",
        {"origins": A, "supports_credentials": True, "expose_headers": "*"},
        of(A, credentials=True),
    ),
    (
        "any-origin-with-credentials",
        {"origins": [re.compile(r"https://.*\.vercel\.app$")], "supports_credentials": True},
        of(re.compile(r"https://.*\.vercel\.app$")),
    ),
    ("header-regex", {"allow_headers": ["X-.*", "X-A"]}, of(allow_headers=["X-A"])),
    ("header-regex", {"allow_headers": [re.compile("X-.*")]}, of(allow_headers=[])),
    ("private-network-any-origin", {"allow_private_network": True}, of()),
    ("ignored-option", {"origin": A}, of()),
    ("ignored-option", {"ressources": {"/api/*": {}}}, of()),
]


@pytest.mark.parametrize(("identity", "options", "policy"), QUESTIONS)
def test_what_the_command_would_ask_is_a_problem_with_that_code(identity, options, policy):
    """Its hint names the ways to answer."""
    with pytest.raises(PolicyError) as raised:
        policy_from_flask_cors(**options)

    codes = [each.code for each in raised.value.problems]
    assert f"flask-cors.{identity}" in codes
    assert all(each.hint for each in raised.value.problems)


@pytest.mark.parametrize(("identity", "options", "policy"), QUESTIONS)
def test_a_start_that_worked_works_and_the_value_is_left_out(identity, options, policy):
    """Each is warned of, and the policy allows nothing more."""
    if identity == "ignored-option":
        assert policy_from_flask_cors(**options, on_problem="warn") == policy
        return
    with pytest.warns(CorsGuardWarning, match="policy_from_flask_cors: "):
        found = policy_from_flask_cors(**options, on_problem="warn")

    assert found == policy


@pytest.mark.parametrize("mode", ["raise", "warn"])
@pytest.mark.parametrize(
    ("options", "answers", "policy"),
    [
        (
            {"supports_credentials": True},
            {"any-origin-with-credentials": [A]},
            of(A, credentials=True),
        ),
        ({"supports_credentials": True}, {"any-origin-with-credentials": "closed"}, SAME_ORIGIN),
        (
            {"origins": [B], "supports_credentials": True},
            {"any-origin-with-credentials": [A]},
            of(B, credentials=True),
        ),
        (
            {"origins": ["http://a.example"], "supports_credentials": True},
            {"http-with-credentials": "keep"},
            of("http://a.example", credentials=True, dangerously_allow=["insecure-origins"]),
        ),
        ({"origins": f"{A}/"}, {"never-matched": "as-written"}, of(A)),
    ],
)
def test_what_was_answered_to_the_command_is_not_asked_again(mode, options, answers, policy):
    """It applies to what only run time knows, and nothing is warned of."""
    assert policy_from_flask_cors(**options, answers=answers, on_problem=mode) == policy


def test_an_answer_to_no_question_is_an_error():
    """It would never be read."""
    with pytest.raises(ValueError, match="'what' is not a question"):
        policy_from_flask_cors(answers={"what": "closed"})


def test_a_policy_has_no_paths_of_its_own():
    """Options for some paths raise, or give the closed policy with a warning."""
    with pytest.raises(PolicyError, match=r"flask-cors\.resources"):
        policy_from_flask_cors(resources={"/api/*": {}, "/x": {}})
    with pytest.warns(CorsGuardWarning, match="paths="):
        assert policy_from_flask_cors(resources=["/api/*"], on_problem="warn") == SAME_ORIGIN


def test_what_a_policy_refuses_otherwise_is_refused_here_too(monkeypatch):
    """A problem that no question covers raises, or closes the policy with a warning."""
    with pytest.raises(PolicyError, match=r"choice\.unknown"):
        policy_from_flask_cors(guard="on")
    monkeypatch.setattr("flask_corsguard.migrate.runtime.problems_of", lambda _: PolicyErrorOf.problems)
    with pytest.warns(CorsGuardWarning, match="field"):
        assert policy_from_flask_cors(on_problem="warn") == SAME_ORIGIN


class PolicyErrorOf:
    """Problems of some policy."""

    problems = ()


with pytest.raises(PolicyError) as _caught:
    Policy(origins="*", fields=1)
PolicyErrorOf.problems = _caught.value.problems


def test_the_guard_is_a_field_of_the_policy():
    """A closed policy has it, too."""
    assert policy_from_flask_cors(guard="report").guard == "report"
    assert policy_from_flask_cors(origins=[], guard="report") == SAME_ORIGIN.replace(guard="report")


def test_the_function_is_imported_on_first_use():
    """It is a public name of the package."""
    assert "policy_from_flask_cors" in flask_corsguard.__all__
    assert "policy_from_flask_cors" in dir(flask_corsguard)


@pytest.mark.slow
def test_importing_the_package_loads_nothing_of_the_migration():
    """Nor of the command line."""
    program = "import sys, flask_corsguard; print([m for m in sys.modules if '.migrate' in m or '.cli' in m])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert found.stdout == "[]\n"
