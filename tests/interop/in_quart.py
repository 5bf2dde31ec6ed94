"""The application in Quart."""

from __future__ import annotations

from quart import Quart, request, send_from_directory

from flask_corsguard.asgi import CorsMiddleware
from interop.bare import CHUNKS, FILE
from interop.policies import BY_PATH
from interop.recorder import AsyncRecorder

app = Quart(__name__, static_folder=None)


async def text_or_made():
    """Answer with a text, or with the length of what came."""
    return f"made {len(await request.get_data())}\n" if request.method == "POST" else "text\n"


for each in ("/api/items", "/account", "/open", "/closed"):
    app.add_url_rule(each, each.replace("/", "-"), text_or_made, methods=["GET", "POST"])


@app.get("/api/folder/")
async def folder():
    """Answer where the URL has its slash; Quart redirects to it."""
    return "text\n"


@app.get("/api/fail")
async def fail():
    """Fail in the view."""
    raise ValueError


@app.get("/api/stream")
async def stream():
    """Answer piece by piece."""

    async def parts():
        for chunk in CHUNKS:
            yield chunk

    return parts(), {"Content-Type": "text/plain"}


@app.get("/files/<path:name>")
async def file(name):
    """Answer with a file."""
    return await send_from_directory(FILE.parent, name)


# As the documentation has it: app.run() and the test client then call the layer, too.
app.asgi_app = CorsMiddleware(AsyncRecorder(app.asgi_app), BY_PATH)
application = app
