"""What would allow a request: the policy, and the headers that any server has to send."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

from flask_corsguard.core.fetch_standard import SAFELISTED_METHODS
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.policy_fields import DEFAULTS
from flask_corsguard.core.problems import PolicyError
from flask_corsguard.testing.headers import unsafe_names
from flask_corsguard.wsgi.middleware import CorsMiddleware

from .asked import Asked, outcome_of
from .stand_in import answer_nothing

#: The response headers by which CORS is answered, as the beginnings of their lower-case names.
_OF_CORS: Final = ("access-control-", "vary")
_DEFAULT_HEADERS: Final = cast("tuple[str, ...]", DEFAULTS["allow_headers"])


class NeededAnswer(NamedTuple):
    """What a server has to answer to one request."""

    #: Such as ``"OPTIONS https://api.example/names"``.
    request: str
    #: ``"204"`` for a preflight; ``"any"`` for any other request.
    status: str
    headers: tuple[tuple[str, str], ...]


class Needed(NamedTuple):
    """What would allow a request; without a policy, why there is none."""

    policy: Policy | None
    #: The policy as code, or the fields of it that have to change.
    code: str
    #: Why no policy allows the request, in sentences.
    why_not: str
    answers: tuple[NeededAnswer, ...]


def needed_for(asked: Asked) -> Needed:
    """Return the narrowest policy that allows the request, and what a server with it answers."""
    fields = fields_for(asked)
    return _tried(asked, fields, Policy, lambda policy: f"Policy({_arguments(policy, fields)})")


def _tried(asked: Asked, fields: Mapping[str, Any], make: Any, code_of: Any) -> Needed:
    try:
        policy = make(**fields)
    except PolicyError as error:
        return Needed(None, "", " ".join(f"{each.message} {each.hint}" for each in error.problems), ())
    outcome = outcome_of(asked, CorsMiddleware(answer_nothing, policy))
    if outcome.refusal is not None:
        return Needed(None, "", "No policy changes that.", ())
    answers = tuple(
        NeededAnswer(
            f"{each.method} {each.url}",
            "204" if each.is_preflight else "any",
            tuple(pair for pair in each.response_headers if pair[0].lower().startswith(_OF_CORS)),
        )
        for each in outcome.exchanges
    )
    return Needed(policy, code_of(policy), "", answers)


def fields_for(asked: Asked) -> dict[str, Any]:
    """Return the fields of the narrowest policy for the request, where they are not the defaults."""
    fields: dict[str, Any] = {"origins": "*" if asked.origin == "null" else [asked.origin.rstrip("/")]}
    if asked.method not in SAFELISTED_METHODS:
        fields["methods"] = [*sorted(SAFELISTED_METHODS), asked.method]
    names = _names_to_allow(asked)
    if names:
        fields["allow_headers"] = [*_DEFAULT_HEADERS, *names]
    if asked.sends_cookies:
        fields["credentials"] = True
    return fields


def _names_to_allow(asked: Asked) -> list[str]:
    unsafe = set(unsafe_names(asked.headers)) - {name.lower() for name in _DEFAULT_HEADERS}
    names = {name.lower(): name for name, _ in asked.headers if name.lower() in unsafe}
    return list(names.values()) if asked.manner == "cors" else []


def changed_for(asked: Asked, policy: Policy, *, of_route: bool) -> Needed:
    """Return how *policy* has to change for the request to pass; the code is that of the changed fields.

    :param of_route: whether its methods are those of the route, and not a field of it.
    """
    wanted = fields_for(asked)
    changes: dict[str, Any] = {}
    if policy.origins != "*":
        changes["origins"] = _joined(policy.origins, wanted["origins"])
    # The guard allows exactly the methods of a list; browsers send some others without asking.
    is_listed = policy.methods is None and "methods" not in wanted
    if policy.methods != "*" and not (of_route or is_listed or asked.method in {"GET", "HEAD"}):
        changes["methods"] = _joined(policy.methods or sorted(SAFELISTED_METHODS), [asked.method])
    names = [*wanted.get("allow_headers", ()), *(["*"] if policy.allow_headers == "*" else [])]
    if "allow_headers" in wanted and policy.allow_headers != "*":
        changes["allow_headers"] = _joined(policy.allow_headers, names)
    elif any(name.lower() == "authorization" for name in names):
        changes["allow_headers"] = ["*", "Authorization"]
    if "credentials" in wanted:
        changes["credentials"] = True
        if policy.origins == "*":
            changes["origins"] = wanted["origins"]
    changes = {name: value for name, value in changes.items() if _is_new(getattr(policy, name), value)}
    return _tried(asked, changes, policy.replace, lambda changed: _lines(changed, changes))


def _joined(old: Iterable[Any], new: Any) -> list[Any]:
    if new == "*":
        return list(old)
    known = {each.lower() if isinstance(each, str) else each for each in old}
    return [*old, *(each for each in new if each.lower() not in known)]


def _is_new(old: Any, new: Any) -> bool:
    return bool((list(old) if isinstance(old, (tuple, list)) else old) != new)


def _arguments(policy: Policy, fields: Iterable[str]) -> str:
    return ", ".join(f"{name}={code_of_value(getattr(policy, name))}" for name in fields)


def _lines(policy: Policy, fields: Iterable[str]) -> str:
    return "\n".join(f"{name}={code_of_value(getattr(policy, name))}," for name in fields)


def code_of_value(value: Any) -> str:
    """Return the value of a field as code to paste; the reader fills in what has no code."""
    if isinstance(value, (tuple, list)):
        known = [json.dumps(each) for each in value if isinstance(each, str)]
        others = ["..."] if len(known) < len(value) else []
        return f"[{', '.join([*others, *known])}]"
    return json.dumps(value) if isinstance(value, str) else repr(value)
