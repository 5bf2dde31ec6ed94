"""Requests whose response the page does not read: navigations, forms, beacons, WebSockets."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from .fetching import Fetch
from .forms import ENCODINGS, normalized_fields
from .handshake import HANDSHAKE_HEADERS, SWITCHING_PROTOCOLS
from .headers import is_safelisted
from .refusals import Attempt, NetworkError, was_sent
from .request_constructor import (
    Body,
    Data,
    Fields,
    check_choice,
    checked_url,
    extract_body,
    request_for,
    urlencoded,
)
from .requests import Client, Request
from .responses import Response, opaque_response
from .urls import HTTP_SCHEMES, OpaqueOrigin, Url, parse_url
from .user_agent import Agent, Answer

Target = Literal["_top", "_self", "_blank", "frame"]

#: The scheme of a handshake, by the scheme of the WebSocket URL.
_HANDSHAKE_SCHEMES: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


def navigation_of(client: Client | None, url: Url) -> Request:
    """Return the request of a top-level navigation.

    See https://html.spec.whatwg.org/#create-navigation-params-by-fetching.

    :param client: the page that navigates; ``None`` for a person who types the URL.
    """
    if client is None:
        request = Request(client=None, origin=OpaqueOrigin(), method="GET", urls=[url], mode="navigate")
    else:
        request = request_for(url, client)
    request.mode = "navigate"
    request.credentials = "include"
    request.destination = "document"
    return request


def navigate(agent: Agent, client: Client | None, text: str) -> tuple[Fetch, Answer]:
    """Load another top-level document."""
    with Attempt(client, f"go to {text}") as attempt:
        url = parse_url(text) if client is None else checked_url(text, client, step="navigate (HTML)")
        if url is None or url.scheme not in HTTP_SCHEMES:
            raise NetworkError("navigate (HTML)", f"{text!r} is not an http(s) URL.", "an http or https URL")
        fetch = Fetch(agent, navigation_of(client, url), attempt.exchanges)
        return fetch, fetch.run()


def submit(
    agent: Agent, client: Client, url: str, fields: Fields, *, enctype: str, method: str, target: Target
) -> Response:
    """Submit a form (https://html.spec.whatwg.org/#form-submission-algorithm)."""
    check_choice("target", target, Target)
    if enctype not in ENCODINGS:
        raise ValueError(f"enctype is {enctype!r}; it can be one of {', '.join(ENCODINGS)}")
    if method.upper() not in {"GET", "POST"}:
        raise ValueError(f"method is {method!r}; a form can send GET and POST")
    with Attempt(client, f"submit a form to {url}") as attempt:
        request = navigation_of(client, checked_url(url, client, step="form submission (HTML)"))
        request.destination = "iframe" if target == "frame" else "document"
        if client.is_sandboxed and agent.quirks.has("sandboxed-referer"):
            request.referrer = client.url
        if method.upper() == "GET":
            query = urlencoded(normalized_fields(fields))
            request.urls = [replace(request.url, query=query)]
        else:
            request.method = "POST"
            body, content_type = ENCODINGS[enctype](fields)
            request.body = body
            request.headers.append(("Content-Type", content_type))
        fetch = Fetch(agent, request, attempt.exchanges)
        fetch.run()
        return opaque_response(fetch)


def send_beacon(agent: Agent, client: Client, url: str, data: Data, content_type: str | None) -> Response:
    """Send a beacon (https://w3c.github.io/beacon/#sendbeacon-method).

    The page never learns whether it arrived. If the browser refuses to send the beacon, the refusal is
    raised for the test; a refusal of the response is ignored.
    """
    with Attempt(client, f"send a beacon to {url}") as attempt:
        request = request_for(checked_url(url, client, step="sendBeacon"), client)
        body = extract_body(data)
        if content_type:
            # The type of a Blob is part of it.
            body = Body(body.body, content_type)
        request.method, request.body = "POST", body.body
        request.credentials, request.keepalive, request.unsafe = "include", True, True
        if body.type is not None:
            request.headers.append(("Content-Type", body.type))
            request.mode = "no-cors" if is_safelisted("Content-Type", body.type) else "cors"
        fetch = Fetch(agent, request, attempt.exchanges)
        try:
            fetch.run()
        except NetworkError:
            if not was_sent(attempt.exchanges):
                raise
        return opaque_response(fetch)


def open_websocket(agent: Agent, client: Client, text: str) -> Response:
    """Open a WebSocket (https://websockets.spec.whatwg.org/#concept-websocket-establish), and close it."""
    with Attempt(client, f"open a WebSocket to {text}") as attempt:
        step = "WebSocket opening handshake"
        url = checked_url(text, client, step=step)
        if url.scheme not in _HANDSHAKE_SCHEMES or url.fragment is not None:
            raise NetworkError(
                step, f"{text!r} is not a WebSocket URL.", "a ws, wss, http or https URL without a fragment"
            )
        request = request_for(replace(url, scheme=_HANDSHAKE_SCHEMES[url.scheme]), client)
        request.mode, request.credentials = "websocket", "include"
        request.cache, request.redirect = "no-store", "error"
        request.referrer = None
        request.headers += HANDSHAKE_HEADERS
        fetch = Fetch(agent, request, attempt.exchanges)
        answer = fetch.run()
        if answer.status != SWITCHING_PROTOCOLS:
            raise NetworkError(
                step,
                f"the response has status {answer.status}; a WebSocket opens with status 101 only.",
                "HTTP/1.1 101 Switching Protocols (a policy that allows this origin: "
                f'origins=["{client.origin}"])',
            )
        return opaque_response(fetch)
