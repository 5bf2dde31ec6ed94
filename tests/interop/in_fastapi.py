"""The application in FastAPI."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from flask_corsguard.asgi import CorsMiddleware
from interop.bare import CHUNKS, FILE
from interop.policies import BY_PATH
from interop.recorder import AsyncRecorder

app = FastAPI()


async def text_or_made(request: Request):
    """Answer with a text, or with the length of what came."""
    body = await request.body()
    return PlainTextResponse(f"made {len(body)}\n" if request.method == "POST" else "text\n")


for each in ("/api/items", "/account", "/open", "/closed"):
    app.add_api_route(each, text_or_made, methods=["GET", "HEAD", "POST"])


@app.get("/api/folder")
def folder():
    """Redirect to the URL with its slash."""
    return RedirectResponse("/api/folder/", 308)


@app.get("/api/fail")
def fail():
    """Fail in the view."""
    raise ValueError


@app.get("/api/stream")
def stream():
    """Answer piece by piece."""
    return StreamingResponse(iter(CHUNKS), media_type="text/plain")


app.mount("/files", StaticFiles(directory=FILE.parent))

application = CorsMiddleware(AsyncRecorder(app), BY_PATH)
