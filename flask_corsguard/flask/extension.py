"""The Flask extension: one policy for an application, and a place for the marks of its parts.

It wraps ``app.wsgi_app`` once and registers nothing with Flask: no hook of the application, and no
other extension, runs before it or overwrites what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, overload

from flask import Flask

from flask_corsguard.core.errors import PolicyError, Problem, did_you_mean, problem
from flask_corsguard.core.policy import FIELDS, SAME_ORIGIN, Policy
from flask_corsguard.wsgi.middleware import CorsMiddleware
from flask_corsguard.wsgi.path_rules import PathRules, policy_from

from .decorator import EXTENSION
from .refusal import CrossOriginRefused, answer_through, cors_refused
from .routing import RoutedPolicies
from .warnings.first_request import Startup
from .warnings.warning import Place, warn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from typing_extensions import Unpack

    from flask_corsguard.core.decision import Decision
    from flask_corsguard.core.policy import PolicyFields
    from flask_corsguard.wsgi.policy_source import PolicySource

    PathsArgument = Mapping[str, Policy | Mapping[str, Any]]

PREFIX: Final = "CORSGUARD_"

_LISTS: Final = frozenset({"origins", "methods", "allow_headers", "expose_headers", "dangerously_allow"})
#: The fields that mean something where nobody else may call. With any other one the origins are missing.
_WITHOUT_ORIGINS: Final = frozenset({"guard", "resource_policy"})

_KEYS: Final = {f"{PREFIX}{name.upper()}": name for name in (*FIELDS, "paths")}


class CorsGuard:
    """Makes a policy true for a Flask application, and those that its views are marked with.

    The policy is given as such, or by its fields, in code or in the configuration
    (``CORSGUARD_ORIGINS`` and so on, read once by :meth:`init_app`). Without any, or with ``guard``
    and ``resource_policy`` alone, the application is closed to other origins.

    Which policy holds for a request: the mark of its view, else that of the nearest blueprint, else
    the first of *paths* that covers it, else this one. Without this extension no mark does anything.

    In debug mode a page of an allowed origin reads which exception a view raised, and what is
    refused is told the whole reason.

    :param app: the application; without one, call :meth:`init_app` later, for as many as you like.
    :param policy: a :class:`.Policy`.
    :param paths: policies for views without a mark, by path.
    :param fields: the fields of a policy, instead of *policy*.
    :raises PolicyError: with every problem of the policy, the paths and the configuration.
    :raises RuntimeError: if the application already has the extension.
    :raises TypeError: if *app* is none.
    """

    @overload
    def __init__(
        self, app: Flask | None = None, policy: Policy | None = None, *, paths: PathsArgument | None = None
    ) -> None: ...
    @overload
    def __init__(
        self, app: Flask | None = None, *, paths: PathsArgument | None = None, **fields: Unpack[PolicyFields]
    ) -> None: ...
    def __init__(self, app: Any = None, policy: Any = None, *, paths: Any = None, **fields: Any) -> None:
        self._policy = policy
        self._said: dict[str, Any] = fields if paths is None else {**fields, "paths": paths}
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Register the extension with *app* and read its configuration, this once.

        :raises PolicyError: with every problem of the policy, the paths and the configuration.
        :raises RuntimeError: if *app* already has the extension.
        """
        if not isinstance(app, Flask):
            raise TypeError(f"{app!r} is no Flask application: write CorsGuard(app, policy).")
        if EXTENSION in app.extensions:
            raise RuntimeError(
                f"CorsGuard is already initialised for the application {app.import_name!r}. Call "
                "CorsGuard(app) or init_app(app) once; other policies for parts of the application "
                "go on views and blueprints, as @cors(...), or into paths=."
            )
        policy, paths = read_settings(self._policy, self._said, app.config)
        middleware = _FlaskMiddleware(app, policy, paths)
        app.extensions[EXTENSION] = middleware
        app.wsgi_app = middleware  # type: ignore[method-assign]  # Flask's documented way


