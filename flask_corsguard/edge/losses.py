"""What an engine cannot do, each as a problem with a stable code, a reason and a remedy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from flask_corsguard.core.problems import PolicyError, Problem

#: By code, why it cannot be exported.
SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "edge.source": "This is nothing that can be exported.",
        "edge.callable": "An engine in front cannot call a Python function.",
        "edge.regex": "Engines read regular expressions in other dialects than Python does.",
        "edge.any-host": "Engines cannot tell which hosts are spelled as browsers spell them.",
        "edge.marks": "Only the URL map of the application knows which requests this covers.",
        "edge.methods": "The methods of this policy are those of a route that only the URL map knows.",
        "edge.echo": 'With credentials, "*" is answered by what was requested, which no engine checks.',
        "edge.own": "This engine cannot compare Origin with Host, so it has to know its own origins.",
        "edge.token": "This engine has no spelling for the characters of this name.",
        "edge.report": "An engine neither logs nor signals what the guard would refuse.",
        "edge.private-network": "This format cannot grant a private network to some preflights only.",
        "edge.timing": "This format cannot send Timing-Allow-Origin to allowed origins only.",
        "edge.resource-policy": "This format does not send Cross-Origin-Resource-Policy.",
        "edge.max-age-zero": "This format cannot send a max_age of 0.",
        "edge.too-many": "This format has a limit.",
        "edge.any-port": "This format has no wildcard for ports.",
        "edge.subdomains": "This format has no wildcard for subdomains that never covers the domain itself.",
        "edge.scheme": "This format only knows origins with http and https.",
        "edge.paths": "This format has one policy, and the paths have several.",
        "edge.vary": "This format answers without Vary, so a cache may give one origin's answer to another.",
        "edge.status": "This format answers refused preflights with another status than 403.",
        "edge.no-guard": "This format does not refuse forged requests: the guard stays in Python.",
    }
)

#: The codes that a user can accept by name. Nothing that is accepted grants more than the policy does.
ACCEPTABLE: Final = frozenset(
    {
        "edge.report",
        "edge.private-network",
        "edge.timing",
        "edge.resource-policy",
        "edge.max-age-zero",
        "edge.vary",
        "edge.status",
        "edge.no-guard",
    }
)


def loss(code: str, field: str, value: object, hint: str) -> Problem:
    """Return the :class:`.Problem` whose message is the sentence of *code*."""
    if code in ACCEPTABLE:
        hint = f"{hint} Or accept it: --accept {code}"
    return Problem(code, field, value, SENTENCES[code], hint)


def refuse(problems: Iterable[Problem], accepted: Collection[str] = ()) -> None:
    """Raise what is not accepted, all at once.

    :raises PolicyError: if any problem is left.
    """
    left = [each for each in problems if each.code not in ACCEPTABLE.intersection(accepted)]
    if left:
        raise PolicyError(left)
