"""The policy of an application from its configuration, and what is refused in it."""

from __future__ import annotations

import pytest
from flask import Flask

from cases import EVIL, LISTED, VARY, A
from flask_corsguard import SAME_ORIGIN, CorsGuard, Policy, PolicyError
from harness import call, preflight, warned


def configured(**keys):
    """Make an application that is configured by keys alone."""
    app = Flask(__name__)
    app.config.update({f"CORSGUARD_{key}": value for key, value in keys.items()})
    CorsGuard(app)
    return app


def test_every_field_can_be_set_in_the_configuration():
    """The keys are the fields in upper case, and a text is split where the field is a list."""
    app = configured(
        ORIGINS=f"{A}, https://b.example https://*.c.example",
        METHODS="PUT,DELETE",
        ALLOW_HEADERS="X-A X-B",
        EXPOSE_HEADERS="X-Total",
        CREDENTIALS=True,
        MAX_AGE=5,
        PRIVATE_NETWORK=True,
        TIMING=True,
        RESOURCE_POLICY="same-site",
        GUARD="report",
        DANGEROUSLY_ALLOW="insecure-origins",
        PATHS={"/open": {"origins": ["*"]}},
    )

    assert app.extensions["corsguard"].policy == Policy(
        origins=[A, "https://b.example", "https://*.c.example"],
        methods=["PUT", "DELETE"],
        allow_headers=["X-A", "X-B"],
        expose_headers=["X-Total"],
        credentials=True,
        max_age=5,
        private_network=True,
        timing=True,
        resource_policy="same-site",
        guard="report",
        dangerously_allow=["insecure-origins"],
    )
    assert call(app, "GET", "/open/x", {"Origin": EVIL}).get("Access-Control-Allow-Origin") == "*"


@pytest.mark.parametrize(
    "fields",
    [{"guard": "report"}, {"resource_policy": "same-site"}, {"guard": "off", "resource_policy": "same-site"}],
)
def test_a_closed_application_can_set_its_guard_without_origins(fields):
    """The fields that apply to a closed policy, too, work in code and in the configuration."""
    app = Flask(__name__)
    CorsGuard(app, **fields)

    assert app.extensions["corsguard"].policy == SAME_ORIGIN.replace(**fields)
    keys = {name.upper(): value for name, value in fields.items()}
    assert configured(**keys).extensions["corsguard"].policy == SAME_ORIGIN.replace(**fields)


def test_texts_are_split_in_the_policies_of_paths_too():
    """A policy inside of the configuration is read as the configuration is."""
    app = configured(PATHS={"/api": {"origins": f"{A}, {EVIL}"}, "/open": Policy(origins="*")})

    assert call(app, "GET", "/api", {"Origin": EVIL}).get("Access-Control-Allow-Origin") == EVIL


def test_a_star_in_the_configuration_is_everyone():
    """The text `*` is split into the list of it alone."""
    assert configured(ORIGINS="*").extensions["corsguard"].policy.origins == "*"


def test_the_configuration_is_read_once():
    """A value that is assigned later changes nothing, rather than half of something."""
    app = configured(ORIGINS=[A])
    app.config["CORSGUARD_ORIGINS"] = EVIL

    with warned("CORSGUARD_ORIGINS changed after CorsGuard had read the configuration"):
        assert preflight(app, A).code == 204
        assert preflight(app, EVIL).code == 403


