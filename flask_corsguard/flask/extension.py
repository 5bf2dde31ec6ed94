"""The Flask extension: one policy for an application, and marks for its parts.

It wraps ``app.wsgi_app`` once and registers nothing with Flask: no hook of the application, and no
other extension, runs before it or overwrites its headers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any, NoReturn, cast, overload

from flask_corsguard.core.findings import Finding
from flask_corsguard.core.guard import reported
from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.core.policy_fields import explains_fields
from flask_corsguard.core.reasons import ALLOWED
from flask_corsguard.wsgi.environ import ORIGIN, REQUEST, UPGRADE, method_to_judge
from flask_corsguard.wsgi.middleware import CorsMiddleware
from flask_corsguard.wsgi.response import answer_error, start_with
from flask_corsguard.wsgi.trace import traced

from .application import behind_proxy, is_flask, why_not_flask
from .config import Arguments, Settings, read_settings
from .debug_page import add_debug_page, require_debug
from .marks import EXTENSION, observe_marks
from .mounts import Mounts
from .policy_per_request import PolicyPerRequest
from .policy_place import PlacedMountedPolicies, PlacedPolicies
from .refusal import CrossOriginRefused, answer_through, cors_refused
from .response import start_when_matched
from .warnings.first_request import FirstRequest
from .warnings.warning import Place, warn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask
    from typing_extensions import Unpack

    from flask_corsguard.core.decision import Decision
    from flask_corsguard.core.policy_fields import PolicyFields
    from flask_corsguard.wsgi.policy_source import PolicySource

    from .response import ResponsePolicies

    PolicyOrFields = Policy | Mapping[str, Any]
    PolicyOrList = PolicyOrFields | Sequence[PolicyOrFields]
    PolicyArgument = Policy | Sequence[Policy] | Callable[[WSGIEnvironment], Policy | Sequence[Policy]]
    PathsArgument = Mapping[str, PolicyOrList]
    BlueprintsArgument = Mapping[str, PolicyOrList]


@explains_fields
class CorsGuard:
    """Applies policies to a Flask application: one to all of it, and those of the marks to its parts.

    The policy is a :class:`.Policy`, or given by its fields, in code or in the configuration
    (``CORSGUARD_ORIGINS`` and so on, which :meth:`init_app` reads once). Without any policy, or with
    ``guard`` and ``resource_policy`` alone, the application is closed to other origins.

    Exactly one policy applies to a request. The mark of its view comes first, then the innermost blueprint
    that is marked or named in *blueprints*. Then come the first entry of *paths* that covers it, and this
    one. Without this extension no mark has any effect.

    In debug mode a page of an allowed origin reads which exception a view raised. Every refusal contains the
    whole reason and appears on the console. Every response to another origin has ``X-CorsGuard``.

    :param app: the application; without one, call :meth:`init_app` later, for any number of applications.
    :param policy: a :class:`.Policy`, a list of policies, or a callable. A callable gets the WSGI environ and
        returns one of these. It is asked once per request in an application context. If it fails, the closed
        policy applies.
    :param paths: policies for views without a mark, by path.
    :param blueprints: policies of blueprints, by the names that they are registered with (``"api"``, or
        ``"api.v1"`` for one in another). They override the marks of these blueprints. So each application can
        configure a policy for a blueprint that another module defines.
    :param report_only: whether no policy of the application enforces its guard: what a guard would refuse is
        logged and signalled, and reaches the application. For the first weeks; policies stay as they are.
    :param debug_page: whether ``/_cors`` shows all policies and refusals. It needs debug mode.
    :param fields: the fields of a policy, instead of *policy*.
    :raises PolicyError: with every problem of the policy, the paths, the blueprints and the configuration.
    :raises RuntimeError: if the application already has the extension, or if *app* is ``current_app``, and
        there is none. Also if the debug page is asked for, and debug mode is off.
    :raises TypeError: if *app* is not a Flask application.
    """

    __module__ = "flask_corsguard"

    @overload
    def __init__(
        self,
        app: Flask | None = None,
        policy: PolicyArgument | None = None,
        *,
        paths: PathsArgument | None = None,
        blueprints: BlueprintsArgument | None = None,
        report_only: bool | None = None,
        debug_page: bool = False,
    ) -> None: ...
    @overload
    def __init__(
        self,
        app: Flask | None = None,
        *,
        paths: PathsArgument | None = None,
        blueprints: BlueprintsArgument | None = None,
        report_only: bool | None = None,
        debug_page: bool = False,
        **fields: Unpack[PolicyFields],
    ) -> None: ...
    def __init__(
        self,
        app: Flask | None = None,
        policy: PolicyArgument | None = None,
        *,
        paths: PathsArgument | None = None,
        blueprints: BlueprintsArgument | None = None,
        report_only: bool | None = None,
        debug_page: bool = False,
        **fields: Any,
    ) -> None:
        self._has_debug_page = debug_page
        self._given = Arguments(policy, fields, paths, blueprints, report_only)
        if app is not None:
            self.init_app(app)

    @overload
    def init_app(
        self,
        app: Flask,
        policy: PolicyArgument | None = None,
        *,
        paths: PathsArgument | None = None,
        blueprints: BlueprintsArgument | None = None,
        report_only: bool | None = None,
    ) -> None: ...
    @overload
    def init_app(
        self,
        app: Flask,
        *,
        paths: PathsArgument | None = None,
        blueprints: BlueprintsArgument | None = None,
        report_only: bool | None = None,
        **fields: Unpack[PolicyFields],
    ) -> None: ...
    def init_app(
        self,
        app: Flask,
        policy: PolicyArgument | None = None,
        *,
        paths: PathsArgument | None = None,
        blueprints: BlueprintsArgument | None = None,
        report_only: bool | None = None,
        **fields: Any,
    ) -> None:
        """Register the extension with *app* and read its configuration, once.

        The arguments are those of the constructor, for this application alone. What the constructor was
        given applies to every application, and is not given again here: policies are never merged.

        :param app: the application.
        :param policy: a :class:`.Policy`, a list of policies, or a callable.
        :param paths: policies for views without a mark, by path.
        :param blueprints: policies of blueprints, by the names that they are registered with.
        :param report_only: whether no policy of this application enforces its guard.
        :param fields: the fields of a policy, instead of *policy*.
        :raises PolicyError: with every problem of the arguments and the configuration.
        :raises RuntimeError: if *app* already has the extension, or if it is ``current_app``, and there is
            none. Also if the debug page is asked for, and debug mode is off.
        :raises TypeError: if *app* is not a Flask application.
        """
        app = behind_proxy(app)
        if not is_flask(app):
            raise TypeError(why_not_flask(app))
        if EXTENSION in app.extensions:
            raise RuntimeError(
                f"CorsGuard is already initialised for the application {app.import_name!r}. Call "
                "CorsGuard(app) or init_app(app) once; other policies for parts of the application "
                "go on views and blueprints, as @cors(...), or into paths=."
            )
        given = self._given.with_others(Arguments(policy, fields, paths, blueprints, report_only))
        if self._has_debug_page:
            require_debug(app)
        middleware = _FlaskMiddleware(app, read_settings(given, app.config))
        app.extensions[EXTENSION] = middleware
        app.wsgi_app = middleware  # type: ignore[method-assign]  # Flask's documented way
        if self._has_debug_page:
            add_debug_page(app)

    def __call__(self, *_: object, **__: object) -> NoReturn:
        """Raise, because the decorator is meant.

        :raises TypeError: always.
        """
        raise TypeError(
            "This is a CorsGuard, and not the decorator: the name cors is taken. Write "
            "guard = CorsGuard(app), from flask_corsguard import cors, and @cors(...)."
        )


class _FlaskMiddleware(CorsMiddleware):
    def __init__(self, flask: Flask, settings: Settings) -> None:
        self.flask = flask
        self.settings = settings
        self.place = Place.of_caller()
        self.first_request = FirstRequest(flask, self, settings, self.place)
        #: Whether a request needs no preparation: nothing is left to check, and this is not debug mode.
        self._is_settled = False
        observe_marks(self)
        super().__init__(flask.wsgi_app, cast("PolicyArgument", settings.policy))
        # Blinker's own mapping: it is empty as long as nobody listens.
        self._listeners = cors_refused.receivers

    def _source_of(self, policy: object) -> PolicySource:
        paths, blueprints = self.settings.paths, self.settings.blueprints
        mounts = Mounts(self.flask, self.app)
        known = SAME_ORIGIN if callable(policy) else policy_from(policy, "policy")
        arguments = self.flask, known, paths, self._fixes, blueprints
        routes = (
            PlacedMountedPolicies(*arguments, mounts=mounts) if mounts.any() else PlacedPolicies(*arguments)
        )
        self._asks = PolicyPerRequest(policy, routes, self._fixes) if callable(policy) else None
        self._is_settled = False
        return self._asks or routes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; see "The way of a request" in docs/design.md."""
        if not self._is_settled:
            start_response = self._prepare(environ, start_response)
        method = environ["REQUEST_METHOD"]
        # Most requests are safe, and method_to_judge() would return None for them.
        if (method != "GET" or UPGRADE in environ) and method_to_judge(environ) is not None:
            # Tempting: super(). But it costs more than the call.
            return CorsMiddleware.__call__(self, environ, start_response)
        # The request passes under any policy, so no policy is needed until its response starts.
        routes: ResponsePolicies = self._source  # type: ignore[assignment]  # _source_of() makes no other
        origin, one = environ.get(ORIGIN), routes.memory.one
        path, earlier = "", None
        if one is None:
            # Read now: the application may change the environ.
            path, earlier = environ.get("PATH_INFO", ""), environ.get(REQUEST)
            request = start_response, routes, environ, path, method, earlier, origin, self
            start = MethodType(start_when_matched, request)
        else:
            answer = one.to_no_origin if origin is None else one.answer_to(origin)
            if answer.is_notable:
                self.note(one, answer, environ)
            start = MethodType(start_with, (start_response, answer.headers, one.owned, self))
        app = self.app
        try:
            return app(environ, start)
        except Exception as error:
            if origin is not None and self._answers_errors():
                by_policy = one or routes.of_response(environ, path, method, earlier, origin)
                answer = by_policy.answer_to(origin)
                if answer.reason is ALLOWED:
                    return answer_error(error, answer.headers, start_response, head=method == "HEAD")
            raise

    def forget(self) -> None:
        """Have the marks checked at the next request: one was put."""
        self.first_request.forget()
        self._is_settled = False

    def _prepare(self, environ: WSGIEnvironment, start_response: StartResponse) -> StartResponse:
        if not self.first_request.is_checked:
            start_response = self.first_request.check(environ, start_response)
        self._debug = self._answers_errors()
        if self._asks is not None:
            # Before the application runs, which may change the environ.
            self._asks.ask(environ)
        self._is_settled = self.first_request.is_checked and not self._debug and self._asks is None
        return traced(self.key, environ, start_response, self._source) if self._debug else start_response

    def _answers_errors(self) -> bool:
        return self.flask.debug and not self.flask.testing

    def _warn_of_replaced(self, names: str) -> None:
        if not self.first_request.found_another:
            message = (
                f"The application, or a layer inside of CorsGuard, sets {names} itself, and the policy's "
                "headers replace that."
            )
            hint = "Remove it there, and move what it allowed into the policy."
            warn(Finding(code="headers.replaced", message=message, hint=hint), self.place)

    def _limited(self, decision: Decision) -> Decision:
        return reported(decision) if self.settings.report_only else decision

    def _answer_refusal(
        self, decision: Decision, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        refusal = CrossOriginRefused(decision, debug=self._answers_errors())
        return answer_through(self.flask, refusal, environ, start_response)

    def _tell(self, environ: WSGIEnvironment, decision: Decision) -> None:
        super()._tell(environ, decision)
        self.first_request.observe_refusal(environ)
        cors_refused.send(self.flask, decision=decision)
