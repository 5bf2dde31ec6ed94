"""The application in Falcon."""

from __future__ import annotations

import falcon

from flask_corsguard import CorsMiddleware
from interop.bare import CHUNKS, FILE
from interop.policies import BY_PATH
from interop.recorder import Recorder


class TextOrMade:
    """Answers with a text, or with the length of what came."""

    def on_get(self, request, response):
        response.text = "text\n"

    on_head = on_get

    def on_post(self, request, response):
        response.text = f"made {len(request.bounded_stream.read())}\n"


class Folder:
    """Redirects to the URL with its slash."""

    def on_get(self, request, response):
        raise falcon.HTTPPermanentRedirect("/api/folder/")


class Fail:
    """Fails in the view."""

    def on_get(self, request, response):
        raise ValueError


class Stream:
    """Answers piece by piece."""

    def on_get(self, request, response):
        response.content_type = "text/plain"
        response.stream = iter(CHUNKS)


app = falcon.App()
for each in ("/api/items", "/account", "/open", "/closed"):
    app.add_route(each, TextOrMade())
app.add_route("/api/folder", Folder())
app.add_route("/api/fail", Fail())
app.add_route("/api/stream", Stream())
app.add_static_route("/files", FILE.parent)

application = CorsMiddleware(Recorder(app), BY_PATH)
