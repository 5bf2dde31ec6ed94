"""What is exported: policies by place, and the policy that the application itself applies to a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask_corsguard.core.audiences import AnyCompiled, AnyPolicy, Audiences, compiled_any
from flask_corsguard.core.guard import is_refused
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.core.problems import PolicyError, Problem
from flask_corsguard.core.request import Request
from flask_corsguard.wsgi.middleware import CorsMiddleware
from flask_corsguard.wsgi.path_rules import PathRules

from .audiences import decided, is_managed, judged
from .losses import loss
from .paths import as_latin_1


@dataclass(frozen=True, slots=True)
class Place:
    """What has a policy: a prefix of whole segments, or with *exact* one path.

    :ivar path: decoded; empty for the whole application, ambiguous paths included.
    :ivar policy: its policy, or its list of policies.
    :ivar where: its name in messages.
    :ivar exact: whether only this very path is meant.
    :ivar by_method: for an exact path, the policies of some methods.
    """

    path: str
    policy: AnyCompiled
    where: str
    exact: bool = False
    by_method: tuple[tuple[str, AnyCompiled], ...] = ()

    @property
    def policies(self) -> tuple[AnyCompiled, ...]:
        """All of its policies."""
        return (self.policy, *(each for _, each in self.by_method))


@dataclass(frozen=True, slots=True)
class Source:
    """What is exported.

    :ivar places: the policies by place.
    :ivar closed: the policy of paths that are ambiguous, and of those that no place covers.
    :ivar find: returns the policy for a path, decoded as WSGI has it, and a method: for a preflight, the
        one that it requests. It is the application's own way to find it.
    :ivar problems: what of it no engine can do.
    """

    places: tuple[Place, ...]
    closed: AnyCompiled
    find: Callable[[str, str], AnyCompiled]
    problems: tuple[Problem, ...] = ()


def source_of(value: object) -> Source:
    """Return what *value* says: a policy, several for several audiences, or a mapping of paths to these.

    :param value: one of these, or a middleware with one of these.
    :raises PolicyError: if it is none of these.
    """
    if isinstance(value, CorsMiddleware):
        value = value.policy
    if isinstance(value, Mapping):
        return _source_of_paths(value)
    if not isinstance(value, (Policy, Audiences, list, tuple)):
        hint = 'Name a Policy, a list of policies, a mapping such as {"/api": policy}, or an application.'
        raise PolicyError([loss("edge.source", "source", value, hint)])
    policy = compiled_any(policy_from(cast("object", value), "policy"))
    return Source((Place("", policy, "policy"),), policy, lambda _path, _method: policy)


def _source_of_paths(paths: Mapping[Any, Any]) -> Source:
    rules = PathRules(paths, "policy")
    closed = compiled_any(rules.closed)
    places = tuple(
        Place(path, compiled_any(cast("AnyPolicy", rules.find(as_latin_1(path)))), f"policy[{path!r}]")
        for path in paths
    )
    return Source(places, closed, lambda path, _method: compiled_any(rules.find(path) or rules.closed))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a request.

    :ivar passes: whether the application gets it.
    :ivar status: the status of the answer; ``None``: the application's.
    :ivar headers: the headers of the policies on the answer, with names in lower case.
    :ivar vary: the names in ``Vary``, in lower case.
    """

    passes: bool
    status: int | None
    headers: frozenset[tuple[str, str]]
    vary: frozenset[str]


def outcome(passes: bool, status: int | None, headers: Sequence[tuple[str, str]]) -> Outcome:  # noqa: FBT001
    """Return the outcome with these *headers*, in which ``Vary`` may come in any shape."""
    vary = [name for field, value in headers if field.lower() == "vary" for name in value.split(",")]
    return Outcome(
        passes,
        status,
        frozenset((field.lower(), value) for field, value in headers if field.lower() != "vary"),
        frozenset(name.strip().lower() for name in vary if name.strip()),
    )


def answered(policy: AnyCompiled, request: Request) -> Outcome:
    """Return what the application makes of *request*: what ``decide`` and ``judge`` decide."""
    decision = decided(policy, request)
    if request.is_preflight and is_managed(policy):
        return outcome(False, decision.status, decision.headers)
    verdict = judged(policy, request)
    if is_refused(verdict):
        return outcome(False, verdict.status, verdict.headers)
    return outcome(True, None, decision.headers)
