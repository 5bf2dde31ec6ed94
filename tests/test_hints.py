"""The hints of problems are true: for each code one is applied, and what was refused can then be built.

Most hints are code, which is taken from the sentence and evaluated. The rows are those of ``policy_cases``;
the few hints that only a person can follow are followed below, each by its code.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
from flask import Flask

from cases import LISTED, A
from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsMiddleware, Policy, PolicyError, asgi
from flask_corsguard.core.policy_fields import FIELDS
from flask_corsguard.core.problems import SENTENCES, Problem
from flask_corsguard.live import LiveOrigins
from policy_cases import (
    REFUSED_FIELDS,
    REFUSED_ITEMS,
    REFUSED_ORIGINS,
    REFUSED_POLICIES,
    REFUSED_TEXTS,
    problems_of,
)

#: ``Write field=value``, or ``list ... and add field=value``.
_SETS = re.compile(r'(add )?\b(\w+)=(\[[^\]]*\]|True|False|None|"[^"]*"|[0-9]+)')
#: What replaces the refused value: texts, a list of them or an expression.
_REPLACES = re.compile(
    r"(?:[Ww]rite|Use|list|such as|Name [^:]*:|each:|mean) "
    r'(\[?(?:"[^"]*"(?:, )?)+\]?|re\.compile\(.*?\)(?=[.;]|$))'
)
_CHOICE = re.compile(r"Choose one of: ([a-z-]+)")
_REMOVES = re.compile(r'Leave "([^"]*)" out')


def replaced(value, old, new):
    """Return *value* with *new* items in the place of the *old* one."""
    if isinstance(value, (list, tuple)):
        items = []
        for item in value:
            items += new if item is old or (type(item) is type(old) and item == old) else [item]
        return items
    return new[0] if len(new) == 1 else new


def follow(problem: Problem, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return *arguments* as the hint of their *problem* recommends."""
    field, hint, changed = problem.field, problem.hint, dict(arguments)
    if problem.code in BY_HAND:
        return BY_HAND[problem.code](changed, problem.value)
    if "LiveOrigins(source)" in hint:
        return {**changed, field: [LiveOrigins(problem.value)]}
    if hint == "Put it into a list.":
        return {**changed, field: [problem.value]}
    removed, replaces, choice = (each.search(hint) for each in (_REMOVES, _REPLACES, _CHOICE))
    sets = [match for match in _SETS.findall(hint) if match[1] in FIELDS]
    if field not in FIELDS:
        value = changed.pop(field)
        meant = re.search(r'mean "(\w+)"', hint)
        return (
            {**changed, meant[1]: value}
            if meant
            else {**changed, **{each[1]: ast.literal_eval(each[2]) for each in sets}}
        )
    if removed:
        changed[field] = replaced(changed[field], removed[1], [])
        return changed
    for extends, name, value in sets if sets and sets[0][0] else sets[:1]:
        new = ast.literal_eval(value)
        changed[name] = [*changed.get(name, []), *new] if extends else new
    if choice:
        changed[field] = replaced(changed[field], problem.value, [choice[1]])
    elif replaces and (not sets or sets[0][0]):
        changed[field] = replaced(changed[field], problem.value, evaluated(replaces[1]))
    assert repr(changed) != repr(arguments), f"nobody follows the hint of {problem.code}: {hint}"
    return changed


def evaluated(text: str) -> list[Any]:
    """Return the texts, or the expression, that *text* is the code of."""
    if text.startswith("re."):
        return [eval(text, {"re": re})]
    return ast.literal_eval(f"[{text.strip('[], ')}]")


def without(written, value):
    """Return the origins without *value*."""
    return {**written, "origins": [item for item in written["origins"] if item is not value]}


