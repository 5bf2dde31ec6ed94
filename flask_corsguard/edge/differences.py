"""Where an engine refuses more than the application does: known, and each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .vectors import Vector


@dataclass(frozen=True, slots=True)
class Difference:
    """Requests that a browser can send, and that an engine treats worse than the application does.

    :ivar formats: the formats.
    :ivar sent: an expression that is found in the request, as ``str(vector)`` writes it.
    :ivar reason: why.
    :ivar status: the status of the answer; ``None``: any.
    """

    formats: frozenset[str]
    sent: str
    reason: str
    status: int | None = None

    def covers(self, form: str, vector: Vector, status: int | None = None) -> bool:
        """Whether this is about *vector*, to which the engine of the format *form* answers with *status*."""
        return (
            form in self.formats
            and self.status in {None, status}
            and re.search(self.sent, str(vector)) is not None
        )


_ALL: Final = frozenset({"nginx", "haproxy", "caddy", "apache", "envoy", "varnish"})

#: The formats for CORS alone.
_CORS_ALONE: Final = frozenset({"traefik", "gateway-api", "istio", "aws-http-api", "s3", "gcs"})

#: All of them.
DIFFERENCES: Final = (
    Difference(_CORS_ALONE, "", "What this format cannot do was accepted by name when it was exported."),
    Difference(
        frozenset({"nginx", "caddy", "apache"}),
        r"^\S+ \S*%(?![0-9A-Fa-f]{2})",
        'The engine answers 400 to a path with a "%" that begins no escape.',
    ),
    Difference(
        frozenset({"envoy"}),
        r"^QUERY ",
        "Envoy answers 400 to a QUERY without Content-Type (RFC 10008, section 2).",
    ),
    Difference(
        frozenset({"nginx"}),
        r"^\S+ \S*%00",
        "nginx answers 400 to a path with an escaped NUL, before any configuration is read.",
    ),
    Difference(
        frozenset({"nginx"}),
        r"^\S+ /\.\.%2[fF]",
        "nginx answers 400 to a path that leads above the root once it is decoded.",
    ),
    Difference(
        frozenset({"apache"}),
        r"^\S+ \S*%(?:00|2[fF])",
        "Apache answers 404 to an escaped NUL; and to an escaped slash, without AllowEncodedSlashes.",
    ),
    Difference(
        _ALL,
        r"^\S+ [^ ?]*(?://|%2[eEfF]|%5[cC]|%25|%00)",
        "A path that other software may take for another one has the closed policy, even if a rule of Flask "
        "matches it.",
    ),
)


#: Where an answer is not equal, although no browser comes to another verdict.
UNEQUAL: Final = (
    Difference(
        frozenset({"varnish"}),
        r"(?i)[;(] ?Upgrade: websocket[;)]",
        "Varnish passes on what is answered to a WebSocket handshake. No page reads any of it.",
    ),
    Difference(
        frozenset({"apache"}),
        r"(?i)[;(] ?Upgrade: websocket[;)]",
        "Apache passes on the headers of an answer that opens a WebSocket. No page reads any of them.",
        status=101,
    ),
    Difference(
        frozenset({"envoy"}),
        r"(?i)[;(] ?Upgrade: (?!(?:h2c, )?websocket[;)])",
        "Envoy refuses an upgrade other than a WebSocket. No page asks for one.",
    ),
    Difference(
        frozenset({"nginx", "caddy", "varnish"}),
        r"^\S+ [^ ?]*#",
        'A path that has another policy up to a "#" has the closed policy. No browser sends one.',
    ),
    Difference(
        frozenset({"nginx"}),
        r"(?:Origin|Cookie): [;)]|Origin: [^;]*; Origin: ",
        "No variable of nginx differs between a header without a value and none. Before 1.23, it has the "
        "first of two lines alone.",
    ),
)


def difference_of(form: str, vector: Vector) -> Difference | None:
    """Return the difference that covers *vector*; ``None`` if there is none."""
    return next((each for each in DIFFERENCES if each.covers(form, vector)), None)


def explanation_of(form: str, vector: Vector, status: int | None = None) -> Difference | None:
    """Return what explains an answer with *status* that is not equal; ``None`` if nothing does."""
    return next((each for each in (*DIFFERENCES, *UNEQUAL) if each.covers(form, vector, status)), None)
