"""Loads of elements and objects of a page: images, scripts, fonts, event streams."""

from __future__ import annotations

from typing import Final, Literal

from .checks import script_type_check
from .fetching import Fetch
from .headers import response_essence
from .refusals import Attempt, NetworkError
from .request_constructor import checked_url, request_for
from .requests import Client, CredentialsMode, Request
from .responses import Image, Response, Script, filtered_response
from .user_agent import Agent

CrossOrigin = Literal["anonymous", "use-credentials"]

_OK: Final = range(200, 300)
_STEP: Final = "loading an element (HTML)"


def _potential_cors_request(
    client: Client, url: str, destination: str, crossorigin: CrossOrigin | None
) -> Request:
    # See https://html.spec.whatwg.org/#create-a-potential-cors-request.
    request = request_for(checked_url(url, client, step=_STEP), client)
    request.destination = destination
    request.mode = "no-cors" if crossorigin is None else "cors"
    credentials: CredentialsMode = "same-origin" if crossorigin == "anonymous" else "include"
    request.credentials = credentials
    return request


def load_image(agent: Agent, client: Client, url: str, crossorigin: CrossOrigin | None) -> Image:
    """Load an ``<img>``; an image is shown whatever the status of the response."""
    with Attempt(client, f"show the image {url}") as attempt:
        request = _potential_cors_request(client, url, "image", crossorigin)
        fetch = Fetch(agent, request, attempt.exchanges)
        answer = fetch.run()
        essence = response_essence(answer.headers) or ""
        if not answer.body:
            raise NetworkError(_STEP, "the body of the response is empty.", "an image")
        if not essence.startswith("image/"):
            raise NetworkError(
                _STEP, f"the type of the response is {essence or 'missing'}, not an image type.", "an image"
            )
    tainted = fetch.request.tainting == "opaque"
    return Image(tainted, not fetch.request.timing_failed, tuple(attempt.exchanges))


def load_script(agent: Agent, client: Client, url: str, crossorigin: CrossOrigin | None) -> Script:
    """Load a ``<script>`` (https://html.spec.whatwg.org/#fetch-a-classic-script)."""
    with Attempt(client, f"run the script {url}") as attempt:
        request = _potential_cors_request(client, url, "script", crossorigin)
        fetch = Fetch(agent, request, attempt.exchanges)
        answer = fetch.run()
        script_type_check(answer.headers)
        _check_ok(answer.status)
    muted = fetch.request.tainting == "opaque"
    return Script(muted, not fetch.request.timing_failed, tuple(attempt.exchanges))


def load_font(agent: Agent, client: Client, url: str) -> Response:
    """Load a font (https://drafts.csswg.org/css-fonts/#font-fetching-requirements)."""
    with Attempt(client, f"use the font {url}") as attempt:
        request = _potential_cors_request(client, url, "font", "anonymous")
        fetch = Fetch(agent, request, attempt.exchanges)
        answer = fetch.run()
        _check_ok(answer.status)
        return filtered_response(fetch, answer)


def open_event_source(agent: Agent, client: Client, url: str, *, with_credentials: bool) -> Response:
    """Open an ``EventSource`` (https://html.spec.whatwg.org/#dom-eventsource).

    The body is the first piece of the stream, which may never end.
    """
    crossorigin: CrossOrigin = "use-credentials" if with_credentials else "anonymous"
    with Attempt(client, f"open the event source {url}") as attempt:
        request = _potential_cors_request(client, url, "", crossorigin)
        request.headers.append(("Accept", "text/event-stream"))
        request.cache = "no-store"
        request.is_stream = True
        fetch = Fetch(agent, request, attempt.exchanges)
        answer = fetch.run()
        essence = response_essence(answer.headers)
        if answer.status != 200 or essence != "text/event-stream":  # noqa: PLR2004 - announce the connection
            raise NetworkError(
                "EventSource (HTML)",
                f"the response has status {answer.status} and type {essence or 'none'}.",
                "status 200 and Content-Type: text/event-stream",
            )
        return filtered_response(fetch, answer)


def _check_ok(status: int) -> None:
    if status not in _OK:
        raise NetworkError(_STEP, f"the response has status {status}.", "a status from 200 to 299")
