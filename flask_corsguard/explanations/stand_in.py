"""Replacements for an application: its policies answer, and nothing else of it runs."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from flask_corsguard.core.audiences import AnyPolicy
from flask_corsguard.core.decision import Decision
from flask_corsguard.core.policy import Policy
from flask_corsguard.wsgi.middleware import CorsMiddleware
from flask_corsguard.wsgi.policy_source import EachPolicy, PolicySource

from .wire import MAX_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class NoPolicy(Exception):  # noqa: N818 - the name is what the application lacks
    """No policy of this library answers for an application; the message explains what to do."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The policy that a request got."""

    #: The policy, with the methods of the route if it leaves them open.
    policy: Policy
    #: Whether the methods are those of the route.
    of_route: bool
    #: The policy, or the list of policies, as it was written.
    written: AnyPolicy
    #: Whose it is: ``"view"``, ``"blueprint api"``, ``"path /api"``, ``"application"``.
    place: str


def answer_nothing(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer 200 with an empty body, instead of an application."""
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")])
    return []


class StandIn(CorsMiddleware):
    """The layer of an application, with the same policies, around something else.

    :param layer: the layer of the application, or of no application.
    :param app: what answers instead of the application.
    """

    def __init__(self, layer: Any, app: WSGIApplication = answer_nothing) -> None:
        self._layer = layer
        #: The policies of the requests, in order, preflights among them.
        self.applied: list[Applied] = []
        #: Why a preflight or a request was refused, or an answer withheld, in order.
        self.refusals: list[Decision] = []
        # Without a listener, the reason of a refused preflight is not computed.
        super().__init__(app, layer.policy, on_refusal=lambda *_: None)

    def _source_of(self, policy: object) -> PolicySource:  # noqa: ARG002 - the layer has made it
        return EachPolicy(self._layer.source)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, and store its policy.

        :raises NoPolicy: if that is ``UNMANAGED``.
        """
        applied = applied_to(self._layer, environ)
        if applied.policy.is_unmanaged:
            raise NoPolicy(
                f"The policy is UNMANAGED there ({applied.place}), so CORS is the business of what answers: "
                "add --run to have it answer."
            )
        self.applied.append(applied)
        return super().__call__(environ, start_response)

    def _tell_of(
        self,
        decision: Decision,
        environ: WSGIEnvironment,  # noqa: ARG002 - what the layer overrides
        level: int,  # noqa: ARG002
        log: Callable[..., None],  # noqa: ARG002
    ) -> None:
        # Neither logged nor signalled: nobody was refused anything.
        self.refusals.append(decision)


class Observed:
    """An unchanged application; the policies of its requests are stored, and its exceptions.

    :param app: the application.
    :param layer: its layer; ``None`` if it has none.
    :param note: what answers instead of the application; empty if it answers itself.
    """

    def __init__(self, app: WSGIApplication, layer: Any, note: str = "") -> None:
        self._app = app
        self._layer = layer
        self.note = note
        self.applied: list[Applied] = []
        #: What the application has raised, as text.
        self.raised: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        """Answer a request, and store its policy; an exception becomes a 500, as in servers."""
        if self._layer is not None:
            self.applied.append(applied_to(self._layer, environ))
        size = 0
        try:
            iterable = self._app(environ, start_response)
            with closing(cast("Any", iterable)) if hasattr(iterable, "close") else nullcontext():
                for chunk in iterable:
                    yield chunk
                    size += len(chunk)
                    if size >= MAX_BODY:
                        # It may never end.
                        return
        except Exception as error:  # noqa: BLE001 - it is the application's
            self.raised.append("".join(traceback.format_exception_only(error)).strip())
            if not size:
                start_response("500 Internal Server Error", [("Content-Type", "text/plain")], sys.exc_info())
                yield b""


def applied_to(layer: Any, environ: WSGIEnvironment) -> Applied:
    """Return the policy of a request, found by the code that answers it."""
    # A copy: what finds the policy of a response may leave something in the environ.
    environ = dict(environ)
    by_policy = layer.source.find(environ)
    if getattr(layer, "flask", None) is None:
        place = layer.source.place_of(environ)
        return Applied(by_policy.policy, of_route=False, written=by_policy.policy, place=place)
    placed = layer.source.finder().of_request(environ)
    return Applied(by_policy.policy, by_policy.of_route, placed.policy, placed.place)
