"""What ``ProxyFix`` does to a request, for a layer outside of it.

Werkzeug's ``ProxyFix`` corrects ``Host``, scheme and prefix for everything inside of it. If it was applied
before this library, our layer is outside of it, and has to look through it.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: The names of the attributes in which layers store the application inside of them; the last one is Quart's.
_INSIDE: Final = ("app", "wsgi_app", "application", "_app", "_wsgi_app", "asgi_app")

#: How many layers are searched; a chain may contain a circle.
MAX_LAYERS: Final = 32


def proxy_fixes(app: WSGIApplication) -> tuple[Any, ...]:
    """Return the ``ProxyFix`` layers inside of *app*, the outermost first.

    They are recognised by their settings: a subclass counts, and Werkzeug need not be installed.
    """
    return tuple(layer for layer in layers(app) if hasattr(layer, "x_host") and hasattr(layer, "x_proto"))


def layers(app: object) -> Iterator[object]:
    """Yield *app* and the layers that can be seen inside of it, the outermost first."""
    for _ in range(MAX_LAYERS):
        yield app
        app = inside_of(app)
        if app is None:
            return


def inside_of(app: object) -> object | None:
    """Return the layer next inside of *app*; ``None`` if none can be seen."""
    inside = (getattr(app, name, None) for name in _INSIDE)
    return next((each for each in inside if callable(each)), None)


def as_seen_inside(fixes: tuple[Any, ...], environ: WSGIEnvironment) -> WSGIEnvironment:
    """Return *environ* as the layers inside of all *fixes* will see it; *environ* itself stays as it is."""
    if not fixes:
        return environ
    seen = dict(environ)
    for fix in fixes:
        # Tempting: to read X-Forwarded-* here. But only the fix knows which of its values to believe, so a
        # copy of it is asked, with nothing inside.
        probe = copy.copy(fix)
        probe.app = _empty_application
        probe(seen, _empty_application)
    return seen


def _empty_application(*_: object) -> list[bytes]:
    return []
