"""The application in Starlette."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from flask_corsguard.asgi import CorsMiddleware
from interop.bare import CHUNKS, FILE
from interop.policies import BY_PATH
from interop.recorder import AsyncRecorder


async def text_or_made(request):
    """Answer with a text, or with the length of what came."""
    body = await request.body()
    return PlainTextResponse(f"made {len(body)}\n" if request.method == "POST" else "text\n")


def folder(request):
    """Redirect to the URL with its slash."""
    return RedirectResponse("/api/folder/", 308)


def fail(request):
    """Fail in the view."""
    raise ValueError


async def stream(request):
    """Answer piece by piece."""

    async def parts():
        for chunk in CHUNKS:
            yield chunk

    return StreamingResponse(parts(), media_type="text/plain")


app = Starlette(
    routes=[
        *(Route(each, text_or_made, methods=["GET", "POST"]) for each in ("/api/items", "/account")),
        *(Route(each, text_or_made, methods=["GET", "POST"]) for each in ("/open", "/closed")),
        Route("/api/folder", folder),
        Route("/api/fail", fail),
        Route("/api/stream", stream),
        Mount("/files", StaticFiles(directory=FILE.parent)),
    ]
)

application = CorsMiddleware(AsyncRecorder(app), BY_PATH)
