"""Checks of an application beside its policies: other layers, libraries, and unregistered blueprints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask_corsguard.core.findings import Finding
from flask_corsguard.core.problems import did_you_mean
from flask_corsguard.flask.marks import UNREGISTERED, wrappers_of
from flask_corsguard.flask.mounts import Mounts
from flask_corsguard.wsgi.middleware import CorsMiddleware
from flask_corsguard.wsgi.proxy_fix import layers

from .outside_layers import outside_layers
from .stale_configuration import StaleConfiguration

if TYPE_CHECKING:
    from flask import Flask

    from flask_corsguard.core.policy import Policy
    from flask_corsguard.flask.config import Settings

_FLASK_CORS: Final = Finding(
    code="flask-cors.both",
    message=(
        "Flask-CORS is initialised for this application, too, and its headers are replaced by those of the "
        "policy."
    ),
    hint="Remove its CORS(...) and @cross_origin; CorsGuard and @cors do what they did.",
)


class Surroundings:
    """Checks layers, libraries and blueprints beside the policies.

    :param app: the application.
    :param layer: the extension's middleware.
    :param settings: the policies of the application.
    """

    def __init__(self, app: Flask, layer: CorsMiddleware, settings: Settings) -> None:
        self._app = app
        self._layer = layer
        self._settings = settings
        self._configuration = StaleConfiguration(app)

    def findings(self, policies: Iterable[Policy]) -> Iterator[Finding]:
        """Yield what is found now.

        :param policies: all policies of the application.
        """
        is_flask_cors = has_flask_cors(self._app)
        if is_flask_cors:
            yield _FLASK_CORS
        yield from self._mounted()
        yield from outside_layers(self._app, self._layer)
        yield from self._configuration.findings(policies, flask_cors=is_flask_cors)
        if unregistered := sorted(_unregistered_blueprints(self._app)):
            message = (
                f"The marked blueprint {', '.join(unregistered)} is not registered, so its policy applies "
                "nowhere."
            )
            hint = "Write app.register_blueprint(...), or remove the mark."
            yield Finding(code="blueprint.unregistered", message=message, hint=hint)
        for name in self._settings.blueprints:
            if name not in self._app.blueprints:
                message = (
                    f"blueprints={{{name!r}: ...}} has no effect: no blueprint is registered with that name."
                )
                hint = _registered_like(name, self._app)
                yield Finding(code="blueprint.unknown", message=message, hint=hint)

    def _mounted(self) -> Iterator[Finding]:
        for path, app in Mounts(self._app, self._layer.app).applications():
            if any(isinstance(each, CorsMiddleware) and each is not self._layer for each in layers(app)):
                message = (
                    f"The application that is mounted at {path!r} has a CorsGuard or CorsMiddleware of its "
                    "own. But this one is around it, and the policy of this one applies there."
                )
                hint = (
                    f"Write CorsGuard(app, paths={{{path!r}: policy}}) and remove the other one; or, outside "
                    f"of both, application = DispatcherMiddleware(app, {{{path!r}: other}})."
                )
                yield Finding(code="layer.second-guard", message=message, hint=hint)


def _registered_like(name: str, app: Flask) -> str:
    known = sorted(app.blueprints)
    below = [each for each in known if each.rpartition(".")[2] == name]
    if below:
        return f'Did you mean "{below[0]}"? A blueprint in another one has the names of both.'
    return did_you_mean(name, known) if known else "Write app.register_blueprint(...), or remove it."


def has_flask_cors(app: Flask) -> bool:
    """Whether Flask-CORS is initialised for *app*, or decorates one of its views."""
    hooks = chain.from_iterable(app.after_request_funcs.values())
    return any(map(_is_of_flask_cors, chain(hooks, *map(wrappers_of, app.view_functions.values()))))


def _is_of_flask_cors(function: object) -> bool:
    # By the module that it was written in: a wrapper of a view has the name of the view.
    names: dict[str, object] = getattr(function, "__globals__", {})
    return str(names.get("__name__", "")).partition(".")[0] == "flask_cors"


def _unregistered_blueprints(app: Flask) -> Iterator[str]:
    # Only blueprints that are written beside the application's own modules: another package's may be
    # registered by another application. And a test may leave some out.
    if app.testing:
        return
    for blueprint in UNREGISTERED:
        if Path(blueprint.root_path).is_relative_to(app.root_path):
            yield blueprint.name
