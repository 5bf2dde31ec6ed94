"""The application in Bottle."""

from __future__ import annotations

from bottle import Bottle, HTTPResponse, request, static_file

from flask_corsguard import CorsMiddleware
from interop.bare import CHUNKS, FILE
from interop.policies import BY_PATH
from interop.recorder import Recorder

app = Bottle()


@app.route(["/api/items", "/account", "/open", "/closed"], method=["GET", "POST"])
def text_or_made():
    """Answer with a text, or with the length of what came."""
    return f"made {len(request.body.read())}\n" if request.method == "POST" else "text\n"


@app.get("/api/folder")
def folder():
    """Redirect to the URL with its slash."""
    return HTTPResponse(status=308, headers={"Location": "/api/folder/"})


@app.get("/api/fail")
def fail():
    """Fail in the view."""
    raise ValueError


@app.get("/api/stream")
def stream():
    """Answer piece by piece."""
    yield from CHUNKS


@app.get("/files/<name>")
def file(name):
    """Answer with a file."""
    return static_file(name, root=FILE.parent)


application = CorsMiddleware(Recorder(app), BY_PATH)
