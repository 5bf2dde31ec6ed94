"""What is exported: policies by place, and the policy that the application itself applies to a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask_corsguard.core.guard import is_refused
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.problems import PolicyError, Problem
from flask_corsguard.core.request import Request
from flask_corsguard.wsgi.path_rules import PathRules

from .audiences import CLOSED, Audiences, decided, judged
from .losses import loss
from .paths import as_latin_1


@dataclass(frozen=True, slots=True)
class Place:
    """What has a policy: a prefix of whole segments, or with *exact* one path.

    :ivar path: decoded; empty for the whole application, ambiguous paths included.
    :ivar audiences: the policies.
    :ivar exact: whether only this very path is meant.
    :ivar by_method: for an exact path, what other methods than those of *audiences* have.
    :ivar where: its name in messages.
    """

    path: str
    audiences: Audiences
    where: str
    exact: bool = False
    by_method: tuple[tuple[str, Audiences], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What is exported.

    :ivar places: the policies by place.
    :ivar find: returns the policies for a path, decoded as WSGI has it, and a method: for a preflight, the
        one that it requests. It is the application's own way to find them.
    :ivar problems: what of it no engine can do.
    """

    places: tuple[Place, ...]
    find: Callable[[str, str], Audiences]
    problems: tuple[Problem, ...] = ()


def source_of(value: object) -> Source:
    """Return what *value* says: a policy, several for several audiences, or a mapping of paths to these.

    :raises PolicyError: if it is none of these.
    """
    if isinstance(value, Policy) or _is_list(value):
        audiences = _audiences(value)
        return Source((Place("", audiences, "policy"),), lambda _path, _method: audiences)
    if isinstance(value, Mapping):
        return _source_of_paths(value)
    hint = 'Name a Policy, a list of policies, a mapping such as {"/api": policy}, or a Flask application.'
    raise PolicyError([loss("edge.source", "source", value, hint)])


def _is_list(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and all(isinstance(each, Policy) for each in value)
    )


def _audiences(value: object) -> Audiences:
    return (value,) if isinstance(value, Policy) else tuple(cast("Sequence[Policy]", value))


def _source_of_paths(paths: Mapping[Any, Any]) -> Source:
    # The first of several stands for all of them: only the paths are checked, which do not depend on it.
    rules = PathRules({path: each[0] if _is_list(each) else each for path, each in paths.items()}, "policy")
    places = tuple(
        Place(path, _audiences(each) if _is_list(each) else (_policy(each),), f"policy[{path!r}]")
        for path, each in paths.items()
    )
    by_path = {as_latin_1(place.path): place.audiences for place in places}

    def find(path: str, _method: str) -> Audiences:
        place = rules.place_of(path)
        return CLOSED if place is None else by_path.get(place.removeprefix("path "), CLOSED)

    return Source(places, find)


def _policy(value: object) -> Policy:
    return value if isinstance(value, Policy) else Policy.from_mapping(cast("Mapping[str, Any]", value))


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


def answered(audiences: Audiences, request: Request) -> Outcome:
    """Return what the application makes of *request*: what ``decide`` and ``judge`` decide."""
    decision = decided(audiences, request)
    if request.is_preflight:
        return outcome(False, decision.status, decision.headers)
    verdict = judged(audiences, request)
    if is_refused(verdict):
        return outcome(False, verdict.status, verdict.headers)
    return outcome(True, None, decision.headers)
