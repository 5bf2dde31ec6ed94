"""What a layer for WSGI can stand around, and what it is told of anything else."""

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
    # An extension of Flask's may be callable, as CorsGuard is, to say what it is not.
    if not callable(app) or hasattr(app, "init_app"):
        raise TypeError(f"{app!r} is not a WSGI application: write CorsMiddleware(application, policy).")
