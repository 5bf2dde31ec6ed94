"""Explanations: the verdict of a browser, whose policy decided, and the change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask_corsguard.core.changing_set import ChangingSet
from flask_corsguard.core.decision import Decision
from flask_corsguard.core.policy import Policy
from flask_corsguard.testing import Engine
from flask_corsguard.testing.transport import make_environ
from flask_corsguard.testing.urls import parse_url

from .asked import Asked, Outcome, outcome_of
from .diagnosis import Diagnosis, diagnosis_of
from .inside import Route, has_host, layer_for, route_of, server_for, session_cookie_of, where_of
from .needed import Needed, changed_for, needed_for
from .recorded import Other, Recorded, other_verdicts
from .remote import TIMEOUT, Remote
from .stand_in import Applied, StandIn
from .surroundings import about_headers, about_network, cookies_at_home, cookies_set_by
from .wire import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a browser does with a request, and why."""

    outcome: Outcome
    #: Why the browser refuses; ``None`` if it does not.
    diagnosis: Diagnosis | None
    #: The policy of the last request; ``None`` if the server is not in this process.
    applied: Applied | None = None
    #: The line that gave the policy, as ``file:line``; empty if it is not known.
    where: str = ""
    #: Why the policy refuses; ``None`` if it does not.
    decision: Decision | None = None
    #: What would allow the request; ``None`` if it is allowed.
    needed: Needed | None = None
    #: What does not work although the browser does not refuse, such as a cookie that is not sent.
    findings: tuple[str, ...] = ()
    #: What else is worth knowing.
    notes: tuple[str, ...] = ()
    #: Whether the policies of an application answered, and not the application.
    is_answered_by_policies: bool = False
    #: The engines, and the standard, whose verdict is another one.
    others: dict[Engine | None, Other] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        """Whether the browser or the guard refuses the request, or it fails for another reason."""
        return self.outcome.refusal is not None or self.decision is not None or bool(self.findings)


def explain_remote(
    asked: Asked,
    engine: Engine | None = None,
    timeout: float = TIMEOUT,
    resolve: Callable[[str], str] = str,
) -> Explanation:
    """Return what a browser does with a request to a server on the network.

    :param timeout: how long each request may take, in seconds.
    :param resolve: returns the host to connect to.
    :raises Unreachable: if the server does not answer the first request.
    :raises ValueError: if a part of *asked* cannot be.
    """
    remote = Remote(timeout, resolve)
    recorded = Recorded(remote)
    outcome = outcome_of(asked, recorded, engine)
    diagnosis = diagnosis_of(outcome)
    return Explanation(
        outcome=outcome,
        diagnosis=diagnosis,
        needed=None if diagnosis is None else needed_for(asked),
        findings=tuple(cookies_at_home(asked, cookies_set_by(outcome.exchanges), engine)),
        notes=(*about_headers(asked), *about_network(asked, remote.addresses)),
        others=_others(asked, outcome, recorded),
    )


def _others(asked: Asked, outcome: Outcome, recorded: Recorded) -> dict[Engine | None, Other]:
    try:
        return other_verdicts(asked, outcome, recorded)
    except Unreachable:
        # The server has answered before; a comparison is not worth an error.
        return {}


def explain_inside(
    asked: Asked, loaded: object, engine: Engine | None = None, *, runs: bool = False
) -> Explanation:
    """Return what a browser does with a request to an application in this process.

    :param loaded: an application, a policy, or a mapping of paths to policies.
    :param runs: whether the application itself answers; otherwise its policies do, and nothing of it runs.
    :raises NoPolicy: if nothing can answer.
    :raises ValueError: if a part of *asked* cannot be.
    """
    url = parse_url(asked.url)
    layer = layer_for(loaded) if runs or url is None else layer_for(loaded, url.path)
    server = server_for(loaded, layer, runs=runs)
    recorded = Recorded(server)
    outcome = outcome_of(asked, recorded, engine)
    applied = server.applied[-1] if server.applied else None
    refusals = server.refusals if isinstance(server, StandIn) else []
    decision = next((each for each in reversed(refusals) if not each.allowed), None)
    instead = "" if isinstance(server, StandIn) else server.note
    is_stand_in = isinstance(server, StandIn) or bool(instead)
    diagnosis = diagnosis_of(outcome, knows_status=not is_stand_in)
    is_refused = diagnosis is not None or decision is not None
    raised = [] if isinstance(server, StandIn) else list(map(_sentence_of, server.raised))
    route = _route(asked, layer)
    told = [each for each in (instead, *raised, route.note) if each]
    where = "" if applied is None else where_of(layer, applied, route.endpoint, asked.method)
    findings, notes = _about_cookies(asked, loaded, layer, outcome, engine)
    if is_refused and applied is not None:
        told += _about_live_origins(applied.policy)
    return Explanation(
        outcome=outcome,
        diagnosis=diagnosis,
        applied=applied,
        where=where,
        decision=decision,
        needed=_needed(asked, applied) if is_refused else None,
        findings=findings,
        notes=(*about_headers(asked), *told, *notes),
        is_answered_by_policies=is_stand_in,
        others=_others(asked, outcome, recorded),
    )


def _sentence_of(raised: str) -> str:
    return f"The application raised {raised}."


def _about_live_origins(policy: Policy) -> list[str]:
    live = [each for each in policy.origins if isinstance(each, ChangingSet)]
    return [
        f"{each!r} allows nobody before it is read, in this process, too: call its refresh() where the "
        "application is created."
        for each in live
    ]


def _needed(asked: Asked, applied: Applied | None) -> Needed:
    if applied is None:
        return needed_for(asked)
    return changed_for(asked, applied.policy, of_route=applied.of_route)


def _route(asked: Asked, layer: Any) -> Route:
    """Return what the URL map of the application has for the request."""
    flask, url = getattr(layer, "flask", None), parse_url(asked.url)
    if flask is None or url is None:
        return Route("", "")
    return route_of(flask, make_environ(asked.method, url, [("Host", url.authority)], b""))


def _about_cookies(
    asked: Asked, loaded: object, layer: Any, outcome: Outcome, engine: Engine | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the cookies that are not sent, and those that are not if the application is of another site."""
    set_by = cookies_set_by(outcome.exchanges)
    flask = getattr(layer, "flask", None)
    cookie = None if flask is None else session_cookie_of(flask)
    if cookie is not None and not set_by:
        set_by = [(asked.url, cookie)]
    at_home = tuple(cookies_at_home(asked, set_by, engine))
    if flask is None or has_host(loaded):
        return at_home, ()
    return (), tuple(
        f"If the application is served from another site than the page: {each}" for each in at_home
    )
