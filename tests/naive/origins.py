"""Whether an origin is allowed: read character by character, compared with one item after the other.

Written from the contract alone: the grammar of https://fetch.spec.whatwg.org/#origin-header, with ``_`` in
labels and one dot at the end. If the scheme is that of a shell or an extension, hosts may have any letters
and digits. The documentation names the forms of an origin.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from flask_corsguard import Origin, Policy, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

LOWER = "abcdefghijklmnopqrstuvwxyz"
UPPER = LOWER.upper()
DIGITS = "0123456789"
HEXADECIMAL = DIGITS + "abcdef"
LONGEST_ORIGIN = 64 + len("://") + 253 + len(":") + 5
DEFAULT_PORTS = {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}


class Verdict(NamedTuple):
    """What a policy decides on an origin; *errors* are those of all callables that failed."""

    reason: Reason
    errors: tuple[Exception, ...] = ()


def allows(policy: Policy, text: str) -> Verdict:
    """Return whether the page whose ``Origin`` is *text* is allowed."""
    if policy.origins == "*":
        return Verdict(Reason.ALLOWED)
    if text in ["null", "file://"]:
        return Verdict(Reason.ALLOWED if text in policy.origins else Reason.ORIGIN_NULL)
    asking = read(text)
    if asking is None:
        return Verdict(Reason.ORIGIN_MALFORMED)
    for item in policy.origins:
        if isinstance(item, str) and item not in {"null", "file://"} and covers(item, asking):
            return Verdict(Reason.ALLOWED)
    return ask(policy, text, asking)


def ask(policy: Policy, text: str, asking: Origin) -> Verdict:
    """Ask the regular expressions, then the callables, until one allows it."""
    allowed, errors = False, []
    for item in policy.origins:
        if isinstance(item, re.Pattern) and item.fullmatch(text):
            allowed = True
    for item in policy.origins:
        if callable(item) and not allowed:
            try:
                answer = item(asking)
            except Exception as error:  # noqa: BLE001 - an exception means no
                errors.append(error)
            else:
                if answer is True:
                    allowed = True
                elif answer is not False:
                    errors.append(TypeError(answer))
    secure_only = policy.credentials and "insecure-origins" not in policy.dangerously_allow
    if allowed and secure_only and asking.scheme == "http" and not is_loopback(asking.host):
        return Verdict(Reason.ORIGIN_INSECURE, tuple(errors))
    if allowed:
        return Verdict(Reason.ALLOWED, tuple(errors))
    return Verdict(Reason.ORIGIN_CHECK_FAILED if errors else Reason.ORIGIN_NOT_ALLOWED, tuple(errors))


def covers(item: str, asking: Origin) -> bool:
    """Return whether *item* of a policy, exact or with ``*``, covers the origin that asks."""
    scheme, rest = item.split("://")
    host, port = cut(rest)
    if scheme != asking.scheme:
        return False
    if port not in {"*", None if asking.port is None else str(asking.port)}:
        return False
    if host == "*":
        return True
    if not host.startswith("*."):
        return host == asking.host
    mine, theirs = host.split(".")[1:], asking.host.split(".")
    if len(theirs) <= len(mine):
        return False
    return all(mine[-place] == theirs[-place] for place in range(1, len(mine) + 1))


def cut(authority: str) -> tuple[str, str | None]:
    """Cut the port off; ``None`` if there is none."""
    if authority.startswith("["):
        host, _, rest = authority.partition("]")
        return host + "]", rest[1:] if rest else None
    if ":" in authority:
        host, _, port = authority.partition(":")
        return host, port
    return authority, None


def read(text: str) -> Origin | None:
    """Read the serialization of an origin; ``None`` if it is none."""
    if len(text) > LONGEST_ORIGIN or text.count("://") != 1:
        return None
    scheme, authority = text.split("://")
    if authority.startswith("[") and "]" not in authority:
        return None
    host, port = cut(authority)
    if not is_scheme(scheme):
        return None
    if not (is_host(host) if scheme in DEFAULT_PORTS else is_opaque_host(host)):
        return None
    if authority != (host if port is None else f"{host}:{port}"):
        return None
    if port is None:
        return Origin(scheme, host, None)
    if not is_port(port) or DEFAULT_PORTS.get(scheme) == int(port):
        return None
    return Origin(scheme, host, int(port))


def read_pattern(text: str) -> tuple[str, str, int | None, bool, bool] | None:
    """Read a pattern: its scheme, its host or what is below the ``*.``, its port, what its stars match.

    If each star is replaced by a text that it matches, the pattern has to become an origin.
    """
    if text.count("://") != 1:
        return None
    scheme, authority = text.split("://")
    host, port = cut(authority)
    any_host, below, any_port = host == "*", host.startswith("*."), port == "*"
    if not (any_host or below or any_port) or authority != (host if port is None else f"{host}:{port}"):
        return None
    stand_in = "x" if any_host else f"x.{host[2:]}" if below else host
    origin = read(f"{scheme}://{stand_in}" + ("" if port is None or any_port else f":{port}"))
    # "x." is a host, and "https://*." means nothing. Only a domain has labels, under every scheme.
    if origin is None or (below and not (is_host(host[2:]) and is_host(f"x.{host[2:]}"))):
        return None
    return scheme, "" if any_host else host[2:] if below else host, origin.port, any_host or below, any_port


def is_scheme(text: str) -> bool:
    """A letter, then letters, digits, ``+``, ``-`` and ``.``; 64 bytes at most."""
    if not 1 <= len(text) <= 64 or text[0] not in LOWER:
        return False
    return all(character in LOWER + DIGITS + "+-." for character in text)


def is_port(text: str) -> bool:
    """A number from 1 to 65535 without leading zeros."""
    if not 1 <= len(text) <= 5 or text[0] == "0":
        return False
    return all(character in DIGITS for character in text) and int(text) <= 65535


def is_host(text: str) -> bool:
    """A domain name, a canonical IPv4 address, or a canonical IPv6 address in brackets."""
    if len(text) > 253:
        return False
    if text.startswith("["):
        return text.endswith("]") and is_ipv6(text[1:-1])
    labels = text.split(".")
    if is_ipv4(labels):
        return True
    if len(labels) > 1 and labels[-1] == "":
        labels.pop()
    for label in labels:
        if not 1 <= len(label) <= 63:
            return False
        if not all(character in LOWER + DIGITS + "-_" for character in label):
            return False
    return not is_number(labels[-1])


def is_opaque_host(text: str) -> bool:
    """What a shell or an extension calls itself, or an IPv6 address."""
    if text.startswith("["):
        return text.endswith("]") and is_ipv6(text[1:-1])
    return 1 <= len(text) <= 253 and all(character in LOWER + UPPER + DIGITS + "-._~%" for character in text)


def is_number(label: str) -> bool:
    """See https://url.spec.whatwg.org/#ends-in-a-number-checker: such a host is IPv4 or nothing."""
    if label.startswith("0x"):
        return all(character in HEXADECIMAL for character in label[2:])
    return all(character in DIGITS for character in label)


