"""Warns of layers outside of :class:`.CorsGuard` that answer, or set CORS headers, without its policy."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import takewhile
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Final

from flask_corsguard.core.findings import Finding
from flask_corsguard.wsgi.proxy_fix import layers

if TYPE_CHECKING:
    from flask import Flask

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

#: The parameters of a WSGI layer that is an object: itself, the environ and ``start_response``.
_ARGUMENTS: Final = 3


def outside_layers(app: Flask, layer: object) -> Iterator[Finding]:
    """Yield a finding for the first layer of each kind; some are only seen while a request comes in.

    :param app: the application.
    :param layer: the extension's middleware.
    """
    outside = list({id(each): each for each in _outside_of(app, layer)}.values())
    if cors := next(filter(None, map(_name_of_cors_layer, outside)), None):
        message = (
            f"{cors} is outside of CorsGuard and may answer preflights, or set CORS headers, "
            "before the policy is asked."
        )
        hint = "Remove it, or remove CorsGuard: one layer decides who is allowed."
        yield Finding(code="layer.cors-outside", message=message, hint=hint)
    if files := next((type(each).__name__ for each in outside if _serves_files(each)), None):
        message = (
            f"{files} is outside of CorsGuard and answers requests for its files itself, so no policy "
            "applies to them."
        )
        hint = f"Write app.wsgi_app = {files}(app.wsgi_app, ...) before CorsGuard(app)."
        yield Finding(code="layer.files-outside", message=message, hint=hint)


def _outside_of(app: Flask, layer: object) -> Iterator[object]:
    yield from takewhile(lambda each: each is not layer, layers(app.wsgi_app))
    # What wraps the application itself, instead of its wsgi_app, is only seen while it calls it.
    frame = sys._getframe(1)  # noqa: SLF001 - see above
    while frame.f_back:
        frame = frame.f_back
        if _is_of_a_layer(frame.f_code):
            each = frame.f_locals.get(frame.f_code.co_varnames[0])
            if each is not layer and each is not app:
                yield each


def _is_of_a_layer(code: CodeType) -> bool:
    return code.co_name == "__call__" and code.co_argcount == _ARGUMENTS


def _serves_files(layer: object) -> bool:
    # WhiteNoise's class, or one of the application's below it; and Werkzeug's SharedDataMiddleware.
    modules = (each.__module__.partition(".")[0] for each in type(layer).__mro__)
    return "whitenoise" in modules or (hasattr(layer, "exports") and hasattr(layer, "is_allowed"))


def _name_of_cors_layer(layer: object) -> str | None:
    """Return the name of *layer* if it has the word CORS in it; "corsair" has not."""
    if not isinstance(layer, FunctionType):
        name = type(layer).__name__
        return name if "cors" in _words_of(name) else None
    # A function that another function has made, as with_cors(app) does, is recognised by the name of the
    # latter. But what create_cors_app() defines need not be a layer for CORS.
    for name in reversed(layer.__qualname__.split(".<locals>.")[-2:]):
        if "cors" in (_words_of(name)[:1] + _words_of(name)[-1:]):
            return name
    return None


def _words_of(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]