class _FlaskMiddleware(CorsMiddleware):
    def __init__(self, flask: Flask, policy: Policy, paths: PathRules | None) -> None:
        self._flask = flask
        self._paths = paths
        self._place = Place.of_caller()
        self._startup = Startup(flask, paths, self._place)
        super().__init__(flask.wsgi_app, policy)
        # Blinker's own mapping: empty as long as nobody listens.
        self._listeners = cors_refused.receivers

    def _source_of(self, policy: object) -> PolicySource:
        return RoutedPolicies(self._flask, policy_from(policy, "policy"), self._paths, self._look_around)

    def _look_around(self, environ: WSGIEnvironment, start_response: StartResponse) -> StartResponse | None:
        return None if self._startup.finished else self._startup.look(self, environ, start_response)

    def _answers_errors(self) -> bool:
        return self._flask.debug and not self._flask.testing

    def _tell_replaced(self, names: str) -> None:
        if not self._startup.found_another:
            warn(
                f"The application, or a layer inside of CorsGuard, sets {names} itself, and the policy's "
                "headers replace that. Remove it there; what it allowed belongs into the policy.",
                self._place,
            )

    def _refuse_unheard(self, *_: object) -> None:
        # The application's error handlers always hear.
        return None

    def _refuse(self, decision: Decision, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        refusal = CrossOriginRefused(decision, debug=self._answers_errors())
        return answer_through(self._flask, refusal, environ, start)

    def _tell(self, environ: WSGIEnvironment, decision: Decision) -> None:
        super()._tell(environ, decision)
        cors_refused.send(self._flask, decision=decision)


def read_settings(
    policy: object, said: Mapping[str, Any], config: Mapping[str, Any]
) -> tuple[Policy, PathRules | None]:
    """Give the policy and the path rules of an application, from its code and its configuration.

    :param policy: what was given as the policy, if anything.
    :param said: the fields, and ``paths``, that the code gives.
    :param config: the configuration; strings in it are split where a list is meant.
    :raises PolicyError: with every problem found.
    """
    problems: list[Problem] = []
    keys: dict[str, str] = {}
    settings: dict[str, Any] = dict(said)
    for key in sorted(key for key in config if key.startswith(PREFIX)):
        name = _KEYS.get(key)
        if name is None:
            problems.append(
                problem("config.unknown", key, config[key], did_you_mean(key.upper(), list(_KEYS)))
            )
        elif name in said or (policy is not None and name != "paths"):
            hint = f"Say it once: leave {key} out, or {name if name in said else 'the policy'} in the code."
            problems.append(problem("config.twice", key, config[key], hint))
        else:
            keys[name] = key
            settings[name] = _from_config(name, config[key])
    if keys and "origins" not in said:
        keys.setdefault("origins", f"{PREFIX}ORIGINS")
    rules = settings.pop("paths", None)
    if policy is not None and settings:
        hint = "Give a policy or its fields; policy.replace(...) makes one like another."
        problems.append(problem("policy.twice", ", ".join(settings), policy, hint))
    built, paths = SAME_ORIGIN, None
    try:
        if policy is not None:
            built = policy_from(policy, "policy")
        elif set(settings) <= _WITHOUT_ORIGINS:
            built = SAME_ORIGIN.replace(**settings)
        else:
            built = Policy(**settings)
    except PolicyError as error:
        problems += [_as_written(each, keys) for each in error.problems]
    try:
        paths = None if rules is None else PathRules(rules, keys.get("paths", "paths"))
    except PolicyError as error:
        problems += error.problems
    if problems:
        raise PolicyError(problems)
    return built, paths


def _as_written(each: Problem, keys: Mapping[str, str]) -> Problem:
    key = keys.get(each.field)
    if key is None:
        return each
    return replace(each, field=key, hint=each.hint.replace(f"{each.field}=", f"{key}="))


def _fields_from_config(said: object) -> object:
    if not isinstance(said, Mapping):
        return said
    return {name: _from_config(name, value) for name, value in said.items()}


def _from_config(name: str, value: object) -> object:
    if name == "paths" and isinstance(value, Mapping):
        return {path: _fields_from_config(said) for path, said in value.items()}
    if name not in _LISTS or not isinstance(value, str):
        return value
    return value.replace(",", " ").split()
