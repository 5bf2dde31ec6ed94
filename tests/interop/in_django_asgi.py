"""The application in Django, for ASGI."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

from flask_corsguard.asgi import CorsMiddleware
from interop import in_django  # noqa: F401 - its settings and views
from interop.policies import BY_PATH
from interop.recorder import AsyncRecorder

application = CorsMiddleware(AsyncRecorder(get_asgi_application()), BY_PATH)
