"""Flask: an application of twenty routes, bare, with the library, and with Flask-CORS."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from .drive import Copied
from .rows import Expected, Row, named
from .scenarios.flask_sites import PLACES, flask_cors_site, guarded_site, twenty_routes
from .scenarios.policies import HEADERS, MAX_AGE, METHODS, MILLION, exact, one_policy, origins
from .scenarios.requests import ALLOWED, browser_request

if TYPE_CHECKING:
    from flask import Flask

REQUESTED: Final = ("get", "get-allowed", "post-allowed", "preflight")
#: The numbers of exact origins whose costs the page shows.
OURS: Final = (1, 10, 100, 1000, 10_000, 100_000, MILLION)
THEIRS: Final = (1, 10, 100, 1000, 10_000)


@cache
def ours(number: int, marks: str = "application") -> Flask:
    """Build the application under a policy of the library, configured in one of three places."""
    return guarded_site(twenty_routes, one_policy(exact(number)), marks)


def theirs(number: int, marks: str = "application") -> Flask:
    """Build the application with Flask-CORS, configured in one of three places."""
    fields: dict[str, Any] = {
        "origins": origins(number),
        "methods": list(METHODS),
        "allow_headers": list(HEADERS),
        "max_age": MAX_AGE,
    }
    return flask_cors_site(twenty_routes, marks, **fields)


def flask_row(library: str, request: str, number: int = 1, marks: str = "application") -> str:
    """Return the name of a row of Flask."""
    name = "none" if library == "bare" else exact(number)
    more = {} if library == "bare" else {"marks": marks}
    return named(layer="flask", library=library, policy=name, request=request, **more)


def inside_row(request: str, marks: str = "application", number: int = 1) -> str:
    """Return the name of a row of the very application inside of the library, without the library.

    Two applications, built alike, differ by more than what the library adds: by where they lie in memory.
    """
    more = {} if number == 1 else {"origins": str(number)}
    return named(layer="flask", library="bare", policy="none", request=request, inside=marks, **more)


def _inside(request: str, marks: str, number: int = 1) -> Row:
    def without() -> Copied:
        # Called as Flask is, and not by what the layer calls: that would spare it a call of its own.
        app = copy(ours(number, marks))
        del app.wsgi_app
        return Copied(app, browser_request(request, ALLOWED))

    return Row(inside_row(request, marks, number), without, Expected((200,), (None,)))


def bare_for(library: str, request: str, number: int = 1, marks: str = "application") -> str:
    """Return the name of the row, measured in the same rounds, to which a library's cost is added."""
    if library == "flask-corsguard" and request in REQUESTED[:-1]:
        return inside_row(request, marks, number)
    return flask_row("bare", request) if number == 1 else bare_of_lists(request)


def bare_of_lists(request: str) -> str:
    """Return the name of the bare row in the rounds of the longer lists of origins."""
    return f"{flask_row('bare', request)} beside=lists"


def _row(library: str, request: str, number: int, marks: str) -> Row:
    build = ours if library == "flask-corsguard" else theirs
    preflight = (204,) if library == "flask-corsguard" else (200,)
    return Row(
        flask_row(library, request, number, marks),
        lambda: Copied(build(number, marks), browser_request(request, ALLOWED)),
        Expected(
            preflight if request == "preflight" else (200,),
            # Flask-CORS tells who does not ask of the origin, too, where it is the only one.
            (None, ALLOWED)
            if request == "get" and library == "flask-cors"
            else (None,)
            if request == "get"
            else (ALLOWED,),
        ),
        bare_for(library, request, number, marks),
    )


def rows() -> Iterator[Row]:
    """Yield every row of Flask."""
    for request in REQUESTED:
        for name in (flask_row("bare", request), bare_of_lists(request)):
            yield Row(
                name,
                lambda request=request: Copied(twenty_routes(), browser_request(request, ALLOWED)),
                Expected((200,), (None,)),
            )
    for request in REQUESTED[:-1]:
        for marks in PLACES:
            yield _inside(request, marks)
        yield _inside(request, "application", 1000)
    for library in ("flask-corsguard", "flask-cors"):
        for request in REQUESTED:
            for marks in PLACES:
                yield _row(library, request, 1, marks)
            yield _row(library, request, 1000, "application")
        for number in OURS if library == "flask-corsguard" else THEIRS:
            if number not in {1, 1000}:
                if library == "flask-corsguard":
                    yield _inside("get-allowed", "application", number)
                yield _row(library, "get-allowed", number, "application")
