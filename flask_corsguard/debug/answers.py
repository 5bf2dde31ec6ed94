"""What the debug page answers: itself, the answer to its form, the refusals, its style and its scripts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Request, Response

from flask_corsguard.inventories.inventory import inventory
from flask_corsguard.inventories.words import without_implied
from flask_corsguard.pages.markup import asset

from .answer import answer_to
from .page import page_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

    from .refusals import Refusals

#: The style and the scripts, with their folders and types.
_HERE: Final = Path(__file__).parent
_PAGES: Final = _HERE.parent / "pages"
_ASSETS: Final = {
    "style.css": (_PAGES, "text/css"),
    "inventory.js": (_PAGES, "text/javascript"),
    "debug.css": (_HERE, "text/css"),
    "debug.js": (_HERE, "text/javascript"),
}

_HEADERS: Final = {
    # It loads nothing from other origins, and no page may frame it.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Answers:
    """The WSGI application of the page.

    :param flask: the application that it is about.
    :param refusals: the last refusals.
    """

    def __init__(self, flask: Flask, refusals: Refusals) -> None:
        self._flask = flask
        self._refusals = refusals
        #: Tells a page that the server has started anew.
        self._start = secrets.token_hex(8)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        request = Request(environ)
        if request.method not in {"GET", "HEAD"}:
            response = Response("The page only reads.\n", 405, {"Allow": "GET, HEAD"})
        else:
            response = self._response(request)
        response.headers.update(_HEADERS)
        return response(environ, start_response)

    def _response(self, request: Request) -> Response:
        name = request.path.removeprefix("/_cors").strip("/")
        if name in _ASSETS:
            folder, kind = _ASSETS[name]
            return Response(asset(name, folder), mimetype=kind)
        asked = request.args.to_dict()
        if name == "refusals":
            found = self._refusals.after(request.args.get("after", 0, type=int))
            return Response(
                json.dumps({"start": self._start, "refusals": found}), mimetype="application/json"
            )
        if name == "answer":
            return Response(self._answer(asked), mimetype="text/html")
        if name:
            return Response("There is no such page.\n", 404)
        base = f"{request.root_path}/_cors"
        answer = self._answer(asked) if asked else ""
        entries = without_implied(inventory(self._flask))
        page = page_of(self._flask.name, base, entries, asked, answer)
        return Response(page, mimetype="text/html")

    def _answer(self, asked: dict[str, str]) -> str:
        with self._flask.app_context():
            return answer_to(self._flask, asked)
