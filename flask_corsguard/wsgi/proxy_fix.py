"""What a reverse proxy has told, for the layers that stand outside of the one that believes it.

Werkzeug's ``ProxyFix`` puts ``Host``, scheme and prefix right for everything inside of it. A layer
outside of it, as ours is where the fix was applied first, has to look through it.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: The names under which WSGI layers keep the application inside of them.
_INSIDE = ("app", "wsgi_app", "application", "_app", "_wsgi_app")

#: Layers that are looked through; a chain may hold a circle.
MAX_LAYERS = 32


def proxy_fixes(app: WSGIApplication) -> tuple[Any, ...]:
    """Give the ``ProxyFix`` layers inside of *app*, the outermost first.

    They are known by their settings, so that a subclass is one, and Werkzeug need not be there.
    """
    return tuple(layer for layer in layers(app) if hasattr(layer, "x_host") and hasattr(layer, "x_proto"))


def layers(app: object) -> Iterator[object]:
    """Give *app* and the layers that can be seen inside of it, the outermost first."""
    for _ in range(MAX_LAYERS):
        yield app
        inside = (getattr(app, name, None) for name in _INSIDE)
        found = next((each for each in inside if callable(each)), None)
        if found is None:
            return
        app = found


def as_seen_inside(fixes: tuple[Any, ...], environ: WSGIEnvironment) -> WSGIEnvironment:
    """Give *environ* as the layers inside of all *fixes* will see it; it is not changed itself."""
    if not fixes:
        return environ
    seen = dict(environ)
    for fix in fixes:
        # Tempting: to read X-Forwarded-* here. But which of its values to believe is what the fix
        # was set up with; so it is asked itself, with nothing inside.
        probe = copy.copy(fix)
        probe.app = _nothing
        probe(seen, _nothing)
    return seen


def _nothing(*_: object) -> list[bytes]:
    return []
