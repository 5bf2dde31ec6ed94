"""Plain WSGI: the bare application, the floor, every policy and every request."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Final

from .drive import Anew, Reused
from .rows import Expected, Row, named
from .scenarios.applications import Floor, WSGIApplication, bare, guarded, realistic
from .scenarios.log import log_off
from .scenarios.policies import MILLION, PATTERNS, allowed_by, exact, patterned
from .scenarios.requests import ALLOWED, REQUESTS, Environ, anew, browser_request

POLICIES: Final = (
    *("any", "one", "credentials", exact(1000), exact(MILLION)),
    *(patterned(1), patterned(PATTERNS), "by-path"),
)
#: The numbers of exact origins whose costs the page shows.
NUMBERS: Final = (1, 10, 100, 1000, 10_000, 100_000, MILLION)

#: Calls of a sample that has strings of its own in each.
STRINGS: Final = 500

#: Requests that every policy refuses but ``any``.
_REFUSED: Final = ("get-refused", "post-refused", "preflight-refused")


def expected(policy_name: str, request: str, origin: str = ALLOWED) -> Expected:
    """Return what the library answers, as documented."""
    preflight = 204 if request.startswith("preflight") else 200
    if policy_name == "any":
        return Expected((preflight,), ("*",))
    if request in {"preflight-refused", "post-refused"}:
        return Expected((403,), (None,))
    # The answer to the application's own origin, or to none, names no origin.
    told = request.startswith("preflight") or request.endswith("-allowed")
    return Expected((preflight,), (origin if told else None,))


def _plain(library: str, request: str, app: WSGIApplication, says: str | None = None) -> Row:
    return Row(
        named(layer="wsgi", library=library, policy="none", request=request),
        lambda: Reused(app, browser_request(request, ALLOWED)),
        Expected((200,), (says,)),
        None if library == "bare" else bare_row(request),
    )


def bare_row(request: str) -> str:
    """Return the name of the row of the bare application for that request."""
    return named(layer="wsgi", library="bare", policy="none", request=request)


def floor_row(request: str) -> str:
    """Return the name of the row of the floor for that request."""
    return named(layer="wsgi", library="floor", policy="none", request=request)


def our_row(policy_name: str, request: str, **more: str) -> str:
    """Return the name of the library's row for a policy and a request."""
    return named(layer="wsgi", library="flask-corsguard", policy=policy_name, request=request, **more)


def _policies() -> Iterator[Row]:
    for name in dict.fromkeys((*POLICIES, *map(exact, NUMBERS))):
        allowed = allowed_by(name)
        for request in REQUESTS if name in POLICIES else ("get", "get-allowed", "preflight"):
            if name == "any" and request in _REFUSED:
                continue
            yield Row(
                our_row(name, request),
                lambda name=name, request=request, allowed=allowed: Reused(
                    guarded(name), browser_request(request, allowed)
                ),
                expected(name, request, allowed),
                bare_row(request),
            )
    yield Row(
        our_row("one", "post-refused", log="off"),
        lambda: Reused(guarded("one"), browser_request("post-refused", ALLOWED), log_off),
        expected("one", "post-refused"),
        bare_row("post-refused"),
    )


def _realistic() -> Iterator[Row]:
    def row(library: str, policy_name: str, request: str, app: Callable[[], WSGIApplication]) -> Row:
        name = {"layer": "wsgi", "library": library, "policy": policy_name, "request": request}
        base = named(**name | {"library": "bare", "policy": "none"}, response="8-headers")
        allowed = {"bare": None, "floor": ALLOWED}.get(library, expected("one", request).allow_origin[0])
        return Row(
            named(**name, response="8-headers"),
            lambda: Reused(app(), browser_request(request, ALLOWED)),
            Expected((200,), (allowed,)),
            None if library == "bare" else base,
        )

    for request in ("get", "get-allowed"):
        yield row("bare", "none", request, lambda: realistic)
        yield row("floor", "none", request, lambda: Floor(realistic))
        yield row("flask-corsguard", "one", request, lambda: guarded("one", realistic))


def _strings_anew() -> Iterator[Row]:
    """Yield rows whose origin is a string of its own at each call, and one that draws it from the million."""
    draw = random.Random(1)  # noqa: S311 - the same draw in every run
    asked = browser_request("get-allowed", ALLOWED)

    def same() -> Environ:
        return asked | {"HTTP_ORIGIN": anew(ALLOWED)}

    def drawn() -> Environ:
        # The half of the million whose numbers are below that of the origin in the middle.
        return asked | {"HTTP_ORIGIN": f"https://tenant-{draw.randrange(MILLION // 2)}.example"}

    def row(library: str, name: str, request: str, make: Callable[[], Environ]) -> Row:
        app = (lambda: bare) if library == "bare" else (lambda: guarded(name))
        base = named(layer="wsgi", library="bare", policy="none", request="get-allowed", strings="anew")
        return Row(
            named(layer="wsgi", library=library, policy=name, request=request, strings="anew"),
            lambda: Anew(app(), make, STRINGS, asked=asked),
            Expected((200,), (None,) if library == "bare" else (ALLOWED,)),
            None if library == "bare" else base,
        )

    yield row("bare", "none", "get-allowed", same)
    yield row("flask-corsguard", "one", "get-allowed", same)
    yield row("flask-corsguard", exact(MILLION), "get-allowed", same)
    yield row("flask-corsguard", exact(MILLION), "get-random", drawn)


def rows() -> Iterator[Row]:
    """Yield every row of plain WSGI."""
    for request in REQUESTS:
        yield _plain("bare", request, bare)
        yield _plain("floor", request, Floor(bare), ALLOWED)
    yield from _policies()
    yield from _realistic()
    yield from _strings_anew()
