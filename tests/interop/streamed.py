"""Streams and open sockets, in Quart, Starlette and Django and as a bare coroutine.

Another request, ``/told``, reports what a client does not see, and is answered when it has happened. So
nothing here depends on time.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Final
from urllib.parse import parse_qs

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import StreamingHttpResponse
from django.urls import path
from quart import Quart, request, websocket
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route, WebSocketRoute

from flask_corsguard.asgi import CorsMiddleware
from interop.policies import FIRST, LISTED, SECOND

#: The events of the tests: ``go``, for the second part of a stream, and ``left``, when the client has.
EVENTS: Final[dict[str, asyncio.Event]] = defaultdict(asyncio.Event)


async def parts(name: str):
    """Yield the second part when a request asks for it, and record a client that leaves before."""
    try:
        yield FIRST
        await EVENTS[f"go-{name}"].wait()
        yield SECOND
    finally:
        EVENTS[f"left-{name}"].set()


async def bare(scope, receive, send):
    """Stream, or send back what comes."""
    name = query_of(scope)
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        EVENTS[f"left-{name}"].set()
        return

    async def watch():
        while (await receive())["type"] != "http.disconnect":
            pass
        EVENTS[f"left-{name}"].set()

    leaves = asyncio.create_task(watch())
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": FIRST, "more_body": True})
    goes = asyncio.create_task(EVENTS[f"go-{name}"].wait())
    await asyncio.wait([leaves, goes], return_when=asyncio.FIRST_COMPLETED)
    goes.cancel()
    if not leaves.done():
        await send({"type": "http.response.body", "body": SECOND})
    leaves.cancel()


async def starlette_stream(asked):
    """Stream."""
    return StreamingResponse(parts(asked.url.query), media_type="text/event-stream")


async def starlette_socket(socket):
    """Send back what comes."""
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)
    EVENTS[f"left-{socket.url.query}"].set()


in_starlette = Starlette(
    routes=[Route("/starlette", starlette_stream), WebSocketRoute("/starlette", starlette_socket)]
)
in_quart = Quart(__name__)


@in_quart.get("/quart")
async def quart_stream():
    """Stream."""
    return parts(request.query_string.decode()), {"Content-Type": "text/event-stream"}


@in_quart.websocket("/quart")
async def quart_socket():
    """Send back what comes."""
    try:
        while True:
            await websocket.send(await websocket.receive())
    finally:
        EVENTS[f"left-{websocket.query_string.decode()}"].set()


async def django_stream(asked):
    """Stream."""
    return StreamingHttpResponse(parts(asked.META["QUERY_STRING"]), content_type="text/event-stream")


settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="-")
urlpatterns = [path("django", django_stream)]
GUARDED: Final = {
    "/bare": CorsMiddleware(bare, LISTED),
    "/starlette": CorsMiddleware(in_starlette, LISTED),
    "/quart": CorsMiddleware(in_quart, LISTED),
    "/django": CorsMiddleware(get_asgi_application(), LISTED),
    "/debug": CorsMiddleware(bare, LISTED, debug=True),
}


def query_of(scope) -> str:
    """Return the whole query."""
    return scope["query_string"].decode()


async def application(scope, receive, send):
    """Call an application, or tell of what has happened when it has."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    if (guarded := GUARDED.get(scope["path"])) is not None:
        await guarded(scope, receive, send)
        return
    asked = parse_qs(query_of(scope))
    for each in asked.get("set", []):
        EVENTS[each].set()
    for each in asked.get("wait", []):
        await EVENTS[each].wait()
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
