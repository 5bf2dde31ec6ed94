"""The application in Django."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods
from django.views.static import serve

from flask_corsguard import CorsMiddleware
from interop.bare import CHUNKS, FILE
from interop.policies import BY_PATH
from interop.recorder import Recorder

# As `startproject` has it, without the CSRF layer: forged requests are for the guard alone to stop.
settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="-",
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
)


@require_http_methods(["GET", "HEAD", "OPTIONS", "POST"])
def text_or_made(request):
    """Answer with a text, or with the length of what came."""
    return HttpResponse(f"made {len(request.body)}\n" if request.method == "POST" else "text\n")


def fail(request):
    """Fail in the view."""
    raise ValueError


urlpatterns = [
    *(path(each, text_or_made) for each in ("api/items", "account", "open", "closed")),
    path("api/folder", lambda request: HttpResponse(status=308, headers={"Location": "/api/folder/"})),
    path("api/fail", fail),
    path("api/stream", lambda request: StreamingHttpResponse(iter(CHUNKS), content_type="text/plain")),
    path("files/<path:path>", serve, {"document_root": FILE.parent}),
]

application = CorsMiddleware(Recorder(get_wsgi_application()), BY_PATH)
