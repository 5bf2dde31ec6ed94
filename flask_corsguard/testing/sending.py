"""What a page sends without waiting for an answer, and where it goes: forms, beacons, WebSockets, links."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from .attempts import Attempt
from .fetching import Fetch
from .forms import ENCODINGS, normalized
from .handshake import HANDSHAKE_HEADERS, SWITCHING_PROTOCOLS
from .headers import is_safelisted
from .refusals import FetchRefused, NetworkError
from .request_constructor import (
    Body,
    Data,
    Fields,
    check_choice,
    checked_url,
    client_of,
    extract_body,
    urlencoded,
)
from .requests import Client, Request
from .responses import Response, opaque
from .urls import HTTP_SCHEMES, OpaqueOrigin, Url, parse_url
from .user_agent import Agent, Answer

Target = Literal["_top", "_self", "_blank", "frame"]

_WEBSOCKET: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


def navigation_of(client: Client | None, url: Url) -> Request:
    """Give the request of a navigation at top level; *client* is ``None`` if a person types.

    See https://html.spec.whatwg.org/#create-navigation-params-by-fetching.
    """
    if client is None:
        request = Request(client=None, origin=OpaqueOrigin(), method="GET", urls=[url], mode="navigate")
    else:
        request = client_of(url, client)
    request.mode = "navigate"
    request.credentials = "include"
    request.destination = "document"
    return request


def navigate(agent: Agent, client: Client | None, text: str) -> tuple[Fetch, Answer]:
    """Go to another document, at top level."""
    with Attempt(agent, client, f"go to {text}") as attempt:
        url = parse_url(text) if client is None else checked_url(text, client, step="navigate (HTML)")
        if url is None or url.scheme not in HTTP_SCHEMES:
            raise NetworkError("navigate (HTML)", f"{text!r} is no http(s) URL.", "one")
        return attempt.fetch(navigation_of(client, url))


def submit(
    agent: Agent, client: Client, url: str, fields: Fields, *, enctype: str, method: str, target: Target
) -> Response:
    """Submit a form (https://html.spec.whatwg.org/#form-submission-algorithm)."""
    check_choice("target", target, Target)
    if enctype not in ENCODINGS:
        raise ValueError(f"enctype is {enctype!r}; it can be one of {', '.join(ENCODINGS)}")
    if method.upper() not in {"GET", "POST"}:
        raise ValueError(f"method is {method!r}; forms know GET and POST")
    with Attempt(agent, client, f"submit a form to {url}") as attempt:
        request = navigation_of(client, checked_url(url, client, step="form submission (HTML)"))
        request.destination = "iframe" if target == "frame" else "document"
        if client.is_sandboxed and agent.quirks.has("sandboxed-referer"):
            request.referrer = client.url
        if method.upper() == "GET":
            query = urlencoded(normalized(fields))
            request.urls = [replace(request.url, query=query)]
        else:
            request.method = "POST"
            body, content_type = ENCODINGS[enctype](fields)
            request.body = body
            request.headers.append(("Content-Type", content_type))
        fetch, _ = attempt.fetch(request)
        return opaque(fetch)


def send_beacon(agent: Agent, client: Client, url: str, data: Data, content_type: str | None) -> Response:
    """Send a beacon (https://w3c.github.io/beacon/#sendbeacon-method).

    What the server answers does not matter once the request is with it; if a preflight keeps it
    from being sent, the page is not told, but the test is.
    """
    with Attempt(agent, client, f"send a beacon to {url}") as attempt:
        request = client_of(checked_url(url, client, step="sendBeacon"), client)
        body = extract_body(data)
        if content_type:
            # A Blob: its type is its own.
            body = Body(body.body, content_type)
        request.method, request.body = "POST", body.body
        request.credentials, request.keepalive, request.unsafe = "include", True, True
        if body.type is not None:
            request.headers.append(("Content-Type", body.type))
            request.mode = "no-cors" if is_safelisted("Content-Type", body.type) else "cors"
        fetch = Fetch(agent, request, attempt.exchanges)
        try:
            fetch.run()
        except NetworkError as error:
            if not FetchRefused("", error, tuple(attempt.exchanges)).sent:
                raise
        return opaque(fetch)


def open_websocket(agent: Agent, client: Client, text: str) -> Response:
    """Open a WebSocket (https://websockets.spec.whatwg.org/#concept-websocket-establish), and close it."""
    with Attempt(agent, client, f"open a WebSocket to {text}") as attempt:
        step = "WebSocket opening handshake"
        url = checked_url(text, client, step=step)
        if url.scheme not in _WEBSOCKET or url.fragment is not None:
            raise NetworkError(step, f"{text!r} is no URL of a WebSocket.", "ws, wss, http or https")
        request = client_of(replace(url, scheme=_WEBSOCKET[url.scheme]), client)
        request.mode, request.credentials = "websocket", "include"
        request.cache, request.redirect = "no-store", "error"
        request.referrer = None
        request.headers += HANDSHAKE_HEADERS
        fetch, answer = attempt.fetch(request)
        if answer.status != SWITCHING_PROTOCOLS:
            raise NetworkError(
                step,
                f"the answer has status {answer.status}, and the WebSocket opens with 101 alone.",
                "HTTP/1.1 101 Switching Protocols (a policy that lets this origin in: "
                f'origins=["{client.origin}"])',
            )
        return opaque(fetch)
