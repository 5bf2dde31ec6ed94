"""Other layers for CORS in plain WSGI, and Flask-CORS's place among hostile requests."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from .drive import Anew, Copied, Reused
from .rows import Expected, Row, named
from .rows_hostile import MEGABYTE, SIZES, with_header
from .rows_wsgi import STRINGS
from .scenarios.applications import WSGIApplication, bare
from .scenarios.hostile import ORIGINS, REQUEST_HEADERS, of_size
from .scenarios.policies import HEADERS, MAX_AGE, METHODS, exact, origins
from .scenarios.requests import ACRH, ALLOWED, Environ, browser_request

REQUESTED: Final = ("get", "get-allowed", "preflight")
NUMBERS: Final = (1, 10, 100, 1000, 10_000)


def wsgicors(number: int = 1) -> WSGIApplication:
    """Build the bare application under wsgicors."""
    from wsgicors import CORS

    listed = {"methods": ", ".join(METHODS), "headers": ", ".join(HEADERS), "maxage": str(MAX_AGE)}
    built: WSGIApplication = CORS(bare, origin=" ".join(origins(number)), **listed)
    return built


def wsgi_cors_middleware() -> WSGIApplication:
    """Build the bare application under wsgi-cors-middleware, which knows one origin and names it to all."""
    from wsgi_cors_middleware import CorsMiddleware

    built: WSGIApplication = CorsMiddleware(
        bare, origin=ALLOWED, headers=list(HEADERS), methods=list(METHODS), max_age=MAX_AGE
    )
    return built


def nti_wsgi_cors() -> WSGIApplication:
    """Build the bare application under nti.wsgi.cors, which has no policy: it allows every origin."""
    from nti.wsgi.cors import cors_filter_factory, cors_option_filter_factory

    built: WSGIApplication = cors_filter_factory(cors_option_filter_factory(bare))
    return built


def peer_row(library: str, policy: str, request: str, **more: str) -> str:
    """Return the name of a peer's row in plain WSGI."""
    return named(layer="wsgi", library=library, policy=policy, request=request, **more)


def _row(
    library: str,
    policy: str,
    request: str,
    build: Callable[[], WSGIApplication],
    exchange: type[Reused] = Reused,
    **more: str,
) -> Row:
    statuses = (200, 204) if request == "preflight" else (200,)
    # wsgi-cors-middleware does not ask who asks.
    unasked = ALLOWED if library == "wsgi-cors-middleware" else None
    return Row(
        peer_row(library, policy, request, **more),
        lambda: exchange(build(), browser_request(request, ALLOWED)),
        Expected(statuses, (unasked if request == "get" else ALLOWED,)),
        peer_row("bare", "none", request, **more),
    )


def _drawn() -> Iterator[Row]:
    """Yield a row whose origin is another one at each call: wsgicors remembers the last 200 answers."""
    draw = random.Random(1)  # noqa: S311 - the same draw in every run
    asked = browser_request("get-allowed", ALLOWED)

    def drawn() -> Environ:
        return asked | {"HTTP_ORIGIN": f"https://tenant-{draw.randrange(500)}.example"}

    yield Row(
        peer_row("wsgicors", exact(1000), "get-random", strings="anew"),
        lambda: Anew(wsgicors(1000), drawn, STRINGS, asked=asked),
        Expected((200,), (ALLOWED,)),
        peer_row("bare", "none", "get-allowed", strings="anew"),
    )


def _sizes(library: str, build: Callable[[], Any], layer: str) -> Iterator[Row]:
    """Yield the rows that show how a preflight's cost grows with its headers."""
    for size in SIZES:
        for header, make in (("HTTP_ORIGIN", "labels"), (ACRH, "many-names")):
            parts = (ORIGINS if header == "HTTP_ORIGIN" else REQUEST_HEADERS)[make]
            environ = browser_request("preflight", ALLOWED)
            written = header.removeprefix("HTTP_").replace("_", "-").lower()
            yield Row(
                named(
                    layer=layer,
                    library=library,
                    policy="one",
                    request="preflight",
                    header=written,
                    make=make,
                    size=str(size),
                ),
                lambda size=size, parts=parts, environ=environ, header=header: Anew(
                    build(),
                    with_header(environ, header, of_size(parts, size)),
                    16 if size == MEGABYTE else 64,
                ),
                # What each makes of it is its own affair.
                Expected((200, 204, 400, 403), (None, ALLOWED)),
                None,
            )


def rows() -> Iterator[Row]:
    """Yield every row of the peers in plain WSGI, and those of all sizes of headers."""
    for request in REQUESTED:
        for number in NUMBERS:
            if number == 1 or request == "get-allowed":
                yield _row("wsgicors", exact(number), request, lambda number=number: wsgicors(number))
        yield _row("wsgi-cors-middleware", "one", request, wsgi_cors_middleware)
        # It writes into the environ, so that a reused one would grow for ever.
        yield Row(
            peer_row("bare", "none", request, environ="copied"),
            lambda request=request: Copied(bare, browser_request(request, ALLOWED)),
            Expected((200,), (None,)),
        )
        yield _row("nti.wsgi.cors", "everyone", request, nti_wsgi_cors, Copied, environ="copied")
    yield from _drawn()
    from .rows_flask import theirs

    yield from _sizes("wsgicors", wsgicors, "wsgi")
    yield from _sizes("flask-cors", lambda: theirs(1), "flask")
