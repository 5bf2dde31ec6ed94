"""What a page gets: as much of an answer as the standard lets through."""

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
    """An answer as a script sees it (#concept-filtered-response).

    Where ``type`` is ``"opaque"`` or ``"opaqueredirect"`` the page learns nothing: status 0, no
    headers, no body. A test that wants to know more asks :attr:`exchange`.
    """

    type: ResponseType
    #: 0 where the page may not know it.
    status: int
    #: Those that a script may read; repeated ones are joined, as scripts see them.
    headers: Headers
    body: bytes
    #: Where it came from in the end; empty where the page may not know it.
    url: str
    redirected: bool
    #: Whether the page may see how long it took (#concept-tao-check).
    timing_allowed: bool
    #: All hops and preflights, in order; an answer from the cache has ``from_cache``.
    exchange: tuple[Exchange, ...] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is one of success (#ok-status)."""
        return self.status in _OK

    @property
    def text(self) -> str:
        """The body as text, which scripts always take for UTF-8."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """What the body means as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was loaded."""

    #: Whether a canvas with the image on it can no longer be read.
    tainted: bool
    timing_allowed: bool
    exchange: tuple[Exchange, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Script:
    """A script that was loaded, and runs."""

    #: Whether ``window.onerror`` learns no more of its errors than "Script error.".
    muted: bool
    timing_allowed: bool
    exchange: tuple[Exchange, ...] = field(repr=False)


def filtered(fetch: Fetch, answer: Answer) -> Response:
    """Give what the page may see of *answer* (#concept-main-fetch, step 14)."""
    request = fetch.request
    kind: ResponseType = "opaqueredirect" if fetch.is_unfollowed else request.tainting
    if kind in {"opaque", "opaqueredirect"}:
        return opaque(fetch, kind)
    headers = basic_headers(answer.headers)
    if kind == "cors":
        headers = cors_headers(answer.headers, _exposed(request, answer.headers))
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


def opaque(fetch: Fetch, kind: ResponseType = "opaque") -> Response:
    """Give a response that tells the page nothing (#concept-filtered-response-opaque)."""
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


def _exposed(request: Request, headers: tuple[Header, ...]) -> set[str]:
    # Step 14.1.
    try:
        names = {name.lower() for name in list_values(headers, ACEH) or ()}
    except MalformedListError:
        return set()
    if "*" in names and request.credentials != "include":
        return {name.lower() for name, _ in headers}
    return names
