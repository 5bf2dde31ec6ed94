"""The source of an export: policies by place, and the policy that the application applies to a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_corsguard.core.audiences import AnyCompiled
from flask_corsguard.core.problems import Problem


@dataclass(frozen=True, slots=True)
class Place:
    """What has a policy: a prefix of whole segments, or with *exact* one path.

    :ivar path: decoded; empty for the whole application, ambiguous paths included.
    :ivar policy: its policy, or its list of policies.
    :ivar where: its name in messages.
    :ivar exact: whether only this very path is meant.
    :ivar by_method: for an exact path, the policies by expressions for methods.
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
