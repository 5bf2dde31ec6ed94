"""The patterns that replace a regular expression for origins, as far as patterns can express it.

Flask-CORS matches the beginning of an origin, so an expression without an end is open there. What a pattern
allows is never more than what the expression matched.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from flask_corsguard.core.origin import DEFAULT_PORTS, is_loopback_host
from flask_corsguard.core.origin_pattern import OriginPattern, read_origin
from flask_corsguard.core.regex_tree import ALPHABET, Chars, Repeat, UnreadableError, read_expression

from .expansion import Expansion

# The placeholders for more than one text, in the texts that an expression is expanded to.
_RUN, _DIGITS, _ONE, _END = "\ue000", "\ue002", "\ue003", "\ue004"

#: Texts that one expression is expanded to; more are not what somebody wrote down as origins.
MAX_TEXTS: Final = 64

#: Characters of a class that are written out.
MAX_CHARACTERS: Final = 4

_TEXT = re.compile(
    rf"""(?:(?P<scheme>[a-z][a-z0-9+.-]*):(?://(?P<rest>.*)|/?)|(?P<any>[{_RUN}{_ONE}]+)(?P<after>.*))""",
    re.DOTALL | re.VERBOSE,
)
_REST = re.compile(
    rf"""(?P<wild>[{_RUN}{_ONE}]*)(?P<host>[a-z0-9._-]*?)
    (?P<colon>:(?:(?P<port>[0-9]+)|(?P<ports>[{_DIGITS}{_RUN}]+))?)?(?P<tail>[{_RUN}{_ONE}]*)""",
    re.VERBOSE,
)


class Reading(NamedTuple):
    """The patterns for an expression.

    :ivar patterns: origins and patterns.
    :ivar is_narrower: whether it matched more than these.
    """

    patterns: tuple[str, ...]
    is_narrower: bool


def read_regex(regex: re.Pattern[str]) -> Reading | None:
    """Return the origins and patterns that replace *regex*; ``None`` if these cannot express it."""
    try:
        texts = _EXPANSION.texts(read_expression(regex))
    except UnreadableError:
        return None
    found: dict[str, set[str]] = {}
    is_narrower = False
    for text in dict.fromkeys(texts):
        is_closed = _END in text
        parts = _parts(text.partition(_END)[0], is_closed=is_closed)
        if parts is None:
            return None
        for name, port in parts:
            found.setdefault(name, set()).add(port)
        is_narrower = is_narrower or not is_closed or any(each in text for each in (_RUN, _ONE))
    patterns = [pattern for name, ports in found.items() for pattern in _with_ports(name, ports)]
    if not patterns or None in patterns or any(read_origin(each or "") is None for each in patterns):
        return None
    return Reading(tuple(each for each in patterns if each is not None), is_narrower)


def _with_ports(name: str, ports: set[str]) -> list[str | None]:
    if "*" in ports:
        return [f"{name}:*"]
    if "digits" in ports:
        # A pattern with any port also allows none.
        return [f"{name}:*"] if "" in ports else [None]
    return [f"{name}:{port}" if port else name for port in sorted(ports)]


def _parts(text: str, *, is_closed: bool) -> list[tuple[str, str]] | None:
    """Return the names and ports in a text; a port is empty, a number, "digits" or "*"."""
    if not is_closed and "https://".startswith(text):
        return [(f"{each}://*", "*") for each in ("https", "http") if f"{each}://".startswith(text)]
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    scheme, rest = match["scheme"], match["rest"]
    schemes = [scheme] if scheme else ["https", "http"]
    if rest is None:
        rest = match["after"] or (_RUN if match["any"] or not is_closed else "")
        if match["any"] and match["after"]:
            rest = match["any"].replace(_ONE, _RUN) + rest
    if "/" in rest:
        # No origin has a path, so this text matches none.
        return []
    rest = re.sub(rf"(?<=[a-z0-9]){_ONE}(?=[a-z0-9])", ".", rest)
    if re.search(f"(?<![:{_DIGITS}]){_DIGITS}", rest):
        # Digits that belong to a name: no pattern has these.
        return []
    if not rest.strip(_RUN + _ONE):
        ports = "*" if schemes[0] in DEFAULT_PORTS else ""
        return [(f"{each}://*", ports) for each in schemes] if not is_closed or rest else []
    found = _REST.fullmatch(rest)
    if found is None or not found["host"] or (found["tail"] and found["host"].endswith((".", "-"))):
        return None
    names = _names(found["wild"], found["host"])
    if names is None:
        return None
    port = found["port"] or ("digits" if found["ports"] else "")
    is_open = not is_closed or bool(found["tail"])
    if is_open and not port and "." not in found["host"] and not is_loopback_host(found["host"]):
        # The rest of the name is open, and so is whose it is.
        return None
    if port == "digits" and _RUN in (found["ports"] or ""):
        port = "*"
    if not port and is_open and is_loopback_host(found["host"]):
        port = "*"
    if found["colon"] == ":" and not is_open:
        return []
    return [(f"{each}://{name}", port) for each in schemes for name in names]


def _names(wild: str, host: str) -> list[str] | None:
    if not wild:
        return [host]
    if wild == _ONE:
        return None
    if host.startswith("."):
        return [f"*{host}"]
    # One character at least leaves out the host itself.
    return [host, f"*.{host}"] if wild == _RUN else [f"*.{host}"]


def _of_characters(node: Chars) -> list[str]:
    # The web has no origin in upper case.
    characters = {character for character in node.allowed if not character.isupper()}
    if node.allowed == ALPHABET:
        return [_ONE]
    if node.is_open or not 0 < len(characters) <= MAX_CHARACTERS:
        raise UnreadableError
    return sorted(characters)


def _of_repeat(node: Repeat) -> list[str] | None:
    item = node.item
    if not isinstance(item, Chars) or node.most <= 1:
        return None
    if item.allowed == ALPHABET:
        return [_RUN if node.least == 0 else _ONE + _RUN]
    if item.allowed and item.allowed <= frozenset("0123456789"):
        return [_DIGITS, *([""] if node.least == 0 else [])]
    if len({character.lower() for character in item.allowed}) == 1:
        # "/*" and ":*", which are meant as a star.
        texts = _of_characters(item)
        return [text * count for text in texts for count in range(node.least, node.least + 2)]
    # A star may match more labels than a class without a dot.
    return None


_EXPANSION: Final = Expansion(characters=_of_characters, repeat=_of_repeat, end=_END, limit=MAX_TEXTS)


def is_meant_as_pattern(text: str) -> bool:
    """Whether *text* is a pattern of ours, which as a regular expression matches other origins."""
    read = read_origin(text)
    return isinstance(read, OriginPattern) and read.subdomains and bool(read.host)
