"""Which headers an answer has, taken from the decisions of the core and not written a second time.

:data:`ORIGIN` is the placeholder for the value of ``Origin``, which an engine puts in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from flask_corsguard.core.answer import Headers
from flask_corsguard.core.audiences import AnyCompiled
from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.limits import MAX_WILDCARD_LIST_LENGTH
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.request import Request

from .audiences import decided, members_of
from .origins import STRANGER, origin_within

#: The placeholder for ``Origin`` in the value of a header. No value of a policy begins with a space.
ORIGIN: Final = " origin"

#: A list of requested headers that is longer than this is not compared with ``"*"``, in bytes.
UNREAD_LENGTH: Final = MAX_WILDCARD_LIST_LENGTH


@dataclass(frozen=True, slots=True)
class PrivateNetwork:
    """When a preflight that asks for it is granted a private network.

    :ivar methods: one of them is requested.
    :ivar names: an expression; the requested headers match it as a whole.
    :ivar limit: the requested headers are at most this long, in bytes.
    :ivar headers: the headers of the answer to such a preflight.
    """

    methods: tuple[str, ...]
    names: str
    limit: int
    headers: Headers

    def grants(self, method: str, names: str) -> bool:
        """Whether a preflight that requests *method* and *names* is granted it."""
        return (
            method in self.methods
            and len(names) <= self.limit
            and re.fullmatch(self.names, names, re.ASCII) is not None
        )


@dataclass(frozen=True, slots=True)
class Granted:
    """The answers to an allowed origin.

    :ivar response: the headers of every response but a preflight's.
    :ivar preflight: those of the answer to a preflight.
    :ivar unread: those of the answer to a preflight whose requested headers are longer than
        :data:`UNREAD_LENGTH`.
    :ivar private: when a private network is granted; ``None``: never.
    """

    response: Headers
    preflight: Headers
    unread: Headers
    private: PrivateNetwork | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """The answers to any other origin, or to none; the fields mean the same."""

    response: Headers
    preflight: Headers


def granted_by(whole: AnyCompiled, policy: Policy) -> Granted | None:
    """Return the answers of *policy*, one of *whole*, to allowed origins; ``None`` if it allows none."""
    origin = origin_within(policy)
    if origin is None:
        return None

    def headers(request: Request) -> Headers:
        decision = decided(whole, replace(request, origin=origin))
        return tuple((name, ORIGIN if value == origin else value) for name, value in decision.headers)

    preflight = Request(method="OPTIONS", requested_method="GET")

    private = None
    by_policy = compiled(policy)
    # What is granted by "*" is refused before, or has been accepted as a loss.
    if policy.private_network and not by_policy.any_method and not by_policy.any_header:
        private = PrivateNetwork(
            tuple(sorted(by_policy.methods)),
            list_of(by_policy.headers),
            by_policy.max_list_length,
            headers(replace(preflight, private_network="true")),
        )
    return Granted(
        headers(Request(method="GET")),
        headers(preflight),
        headers(replace(preflight, requested_headers="a" * (UNREAD_LENGTH + 1))),
        private,
    )


def withheld_by(whole: AnyCompiled) -> Withheld:
    """Return the answer to an origin that none of the policies of *whole* allows."""
    nobody = decided(whole, Request(method="GET"))
    if members_of(whole)[-1].origins == "*":
        return Withheld(nobody.headers, ())
    preflight = Request(method="OPTIONS", origin=STRANGER, requested_method="GET")
    return Withheld(nobody.headers, decided(whole, preflight).headers)


def list_of(names: frozenset[str]) -> str:
    """Return an expression for comma lists of *names*, in any case, with spaces and empty elements."""
    name = "|".join(re.escape(each).replace(r"\-", "-") for each in sorted(names))
    element = rf"[ \t]*(?:(?:{name})[ \t]*)?" if names else r"[ \t]*"
    return rf"(?i:{element}(?:,{element})*)"
