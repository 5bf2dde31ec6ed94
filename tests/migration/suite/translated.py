"""Has Flask-CORS's own tests run against the translation: copied beside them, and loaded by their pytest.

``CORS`` and ``cross_origin`` do here what ``corsguard migrate`` writes for them.
"""

from __future__ import annotations

import re
import warnings

import flask
import flask_cors
import pytest

from flask_corsguard import SAME_ORIGIN, CorsGuard, cors, policy_from_flask_cors
from flask_corsguard.flask.marks import EXTENSION
from flask_corsguard.migrate.path_expressions import is_everything, order_of, read_path
from flask_corsguard.migrate.routes import route_of

GUARD = {"guard": "report"}


def policy(options):
    """Return the policy for options."""
    return policy_from_flask_cors(
        **{k: v for k, v in options.items() if k != "resources"}, on_problem="warn", **GUARD
    )


def paths_of(options, app):
    """Return the path rules for options, and the policy of every path if that is one of them."""
    resources = options.get("resources", "/*")
    if not isinstance(resources, dict):
        listed = [resources] if isinstance(resources, (str, re.Pattern)) else resources
        resources = {each: {} for each in listed}
    routes = [route_of(rule.rule, None) for rule in app.url_map.iter_rules()]
    rules, rest = {}, None
    for key in sorted(resources, key=order_of):
        one = policy({**options, **resources[key]})
        rest = one if is_everything(key) else rest
        for rule in read_path(key, routes).rules:
            if rule != "/":
                rules.setdefault(rule, one)
    return {rule: rules[rule] for rule in sorted(rules, key=lambda each: -each.count("/"))}, rest


class Translated:
    """``CORS``, translated."""

    def __init__(self, app=None, **options):
        self._options = options
        if app is not None:
            self.init_app(app)

    def init_app(self, app, **options):
        """Initialise an application at its first request, when its routes are known, or mark a blueprint."""
        known = {
            key[5:].lower(): each for key, each in getattr(app, "config", {}).items() if key[:5] == "CORS_"
        }
        merged = {**known, **self._options, **options}
        if not isinstance(merged.get("resources", ""), (str, re.Pattern, dict, list)):
            raise ValueError("These are no paths.")  # noqa: TRY004 - as Flask-CORS does
        if isinstance(app, flask.Blueprint):
            app.record_once(lambda state: _LATER.setdefault(state.app, merged))
        else:
            _LATER.setdefault(app, merged)


_LATER = {}


def cross_origin(*_, **options):
    """Mark a view."""
    return cors(policy(options))


@pytest.fixture(autouse=True)
def _guarded(monkeypatch):
    test_client = flask.Flask.test_client

    def guarded(app, *arguments, **others):
        if EXTENSION not in app.extensions:
            rules, rest = paths_of(_LATER[app], app) if app in _LATER else ({}, None)
            given = {"paths": rules} if rules else {}
            CorsGuard(app, rest or SAME_ORIGIN.replace(**GUARD), **given)
        return test_client(app, *arguments, **others)

    monkeypatch.setattr(flask.Flask, "test_client", guarded)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


flask_cors.CORS, flask_cors.cross_origin = Translated, cross_origin
