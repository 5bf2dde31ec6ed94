"""How close an answer of an engine is to what the application would answer: three levels.

A: the engine allows nothing that the application does not allow. B: a browser comes to the same verdict.
C: status, headers and ``Vary`` are equal.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask_corsguard.core.fetch_standard import (
    ACAC,
    ACAH,
    ACAM,
    ACAO,
    ACAPN,
    ACEH,
    SAFELISTED_METHODS,
    SAFELISTED_RESPONSE_HEADERS,
    TAO,
)
from flask_corsguard.core.request import Request

from .guard import asks_for_socket
from .outcome import Outcome

_OK = range(200, 300)


def is_level_c(seen: Outcome, wanted: Outcome) -> bool:
    """Whether an engine answers as the application does."""
    return seen == wanted


def is_level_a(seen: Outcome, request: Request, readings: Iterable[tuple[Outcome, Request]]) -> bool:
    """Whether an engine grants no more than the application does, however the request is read.

    :param readings: what the application makes of each reading.
    """
    granted = grants(seen, request)
    return any(_covers(grants(wanted, read), granted) for wanted, read in readings)


def _covers(wanted: frozenset[str], granted: frozenset[str]) -> bool:
    # A grant for everyone, or for every name, covers each; of headers, every one but Authorization. With
    # credentials no policy has one.
    def is_covered(each: str) -> bool:
        kind = each.rpartition(" ")[0]
        return each in wanted or (f"{kind} *" in wanted and each != "header authorization")

    return all(map(is_covered, granted))


def is_level_b(seen: Outcome, wanted: Outcome, request: Request) -> bool:
    """Whether a browser comes to the same verdict about what this very request asks for."""
    return verdict(seen, request) == verdict(wanted, request)


def _values(answer: Outcome, name: str) -> list[str]:
    return [value for field, value in answer.headers if field == name.lower()]


def _names(answer: Outcome, name: str) -> set[str]:
    return {each.strip() for value in _values(answer, name) for each in value.split(",") if each.strip()}


def grants(answer: Outcome, request: Request) -> frozenset[str]:
    """Return everything that *answer* grants to the page that has sent *request*."""
    found: set[str] = set()
    if answer.passes and not request.is_preflight:
        found.add("reaches the application")
    if asks_for_socket(request.upgrade or ""):
        # No page reads the response to a handshake.
        return frozenset(found)
    if not request.is_preflight:
        found.update(f"timing for {value}" for value in _values(answer, TAO))
    allowed = _values(answer, ACAO)
    if not allowed:
        return frozenset(found)
    if request.is_preflight and answer.status not in _OK:
        return frozenset(found)
    found.update(f"read by {value}" for value in allowed)
    if "true" in _values(answer, ACAC):
        found.add("credentials")
    if not request.is_preflight:
        exposed = {name.lower() for name in _names(answer, ACEH)} - SAFELISTED_RESPONSE_HEADERS
        found.update(f"exposes {name}" for name in exposed)
    else:
        found.update(f"method {name}" for name in _names(answer, ACAM) - SAFELISTED_METHODS)
        found.update(f"header {name.lower()}" for name in _names(answer, ACAH))
        if "true" in _values(answer, ACAPN):
            found.add("private network")
    return frozenset(found)


def verdict(answer: Outcome, request: Request) -> frozenset[str]:
    """Return what a browser allows the page to do with *answer* to this very *request*."""
    found: set[str] = set()
    if answer.passes and not request.is_preflight:
        found.add("reaches the application")
    if asks_for_socket(request.upgrade or ""):
        # And browsers check none of the headers of a policy.
        return frozenset(found)
    allowed = _values(answer, ACAO)
    if len(allowed) != 1 or request.origin is None or allowed[0] not in {"*", request.origin}:
        return frozenset(found)
    with_cookies = allowed[0] != "*" and _values(answer, ACAC) == ["true"]
    for include in (False, True):
        if include and not with_cookies:
            continue
        suffix = " with cookies" if include else ""
        if not request.is_preflight:
            found.add(f"read{suffix}")
            found.update(f"exposes {name.lower()}{suffix}" for name in _names(answer, ACEH))
        elif answer.status in _OK and _proceeds(answer, request, include=include):
            found.add(f"proceeds{suffix}")
    return frozenset(found)


def _proceeds(answer: Outcome, request: Request, *, include: bool) -> bool:
    # See #cors-preflight-fetch, steps 7.5 to 7.7.
    methods, names = _names(answer, ACAM), {each.lower() for each in _names(answer, ACAH)}
    method = request.requested_method or ""
    asked = {each.strip().lower() for each in (request.requested_headers or "").split(",") if each.strip()}
    is_any_method, is_any_header = "*" in methods and not include, "*" in names and not include
    if method not in methods | SAFELISTED_METHODS and not is_any_method:
        return False
    if request.private_network == "true" and _values(answer, ACAPN) != ["true"]:
        return False
    if is_any_header:
        return "authorization" not in asked or "authorization" in names
    return asked <= names
