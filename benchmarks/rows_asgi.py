"""ASGI: bare, with the floor, with the library, with Starlette's layer; and the library in frameworks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from .drive import ASGIApplication, Awaited
from .rows import Expected, Row, named
from .rows_frameworks import framework_row, in_quart, in_starlette, scope_of
from .rows_wsgi import expected
from .scenarios.asgi_applications import Floor, bare, guarded
from .scenarios.policies import HEADERS, MAX_AGE, METHODS
from .scenarios.requests import ALLOWED, browser_request

REQUESTED: Final = ("get", "get-allowed", "post-allowed", "preflight")
#: The frameworks whose own layer for CORS is compared with the library.
FRAMEWORKS: Final = {"quart": in_quart, "starlette": in_starlette}
_IN_FRAMEWORKS: Final = ("get", "get-allowed", "preflight")

STARLETTE: Final = "starlette-corsmiddleware"


def starlette() -> ASGIApplication:
    """Build the bare application under Starlette's layer, which is for any ASGI application."""
    from starlette.middleware.cors import CORSMiddleware

    return CORSMiddleware(
        bare, allow_origins=[ALLOWED], allow_headers=HEADERS, allow_methods=METHODS, max_age=MAX_AGE
    )


def asgi_row(library: str, request: str) -> str:
    """Return the name of a row of plain ASGI."""
    policy = "none" if library in {"bare", "floor"} else "one"
    return named(layer="asgi", library=library, policy=policy, request=request)


def in_framework_row(framework: str, request: str) -> str:
    """Return the name of a row of the library around an application of a framework."""
    return named(layer=framework, library="flask-corsguard", policy="one", request=request)


_BUILDERS: Final[dict[str, Callable[[], ASGIApplication]]] = {
    "bare": lambda: bare,
    "floor": lambda: Floor(bare),
    "flask-corsguard": lambda: guarded("one"),
    STARLETTE: starlette,
}


def _answer(library: str, request: str) -> Expected:
    if library == "bare":
        return Expected((200,), (None,))
    if library == "floor":
        return Expected((200,), (ALLOWED,))
    ours = expected("one", request)
    return ours if library == "flask-corsguard" else ours._replace(statuses=(200,))


def _row(library: str, request: str) -> Row:
    return Row(
        asgi_row(library, request),
        lambda: Awaited(_BUILDERS[library](), scope_of(browser_request(request, ALLOWED))),
        _answer(library, request),
        None if library == "bare" else asgi_row("bare", request),
    )


def _in_framework(framework: str, request: str) -> Row:
    def prepare() -> Awaited:
        inside = FRAMEWORKS[framework](None, request)
        assert isinstance(inside, Awaited)
        return Awaited(guarded("one", inside.app), inside.scope)

    return Row(
        in_framework_row(framework, request),
        prepare,
        expected("one", request),
        framework_row(framework, request, None),
    )


def rows() -> Iterator[Row]:
    """Yield every row of ASGI but those of the frameworks themselves."""
    for request in REQUESTED:
        yield from (_row(library, request) for library in _BUILDERS)
    for framework in FRAMEWORKS:
        yield from (_in_framework(framework, request) for request in _IN_FRAMEWORKS)
