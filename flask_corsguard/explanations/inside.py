"""Applications in this process: what answers for them, and what their code shows about a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from flask_corsguard.core.policy import Policy
from flask_corsguard.inventories.inventory import layer_of, mounted_outside, why_nothing
from flask_corsguard.inventories.urls import covers
from flask_corsguard.testing.urls import parse_url
from flask_corsguard.wsgi.application import is_asgi
from flask_corsguard.wsgi.middleware import CorsMiddleware

from .stand_in import Applied, NoPolicy, Observed, StandIn, answer_nothing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: The host of an application that names none.
HOST: Final = "api.example"
#: The note about an application whose Flask-CORS answers.
FLASK_CORS: Final = (
    "The application has no CorsGuard. This is what its Flask-CORS answers, without what @cross_origin adds; "
    "the view did not run."
)


def layer_for(loaded: object, path: str = "/") -> Any:
    """Return the layer of what ``--app`` names; ``None`` if it is an application without one.

    :param loaded: an application, a policy, or a mapping of paths to policies.
    :param path: the path of a request.
    :raises NoPolicy: if its policy can be asked only where it runs, or another application has the path.
    """
    if isinstance(loaded, (Policy, Mapping)):
        return CorsMiddleware(answer_nothing, loaded)
    layer = layer_of(loaded)
    for script, _ in mounted_outside(loaded, layer):
        if covers(script, path):
            raise NoPolicy(f"A dispatcher calls another application for {script}: name that one with --app.")
    if layer is None or isinstance(layer, CorsMiddleware):
        return layer
    if callable(layer.policy) and not isinstance(layer.policy, Policy):
        raise NoPolicy("The policy is a callable of ASGI, which needs a server: run it, and explain its URL.")
    of_asgi = CorsMiddleware(answer_nothing, layer.policy)
    # Not the line of this call: that of the application is not known.
    of_asgi.where = ""
    return of_asgi


def server_for(loaded: object, layer: Any, *, runs: bool) -> StandIn | Observed:
    """Return what answers the requests.

    :param layer: the layer of *loaded*.
    :param runs: whether the application itself does.
    :raises NoPolicy: if nothing can answer.
    """
    if runs:
        if is_asgi(loaded) or not callable(loaded):
            raise NoPolicy(
                "--run needs a WSGI application. Leave it out, or run a server and explain its URL."
            )
        return Observed(cast("WSGIApplication", loaded), layer)
    if layer is not None:
        return StandIn(layer)
    hooks = _hooks_of_flask_cors(loaded)
    if hooks:
        return Observed(_OnlyHooks(loaded, hooks), None, FLASK_CORS)
    if is_asgi(loaded):
        raise NoPolicy(why_nothing(loaded))
    name = getattr(loaded, "import_name", type(loaded).__name__)
    raise NoPolicy(
        f"The application {name!r} has no CorsGuard, so only its own code knows what it answers: "
        "add --run to have it answer."
    )


def _hooks_of_flask_cors(app: object) -> list[Callable[[Any], Any]]:
    hooks: Mapping[Any, Iterable[Any]] = getattr(app, "after_request_funcs", {})
    return [each for each in hooks.get(None, ()) if each.__module__.startswith("flask_cors.")]


class _OnlyHooks:
    """A Flask application of which nothing but Flask-CORS runs, on an empty response."""

    def __init__(self, app: Any, hooks: Iterable[Callable[[Any], Any]]) -> None:
        self._app = app
        self._hooks = tuple(hooks)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._app.request_context(environ):
            response = self._app.response_class()
            for hook in self._hooks:
                response = hook(response)
            answer: Iterable[bytes] = response(environ, start_response)
            return answer


def url_of(path: str, loaded: object, origin: str) -> str:
    """Return the URL of *path*, at the host that the application names, with the scheme of the page."""
    url = parse_url(origin)
    scheme = "http" if url is not None and url.scheme == "http" else "https"
    config: Mapping[str, Any] = getattr(loaded, "config", None) or {}
    names = [config.get("SERVER_NAME"), *(config.get("TRUSTED_HOSTS") or ())]
    host = next((str(name).lstrip(".") for name in names if name), HOST)
    return f"{scheme}://{host}{path}"


def has_host(loaded: object) -> bool:
    """Return whether the application names its own host."""
    return bool((getattr(loaded, "config", None) or {}).get("SERVER_NAME"))


class Route(NamedTuple):
    """What the URL map of an application has for a request."""

    #: The endpoint; empty if there is none.
    endpoint: str
    #: What the application answers if there is none.
    note: str


def route_of(flask: Any, environ: WSGIEnvironment) -> Route:
    """Return which view of *flask* answers the request."""
    method = environ["REQUEST_METHOD"]
    try:
        endpoint, _ = flask.url_map.bind_to_environ(environ).match(method=method)
    except RequestRedirect as redirect:
        return Route("", f"The application redirects to {redirect.new_url}: request that URL.")
    except MethodNotAllowed as refusal:
        methods = ", ".join(sorted(refusal.valid_methods or ()))
        return Route("", f"No view takes {method} at this URL, only {methods}: the application answers 405.")
    except NotFound:
        return Route("", "No view answers this URL: the application answers 404.")
    except Exception:  # noqa: BLE001 - converters are the application's, and may do anything
        return Route("", "")
    return Route(str(endpoint), "")


def where_of(layer: Any, applied: Applied, endpoint: str, method: str) -> str:
    """Return the line that gave a policy, as ``file:line``; empty if it is not known."""
    if getattr(layer, "flask", None) is None:
        return str(getattr(layer, "where", ""))
    # Not above: a policy alone needs no Flask.
    from flask_corsguard.flask.policy_place import Placed
    from flask_corsguard.inventories import routed

    return routed.where_of(layer, Placed(applied.written, applied.place), endpoint, method)


def session_cookie_of(flask: Any) -> str | None:
    """Return the ``Set-Cookie`` of the session cookie of *flask*; ``None`` if it can write none."""
    interface = flask.session_interface
    if not flask.secret_key:
        return None
    same_site = interface.get_cookie_samesite(flask)
    parts = [f"{interface.get_cookie_name(flask)}=...", f"Path={interface.get_cookie_path(flask)}"]
    parts += [f"SameSite={same_site}"] if same_site else []
    parts += ["Secure"] if interface.get_cookie_secure(flask) else []
    return "; ".join(parts)