def is_ipv4(labels: Sequence[str]) -> bool:
    """Four numbers up to 255 without leading zeros."""
    if len(labels) != 4:
        return False
    for label in labels:
        if not 1 <= len(label) <= 3 or not all(character in DIGITS for character in label):
            return False
        if int(label) > 255 or str(int(label)) != label:
            return False
    return True


def is_ipv6(text: str) -> bool:
    """The one spelling that https://url.spec.whatwg.org/#concept-ipv6-serializer gives an address."""
    if not all(character in HEXADECIMAL + ":" for character in text):
        return False
    before, gap, after = text.partition("::")
    left = before.split(":") if before else []
    right = after.split(":") if after else []
    if not all(1 <= len(piece) <= 4 for piece in left + right):
        return False
    missing = 8 - len(left) - len(right)
    if missing < 1 if gap else missing != 0:
        return False
    return text == spell([int(piece, 16) for piece in left + ["0"] * missing + right])


def spell(pieces: Sequence[int]) -> str:
    """Write the eight pieces of an IPv6 address, the first longest run of zeros as ``::``."""
    start, length = 0, 1
    for at in range(8):
        run = 0
        while at + run < 8 and pieces[at + run] == 0:
            run += 1
        if run > length:
            start, length = at, run
    if length == 1:
        return ":".join(f"{piece:x}" for piece in pieces)
    left = ":".join(f"{piece:x}" for piece in pieces[:start])
    right = ":".join(f"{piece:x}" for piece in pieces[start + length :])
    return f"{left}::{right}"


def is_loopback(host: str) -> bool:
    """``localhost`` and what is below it, 127.0.0.0/8 and ``[::1]``."""
    labels = host.split(".")
    if is_ipv4(labels):
        return labels[0] == "127"
    if labels[-1] == "":
        labels.pop()
    return labels[-1:] == ["localhost"] or host == "[::1]"
