"""The application in Connexion 3, whose views are Flask's."""

from __future__ import annotations

from connexion import FlaskApp
from connexion.resolver import Resolver
from flask import redirect, request, send_from_directory

from flask_corsguard.asgi import CorsMiddleware
from interop.bare import CHUNKS, FILE
from interop.policies import BY_PATH
from interop.recorder import AsyncRecorder


def text():
    """Answer with a text."""
    return "text\n", 200, {"Content-Type": "text/plain"}


def made():
    """Answer with the length of what came."""
    return f"made {len(request.get_data())}\n", 200, {"Content-Type": "text/plain"}


def folder():
    """Redirect to the URL with its slash."""
    return redirect("/api/folder/", 308)


def fail():
    """Fail in the view."""
    raise ValueError


FUNCTIONS = {each.__name__: each for each in (text, made, folder, fail)}


def operation(function, path):
    """Describe an operation as OpenAPI does; no two have the same name."""
    responses = {"200": {"description": "a text", "content": {"text/plain": {}}}}
    return {"operationId": f"{function.__name__}:{path}", "responses": responses}


TEXTS = ("/api/items", "/account", "/open", "/closed")
PATHS = {
    **{each: {"get": operation(text, each), "post": operation(made, each)} for each in TEXTS},
    "/api/folder": {"get": operation(folder, "/api/folder")},
    "/api/fail": {"get": operation(fail, "/api/fail")},
}

app = FlaskApp(__name__)
app.add_api(
    {"openapi": "3.0.3", "info": {"title": "items", "version": "1"}, "paths": PATHS},
    resolver=Resolver(lambda operation_id: FUNCTIONS[operation_id.partition(":")[0]]),
)
app.add_url_rule("/api/stream", "stream", lambda: (iter(CHUNKS), {"Content-Type": "text/plain"}))
app.add_url_rule("/files/<path:name>", "files", lambda name: send_from_directory(FILE.parent, name))


@app.app.before_request
def read():
    """Read the body before Connexion, which takes forms apart; Flask caches what is read so."""
    request.get_data()


application = CorsMiddleware(AsyncRecorder(app), BY_PATH)
