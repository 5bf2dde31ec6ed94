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
        "edge.private-network": 'Private networks cannot be granted: not here, or not together with "*".',
        "edge.too-many": "This format has a limit.",
        "edge.paths": "This format cannot distinguish these requests, so one policy would apply to all.",
        "edge.audiences": "This format has one policy for all origins.",
        "edge.any-header": 'This format takes "*" for every header, Authorization included.',
        "edge.credentials": "This format allows cookies whenever it lists origins.",
        "edge.no-guard": "This format refuses no requests: the guard stays in the application.",
        "edge.status": "This format has its own statuses for preflights, and may tell strangers the methods.",
        "edge.vary": "This format does not set Vary on every answer.",
        "edge.timing": "This format has no Timing-Allow-Origin.",
        "edge.resource-policy": "This format has no Cross-Origin-Resource-Policy.",
        "edge.max-age-zero": "With this format, browsers cache a preflight for at least a second.",
        "edge.origin-form": "This format has no origins of this kind, and leaves it out.",
        "edge.patterns": "This format has no patterns, and leaves it out.",
        "edge.any-port": "This format has no origins with any port, and leaves it out.",
        "edge.method": "This format does not have this method, and leaves it out.",
        "edge.any-exposed": 'This format has no "*" for exposed headers, and leaves it out.',
        "edge.one-list": "This format has one list of headers to allow and to expose: the ones in both.",
        "edge.no-credentials": "This format never allows cookies.",
    }
)

#: The codes that a user can accept by name. Nothing that is accepted grants more than the policy does.
ACCEPTABLE: Final = frozenset(
    {
        *("edge.report", "edge.private-network", "edge.no-guard", "edge.status", "edge.vary", "edge.timing"),
        *("edge.resource-policy", "edge.max-age-zero", "edge.origin-form", "edge.patterns", "edge.any-port"),
        *("edge.method", "edge.any-exposed", "edge.one-list", "edge.no-credentials"),
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
