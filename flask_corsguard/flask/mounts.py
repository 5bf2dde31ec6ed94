"""Which application a dispatcher inside of the layer gives a path to: the Flask application, or another one.

The routes of the Flask application do not apply to paths that another application answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_corsguard.wsgi.proxy_fix import MAX_LAYERS, inside_of, layers

if TYPE_CHECKING:
    from flask import Flask


class Mounted(NamedTuple):
    """Where a path leads to."""

    #: What dispatchers take off the path.
    prefix: str
    #: Whether that is the Flask application.
    is_flask: bool


class Mounts:
    """The dispatchers inside of the layer, recognised by their ``mounts``, as Werkzeug's has them.

    :param flask: the Flask application.
    :param inside: what the layer calls.
    """

    def __init__(self, flask: Flask, inside: object) -> None:
        self._flask = flask
        self._inside = inside

    def any(self) -> bool:
        """Whether there is a dispatcher between the layer and Flask."""
        return any(_mounts_of(each) is not None for each in self._layers())

    def find(self, path: str) -> Mounted:
        """Return where a path leads to.

        :param path: the path as the layer has it, ``PATH_INFO``.
        """
        app, prefix, is_mounted = self._inside, "", False
        for _ in range(MAX_LAYERS):
            if self._is_flask(app):
                return Mounted(prefix, is_flask=True)
            mounts = _mounts_of(app)
            script = None if mounts is None else _script_of(mounts, path)
            if mounts is not None and script is not None:
                app, path, prefix, is_mounted = mounts[script], path[len(script) :], prefix + script, True
                continue
            inside = inside_of(app)
            if inside is None:
                break
            app = inside
        # An object that cannot be searched. It counts as Flask, unless it is mounted, or Flask itself is.
        return Mounted(prefix, is_flask=not is_mounted and not self._is_mounted())

    def applications(self) -> Iterator[tuple[str, object]]:
        """Yield what is mounted, and where."""
        for each in self._layers():
            yield from (_mounts_of(each) or {}).items()

    def _layers(self) -> Iterator[object]:
        for each in layers(self._inside):
            if self._is_flask(each):
                return
            yield each

    def _is_flask(self, app: object) -> bool:
        return app is self._flask or getattr(app, "__self__", None) is self._flask

    def _is_mounted(self) -> bool:
        return any(self._is_flask(each) for _, app in self.applications() for each in layers(app))


def _mounts_of(app: object) -> Mapping[str, Any] | None:
    mounts = getattr(app, "mounts", None)
    return mounts if isinstance(mounts, Mapping) else None


def _script_of(mounts: Mapping[str, Any], path: str) -> str | None:
    """Return the key of what a dispatcher calls for *path*; ``None`` if that is what it has for the rest.

    That is the longest one that covers whole segments. Werkzeug tries all beginnings of the path, which can
    be a hundred thousand.
    """
    first = path.partition("/")[0]
    covering = (
        key
        for key in mounts
        if path.startswith(key)
        and path[len(key) : len(key) + 1] in {"", "/"}
        and ("/" in key or key == first)
    )
    return max(covering, key=len, default=None)
