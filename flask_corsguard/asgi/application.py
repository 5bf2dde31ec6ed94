"""Which applications an ASGI layer accepts, and the errors for all other objects."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from flask_corsguard.wsgi.proxy_fix import layers

if TYPE_CHECKING:
    from collections.abc import Callable

_WRITE: Final = "write CorsMiddleware(application, policy)"


def check_application(app: object) -> None:
    """Raise if *app* cannot be called as an ASGI application.

    :raises TypeError: with the reason, and what to write.
    """
    if hasattr(app, "wsgi_app"):
        raise TypeError(
            f"{app!r} is a WSGI application: write flask_corsguard.CorsGuard(app, policy) for Flask, and "
            "flask_corsguard.CorsMiddleware(application, policy) for any other."
        )
    # A Flask extension may be callable only to raise a clear error, as CorsGuard is.
    if isinstance(app, Mapping) or not callable(app) or hasattr(app, "init_app"):
        raise TypeError(f"{app!r} is not an ASGI application: {_WRITE}.")
    if not _takes_three(app):
        raise TypeError(
            f"{app!r} is not an ASGI application, which takes scope, receive and send: {_WRITE}. If it takes "
            "environ and start_response, it is for WSGI: write "
            "flask_corsguard.CorsMiddleware(application, policy)."
        )


def root_of(app: object) -> str:
    """Return the root that *app* takes away from paths, whatever the server passes on; else an empty text.

    FastAPI has its argument ``root_path``, and Django its setting ``FORCE_SCRIPT_NAME``.
    """
    for each in layers(app):
        # Not "root_path" alone: in Quart that is a folder.
        if hasattr(each, "root_path_in_servers"):
            return str(getattr(each, "root_path", ""))
        if type(each).__module__.startswith("django."):
            settings = sys.modules["django.conf"].settings
            return str((settings.configured and settings.FORCE_SCRIPT_NAME) or "")
    return ""


def _takes_three(app: Callable[..., object]) -> bool:
    try:
        signature = inspect.signature(app)
    except (TypeError, ValueError):
        # A callable that is written in C may have no signature.
        return True
    try:
        signature.bind(None, None, None)
    except TypeError:
        return False
    return True
