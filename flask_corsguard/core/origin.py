"""One origin, and the grammar of its serialization.

The value of an ``Origin`` header is compared, never interpreted. The grammar below is that of
https://fetch.spec.whatwg.org/#origin-header; a value outside of the grammar is not an origin. A URL parser
would be the wrong tool: it repairs what it reads, and each repair accepts strings that no browser sends
(``http://evil@victim.example``, ``HTTPS://Victim.example/``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

#: Longest scheme, in bytes; every registered scheme is much shorter.
MAX_SCHEME_LENGTH: Final = 64
#: Longest label of a domain name, in bytes (RFC 1035, section 2.3.4).
MAX_LABEL_LENGTH: Final = 63
#: Longest host, in bytes: a domain name of 255 octets as text (RFC 1035, section 2.3.4).
MAX_HOST_LENGTH: Final = 253
#: Longest ``Origin`` that is read at all, in bytes: scheme, "://", host, ":" and five digits.
MAX_ORIGIN_LENGTH: Final = MAX_SCHEME_LENGTH + 3 + MAX_HOST_LENGTH + 1 + 5

MAX_PORT: Final = 65535

#: The ports that a serialization leaves out (https://url.spec.whatwg.org/#special-scheme).
DEFAULT_PORTS: Final[Mapping[str, int]] = {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}

#: What browsers send for a page without an origin of its own: "null", or "file://" for a local file in
#: Chromium with ``--allow-file-access-from-files`` and in some web views.
NULL_ORIGINS: Final = frozenset({"null", "file://"})

SCHEME: Final = r"[a-z][a-z0-9+.-]{0,63}"
#: A host of any scheme. Without a special scheme it is opaque (https://url.spec.whatwg.org/#opaque-host): a
#: shell or an extension names its pages as it likes, with upper case, as ``app://.`` or ``app://-``.
OPAQUE_HOST: Final = r"\[[0-9a-f:]{2,39}\]|[A-Za-z0-9_.~%-]{1,253}"
PORT: Final = r"[1-9][0-9]{0,4}"

# "_" and the dot at the end are not in the standard's grammar. But the URL parser accepts both, so pages with
# such hosts exist, and browsers send their origins. Tempting: to match the labels here, too. But a repeated
# group is entered once for each label, and a host may have 127.
_HOST: Final = r"\[[0-9a-f:]{2,39}\]|[a-z0-9_.-]{1,253}"

_SPECIAL = re.compile(rf"(https?|wss?|ftp)://({_HOST})(?::({PORT}))?")
_OPAQUE = re.compile(rf"(?!(?:https?|wss?|ftp):)({SCHEME})://({OPAQUE_HOST})(?::({PORT}))?")
_DOMAIN_OR_ADDRESS = re.compile(_HOST)

# The last label of a host that ends in a number, and the dot that may follow.
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\.?")
# Two or more zero pieces in a row. The zero of "10" is not a piece.
_ZERO_PIECES = re.compile(r"(?<![^:])0(?::0)+(?![^:])")


@dataclass(frozen=True, slots=True)
class Origin:
    """A tuple origin: the scheme, the host and the port of the page that sends a request.

    ``str(origin)`` is its serialization, byte for byte what the browser sent
    (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin).

    :ivar scheme: in lower case, such as ``"https"``.
    :ivar host: in lower case, unless it is that of an application shell or an extension, whose case counts;
        an IPv6 address has its brackets.
    :ivar port: ``None`` means the default port of the scheme.
    """

    __module__ = "flask_corsguard"

    scheme: str
    host: str
    port: int | None

    def __str__(self) -> str:
        authority = self.host if self.port is None else f"{self.host}:{self.port}"
        return f"{self.scheme}://{authority}"

    @property
    def is_loopback(self) -> bool:
        """Whether the host can only be the machine that the browser runs on.

        See https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy, steps 4 and 5.
        """
        return is_loopback_host(self.host)

    @classmethod
    def parse(cls, text: str) -> Origin | None:
        """Return the origin whose serialization *text* is; ``None`` if *text* is anything else.

        ``"null"`` is not the serialization of a tuple origin. The method never raises, and does not read a
        *text* that is too long for an origin.

        :param text: the value of an ``Origin`` header.
        :returns: the origin; ``str(origin) == text``.

        >>> Origin.parse("https://app.example:8443")
        Origin(scheme='https', host='app.example', port=8443)
        """
        parts = split(text)
        return None if parts is None else cls(*parts)


def split(text: str) -> tuple[str, str, int | None] | None:
    """Return the scheme, the host and the port of the origin whose serialization *text* is.

    Most callers do not need the :class:`.Origin` that :meth:`.Origin.parse` makes of the three.

    :returns: ``None`` if *text* is not the serialization of a tuple origin.
    """
    if len(text) > MAX_ORIGIN_LENGTH:
        return None
    match = _SPECIAL.fullmatch(text)
    if match is None:
        return _split_opaque(text)
    scheme, host, digits = match.groups()
    if not is_host(host):
        return None
    if digits is None:
        return scheme, host, None
    port = int(digits)
    return (scheme, host, port) if is_port(scheme, port) else None


def _split_opaque(text: str) -> tuple[str, str, int | None] | None:
    match = _OPAQUE.fullmatch(text)
    if match is None:
        return None
    scheme, host, digits = match.groups()
    if not is_host_of(scheme, host):
        return None
    port = None if digits is None else int(digits)
    return (scheme, host, port) if port is None or port <= MAX_PORT else None


def is_host_of(scheme: str, host: str) -> bool:
    """Whether an origin with *scheme* can have *host*.

    Precondition: *host* matches :data:`OPAQUE_HOST`.
    """
    if scheme in DEFAULT_PORTS:
        return is_domain_or_address(host)
    return host[0] != "[" or canonical_address(host[1:-1]) == host


def is_domain_or_address(text: str) -> bool:
    """Whether *text* is a domain or an IP address as the URL standard writes it."""
    return _DOMAIN_OR_ADDRESS.fullmatch(text) is not None and is_host(text)


def is_port(scheme: str, port: int) -> bool:
    """Whether a serialization with *scheme* can have *port*: not the default port, which it leaves out."""
    return port <= MAX_PORT and DEFAULT_PORTS.get(scheme) != port


def is_host(text: str) -> bool:
    """Whether *text* is a domain or an IP address as the URL standard writes it.

    Precondition: it matches ``_HOST``; elsewhere, call :func:`is_domain_or_address`.
    """
    if text[0] == "[":
        return canonical_address(text[1:-1]) == text
    # An empty label; only the one after the last dot is allowed.
    if text[0] == "." or ".." in text:
        return False
    if len(text) > MAX_LABEL_LENGTH and _has_long_label(text):
        return False
    return not _ends_in_a_number(text) or canonical_address(text) == text


def is_address(host: str) -> bool:
    """Whether *host* is an IP address. Precondition: :func:`is_host`."""
    # A host that ends in a number is a canonical IPv4 address, and so ends in a digit.
    return host[0] == "[" or ("0" <= host[-1] <= "9" and _ends_in_a_number(host))


def _ends_in_a_number(host: str) -> bool:
    # See https://url.spec.whatwg.org/#ends-in-a-number-checker: such a host is an IPv4 address or nothing.
    last = host[host.rfind(".", 0, -1) + 1 :]
    return "0" <= last[0] <= "9" and _NUMBER.fullmatch(last) is not None


def _has_long_label(host: str) -> bool:
    # Two steps advance at least 64 bytes, however many labels these contain.
    start, longest_start = 0, len(host) - MAX_LABEL_LENGTH
    while start < longest_start:
        dot = host.rfind(".", start, start + MAX_LABEL_LENGTH + 1)
        if dot < 0:
            return True
        start = dot + 1
    return False


def canonical_address(text: str) -> str | None:
    """Return the host that the URL standard makes of the IP address *text*, an IPv6 address in brackets.

    See https://url.spec.whatwg.org/#host-serializing.

    :returns: ``None`` if *text* is not an IP address.
    """
    try:
        if ":" not in text:
            return str(IPv4Address(text))
        address = IPv6Address(text)
    except ValueError:
        return None
    return None if address.scope_id else f"[{_serialization_of(address)}]"


def _serialization_of(address: IPv6Address) -> str:
    # Tempting: str(address). But since Python 3.13 it writes mapped IPv4 addresses with dots, and the URL
    # standard does not (#concept-ipv6-serializer).
    number = int(address)
    pieces = ":".join([f"{number >> shift & 0xFFFF:x}" for shift in range(112, -16, -16)])
    runs = list(_ZERO_PIECES.finditer(pieces))
    if not runs:
        return pieces
    first_longest = max(runs, key=lambda run: len(run.group()))
    before, after = pieces[: first_longest.start()], pieces[first_longest.end() :]
    return f"{before.rstrip(':')}::{after.lstrip(':')}"


def is_loopback_host(host: str) -> bool:
    """Whether *host* is the machine itself: ``localhost``, ``*.localhost``, 127.0.0.0/8 or ``[::1]``."""
    name = host.removesuffix(".")
    return (
        name == "localhost"
        or name.endswith(".localhost")
        or host == "[::1]"
        or (host.startswith("127.") and canonical_address(host) == host)
    )
