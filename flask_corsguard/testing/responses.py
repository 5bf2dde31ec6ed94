"""Responses as a page sees them: the parts that the standard shows to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from werkzeug.datastructures import Headers

from flask_corsguard.core.fetch_standard import ACEH

from .exchanges import Exchange
from .fetching import Fetch
from .headers import Header, MalformedListError, basic_headers, cors_headers, list_values
from .requests import Request
from .user_agent import Answer

ResponseType = Literal["basic", "cors", "opaque", "opaqueredirect"]

_OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Response:
    """A response as a script sees it (#concept-filtered-response).

    If its type is ``"opaque"`` or ``"opaqueredirect"``, the page learns nothing: status 0, no
    headers, no body. The test finds the whole response in :attr:`exchange`.
    """

    __module__ = "flask_corsguard.testing"

    #: ``"basic"`` (same-origin), ``"cors"``, ``"opaque"`` or ``"opaqueredirect"``.
    type: ResponseType
    #: The status; 0 if the page may not know it.
    status: int
    #: The headers that a script may read; the values of a repeated header are joined with commas.
    headers: Headers
    #: The body; empty if the page may not know it.
    body: bytes
    #: The last URL, without its fragment; empty if the page may not know it.
    url: str
    #: Whether a redirect was followed; ``False`` if the page may not know it.
    redirected: bool
    #: Whether the page may see how long the request took (#concept-tao-check).
    timing_allowed: bool
    #: The preflights and requests that were made, in order, each with its response.
    exchange: tuple[Exchange, ...] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is from 200 to 299 (#ok-status)."""
        return self.status in _OK

    @property
    def text(self) -> str:
        """The body, decoded as UTF-8, as scripts do it whatever its ``Content-Type``."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The value of the body as JSON.

        :raises ValueError: if the body is not JSON.
        """
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Image:
    """An image that a page shows."""

    __module__ = "flask_corsguard.testing"

    #: Whether the page can no longer read a canvas once this image is drawn on it.
    tainted: bool
    #: Whether the page may see how long the request took (#concept-tao-check).
    timing_allowed: bool
    #: The requests that were made, in order, each with its response.
    exchange: tuple[Exchange, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Script:
    """A script that a page runs."""

    __module__ = "flask_corsguard.testing"

    #: Whether ``window.onerror`` gets only "Script error." for an error in this script.
    muted: bool
    #: Whether the page may see how long the request took (#concept-tao-check).
    timing_allowed: bool
    #: The requests that were made, in order, each with its response.
    exchange: tuple[Exchange, ...] = field(repr=False)


def filtered_response(fetch: Fetch, answer: Answer) -> Response:
    """Return the part of *answer* that the page may read (#concept-main-fetch, step 14)."""
    request = fetch.request
    kind: ResponseType = "opaqueredirect" if fetch.is_unfollowed else request.tainting
    if kind in {"opaque", "opaqueredirect"}:
        return opaque_response(fetch, kind)
    headers = basic_headers(answer.headers)
    if kind == "cors":
        headers = cors_headers(answer.headers, _exposed_names(request, answer.headers))
    return Response(
        type=kind,
        status=answer.status,
        headers=Headers(headers),
        body=answer.body,
        url=str(request.url.without_fragment()),
        redirected=len(request.urls) > 1,
        timing_allowed=not request.timing_failed,
        exchange=tuple(fetch.exchanges),
    )


def opaque_response(fetch: Fetch, kind: ResponseType = "opaque") -> Response:
    """Return a response that tells the page nothing (#concept-filtered-response-opaque)."""
    return Response(
        type=kind,
        status=0,
        headers=Headers(),
        body=b"",
        url=str(fetch.request.url.without_fragment()) if kind == "opaqueredirect" else "",
        redirected=False,
        timing_allowed=not fetch.request.timing_failed,
        exchange=tuple(fetch.exchanges),
    )


def _exposed_names(request: Request, headers: tuple[Header, ...]) -> set[str]:
    # Step 14.1.
    try:
        names = {name.lower() for name in list_values(headers, ACEH) or ()}
    except MalformedListError:
        return set()
    if "*" in names and request.credentials != "include":
        return {name.lower() for name, _ in headers}
    return names
