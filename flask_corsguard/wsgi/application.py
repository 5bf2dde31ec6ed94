"""Which applications a WSGI layer accepts, and the errors for all other objects."""

from __future__ import annotations

from functools import partial
from inspect import iscoroutinefunction
from typing import Final

ASGI_ADAPTER: Final = "flask_corsguard.asgi.CorsMiddleware(application, policy)"


def is_asgi(app: object) -> bool:
    """Whether *app* is called as ASGI applications are: it returns a coroutine."""
    while isinstance(app, partial):
        app = app.func
    return iscoroutinefunction(app) or iscoroutinefunction(getattr(type(app), "__call__", None))  # noqa: B004


def check_application(app: object) -> None:
    """Raise if *app* cannot be called as a WSGI application.

    :raises TypeError: with the reason, and what to write.
    """
    if is_asgi(app):
        raise TypeError(f"{app!r} is an ASGI application: write {ASGI_ADAPTER}.")
    # A Flask extension may be callable only to raise a clear error, as CorsGuard is.
    if not callable(app) or hasattr(app, "init_app"):
        raise TypeError(f"{app!r} is not a WSGI application: write CorsMiddleware(application, policy).")
