"""What is wrong with a string that is not an origin, and the spelling that works.

Only the first fault is reported. This module is imported when the first such string is found: a correct
policy does not pay for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final

import idna

from flask_corsguard.core.origin import (
    DEFAULT_PORTS,
    MAX_HOST_LENGTH,
    MAX_LABEL_LENGTH,
    MAX_PORT,
    MAX_SCHEME_LENGTH,
    Origin,
    canonical_address,
    is_address,
    is_domain_or_address,
)
from flask_corsguard.core.origin_pattern import OPAQUE_SCHEMES, OriginPattern, read_origin
from flask_corsguard.core.problems import Problem, problem


def diagnose(text: str, field: str) -> Problem:
    """Return what is wrong with *text*, with a hint that works.

    Precondition: *text* is neither an origin nor a pattern.

    :param field: the field in which *text* was written.
    """
    code = next(code for code, is_fault in _FAULTS if is_fault(text))
    hint = _HINTS.get(code)
    if code == "origin.list":
        hint = _list_hint(text) or hint
    elif code != "origin.regex" and (working := working_spelling(text)) is not None:
        hint = f'Write "{working}".'
    return problem(code, field, text, hint or _GENERAL_HINT)


def _list_hint(text: str) -> str | None:
    origins = [working_spelling(part) for part in re.split(r"[\s,;]+", text) if part]
    if None in origins:
        return None
    listed = ", ".join(f'"{origin}"' for origin in origins)
    return f"Write [{listed}]."


_GENERAL_HINT = (
    'Write scheme, host and, unless it is the default one, port, such as "https://app.example" or '
    '"http://localhost:3000".'
)

_HINTS: Final = {
    "origin.list": 'Write a list with one string for each: ["https://a.example", "https://b.example"].',
    "origin.regex": (
        'For subdomains write "https://*.example.com", for any port "http://localhost:*"; '
        "for a regular expression, pass re.compile(...) in code."
    ),
    "origin.opaque-scheme": (
        'Serve the page over http or https, or list what it sends, "null" or "file://", and add '
        'dangerously_allow=["null-origin"].'
    ),
    "origin.port": f"Write a port from 1 to {MAX_PORT} without leading zeros, or * for any port.",
    "origin.wildcard": (
        'Write "https://*.example.com" for all subdomains, "http://localhost:*" for all ports.'
    ),
    "origin.ipv6": 'Write the address in brackets, and the port after them, such as "http://[::1]:3000".',
    "origin.punycode": "Pass the host, from a browser's address bar, to idna.encode(), and use the result.",
    "origin.label-length": f"Shorten the label to at most {MAX_LABEL_LENGTH} bytes (RFC 1035).",
    "origin.host-length": f"Shorten the host to at most {MAX_HOST_LENGTH} bytes (RFC 1035).",
    "origin.scheme": (
        'Write a scheme such as "https": a lower-case letter, then lower-case letters, digits, "+", "-" or '
        f'".", {MAX_SCHEME_LENGTH} at most.'
    ),
}


def _scheme(text: str) -> str:
    return text.partition("://")[0]


def _authority(text: str) -> str:
    return re.split(r"[/?#]", text.partition("://")[2])[0]


def _path(text: str) -> str:
    return text.partition("://")[2].removeprefix(_authority(text))


def _host_and_port(text: str) -> tuple[str, str | None]:
    authority = _authority(text)
    host, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]") or canonical_address(authority) is not None:
        return authority, None
    return host, port


def _host(text: str) -> str:
    return _host_and_port(text)[0]


def _has_bad_port(text: str) -> bool:
    host, port = _host_and_port(text)
    if ":" in host:
        return True
    if port is None or port == "*":
        return False
    return not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > MAX_PORT


def _has_default_port(text: str) -> bool:
    return _is_default_port(_scheme(text), _host_and_port(text)[1])


def _is_default_port(scheme: str, port: str | None) -> bool:
    return scheme in DEFAULT_PORTS and port == str(DEFAULT_PORTS[scheme])


def _is_opaque(text: str) -> bool:
    """Whether the host of *text* is one that a shell or an extension has given to its pages."""
    return _scheme(text) not in DEFAULT_PORTS


def _has_misplaced_star(text: str) -> bool:
    host = _host(text)
    below = host.removeprefix("*.")
    # Labels are those of a domain: an opaque host has none.
    if _is_opaque(text) and (not is_domain_or_address(below) or is_address(below)):
        return "*" in host
    return "*" in below


def _has_upper_case(text: str) -> bool:
    compared = _scheme(text) if _is_opaque(text) else _host(text)
    return compared != compared.lower()


def _has_bad_characters(text: str) -> bool:
    characters = r"[A-Za-z0-9._~%*-]+" if _is_opaque(text) else r"[a-z0-9._*-]+"
    return re.fullmatch(characters, _host(text)) is None


def _has_empty_label(text: str) -> bool:
    return not _is_opaque(text) and "" in _host(text).removesuffix(".").split(".")


def _has_long_label(text: str) -> bool:
    return not _is_opaque(text) and max(map(len, _host(text).split("."))) > MAX_LABEL_LENGTH


def _ends_in_a_number(text: str) -> bool:
    if _is_opaque(text):
        return False
    last = _host(text).removesuffix(".").rpartition(".")[2]
    return re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last) is not None


# Common in regular expressions and rare in origins. "*." is not among them: it begins a pattern.
_REGEX_SIGNS = re.compile(r"[\\^$(){}|+]|(?<![a-z0-9*_-])\.\*|][*?]|s\?:")

# The order matters: the first fault that is found is reported. The last one is always found.
_FAULTS: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("origin.empty", lambda text: not text.strip()),
    ("origin.unicode", lambda text: not text.isascii()),
    ("origin.list", lambda text: re.search(r"\S[\s,;]+\S", text) is not None),
    ("origin.white-space", lambda text: re.search(r"[\s\x00-\x20\x7f]", text) is not None),
    ("origin.regex", lambda text: _REGEX_SIGNS.search(text) is not None),
    ("origin.scheme-missing", lambda text: "://" not in text or text.startswith(("://", "//"))),
    ("origin.upper-case", _has_upper_case),
    ("origin.opaque-scheme", lambda text: _scheme(text) in OPAQUE_SCHEMES),
    ("origin.scheme", lambda text: Origin.parse(f"{_scheme(text)}://host") is None),
    ("origin.user-info", lambda text: "@" in _authority(text)),
    ("origin.fragment", lambda text: "#" in text),
    ("origin.query", lambda text: "?" in text),
    ("origin.trailing-slash", lambda text: _path(text) == "/"),
    ("origin.path", lambda text: _path(text) != ""),
    ("origin.host-missing", lambda text: _host(text) == ""),
    ("origin.ipv6", lambda text: "[" in text or ":" in (canonical_address(_host(text)) or "")),
    ("origin.default-port", _has_default_port),
    ("origin.port", _has_bad_port),
    ("origin.wildcard", _has_misplaced_star),
    ("origin.characters", _has_bad_characters),
    ("origin.label-missing", _has_empty_label),
    ("origin.ipv4", _ends_in_a_number),
    ("origin.label-length", _has_long_label),
    ("origin.punycode", lambda text: (Origin.parse(text) or OriginPattern.parse(text)) is not None),
    ("origin.host-length", lambda _: True),
)


def web_spelling(text: str, scheme: str) -> str | None:
    """Return *text* with the scheme of the web that *scheme* misspells; ``None`` if it is another scheme.

    Shells and extensions have schemes of their own, so a policy accepts most.
    """
    near = get_close_matches(scheme, ("https", "http"), n=1, cutoff=0.8)
    return f"{near[0]}{text.removeprefix(scheme)}" if near else None


def _with_scheme(text: str) -> str:
    """Return *text* with ``://`` after its scheme, and with the likely scheme if it has none."""
    if "://" in text:
        return text
    if begun := re.match(r"(https?)(?::/?|//?)", text, re.IGNORECASE):
        return f"{begun[1]}://{text[begun.end() :]}"
    text = text.removeprefix("//")
    return f"http://{text}" if text.startswith(("localhost", "127.")) else f"https://{text}"


def working_spelling(text: str) -> str | None:
    """Return the origin that *text* most likely means; ``None`` if a policy does not accept it either."""
    bare = _with_scheme(text.strip().strip("\"'").replace("\\", "/"))
    scheme = _scheme(bare).lower()
    host, port = _host_and_port(re.sub(r"(?<=://)[^/?#]*@", "", bare))
    if re.search(r":[0-9]{2,5}$", host):
        # Without brackets, nobody knows whether the last number is a port.
        return None
    if scheme in DEFAULT_PORTS:
        host = host.lower()
    if not host.isascii():
        if scheme not in DEFAULT_PORTS:
            # Whether it is percent-encoded or Punycode, only the shell knows.
            return None
        wildcard = "*." if host.startswith("*.") else ""
        try:
            host = wildcard + idna.encode(host.removeprefix("*."), uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    if (address := canonical_address(host.strip("[]"))) is not None:
        host = address
    if _is_default_port(scheme, port):
        port = None
    spelling = f"{scheme}://{host}" if port is None else f"{scheme}://{host}:{port}"
    read = read_origin(spelling)
    # Tempting: to suggest these, too. But nobody who did not write it means every host, or a host "null".
    return None if read is None or read.host in {"", "null"} else spelling
