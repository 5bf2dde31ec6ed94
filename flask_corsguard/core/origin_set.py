"""The set of origins that a policy allows, compiled so that its size does not show per request."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from copy import copy
from typing import Final, Literal

from .origin import MAX_ORIGIN_LENGTH, NULL_ORIGINS, Origin, split
from .origin_pattern import OriginPattern
from .reasons import Reason

OriginCheck = Callable[[Origin], bool]
Outcome = tuple[Reason, Exception | None]

_ALLOWED: Final[Outcome] = (Reason.ALLOWED, None)
_MALFORMED: Final[Outcome] = (Reason.ORIGIN_MALFORMED, None)
_NULL: Final[Outcome] = (Reason.ORIGIN_NULL, None)
_NOT_ALLOWED: Final[Outcome] = (Reason.ORIGIN_NOT_ALLOWED, None)
_INSECURE: Final[Outcome] = (Reason.ORIGIN_INSECURE, None)

# Domains by their labels, read from the right. True covers every name below, so the tree ends there.
_Tree = dict[str, "_Tree | Literal[True]"]

_ANY_PORT: Final = "*"


class OriginSet:
    """The origins that a policy allows; what a look-up costs does not grow with their number.

    An exact origin costs one look-up in a set. Patterns cost at most one look-up for each label that the
    origin's host shares with one of them, however many there are. Regular expressions and callables
    are asked one after the other, last, and only about a well-formed origin.

    Precondition: the arguments have passed the checks of :class:`~.policy.Policy`.

    :param exact: serializations of origins; ``"null"`` and ``"file://"`` where they are allowed.
    :param patterns: the origins with a wildcard.
    :param regexes: each must match the whole serialization.
    :param callables: each takes an :class:`.Origin` and returns whether it is allowed.
    :param secure_only: refuse a plain-http origin that only a regular expression or a callable allows, unless
        its host is loopback.
    :ivar first: the first exact origin; empty, as no origin is, if there is none.
    :ivar exact: the exact origins.
    :ivar is_exact: whether no other origin is allowed.
    :ivar is_constant: whether no callable decides, so that an answer may be remembered.
    """

    __slots__ = (
        "_any_host",
        "_any_port_hosts",
        "_callables",
        "_depth",
        "_domains",
        "_has_patterns",
        "_regexes",
        "_secure_only",
        "exact",
        "first",
        "is_constant",
        "is_exact",
    )

    def __init__(
        self,
        exact: Collection[str],
        patterns: Iterable[OriginPattern] = (),
        regexes: Iterable[re.Pattern[str]] = (),
        callables: Iterable[OriginCheck] = (),
        *,
        secure_only: bool,
    ) -> None:
        self.first = next(iter(exact), "")
        self.exact = frozenset(exact)
        self._any_port_hosts: set[str] = set()
        # One tree per scheme and port: neither has to be compared on the way down.
        self._any_host: set[tuple[str, int | str | None]] = set()
        self._domains: dict[tuple[str, int | str | None], _Tree] = {}
        self._depth = 0
        for pattern in patterns:
            self._add(pattern)
        self._regexes = tuple(regexes)
        self._callables = tuple(callables)
        self._secure_only = secure_only
        self.is_constant = not self._callables
        self._has_patterns = bool(self._domains or self._any_port_hosts or self._any_host)
        self.is_exact = not (self._has_patterns or self._regexes or self._callables)

    def _add(self, pattern: OriginPattern) -> None:
        key = pattern.scheme, _ANY_PORT if pattern.any_port else pattern.port
        if not pattern.subdomains:
            self._any_port_hosts.add(f"{pattern.scheme}://{pattern.host}")
        elif not pattern.host:
            self._any_host.add(key)
        else:
            labels = pattern.host.split(".")
            _plant(self._domains.setdefault(key, {}), labels)
            self._depth = max(self._depth, len(labels))

    def check(self, text: str) -> Outcome:
        """Return ``ALLOWED`` if *text*, the value of ``Origin``, is allowed, else the reason why it is not.

        :returns: the reason, and the exception that a callable raised, if one did.
        """
        # Tempting: the look-up first. But that would hash a megabyte before it refuses it.
        if len(text) > MAX_ORIGIN_LENGTH:
            return _MALFORMED
        if text in self.exact:
            return _ALLOWED
        if text in NULL_ORIGINS:
            return _NULL
        parts = split(text)
        if parts is None:
            return _MALFORMED
        if self._has_patterns and self._matches_a_pattern(*parts):
            return _ALLOWED
        if self._regexes or self._callables:
            return self._ask(Origin(*parts), text)
        return _NOT_ALLOWED

    #: The same, by what the policy itself lists: a set that changes may have changed since somebody asked.
    why_not = check

    def lists(self, text: str, *, by_pattern: bool = False) -> bool:
        """Whether *text*, an origin, is allowed without the callables.

        :param by_pattern: whether only patterns count.
        """
        other = copy(self)
        other._callables = ()  # noqa: SLF001 - of this class
        if by_pattern:
            other.exact, other._regexes = frozenset(), ()  # noqa: SLF001
        return other.why_not(text)[0] is Reason.ALLOWED

    def _matches_a_pattern(self, scheme: str, host: str, port: int | None) -> bool:
        if self._any_port_hosts and f"{scheme}://{host}" in self._any_port_hosts:
            return True
        return self._is_below((scheme, port), host) or self._is_below((scheme, _ANY_PORT), host)

    def _is_below(self, key: tuple[str, int | str | None], host: str) -> bool:
        if key in self._any_host:
            return True
        tree = self._domains.get(key)
        if tree is None:
            return False
        # From the right, no further than the deepest pattern; at least one label remains for the "*".
        for label in host.rsplit(".", self._depth)[:0:-1]:
            below = tree.get(label)
            if below is True or below is None:
                return below is True
            tree = below
        return False

    def _ask(self, origin: Origin, text: str) -> Outcome:
        allowed = any(regex.fullmatch(text) is not None for regex in self._regexes)
        failure: Exception | None = None
        for ask in () if allowed else self._callables:
            try:
                answer = ask(origin)
                if not isinstance(answer, bool):
                    # Tempting: bool(answer). But a bound method that nobody called, or a coroutine that
                    # nobody awaited, is true and would allow everyone.
                    raise TypeError(f"{ask!r} returned {type(answer).__name__}, not bool")
            except Exception as error:  # noqa: BLE001 - the contract: an exception means no
                failure = error
                continue
            if answer:
                allowed = True
                break
        if allowed:
            insecure = self._secure_only and origin.scheme == "http" and not origin.is_loopback
            return (Reason.ORIGIN_INSECURE if insecure else Reason.ALLOWED, failure)
        return (Reason.ORIGIN_NOT_ALLOWED if failure is None else Reason.ORIGIN_CHECK_FAILED), failure


def _plant(tree: _Tree, labels: list[str]) -> None:
    for label in labels[:0:-1]:
        below = tree.setdefault(label, {})
        if below is True:
            return
        tree = below
    tree[labels[0]] = True