#: What a person does who reads the hint, by code.
BY_HAND = {
    "origins.none": lambda written, value: (
        {**written, "origins": "*"} if written["origins"] is None else without(written, None)
    ),
    "origins.empty": lambda written, value: SAME_ORIGIN.to_dict(),
    "origins.async": lambda written, value: {**written, "origins": [lambda origin: True]},
    "origin.punycode": lambda written, value: {**written, "origins": ["https://xn--mnchen-3ya.de"]},
    "origin.label-length": lambda written, value: {**written, "origins": [value.replace("a" * 64, "a" * 63)]},
    "origin.host-length": lambda written, value: {**written, "origins": [re.sub("(?i)a{50,}", "a", value)]},
    "origin.opaque-scheme": lambda written, value: {
        "origins": ["null"],
        "dangerously_allow": ["null-origin"],
    },
    "origin.scheme": lambda written, value: {**written, "origins": ["https://app.example"]},
    "origin.port": lambda written, value: {**written, "origins": ["https://app.example:8443"]},
    "credentials.any-origin": lambda written, value: {**written, "origins": [A]},
    "credentials.null-origin": lambda written, value: {**written, "credentials": False},
    "credentials.exposed-wildcard": lambda written, value: {**written, "expose_headers": ["X-Total"]},
    "private-network.any-origin": lambda written, value: {**written, "origins": [A]},
    "max-age.bounds": lambda written, value: {**written, "max_age": 86400},
}

ROWS = [
    *(({"origins": [text]}, code) for text, code, _ in REFUSED_TEXTS),
    *(({"origins": [item]}, code) for item, code, _ in REFUSED_ITEMS),
    *((written, code) for written, code, _, _ in (*REFUSED_ORIGINS, *REFUSED_FIELDS, *REFUSED_POLICIES)),
]


@pytest.mark.parametrize(
    ("written", "code"), ROWS, ids=[f"{code}-{number}" for number, (_, code) in enumerate(ROWS)]
)
def test_a_hint_that_is_followed_leaves_a_policy_that_can_be_built(written, code):
    """Each hint of the tables, for the value that was refused."""
    (problem,) = problems_of(**written)

    changed = follow(problem, written)

    assert problem.code == code
    try:
        Policy(**changed)
    except PolicyError as error:
        pytest.fail(f"{problem.hint}\n{changed}\n{error}")


def guarded(*policies, config=(), **arguments):
    """Initialise the extension for an application; return the one problem of that, or ``None``."""
    app = Flask(__name__)
    app.config.update(config)
    try:
        CorsGuard(app, *policies, **arguments)
    except PolicyError as error:
        (problem,) = error.problems
        return problem
    return None


PAGE = "https://b.example"


def code_in(problem, **names):
    """Return the value of the code in the hint of *problem*."""
    return eval(re.search(r"Write (?:\w+=)?(.*)\.$", problem.hint)[1], {"Policy": Policy, **names})


def follow_for_paths(paths):
    """Return the problem of *paths*, and the paths as its hint recommends."""
    problem = guarded(paths=paths)
    if problem.code == "paths.type":
        return problem, code_in(problem, policy=LISTED)
    if problem.code == "path.spelling":
        spelling = re.match(r'Write "([^"]*)"', problem.hint)[1]
        return problem, {spelling if path == problem.value else path: paths[path] for path in paths}
    before = re.fullmatch(r'Put it before "(.*)"\.', problem.hint)[1]
    return problem, {problem.value: LISTED, before: LISTED}


@pytest.mark.parametrize(
    ("paths", "code"),
    [
        (3, "paths.type"),
        (["/api"], "paths.type"),
        ({"/api/*": LISTED}, "path.spelling"),
        ({"/a//b": LISTED}, "path.spelling"),
        ({"api": LISTED}, "path.spelling"),
        ({"/": LISTED, "/api": LISTED}, "path.unreachable"),
    ],
)
def test_a_hint_about_paths_that_is_followed_leaves_paths_that_can_be_used(paths, code):
    """Each is for the extension."""
    problem, changed = follow_for_paths(paths)

    assert problem.code == code
    assert guarded(paths=changed) is None


def test_a_hint_about_a_policy_that_is_followed_leaves_one():
    """Something else was given as a policy, or a policy and fields."""
    problem, both = guarded("*"), guarded(LISTED, max_age=3)

    assert (problem.code, both.code) == ("policy.type", "policy.twice")
    assert code_in(problem) == Policy(origins="*")
    assert guarded(code_in(problem)) is None
    assert code_in(guarded([PAGE])) == code_in(guarded(PAGE)) == Policy(origins=[PAGE])
    # Neither would one of these be a policy.
    for value in ("b.example", ["b.example"], [f"https://{n}.example" for n in range(4)], 3, [LISTED, 3]):
        assert code_in(guarded(value)) == Policy(origins=["https://app.example"])
    assert "policy.replace(...)" in both.hint
    assert guarded(LISTED.replace(max_age=3)) is None


