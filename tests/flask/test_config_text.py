"""Configuration that is text, as an environment variable is."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from cases import EVIL, A
from flask_corsguard import SAME_ORIGIN, CorsGuard, Policy, PolicyError
from flask_corsguard.core.problems import SENTENCES
from harness import call, preflight

B = "https://b.example"


def policy_of(**keys):
    """Return the policy of an application that is configured by keys alone."""
    app = Flask(__name__)
    app.config.update({f"CORSGUARD_{key}": value for key, value in keys.items()})
    CorsGuard(app)
    return app.extensions["corsguard"].policy


def problem_of(**keys):
    """Return the one problem of the configuration."""
    with pytest.raises(PolicyError) as caught:
        policy_of(**keys)
    (problem,) = caught.value.problems
    assert problem.message == SENTENCES[problem.code]
    return problem


def with_origins(keys):
    """Return *keys* with an origin, as most fields need one."""
    return keys if "ORIGINS" in keys else {"ORIGINS": A, **keys}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("ORIGINS", A, (A,)),
        ("ORIGINS", f" {A},\t{B}\n", (A, B)),
        ("ORIGINS", f",{A},,{B},", (A, B)),
        ("ORIGINS", f'["{A}", "{B}"]', (A, B)),
        ("ORIGINS", f'\n["{A}"] ', (A,)),
        ("ORIGINS", "http://[::1]:3000", ("http://[::1]:3000",)),
        ("ORIGINS", '["*"]', "*"),
        ("METHODS", "GET PUT", ("GET", "PUT")),
        ("METHODS", '["GET", "PUT"]', ("GET", "PUT")),
        ("METHODS", "[]", ()),
        ("METHODS", "*", "*"),
        ("ALLOW_HEADERS", "*,Authorization", ("*", "Authorization")),
        ("EXPOSE_HEADERS", "X-Total", ("X-Total",)),
        ("DANGEROUSLY_ALLOW", "null-origin, any-extension", ("null-origin", "any-extension")),
        *(("CREDENTIALS", text, True) for text in ("true", "TRUE", "True", "1", "yes", "on", " On ")),
        *(("CREDENTIALS", text, False) for text in ("false", "FALSE", "False", "0", "no", "off", "oFF\n")),
        ("CREDENTIALS", 1, True),
        ("CREDENTIALS", 0, False),
        ("PRIVATE_NETWORK", "yes", True),
        ("TIMING", "on", True),
        ("TIMING", "*", "*"),
        ("MAX_AGE", "600", 600),
        ("MAX_AGE", " 0 ", 0),
        ("MAX_AGE", "0086400", 86400),
        ("GUARD", " report", "report"),
        ("RESOURCE_POLICY", "same-site\n", "same-site"),
    ],
)
def test_a_text_is_read_as_a_value_of_its_field(key, text, value):
    """A list is split, or read as JSON; a switch is a word or a digit; a number is its digits."""
    policy = policy_of(**with_origins({key: text}))

    assert getattr(policy, key.lower()) == value
    assert type(getattr(policy, key.lower())) is type(value)


REFUSED = [
    ("ORIGINS", "", "config.empty", f"Write CORSGUARD_ORIGINS={'https://app.example'}; or unset every"),
    ("ORIGINS", " , ", "config.empty", "unset every CORSGUARD_ variable"),
    ("ORIGINS", '""', "config.empty", "unset every CORSGUARD_ variable"),
    ("ORIGINS", "['']", "config.empty", "unset every CORSGUARD_ variable"),
    ("METHODS", "", "config.empty", "Unset CORSGUARD_METHODS, or leave it out."),
    ("CREDENTIALS", "\t", "config.empty", "Unset CORSGUARD_CREDENTIALS, or leave it out."),
    ("MAX_AGE", "", "config.empty", "Unset CORSGUARD_MAX_AGE, or leave it out."),
    ("GUARD", "''", "config.empty", "Unset CORSGUARD_GUARD, or leave it out."),
    ("ORIGINS", f'"{A}"', "config.quotes", f"Write CORSGUARD_ORIGINS={A}."),
    ("ORIGINS", f"'{A}', '{B}'", "config.quotes", f"Write CORSGUARD_ORIGINS={A},{B}."),
    ("ORIGINS", f'"{A} {B}"', "config.quotes", f"Write CORSGUARD_ORIGINS={A},{B}."),
    ("ORIGINS", f"({A})", "config.quotes", f"Write CORSGUARD_ORIGINS={A}."),
    ("ORIGINS", f"{A} [{B}]", "config.quotes", f"Write CORSGUARD_ORIGINS={A},{B}."),
    ("ORIGINS", f"`{A}` http://[::1]:3000", "config.quotes", f"={A},http://[::1]:3000."),
    ("METHODS", "'GET'", "config.quotes", "Write CORSGUARD_METHODS=GET."),
    ("CREDENTIALS", '"true"', "config.quotes", "Write CORSGUARD_CREDENTIALS=true."),
    ("CREDENTIALS", "[0]", "config.quotes", "Write CORSGUARD_CREDENTIALS=false."),
    ("TIMING", "'*'", "config.quotes", "Write CORSGUARD_TIMING=*."),
    ("MAX_AGE", "'600'", "config.quotes", "Write CORSGUARD_MAX_AGE=600."),
    ("GUARD", '"report"', "config.quotes", "Write CORSGUARD_GUARD=report."),
    *(
        ("GUARD", text, "config.quotes", "Write CORSGUARD_GUARD=report.")
        for sign in "\"'`[](){}"
        for text in (f"{sign}report", f"report{sign}")
    ),
    ("ORIGINS", f"['{A}', '{B}']", "config.json", f"Write CORSGUARD_ORIGINS={A},{B}."),
    ("ORIGINS", f"[{A}]", "config.json", f"Write CORSGUARD_ORIGINS={A}."),
    ("ORIGINS", f'["{A}"', "config.json", f"Write CORSGUARD_ORIGINS={A}."),
    ("METHODS", "[GET PUT]", "config.json", "Write CORSGUARD_METHODS=GET,PUT."),
    ("CREDENTIALS", "ja", "flag.type", "Write CORSGUARD_CREDENTIALS=true or false."),
    ("CREDENTIALS", "2", "flag.type", "Write CORSGUARD_CREDENTIALS=true or false."),
    ("PRIVATE_NETWORK", "none", "flag.type", "Write CORSGUARD_PRIVATE_NETWORK=true or false."),
    ("MAX_AGE", "10m", "max-age.type", "Write CORSGUARD_MAX_AGE=600 for ten minutes."),
    ("MAX_AGE", "6e2", "max-age.type", "Write CORSGUARD_MAX_AGE=600 for ten minutes."),
    ("MAX_AGE", "\u0666\u0660\u0660", "max-age.type", "Write CORSGUARD_MAX_AGE=600 for ten minutes."),
    ("MAX_AGE", "9" * 5000, "max-age.type", "Write CORSGUARD_MAX_AGE=600 for ten minutes."),
    ("PATHS", "", "config.empty", "or unset CORSGUARD_PATHS."),
    ("PATHS", "{'/api': {}}", "config.json", 'Write CORSGUARD_PATHS={"/api": {"origins"'),
    ("PATHS", '["/api"]', "config.json", 'Write CORSGUARD_PATHS={"/api": {"origins"'),
    ("PATHS", "[" * 100_000, "config.json", 'Write CORSGUARD_PATHS={"/api": {"origins"'),
]


@pytest.mark.parametrize(("key", "text", "code", "hint"), REFUSED, ids=lambda value: repr(value)[:40])
def test_a_text_that_cannot_be_read_is_refused(key, text, code, hint):
    """The one problem has the name of the variable, its text, and what to write instead."""
    problem = problem_of(**with_origins({key: text}))

    assert (problem.code, problem.field, problem.value) == (code, f"CORSGUARD_{key}", text)
    assert hint in problem.hint


@pytest.mark.parametrize(("key", "text", "code", "hint"), REFUSED, ids=lambda value: repr(value)[:40])
def test_what_the_hint_shows_works(key, text, code, hint):
    """The application is built with the text that the hint gives, or without the variable."""
    hint = problem_of(**with_origins({key: text})).hint
    written = re.match(rf"Write CORSGUARD_{key}=(\S+?|\{{.*\}})(?:\.$|[,;] or| or false| for ten)", hint)

    if written is None:
        assert hint == f"Unset CORSGUARD_{key}, or leave it out."
    assert policy_of(**with_origins({} if written is None else {key: written[1]}))


@pytest.mark.parametrize("item", [3, None, ["x"], {"a": 1}, True])
def test_the_items_of_a_json_list_are_checked_like_any_others(item):
    """A list of JSON may contain anything, and only text is an origin."""
    problem = problem_of(ORIGINS=json.dumps([item]))

    assert problem.field == "CORSGUARD_ORIGINS"
    assert problem.code == ("origins.none" if item is None else "origins.type")


def test_a_problem_in_a_text_has_the_name_of_its_key():
    """Also where the hint names another field."""
    problem = problem_of(ORIGINS="http://app.example", CREDENTIALS="on")

    assert problem.field == "CORSGUARD_ORIGINS"
    assert problem.hint.endswith('add CORSGUARD_DANGEROUSLY_ALLOW=["insecure-origins"].')
    door = re.search(r"CORSGUARD_(\w+)=(\S+)\.$", problem.hint)
    assert policy_of(ORIGINS="http://app.example", CREDENTIALS="on", **{door[1]: door[2]}).credentials


def test_a_field_that_the_code_sets_has_its_own_name_in_a_hint():
    """It cannot be set twice."""
    app = Flask(__name__)
    app.config["CORSGUARD_ORIGINS"] = "http://app.example"

    with pytest.raises(PolicyError) as caught:
        CorsGuard(app, credentials=True, dangerously_allow=["null-origin"])

    assert caught.value.problems[0].hint.endswith('add dangerously_allow=["insecure-origins"].')


@pytest.mark.parametrize("keys", [{"CREDENTIALS": "yes", "MAX_AGE": "5"}, {"ORIGINS": "[]", "MAX_AGE": "5"}])
def test_without_origins_the_hint_names_the_variables_to_leave_out(keys):
    """Without them nobody else may call, which needs no configuration."""
    problem = problem_of(**keys)
    named = ", ".join(sorted(f"CORSGUARD_{key}" for key in keys))

    assert problem.field == "CORSGUARD_ORIGINS"
    assert problem.hint == (
        f'Write CORSGUARD_ORIGINS=["https://app.example"]; or leave out {named} if nobody else may call.'
    )
    assert policy_of() == SAME_ORIGIN
    assert policy_of(**{**keys, "ORIGINS": '["https://app.example"]'})


def test_paths_are_json_whose_policies_are_read_like_the_configuration():
    """A variable contains the policies of all paths."""
    app = Flask(__name__)
    app.config["CORSGUARD_PATHS"] = json.dumps(
        {
            "/api": {"origins": f"{A} {B}", "credentials": "yes", "max_age": "5"},
            "/open": {"origins": ["*"], "timing": 1},
        }
    )
    CorsGuard(app)

    for origin in (A, B):
        answer = preflight(app, origin, path="/api/x")
        assert answer.get("Access-Control-Allow-Credentials") == "true"
        assert answer.get("Access-Control-Max-Age") == "5"
    assert preflight(app, EVIL, path="/api/x").code == 403
    opened = call(app, "GET", "/open", {"Origin": EVIL})
    assert opened.get("Access-Control-Allow-Origin") == opened.get("Timing-Allow-Origin") == "*"


def test_the_policies_of_a_list_for_a_path_are_read_like_one():
    """A problem names the place of its policy in the list."""
    listed = [{"origins": f"{A} {B}", "max_age": "5"}, {"origins": "*", "timing": "yes"}]
    app = Flask(__name__)
    app.config["CORSGUARD_PATHS"] = json.dumps({"/api": listed})
    CorsGuard(app)

    assert preflight(app, B, path="/api").get("Access-Control-Max-Age") == "5"
    assert call(app, "GET", "/api", {"Origin": EVIL}).get("Timing-Allow-Origin") == "*"
    with pytest.raises(PolicyError) as caught:
        policy_of(PATHS=json.dumps({"/api": [listed[0], {"origins": "*", "timing": "maybe"}]}))
    assert [each.field for each in caught.value.problems] == ["CORSGUARD_PATHS['/api'][1].timing"]


def test_a_problem_of_a_text_within_paths_names_path_and_field():
    """The hint is written as JSON is."""
    policy = {"origins": "", "credentials": "maybe", "max_age": "", "methods": "[GET]", "guard": "'off'"}

    with pytest.raises(PolicyError) as caught:
        policy_of(PATHS=json.dumps({"/\u00e9": policy}))

    assert [(each.field, each.code, each.hint) for each in caught.value.problems] == [
        (r"CORSGUARD_PATHS['/\xe9'].origins", "config.empty", 'Write "origins": ["https://app.example"].'),
        (r"CORSGUARD_PATHS['/\xe9'].credentials", "flag.type", 'Write "credentials": true or false.'),
        (r"CORSGUARD_PATHS['/\xe9'].max_age", "config.empty", 'Leave "max_age" out.'),
        (r"CORSGUARD_PATHS['/\xe9'].methods", "config.json", 'Write "methods": ["GET"].'),
        (r"CORSGUARD_PATHS['/\xe9'].guard", "config.quotes", 'Write "guard": "off".'),
    ]


def test_one_error_lists_all_unreadable_texts():
    """Beside what is wrong with the others."""
    with pytest.raises(PolicyError) as caught:
        policy_of(ORIGINS="", CREDENTIALS="ja", METHODS="patch", PATHS="{")

    assert [(each.field, each.code) for each in caught.value.problems] == [
        ("CORSGUARD_CREDENTIALS", "flag.type"),
        ("CORSGUARD_ORIGINS", "config.empty"),
        ("CORSGUARD_PATHS", "config.json"),
        ("CORSGUARD_METHODS", "method.case"),
    ]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ORIGINS": A, "CREDENTIALS": "true", "MAX_AGE": "5"}, {"credentials": True, "max_age": 5}),
        ({"ORIGINS": A, "CREDENTIALS": "True"}, {"credentials": True}),
        ({"ORIGINS": f'["{A}"]', "CREDENTIALS": "1", "TIMING": "0"}, {"credentials": True}),
        ({"ORIGINS": f'"{A}"', "METHODS": "GET, PUT"}, {"methods": ["GET", "PUT"]}),
        ({"ORIGINS": A, "MAX_AGE": "null"}, {"max_age": None}),
    ],
)
def test_the_environment_is_read_through_flask(monkeypatch, variables, expected):
    """Flask reads as JSON what is JSON, and leaves the rest to the library."""
    for name, text in variables.items():
        monkeypatch.setenv(f"FLASK_CORSGUARD_{name}", text)
    app = Flask(__name__)
    app.config.from_prefixed_env()
    CorsGuard(app)

    assert app.extensions["corsguard"].policy == Policy(origins=[A], **expected)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"origins": A}, "list.string"),
        ({"origins": [A], "credentials": "true"}, "flag.type"),
        ({"origins": [A], "credentials": 1}, "flag.type"),
        ({"origins": [A], "max_age": "600"}, "max-age.type"),
        ({"paths": {"/api": {"origins": A}}}, "list.string"),
        ({"paths": '{"/api": {}}'}, "paths.type"),
    ],
)
def test_in_code_a_text_is_not_read(fields, code):
    """A string where something else is meant is a mistake there."""
    with pytest.raises(PolicyError) as caught:
        CorsGuard(Flask(__name__), **fields)

    assert [each.code for each in caught.value.problems] == [code]


def test_a_value_that_is_not_text_is_left_alone():
    """It has the type of its field, or is refused by the policy."""
    assert policy_of(ORIGINS=(A,), CREDENTIALS=False, MAX_AGE=None).max_age is None
    assert problem_of(ORIGINS=[A], CREDENTIALS=2).hint == "Write CORSGUARD_CREDENTIALS=True."
    assert problem_of(PATHS=3).code == "paths.type"
    assert problem_of(PATHS={"/api": 3}).code == "policy.type"
    assert problem_of(ORIGINS=[A], MAX_AGE=1.5).hint == "Write CORSGUARD_MAX_AGE=600 for ten minutes."


def test_a_key_of_the_configuration_that_is_not_text_is_not_ours():
    """Flask allows any key."""
    app = Flask(__name__)
    app.config[7] = "https://app.example"
    CorsGuard(app)

    assert app.extensions["corsguard"].policy == SAME_ORIGIN


def test_a_text_of_a_field_that_there_is_not_is_not_read():
    """The problem shows it as it was written."""
    problem = problem_of(**with_origins({"PATHS": f'{{"/a": {{"origin": "{A}", "origins": ["{A}"]}}}}'}))

    assert (problem.code, problem.value) == ("field.unknown", A)
