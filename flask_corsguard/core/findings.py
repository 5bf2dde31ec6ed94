"""Findings about the policies of an application, each with a stable code, a sentence and a remedy.

A :class:`.Problem` makes a policy invalid. A finding is about a policy that works, but probably not as
intended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

#: A note may well be meant; ``lint --strict`` counts it, too.
Level = Literal["warning", "note"]


class Catalogued(NamedTuple):
    """The level and the texts of a code, the same for each finding of it."""

    level: Level
    #: One sentence: why it matters.
    why: str
    #: One sentence: what to do.
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about an application that defeats one of its policies, or that deserves a look.

    :ivar code: stable and never reused, such as ``"mark.hidden"``; the key for programs.
    :ivar message: what was found.
    :ivar hint: what to write instead.
    :ivar where: the line that it is about, as ``file:line``; empty if there is none.
    :ivar routes: the methods and rules that it is about, as ``"POST /transfer"``.
    """

    __module__ = "flask_corsguard"

    code: str
    message: str
    hint: str
    where: str = ""
    routes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"

    @property
    def level(self) -> Level:
        """How much it matters: ``"warning"``; or ``"note"`` if it may well be meant."""
        return FINDINGS[self.code].level


#: By code, why each warning matters, and what to do.
_WARNINGS: Final = {
    "guard.missing": (
        "Marks alone do nothing: CorsGuard reads them.",
        "Write CorsGuard(app).",
    ),
    "mark.hidden": (
        "If a policy cannot be found, it does not apply, and a wider one may apply.",
        (
            "Use functools.wraps in the decorator that hides it, or write @cors above that decorator "
            "and below the route. If the view itself is an object, mark that object."
        ),
    ),
    "mark.in-hook": (
        "Hooks and error handlers answer for many URLs, so the policy is that of the URL.",
        "Mark the view or the blueprint, or write CorsGuard(app, paths=...).",
    ),
    "mark.above-route": (
        "The route has registered the view before the mark was put above it.",
        "Write the route above all other decorators.",
    ),
    "mark.unshown": (
        "A policy that is not found on a view, a blueprint or a class does not apply.",
        (
            "Mark what is registered as the view, and use functools.wraps in every decorator between; "
            "or remove the mark."
        ),
    ),
    "mark.in-method-decorators": (
        "These run for each request, long after its policy was found.",
        "Write @cors(policy) above the class, or above one of its methods.",
    ),
    "mark.many-routes": (
        "A mark belongs to a function, so it applies to every route with this function.",
        (
            "Mark functools.partial(view) and register that for one of the routes; or mark the "
            "function for each."
        ),
    ),
    "blueprint.unregistered": (
        "A blueprint that is not registered has no URLs.",
        "Write app.register_blueprint(...), or remove the mark.",
    ),
    "blueprint.unknown": (
        "If no blueprint has the name, the policy does not apply anywhere.",
        'Write the name that is registered: "api.v1" for the blueprint "v1" in "api".',
    ),
    "path.unused": (
        "A path rule that covers no route is often a misspelt path.",
        "Correct the path, or remove it: a view or a blueprint with a policy does not need it.",
    ),
    "flask-cors.both": (
        "Two libraries for CORS on one application contradict each other.",
        "Remove its CORS(...) and @cross_origin; CorsGuard and @cors do what they did.",
    ),
    "flask-cors.keys": (
        "A key that nobody reads looks like a policy, but has no effect.",
        "Put its value into the policy, or into the CORSGUARD_ key that is named, and remove it.",
    ),
    "flask-cors.undecided": (
        "A value that is known only at run time is translated as strictly as possible, until you decide.",
        "Decide it, and write the policy itself.",
    ),
    "flask-cors.left-out": (
        "An option that cannot become a policy is left out, so that the application still starts.",
        "Correct the option where it is set, in the code or in the environment.",
    ),
    "config.late": (
        "The configuration is read once, so that a policy cannot change by accident.",
        "Set it before CorsGuard(app), or before guard.init_app(app).",
    ),
    "layer.cors-outside": (
        "A layer outside of the policy does not apply it.",
        "Remove one of the two: one layer decides who is allowed.",
    ),
    "layer.files-outside": (
        "Files that a layer outside sends have no policy.",
        "Wrap app.wsgi_app with that layer before CorsGuard(app).",
    ),
    "layer.second-guard": (
        "The outer layer applies its own policy, and the inner one is never asked.",
        "Write CorsGuard(app, paths=...) and remove the inner one; or mount both outside.",
    ),
    "headers.replaced": (
        "CORS headers that the application sets itself are a second policy.",
        "Remove them there, and move what they allowed into the policy.",
    ),
    "host.replaced": (
        "The guard recognizes the application's own pages by Host, if a browser sends nothing better.",
        "Have the proxy pass Host on, or send X-Forwarded-Host and use ProxyFix.",
    ),
    "request.past-the-guard": (
        "A request that does not pass the layer has neither headers nor guard.",
        "Wrap app.wsgi_app as it is after CorsGuard(app), or call app itself.",
    ),
    "cookie.stays-home": (
        "Credentials are allowed, but the browser does not send the session.",
        (
            'Set SESSION_COOKIE_SAMESITE = "None" and SESSION_COOKIE_SECURE = True; or serve the page '
            "and the application from one site."
        ),
    ),
    "policy.everyone-unsafe": (
        "Every page on the web may send requests that change something.",
        "List the origins that may; or, if it is public, ignore this code.",
    ),
    "policy.everyone-session": (
        "A response that depends on who is signed in is rarely meant for everyone.",
        "List the origins that may, with credentials=True; or do not read the session in this view.",
    ),
    "policy.guard-off": (
        "Forged requests reach the views.",
        'Remove guard="off"; or, if another layer is the guard, ignore this code.',
    ),
    "policy.guard-report": (
        "A guard that only reports does not stop forged requests: they reach the views.",
        'Read the log until it names nobody who should be allowed, and then write guard="enforce".',
    ),
    "policy.insecure-twin": (
        "Without TLS, anyone who controls the network can pose as a page of that origin.",
        "Remove the origin without TLS.",
    ),
}

#: By code, why each note matters, and what to do.
_NOTES: Final = {
    "policy.unmanaged": (
        "An unmanaged part must send CORS headers itself, and guard itself.",
        "Give it a policy, unless it has CORS of its own.",
    ),
    "policy.open-door": (
        "A dangerous exception should be needed, and you should know about it.",
        "Remove it, unless something needs it.",
    ),
    "policy.twin-ports": (
        "If two origins of one host differ only by port, one of them is often out of date.",
        "Remove the origin that is no longer in use.",
    ),
    "cookie.unknown-site": (
        "Whether the session cookie is sent depends on the site of the application.",
        "Set SERVER_NAME; or follow the advice of cookie.stays-home.",
    ),
}

#: By code, how much it matters, why, and what to do.
FINDINGS: Final[Mapping[str, Catalogued]] = MappingProxyType(
    {code: Catalogued("warning", *texts) for code, texts in _WARNINGS.items()}
    | {code: Catalogued("note", *texts) for code, texts in _NOTES.items()}
)