@pytest.mark.parametrize(
    ("keys", "code", "hint"),
    [
        ({"ORIGINS": None}, "origins.none", '"*"'),
        ({"ORIGINS": ""}, "config.empty", "unset every CORSGUARD_ variable"),
        ({"ORIGINS": []}, "origins.empty", "leave out CORSGUARD_ORIGINS if nobody else may call"),
        ({"ORIGINS": f"{A}/"}, "origin.trailing-slash", f'"{A}"'),
        ({"ORIGINS": [f"{A},{EVIL}"]}, "origin.list", f'["{A}", "{EVIL}"]'),
        ({"MAX_AGE": 5}, "origins.missing", "Write CORSGUARD_ORIGINS="),
        ({"ORIGIN": A}, "config.unknown", "CORSGUARD_ORIGINS"),
        ({"origins": A}, "config.unknown", "CORSGUARD_ORIGINS"),
        ({"ORIGINS": A, "CREDENTIALS": "ja"}, "flag.type", "CORSGUARD_CREDENTIALS=true or false"),
        ({"ORIGINS": A, "MAX_AGE": "6e2"}, "max-age.type", "CORSGUARD_MAX_AGE=600"),
        ({"PATHS": ["/api"]}, "paths.type", "policy}"),
        ({"PATHS": {"/api/*": {}}}, "path.spelling", '"/api"'),
        ({"PATHS": {"/api": {}}}, "origins.missing", "SAME_ORIGIN"),
    ],
)
def test_a_problem_of_the_configuration_names_its_key(keys, code, hint):
    """A reader finds the line to change."""
    with pytest.raises(PolicyError) as caught:
        configured(**keys)

    (refusal,) = caught.value.problems
    assert refusal.code == code
    assert hint in refusal.hint
    if code != "origins.missing":
        assert f"CORSGUARD_{next(key for key in reversed(keys))}" in str(caught.value)


@pytest.mark.parametrize(
    ("args", "fields", "keys", "code"),
    [
        ([LISTED], {"origins": [A]}, {}, "policy.twice"),
        ([LISTED], {}, {"ORIGINS": A}, "config.twice"),
        ([], {"origins": [A]}, {"ORIGINS": A}, "config.twice"),
        ([], {"paths": {"/": LISTED}}, {"PATHS": {}}, "config.twice"),
        ([LISTED], {"origins": [A], "max_age": 3, "paths": {}}, {}, "policy.twice"),
        ([{"origins": None}], {}, {}, "origins.none"),
        (["*"], {}, {}, "policy.type"),
        ([], {"origin": [A], "origins": [A]}, {}, "field.unknown"),
        ([], {"paths": 3}, {}, "paths.type"),
    ],
)
def test_a_policy_that_is_given_twice_or_wrongly_is_refused(args, fields, keys, code):
    """No argument and no key is ignored."""
    app = Flask(__name__)
    app.config.update({f"CORSGUARD_{key}": value for key, value in keys.items()})

    with pytest.raises(PolicyError) as caught:
        CorsGuard(app, *args, **fields)

    assert [each.code for each in caught.value.problems] == [code]
    assert "corsguard" not in app.extensions


def test_all_problems_of_code_and_configuration_are_raised_at_once():
    """One start of the application finds them all."""
    app = Flask(__name__)
    app.config.update(CORSGUARD_ORIGIN=A, CORSGUARD_MAX_AGE=-1, CORSGUARD_PATHS={"x": LISTED})

    with pytest.raises(PolicyError) as caught:
        CorsGuard(app, origins=["null"])

    assert [(each.field, each.code) for each in caught.value.problems] == [
        ("CORSGUARD_ORIGIN", "config.unknown"),
        ("origins", "origin.null"),
        ("CORSGUARD_MAX_AGE", "max-age.bounds"),
        ("CORSGUARD_PATHS", "path.spelling"),
    ]


def test_a_policy_in_code_and_paths_in_the_configuration_go_together():
    """A field is refused only if the code and the configuration both set it."""
    app = Flask(__name__)
    app.config["CORSGUARD_PATHS"] = {"/open": Policy(origins="*")}
    CorsGuard(app, LISTED)

    assert call(app, "GET", "/open", {"Origin": EVIL}).get("Access-Control-Allow-Origin") == "*"
    assert call(app, "GET", "/x", {"Origin": EVIL}).cors == [VARY]


def test_the_hint_for_origins_that_are_missing_names_the_keys_that_are_there():
    """And none that is not."""
    with pytest.raises(PolicyError) as caught:
        configured(METHODS="GET", MAX_AGE="5")

    (refusal,) = caught.value.problems
    assert refusal.hint == (
        'Write CORSGUARD_ORIGINS=["https://app.example"]; or leave out CORSGUARD_MAX_AGE, CORSGUARD_METHODS '
        "if nobody else may call."
    )
