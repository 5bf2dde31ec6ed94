"""What is asked in the table of cases: applications that serve what pages load."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import parse_qs

from flask import Flask
from flask_sock import Sock

from browsers.steps import Names
from flask_corsguard import SAME_ORIGIN, UNMANAGED, CorsMiddleware, Policy

Headers = list[tuple[str, str]]
MakeApp = Callable[[Names], Callable]

PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
_FILES: Final = {
    "/image.png": ("image/png", PNG),
    # What it names is not defined, and that name is the secret. (Firefox mutes no error that is thrown.)
    "/script.js": ("text/javascript", b"secretOfTheScript();"),
    "/font.woff2": ("font/woff2", b"wOF2"),
    "/events": ("text/event-stream", b"data: one\n\n"),
    "/page.html": ("text/html", b"<!doctype html><title>A page</title>"),
    "/data.json": ("application/json", b'{"secret": 1}'),
}
#: One cookie of each kind. Only https can have the first.
COOKIES: Final = {
    "none": "SameSite=None; Secure",
    "lax": "SameSite=Lax",
    "strict": "SameSite=Strict",
    "plain": "",
}


def thing(environ, start_response):
    """Serve files, statuses, redirects and cookies by path, and remember that it was called.

    The query has ``status``, and any header to add as ``+Name=value``; ``to`` is where it redirects.
    """
    environ["arena.reached"].append(True)
    path = environ["PATH_INFO"]
    if path == "/socket":
        return _SOCKET(environ, start_response)
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    content_type, body = _FILES.get(path, ("text/plain", b"hello"))
    headers = [("Content-Type", content_type), ("X-Total", "7"), ("X-Other", "8")]
    headers += [(name[1:], value) for name, value in query.items() if name.startswith("_")]
    if "to" in query:
        headers.append(("Location", query["to"]))
    if path == "/cookies":
        headers += _set_cookies(environ)
    if path == "/secure-cookie":
        headers.append(("Set-Cookie", f"secure=1; Path={environ['SCRIPT_NAME'] or '/'}; Secure"))
    if "Content-Length" not in dict(headers):
        headers.append(("Content-Length", str(len(body))))
    start_response(f"{query.get('status', '200')} Told", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _set_cookies(environ) -> Headers:
    path = environ["SCRIPT_NAME"] or "/"
    secure = environ["wsgi.url_scheme"] == "https"
    return [
        ("Set-Cookie", f"{name}=1; Path={path}" + (f"; {attributes}" if attributes else ""))
        for name, attributes in COOKIES.items()
        if secure or name != "none"
    ]


def _socket_application() -> Flask:
    app = Flask("socket")
    socket = Sock(app)

    @socket.route("/socket")
    def echo(connection):
        while True:
            connection.send(connection.receive())

    return app


_SOCKET = _socket_application()


def by_hand(
    actual: Mapping[str, str] | Headers = (),
    preflight: Mapping[str, str] | Headers = (),
    *,
    preflight_status: int = 204,
    by_path: Mapping[str, Mapping[str, str] | Headers] | None = None,
) -> MakeApp:
    """Return an application whose CORS headers are written by hand, right or wrong.

    :param actual: of every response but a preflight's; ``{page}`` is the placeholder for the page's origin.
    :param preflight: of the answer to a preflight.
    :param by_path: of responses at one path, instead of *actual*.
    """

    def make(names: Names):
        def application(environ, start_response):
            if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
                length = [] if preflight_status == 204 else [("Content-Length", "0")]
                start_response(f"{preflight_status} Told", [*fill(preflight, names), *length])
                return []
            own = (by_path or {}).get(environ["PATH_INFO"], actual)

            def start(status, headers, exc_info=None):
                return start_response(status, [*headers, *fill(own, names)], exc_info)

            return thing(environ, start)

        return application

    return make


def by_hand_for_origin() -> MakeApp:
    """Return the mistake itself: the page's origin is allowed if the request has one, without ``Vary``."""

    def make(names: Names):
        def application(environ, start_response):
            own = fill({"Access-Control-Allow-Origin": "{page}"}, names) if "HTTP_ORIGIN" in environ else []

            def start(status, headers, exc_info=None):
                return start_response(status, [*headers, *own], exc_info)

            return thing(environ, start)

        return application

    return make


def by_policy(*, own: Headers = (), inner=thing, audiences=(), unmanaged=False, **fields) -> MakeApp:
    """Return the thing behind the library, under a policy of these *fields*.

    ``{page}`` in origins is the placeholder for the page's. No field at all: the closed policy.

    :param own: CORS headers that the application sets itself, without being asked.
    :param audiences: the fields of each policy of a list, instead of *fields*.
    :param unmanaged: whether the policy is ``UNMANAGED``, instead of *fields*.
    """

    def make(names: Names):
        policy = UNMANAGED if unmanaged else _policy(names, fields)
        if audiences:
            policy = [_policy(names, each) for each in audiences]

        def application(environ, start_response):
            def start(status, headers, exc_info=None):
                return start_response(status, [*headers, *fill(own, names)], exc_info)

            return inner(environ, start)

        return CorsMiddleware(application, policy)

    return make


def fill(headers: Mapping[str, str] | Iterable[tuple[str, str]], names: Names) -> Headers:
    """Write the origins of *names* where *headers* speak of them."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(name, value.format(**names._asdict())) for name, value in pairs]


def _policy(names: Names, fields: Mapping[str, object]) -> Policy:
    if "origins" not in fields:
        return SAME_ORIGIN.replace(**fields)
    origins = fields["origins"]
    named = origins if origins == "*" else [each.format(**names._asdict()) for each in origins]
    return Policy(**{**fields, "origins": named})
