"""The WSGI applications, the floor, and the server that calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from flask_corsguard import CorsMiddleware

from .policies import policy
from .requests import ALLOWED, Environ

StartResponse = Callable[..., object]
WSGIApplication = Callable[[Environ, Any], Iterable[bytes]]

_TWO_FIXED_HEADERS: Final = (("Access-Control-Allow-Origin", ALLOWED), ("Vary", "Origin"))


def start_response(_status: str, _headers: list[tuple[str, str]], _exc_info: object = None) -> None:
    """Take the head of a response and do nothing with it; no application here wants to ``write``."""


def bare(_environ: Environ, start_response: StartResponse) -> list[bytes]:
    """Answer with the fewest headers, and do nothing else."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]


def realistic(_environ: Environ, start_response: StartResponse) -> list[bytes]:
    """Answer with the headers that an API's answer has, ``Vary`` among them."""
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", "2"),
        ("Cache-Control", "private, max-age=60"),
        ("ETag", '"5f2b-61c0a7"'),
        ("Vary", "Accept-Encoding"),
        ("X-Request-Id", "1f3c8a52-9d4e-4b57-8b0a-2c1d7e6f9a10"),
        ("X-Content-Type-Options", "nosniff"),
        ("Strict-Transport-Security", "max-age=63072000"),
    ]
    start_response("200 OK", headers)
    return [b"{}"]


class Floor:
    """The least that a layer can do to add headers: one closure, and two headers that never change."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the request on, and two more headers back."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            added = [*headers, *_TWO_FIXED_HEADERS]
            if exc_info is None:
                return start_response(status, added)
            return start_response(status, added, exc_info)

        return self.app(environ, start)


def guarded(policy_name: str, app: WSGIApplication = bare) -> WSGIApplication:
    """Put *app* under the policy of that name."""
    return CorsMiddleware(app, policy(policy_name))
