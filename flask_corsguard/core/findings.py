"""What is found beside the policies of an application: each with a stable code, a sentence and a remedy.

A :class:`.Problem` makes a policy impossible. A finding is about one that works, but hardly as it was meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

#: A note may well be meant; ``lint --strict`` counts it, too.
Level = Literal["warning", "note"]


class Catalogued(NamedTuple):
    """What is said of a code wherever it is found."""

    level: Level
    #: One sentence: why it matters.
    why: str


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
        """``"warning"``; or ``"note"`` if it may well be meant."""
        return FINDINGS[self.code].level


#: By code, why each warning matters.
_WARNINGS: Final = {
    "guard.missing": "Marks alone do nothing: CorsGuard reads them.",
    "mark.hidden": "A policy that cannot be found does not apply, and a wider one may.",
    "mark.in-hook": "Hooks and error handlers answer for many URLs, so the policy is that of the URL.",
    "mark.above-route": "The route has registered the view before the mark was put above it.",
    "mark.unshown": "A policy that no view, blueprint or class shows does not apply.",
    "mark.in-method-decorators": "These run for each request, when its policy has long been found.",
    "mark.many-routes": "A mark is of the function, and so of every route that it is the view of.",
    "blueprint.unregistered": "A blueprint without a registration has no URLs.",
    "blueprint.unknown": "A policy for a name that no blueprint has applies to nothing.",
    "path.unused": "A path rule that covers no route is often a misspelt path.",
    "flask-cors.both": "Two libraries for CORS on one application contradict each other.",
    "flask-cors.keys": "A key that nobody reads looks like a policy and is none.",
    "config.late": "The configuration is read once, so that a policy cannot change by accident.",
    "layer.cors-outside": "What answers outside of the policy is not bound by it.",
    "layer.files-outside": "Files that a layer outside answers have no policy.",
    "layer.second-guard": "The outer layer applies its own policy, and the inner one is never asked.",
    "headers.replaced": "Headers that the application sets itself are another policy beside the policy.",
    "host.replaced": "The guard knows the application's own pages by Host, where a browser says no more.",
    "request.past-the-guard": "A request that does not pass the layer has neither headers nor guard.",
    "cookie.stays-home": "Credentials are allowed, but the browser does not send the session.",
    "policy.everyone-unsafe": "Every page on the web may send requests that change something.",
    "policy.everyone-session": "What depends on who is signed in is rarely meant for everyone.",
    "policy.guard-off": "Forged requests reach the views.",
    "policy.guard-report": "A guard that only reports lets forged requests reach the views.",
    "policy.insecure-twin": "Whoever controls the network can be the page of the origin without TLS.",
}

#: By code, why each note matters.
_NOTES: Final = {
    "policy.open-door": "A door that is open should be known to be.",
    "policy.twin-ports": "Origins of one host that differ by port are often one that was left behind.",
    "cookie.unknown-site": "Whether the session cookie is sent depends on the site of the application.",
}

#: By code, how much it matters and why.
FINDINGS: Final[Mapping[str, Catalogued]] = MappingProxyType(
    {code: Catalogued("warning", why) for code, why in _WARNINGS.items()}
    | {code: Catalogued("note", why) for code, why in _NOTES.items()}
)
