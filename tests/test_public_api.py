"""What the package exports, and how it is said."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import flask_corsguard
from flask_corsguard import CorsGuard, CorsMiddleware, Policy, PolicyError, cors, decide
from flask_corsguard.core.policy import DEFAULTS, FIELDS, PolicyFields

PUBLIC = {
    *("Policy", "SAME_ORIGIN", "PolicyError", "decide", "CorsMiddleware", "CorsGuard", "cors"),
    *("CrossOriginRefused", "cors_refused", "CorsGuardWarning"),
    # What the first nine take and give.
    *("Decision", "Kind", "Origin", "Problem", "Reason", "Request"),
}


def test_the_package_exports_its_public_names_and_no_other():
    """Nothing else can be imported from it by accident."""
    exported = {name for name, value in vars(flask_corsguard).items() if not name.startswith("_")}

    assert (
        exported - {name for name in exported if inspect.ismodule(getattr(flask_corsguard, name))} == PUBLIC
    )


def test_every_public_name_is_documented():
    """Each has a docstring whose first line is a sentence."""
    for name in PUBLIC - {"SAME_ORIGIN", "cors_refused"}:
        first = (inspect.getdoc(getattr(flask_corsguard, name)) or "").partition("\n\n")[0]
        assert first.replace("\n", " ").endswith((".", ":")), name


def test_the_fields_of_a_policy_are_said_alike_everywhere():
    """The signature, the defaults and the types that are passed on are one list."""
    parameters = inspect.signature(Policy).parameters

    assert tuple(parameters)[:-1] == FIELDS
    assert tuple(PolicyFields.__annotations__) == FIELDS
    assert {name: parameters[name].default for name in DEFAULTS} == DEFAULTS
    assert all(each.kind in {each.KEYWORD_ONLY, each.VAR_KEYWORD} for each in parameters.values())


def test_the_signatures_are_those_of_the_design():
    """What is written down in the contract can be called as it is written."""
    assert list(inspect.signature(CorsMiddleware).parameters) == ["app", "policy", "debug", "on_refusal"]
    assert list(inspect.signature(CorsGuard).parameters) == ["app", "policy", "paths", "fields"]
    assert list(inspect.signature(cors).parameters) == ["policy", "fields"]
    assert list(inspect.signature(decide).parameters) == ["policy", "request"]
    assert issubclass(PolicyError, ValueError)


def test_the_consumers_example_runs():
    """What two type checkers read is a program, too."""
    example = Path(__file__).parent / "typing" / "api.py"

    subprocess.run([sys.executable, "-W", "error", str(example)], check=True)
