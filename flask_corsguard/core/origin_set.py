"""The set of origins that a policy allows, compiled so that its size does not show per request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from .origin import MAX_ORIGIN_LENGTH, Origin, split
from .origin_pattern import OriginPattern
from .reasons import Reason

OriginCheck = Callable[[Origin], bool]
Outcome = tuple[Reason, Exception | None]

_ALLOWED: Final[Outcome] = (Reason.ALLOWED, None)
_MALFORMED: Final[Outcome] = (Reason.ORIGIN_MALFORMED, None)
_NULL: Final[Outcome] = (Reason.ORIGIN_NULL, None)
_NOT_ALLOWED: Final[Outcome] = (Reason.ORIGIN_NOT_ALLOWED, None)
_INSECURE: Final[Outcome] = (Reason.ORIGIN_INSECURE, None)

# Domains by their labels from the right. True stands for every name below, so nothing stands beneath it.
_Tree = dict[str, "_Tree | Literal[True]"]

_ANY_PORT: Final = "*"


class OriginSet:
    """Says of an ``Origin`` whether it is allowed, at a cost that does not grow with the set.

    Exact origins are one look-up in a set. Patterns are at most one look-up per label that the
    asking host shares with one of them, however many there are. Regular expressions and callables
    are asked one after the other, and only about a well-formed origin.

    Precondition: the arguments have passed the checks of :class:`~.policy.Policy`.

    :param exact: serializations of origins; ``"null"`` where that is allowed.
    :param patterns: those with a wildcard.
    :param secure_only: deny what a regular expression or a callable would allow over plain http
        to a host that is not loopback.
    :ivar first: the first of *exact*, if there is one.
    :ivar is_constant: whether an origin that was allowed once is allowed for ever, and none needs to
        be asked twice.
    """

    __slots__ = (
        "_any_host",
        "_any_port_hosts",
        "_callables",
        "_depth",
        "_domains",
        "_exact",
        "_has_patterns",
        "_is_exact",
        "_regexes",
        "_secure_only",
        "first",
        "is_constant",
    )

    def __init__(
        self,
        exact: Sequence[str],
        patterns: Iterable[OriginPattern] = (),
        regexes: Iterable[re.Pattern[str]] = (),
        callables: Iterable[OriginCheck] = (),
        *,
        secure_only: bool,
    ) -> None:
        self.first = exact[0] if exact else None
        self._exact = frozenset(exact)
        self._any_port_hosts: set[str] = set()
        # By scheme and port, so that no port has to be compared on the way down.
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
        self._is_exact = not (self._has_patterns or self._regexes or self._callables)

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
        """Say whether the page whose ``Origin`` is *text* is allowed, and why not if it is not.

        :returns: the reason, and the exception that a callable raised, if one did.
        """
        # Before anything reads it: hashing a megabyte would already be work.
        if len(text) > MAX_ORIGIN_LENGTH:
            return _MALFORMED
        if text in self._exact:
            return _ALLOWED
        if text == "null":
            return _NULL
        parts = split(text)
        if parts is None:
            return _MALFORMED
        if self._has_patterns and self._matches_a_pattern(*parts):
            return _ALLOWED
        if self._regexes or self._callables:
            return self._ask(Origin(*parts), text)
        return _NOT_ALLOWED

    def allows(self, text: str) -> tuple[bool, Exception | None]:
        """Say whether :meth:`check` gives :attr:`.Reason.ALLOWED`, without looking for a reason if not."""
        if self._is_exact:
            return len(text) <= MAX_ORIGIN_LENGTH and text in self._exact, None
        reason, error = self.check(text)
        return reason is Reason.ALLOWED, error

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
        # From the right, and no further than any pattern goes; at least one label stays for the "*".
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
                    # Tempting: its truth value. But a forgotten call or an un-awaited coroutine
                    # is true, and would let everyone in.
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
