"""What pages may do at the routes of an application, before a migration and after it.

A browser's model fetches every route. A view runs only for ``GET``; of any other request, only the preflight
is sent to the application.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from flask_corsguard.core.origin import Origin
from flask_corsguard.core.origin_pattern import read_origin

from .work import Line

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

#: Routes, and origins, that are looked at: a start of a large application stays a matter of seconds.
MAX_ROUTES: Final = 100
MAX_ORIGINS: Final = 12

_API: Final = "https://localhost"
_ORIGIN: Final = re.compile(rb"https?://[a-z0-9.-]+(?::[0-9]+)?")
_STRANGER: Final = "https://stranger.example"
_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

#: How a page fetches, by the method: what is not safe is always preceded by a preflight.
_PLAIN: Final[dict[str, dict[str, Any]]] = {
    "plainly": {},
    "with a token": {"headers": {"Authorization": "Bearer x"}},
    "with cookies": {"credentials": "include"},
}


class Seen(NamedTuple):
    """What a page got.

    :ivar outcome: ``read``, ``error`` for an answer of 400 or more that it could read, or ``refused``.
    """

    request: str
    origin: str
    outcome: str


def written_origins(texts: Iterable[bytes]) -> list[str]:
    """Return the origins in the files of a project, the first ones."""
    found = [match[0].decode() for text in texts for match in _ORIGIN.finditer(text)]
    return [each for each in dict.fromkeys(found) if isinstance(read_origin(each), Origin)][:MAX_ORIGINS]


def pages_of(origins: Sequence[str]) -> list[str]:
    """Return these origins, one that looks like each, and a stranger's."""
    hosts = [urlsplit(each) for each in origins]
    return [*origins, *(f"{each.scheme}://{each.hostname}.stranger.example" for each in hosts), _STRANGER]


def observe(app: Flask, origins: Sequence[str]) -> list[Seen]:
    """Return what pages of *origins* get at every route."""
    from flask_corsguard.testing import Browser, FetchRefused

    app.config["PROPAGATE_EXCEPTIONS"] = False
    server = _preflights_alone(app)
    found = []
    for rule, url, method in _requests(app):
        for origin in pages_of(origins):
            for how, options in _PLAIN.items():
                headers = {**options.get("headers", {}), **_unsafe_headers(method)}
                try:
                    page = Browser(server).open(origin)
                    response = page.fetch(_API + url, method, **{**options, "headers": headers})
                    outcome = "error" if response.status >= 400 else "read"  # noqa: PLR2004 - HTTP's own bound
                except FetchRefused:
                    outcome = "refused"
                found.append(Seen(f"{method} {rule} {how}", origin, outcome))
    return found


def _unsafe_headers(method: str) -> dict[str, str]:
    return {"Content-Type": "application/json"} if method in _UNSAFE else {}


def _requests(app: Flask) -> Iterator[tuple[str, str, str]]:
    from werkzeug.routing import BuildError

    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule)[:MAX_ROUTES]:
        try:
            url = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
        except (BuildError, ValueError, TypeError):
            continue
        for method in sorted((rule.methods or set()) & {"GET", *_UNSAFE}):
            yield rule.rule, url, method


def _preflights_alone(app: Flask) -> Any:
    """Return the application for ``GET`` and preflights; every other request is answered in its place."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in _UNSAFE:
            return app(environ, start_response)
        origin = [("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"])]
        start_response("200 OK", [*origin, ("Access-Control-Allow-Credentials", "true")])
        return [b""]

    return answer


def differences(
    before: Sequence[Seen], after: Sequence[Seen], origins: Sequence[str], place: str
) -> list[Line]:
    """Return a line for each request that pages may make only before, or only after.

    :param origins: those that are written in the program.
    """
    outcomes = {each[:2]: each.outcome for each in after}
    readers = {each.origin for each in before if each.outcome == "read"}
    found: dict[tuple[str, str], list[str]] = {}
    for each in before:
        now = outcomes.get(each[:2], each.outcome)
        if now != each.outcome and {now, each.outcome} != {"read", "error"}:
            code = _class_of(each, now, is_written=each.origin in origins, is_reader=each.origin in readers)
            found.setdefault((code, each.request), []).append(each.origin)
    return [
        Line("differs", place, code, f"{request}, for {', '.join(of)}")
        for (code, request), of in found.items()
    ]


def _class_of(before: Seen, now: str, *, is_written: bool, is_reader: bool) -> str:
    if now == "refused":
        if before.outcome == "error":
            return "error-less-readable"
        return "breaks" if is_written else "safer"
    return "fixes" if is_reader or is_written else "opens"
