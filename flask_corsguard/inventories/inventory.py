"""The inventory of an application: its layers are searched until one of this package is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask_corsguard.wsgi.application import is_asgi
from flask_corsguard.wsgi.middleware import CorsMiddleware
from flask_corsguard.wsgi.proxy_fix import layers

from .entry import Entry


def inventory(app: object) -> tuple[Entry, ...]:
    """Return what applies where in *app*: one entry for each rule and method, and for what matches no rule.

    The entries of rules come first, in the order of ``flask routes``: by endpoint. Then come the path rules
    and the prefixes of blueprints, with what a 404 below them carries, and the policy of the application.
    They come from the URL map, and from the code that answers requests.

    A rule has several entries for a method if the entries of ``paths`` tell its URLs apart. Rules that only
    build URLs have none.

    :param app: a Flask application that has a :class:`CorsGuard`, or a :class:`CorsMiddleware`. It may also
        be an application around one of these that stores what it calls in an attribute, as WSGI layers do.
    :returns: the entries.
    :raises LookupError: if there is neither.
    """
    entries = tuple(_entries_of(app))
    if not entries:
        raise LookupError(why_nothing(app))
    return entries


def layer_of(app: object) -> Any:
    """Return the layer of this package in *app*, the outermost one; ``None`` if there is none."""
    for each in layers(app):
        if _is_layer(each):
            return each
        extensions = getattr(each, "extensions", None)
        if isinstance(extensions, Mapping) and (layer := extensions.get("corsguard")) is not None:
            return layer
    return None


def layers_of(app: object) -> list[Any]:
    """Return the layers of this package in *app*, and in what a dispatcher calls beside it."""
    layer = layer_of(app)
    found = [] if layer is None else [layer]
    for _, mounted in mounted_outside(app, layer):
        found += layers_of(mounted)
    return found


def _is_layer(each: object) -> bool:
    # The layer for ASGI has the same attributes, and its module is not imported for programs of WSGI.
    return isinstance(each, CorsMiddleware) or type(each).__module__ == "flask_corsguard.asgi"


def _entries_of(app: object) -> Iterator[Entry]:
    layer = layer_of(app)
    if layer is not None:
        yield from _entries_of_layer(layer)
    for script, mounted in mounted_outside(app, layer):
        for each in _entries_of(mounted):
            # What is mounted has a path without the script. A path rule "/" covers the script itself.
            is_whole = each.endpoint is None and each.rule == "/"
            yield replace(each, rule=script if is_whole else f"{script}{each.rule}")


def _entries_of_layer(layer: Any) -> Iterable[Entry]:
    if getattr(layer, "flask", None) is None:
        from .plain import entries_of_plain

        return entries_of_plain(layer)
    from .routed import entries_of_flask

    return entries_of_flask(layer)


def mounted_outside(app: object, layer: object) -> Iterator[tuple[str, object]]:
    """Yield what a dispatcher outside of *layer* calls instead of it, and below which path."""
    for each in layers(app):
        if each is layer:
            return
        mounts = getattr(each, "mounts", None)
        if isinstance(mounts, Mapping):
            yield from mounts.items()


def why_nothing(app: object) -> str:
    """Return the sentence about *app*, which has no policy, and what to write."""
    if is_asgi(app):
        return f"{app!r} has no policy. Write application = flask_corsguard.asgi.CorsMiddleware(app, policy)."
    if hasattr(app, "url_map") and hasattr(app, "extensions"):
        name = getattr(app, "import_name", app)
        return f"The application {name!r} has no CorsGuard. Write CorsGuard(app, policy)."
    return f"{app!r} has no policy. Write application = CorsMiddleware(app, policy)."
