"""The application in Pyramid."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPPermanentRedirect
from pyramid.response import Response

from flask_corsguard import CorsMiddleware
from interop.bare import CHUNKS, FILE
from interop.policies import BY_PATH
from interop.recorder import Recorder


def text_or_made(request):
    """Answer with a text, or with the length of what came."""
    return Response(f"made {len(request.body)}\n" if request.method == "POST" else "text\n")


def fail(request):
    """Fail in the view."""
    raise ValueError


config = Configurator()
for name, path in {
    "items": "/api/items",
    "account": "/account",
    "open": "/open",
    "closed": "/closed",
}.items():
    config.add_route(name, path)
    config.add_view(text_or_made, route_name=name, request_method=("GET", "POST"))
config.add_route("folder", "/api/folder")
config.add_view(lambda request: HTTPPermanentRedirect("/api/folder/"), route_name="folder")
config.add_route("fail", "/api/fail")
config.add_view(fail, route_name="fail")
# Without a view for exceptions, Pyramid leaves them to the server, outside of every layer.
config.add_exception_view(lambda error, request: Response(status=500), context=Exception)
config.add_route("stream", "/api/stream")
config.add_view(
    lambda request: Response(app_iter=iter(CHUNKS), content_type="text/plain"), route_name="stream"
)
config.add_static_view("files", str(FILE.parent))

application = CorsMiddleware(Recorder(config.make_wsgi_app()), BY_PATH)
