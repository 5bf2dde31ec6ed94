"""The debug page, which only a development server has; it is imported if it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def require_debug(app: Flask) -> None:
    """Raise unless *app* is in debug mode.

    :raises RuntimeError: with what to write.
    """
    if not app.debug:
        raise RuntimeError(
            "debug_page=True needs debug mode, and app.debug is off: the page shows all policies. Run "
            "flask --debug, or set app.debug = True before CorsGuard(app, debug_page=True). For an "
            "application that also runs in production, write debug_page=app.debug."
        )


def add_debug_page(app: Flask) -> None:
    """Put the debug page around *app*, which has the extension."""
    # By its name: the extension does not need its tools.
    import_module("flask_corsguard.debug.layer").add_to(app)
