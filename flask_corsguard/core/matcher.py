"""The set of origins that a policy allows, compiled so that its size does not show per request."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from typing import Final

from .origins import MAX_ORIGIN_LENGTH, Origin
from .patterns import OriginPattern
from .reasons import Reason

OriginCheck = Callable[[Origin], bool]
Outcome = tuple[Reason, Exception | None]

_ALLOWED: Final[Outcome] = (Reason.ALLOWED, None)
_MALFORMED: Final[Outcome] = (Reason.ORIGIN_MALFORMED, None)
_NULL: Final[Outcome] = (Reason.ORIGIN_NULL, None)
_NOT_ALLOWED: Final[Outcome] = (Reason.ORIGIN_NOT_ALLOWED, None)
_INSECURE: Final[Outcome] = (Reason.ORIGIN_INSECURE, None)

Ports = Container[int | None]
_NO_PORT: Final[Ports] = frozenset()


class _AnyPort:
    """The set of all ports, the default one included."""

    def __contains__(self, port: object) -> bool:
        return True


_ANY_PORT: Final[Ports] = _AnyPort()


class OriginSet:
    """Says of an ``Origin`` whether it is allowed, at a cost that does not grow with the set.

    Exact origins are one look-up in a set. Patterns are at most one look-up per label of the
    asking host, however many patterns there are. Regular expressions and callables are asked one
    after the other, and only about a well-formed origin.

    Precondition: the arguments have passed the checks of :class:`~.policy.Policy`.

    :param exact: serializations of origins; ``"null"`` where that is allowed.
    :param patterns: those with a wildcard.
    :param secure_only: deny what a regular expression or a callable would allow over plain http
        to a host that is not loopback.
    """

    __slots__ = (
        "_any_port_hosts",
        "_bases",
        "_callables",
        "_exact",
        "_longest_base",
        "_regexes",
        "_secure_only",
    )

    def __init__(
        self,
        exact: Iterable[str],
        patterns: Iterable[OriginPattern] = (),
        regexes: Iterable[re.Pattern[str]] = (),
        callables: Iterable[OriginCheck] = (),
        *,
        secure_only: bool,
    ) -> None:
        any_port_hosts: set[str] = set()
        bases: dict[tuple[str, str], set[int | None]] = {}
        any_port_bases: set[tuple[str, str]] = set()
        for pattern in patterns:
            key = pattern.scheme, pattern.host
            if not pattern.subdomains:
                any_port_hosts.add("://".join(key))
            elif pattern.any_port:
                any_port_bases.add(key)
            else:
                bases.setdefault(key, set()).add(pattern.port)
        self._exact = frozenset(exact)
        self._any_port_hosts = frozenset(any_port_hosts)
        self._bases: dict[tuple[str, str], Ports] = {
            **{key: frozenset(ports) for key, ports in bases.items()},
            **dict.fromkeys(any_port_bases, _ANY_PORT),
        }
        self._longest_base = max((len(host) for _, host in self._bases), default=0)
        self._regexes = tuple(regexes)
        self._callables = tuple(callables)
        self._secure_only = secure_only

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
        origin = Origin.parse(text)
        if origin is None:
            return _MALFORMED
        if (self._bases or self._any_port_hosts) and self._matches_a_pattern(origin):
            return _ALLOWED
        if self._regexes or self._callables:
            return self._ask(origin, text)
        return _NOT_ALLOWED

    def _matches_a_pattern(self, origin: Origin) -> bool:
        scheme, host, port = origin.scheme, origin.host, origin.port
        if f"{scheme}://{host}" in self._any_port_hosts:
            return True
        bases = self._bases
        if port in bases.get((scheme, ""), _NO_PORT):
            return True
        # From the right, so that a host with more labels than any pattern is left early.
        dot = host.rfind(".")
        while dot > 0 and len(host) - dot - 1 <= self._longest_base:
            if port in bases.get((scheme, host[dot + 1 :]), _NO_PORT):
                return True
            dot = host.rfind(".", 0, dot)
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
