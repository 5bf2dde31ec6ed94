"""A policy from options of Flask-CORS that only run time knows: settings, environment variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from flask_corsguard.core.findings import FINDINGS, Finding
from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.core.policy_fields import GuardMode
from flask_corsguard.core.problems import PolicyError, Problem

from .options import OPTIONS
from .origin_questions import problems_of
from .questions import CHOICES, Answers, Question, answers_of
from .translated import Translation
from .translation import resolve_ignored, translate

#: What is done about a question if the start must not fail: never more than what was allowed.
_CLOSED: Final = Answers(
    {
        **dict.fromkeys(CHOICES, "closed"),
        "any-origin-with-credentials": "no-credentials",
        "ignored-option": "keep",
    }
)

_EVERY_PATH: Final = frozenset({"*", "/*", "/.*", ".*", "^/.*", "^/.*$", "/"})


def policy_from_flask_cors(
    *,
    on_problem: Literal["raise", "warn"] = "raise",
    answers: Mapping[str, str | list[str]] | None = None,
    guard: GuardMode = "enforce",
    **options: Any,
) -> Policy:
    """Return the policy that does what *options* of Flask-CORS did, for values that only run time knows.

    It reads them as ``corsguard migrate`` does. A single origin is a list of one. A text that Flask-CORS read
    as a regular expression becomes the pattern that it meant. An option that Flask-CORS ignored has no
    effect. The policy never allows more than Flask-CORS did.

    .. code-block:: python

        CorsGuard(app, policy_from_flask_cors(**settings.CORS, on_problem="warn"))

    :param on_problem: what happens to a value that has no clear meaning here, such as an origin with a slash
        at its end, which never matched. ``"raise"`` raises; ``"warn"`` leaves it out, so that a start that
        worked before works, and gives a :class:`.CorsGuardWarning`.
    :param answers: what was answered to ``corsguard migrate``, by the ids of the questions. It applies to
        values that only run time knows.
    :param guard: the field of the policy.
    :param options: as ``CORS(app, ...)`` and ``cross_origin(...)`` took them.
    :returns: the policy; a closed one if the options allowed nobody.
    :raises PolicyError: with a problem for everything that ``corsguard migrate`` would ask.
    :raises ValueError: if an answer is for an unknown question, or is not one of its choices.
    """
    # Flask is there, or there would be no application to move.
    from flask_corsguard.flask.warnings.stale_configuration import remember_options

    policy = _policy_of(options, answers_of(answers or {}), on_problem, guard)
    remember_options(policy, options)
    return policy


def _policy_of(
    options: dict[str, Any], given: Answers, on_problem: Literal["raise", "warn"], guard: GuardMode
) -> Policy:
    applied = given if on_problem == "raise" else Answers({**_CLOSED.given, **given.given})
    _, ignored = resolve_ignored(options, applied)
    known = {name: value for name, value in options.items() if name in OPTIONS}
    resources = known.pop("resources", None)
    problems = [] if _is_every_path(resources) else [_problem_of_resources(resources)]
    if isinstance(resources, dict) and not problems:
        known.update(*resources.values())
    result = translate(known, applied)
    result.decided = [each for each in result.decided if given.to(each[0].id) is None]
    result.questions[:0] = ignored.questions
    if on_problem == "raise":
        problems += [_problem(question, options) for question in result.questions]
        if problems:
            raise PolicyError(problems)
    else:
        _warn(result, problems)
        result.questions.clear()
    if result.is_closed or (problems and resources is not None):
        return SAME_ORIGIN.replace(guard=guard)
    left = problems_of({**result.fields, "guard": guard})
    if left:
        if on_problem == "raise":
            raise PolicyError(left)
        _warn(result, list(left))
        return SAME_ORIGIN.replace(guard=guard)
    return Policy(**result.fields, guard=guard)


def _is_every_path(resources: Any) -> bool:
    if isinstance(resources, dict):
        return len(resources) == 1 and all(map(_is_every_path, resources))
    if isinstance(resources, re.Pattern):
        return resources.pattern in _EVERY_PATH - {"/"}
    return resources is None or (isinstance(resources, str) and resources in _EVERY_PATH - {"/"})


def _problem_of_resources(resources: Any) -> Problem:
    return Problem(
        "flask-cors.resources",
        "resources",
        resources,
        "A policy applies to every path that it is used for.",
        'Write CorsGuard(app, paths={"/api": policy_from_flask_cors(...)}).',
    )


#: The option that a question is about.
_OPTION_OF: Final = {
    "exposed-star": "expose_headers",
    "header-regex": "allow_headers",
    "private-network-any-origin": "allow_private_network",
}


#: What to write instead of what a question is about.
_HINTS: Final = {
    "any-origin-with-credentials": 'Write origins=["https://app.example"], or no supports_credentials.',
    "never-matched": 'Write each origin as browsers send it, such as "https://app.example", or leave it out.',
    "ignored-option": "Write the option by its name, or leave it out.",
    "http-with-credentials": 'Use https, or write Policy(..., dangerously_allow=["insecure-origins"]).',
    "exposed-star": "List the headers by name.",
    "header-regex": 'List the headers by name, or write allow_headers="*".',
    "origin-regex": 'List the origins, or patterns such as "https://*.example.com".',
    "null-with-credentials": 'Leave "null" out, or leave supports_credentials out.',
    "private-network-any-origin": "Name the origins that may.",
}


def _problem(question: Question, options: dict[str, Any]) -> Problem:
    name = _OPTION_OF.get(question.id, "origins")
    return Problem(f"flask-cors.{question.id}", name, options.get(name), question.text, _HINTS[question.id])


def _warn(result: Translation, problems: list[Problem]) -> None:
    from flask_corsguard.flask.warnings.warning import Place, warn

    place = Place.of_caller()
    for question, answer in result.decided:
        does = question.choices.get(str(answer), "")
        message = f"policy_from_flask_cors: {question.text} Until that is decided: {does}."
        hint = FINDINGS["flask-cors.undecided"].remedy
        warn(Finding(code="flask-cors.undecided", message=message, hint=hint), place)
    for each in problems:
        message = f"policy_from_flask_cors: {each.field}: {each.message}"
        warn(Finding(code="flask-cors.left-out", message=message, hint=each.hint), place)
