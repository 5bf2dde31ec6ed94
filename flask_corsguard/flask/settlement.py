"""Which policy one request has, if a list or callables decide on its origin."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final

import flask

from flask_corsguard.core.audiences import AnyCompiled

from .url_binding import pushed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask

    from flask_corsguard.core.compiled import CompiledPolicy

logger: Final = logging.getLogger("flask_corsguard")


def settled(found: AnyCompiled, app: Flask, environ: WSGIEnvironment, origin: str | None) -> CompiledPolicy:
    """Return the policy of a request; callables are asked in a context of *app*, once per request.

    :param found: the policy of its URL, or a list of policies; one that lasts needs no settlement.
    :param app: the application.
    :param environ: the environ of the request, which remembers what callables have returned.
    :param origin: the value of ``Origin``.
    """
    outcomes = environ.setdefault(f"flask_corsguard.outcomes.{id(app):x}", {})
    if origin is not None and found.has_callables:
        try:
            with context_of(app):
                return found.for_origin(origin, outcomes)
        except Exception:
            # A function that listens to contexts has raised.
            logger.exception("no application context for origin callables; they are asked without one")
    return found.for_origin(origin, outcomes)


def context_of(app: Flask) -> AbstractContextManager[object]:
    """Return an application context of *app*, unless one is active."""
    # Not imported by name: code that inspects the attributes of this module would then use the proxy.
    current: Any = flask.current_app
    is_active = bool(current) and current._get_current_object() is app  # noqa: SLF001 - documented by Flask
    return nullcontext() if is_active else pushed(app.app_context())