@pytest.mark.parametrize("layer", [CorsMiddleware, asgi.CorsMiddleware])
@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("*", 'Policy(origins="*")'),
        (PAGE, f'Policy(origins=["{PAGE}"])'),
        ("https://*.app.example", 'Policy(origins=["https://*.app.example"])'),
        ([PAGE], f'Policy(origins=["{PAGE}"])'),
        ("b.example", None),
        ("/api", None),
        (3, None),
    ],
)
def test_a_layer_repeats_the_origins_that_were_given_instead_of_a_policy(layer, given, written):
    """For anything else it lists what it takes."""
    with pytest.raises(PolicyError) as caught:
        layer(lambda *_: None, given)

    (problem,) = caught.value.problems
    kinds = "a list of policies, a mapping of paths, or a callable"
    example = f'Give Policy(origins=["https://app.example"]), {kinds}.'
    assert (problem.code, problem.field, problem.value) == ("policy.type", "policy", given)
    assert problem.hint == (example if written is None else f"Write {written}.")
    assert layer(lambda *_: None, eval(re.search(r"Policy\(.*?\)", problem.hint)[0]))


def test_a_hint_about_the_configuration_that_is_followed_leaves_one_that_can_be_used():
    """A key is misspelt, or sets what the code sets, too."""
    unknown = guarded(config={"CORSGUARD_ORIGIN": A})
    twice = guarded(LISTED, config={"CORSGUARD_ORIGINS": A})

    assert (unknown.code, twice.code) == ("config.unknown", "config.twice")
    assert guarded(config={re.search(r'mean "(\w+)"', unknown.hint)[1]: A}) is None
    assert twice.hint == "Leave out CORSGUARD_ORIGINS, or the policy in the code."
    assert guarded(LISTED) is None
    assert guarded(config={"CORSGUARD_ORIGINS": A}) is None


@pytest.mark.parametrize(
    ("text", "code"), [("", "config.empty"), (f"'{A}'", "config.quotes"), (f"['{A}']", "config.json")]
)
def test_a_hint_about_an_environment_variable_that_is_followed_leaves_one_that_can_be_used(text, code):
    """Its value is in the hint as a shell takes it."""
    problem = guarded(config={"CORSGUARD_ORIGINS": text})
    value = re.match(r"Write CORSGUARD_ORIGINS=([^;]*?)\.?(?:;|$)", problem.hint)[1]

    assert problem.code == code
    assert guarded(config={"CORSGUARD_ORIGINS": value}) is None


def test_a_hint_about_blueprints_that_is_followed_leaves_some_that_can_be_used():
    """They are not a mapping, or one has a name that no blueprint can have."""
    no_mapping, no_name = guarded(blueprints=3), guarded(blueprints={"api.": LISTED})

    assert (no_mapping.code, no_name.code) == ("blueprints.type", "blueprints.name")
    assert guarded(blueprints=code_in(no_mapping, policy=LISTED)) is None
    assert guarded(blueprints={re.search(r'registers: "(\w+)"', no_name.hint)[1]: LISTED}) is None


def test_every_code_has_a_hint_that_is_followed():
    """Who adds a code adds a row, and, where only a person can follow its hint, how."""
    elsewhere = {
        *("paths.type", "path.spelling", "path.unreachable", "policy.type", "policy.twice"),
        *("config.unknown", "config.twice", "config.empty", "config.quotes", "config.json"),
        *("blueprints.type", "blueprints.name"),
        # tests/core/test_audiences.py and tests/core/test_unmanaged.py.
        *("policies.empty", "policies.nobody", "policies.shadowed", "policies.unmanaged", "policy.unmanaged"),
    }

    assert {code for _, code in ROWS} | elsewhere == set(SENTENCES)
