"""Header lists: looking up, splitting, and classifying headers as the standard does.

:see: https://fetch.spec.whatwg.org/#terminology-headers
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from flask_corsguard.core.fetch_standard import (
    FORBIDDEN_RESPONSE_HEADERS,
    SAFELISTED_RESPONSE_HEADERS,
    is_forbidden_method,
    is_forbidden_request_header,
    is_token,
)

Header = tuple[str, str]

#: The greatest length of one safelisted value, in bytes (#cors-safelisted-request-header).
MAX_SAFELISTED_VALUE: Final = 128
#: The greatest length of all safelisted values together, in bytes (#cors-unsafe-request-header-names).
MAX_SAFELISTED_VALUES: Final = 1024

#: See #no-cors-safelisted-request-header-name.
NO_CORS_SAFELISTED: Final = frozenset({"accept", "accept-language", "content-language", "content-type"})
#: See #request-body-header-name.
REQUEST_BODY_HEADERS: Final = frozenset(
    {"content-encoding", "content-language", "content-location", "content-type"}
)

_FORBIDDEN_BY_VALUE: Final = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})
_SAFELISTED_TYPES: Final = frozenset(
    {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
)

# See #cors-unsafe-request-header-byte.
_UNSAFE_BYTE = re.compile(r"[\x00-\x08\x0a-\x1f\"():<>?@\[\\\]{}\x7f]")
_LANGUAGES = re.compile(r"[0-9A-Za-z *,.;=-]*")
_SIMPLE_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
_WHOLE_NUMBER = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# What Chromium safelists beside the standard. It was in the standard, or in Client Hints, once.
_CLIENT_HINTS: Final = {
    "device-memory": _NUMBER,
    "downlink": _NUMBER,
    "dpr": _NUMBER,
    "ect": re.compile(r"slow-2g|2g|3g|4g"),
    "intervention": re.compile(r".*", re.DOTALL),
    "rtt": _WHOLE_NUMBER,
    "save-data": re.compile(r"on", re.IGNORECASE),
    "viewport-width": _WHOLE_NUMBER,
    "width": _WHOLE_NUMBER,
}
_ELEMENT = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)*', re.DOTALL)


class MalformedListError(ValueError):
    """The value of a header does not follow its grammar."""


def get(headers: Iterable[Header], name: str) -> str | None:
    """Return the values of *name*, joined with commas, or ``None`` (#concept-header-list-get)."""
    values = [value for each, value in headers if each.lower() == name.lower()]
    return ", ".join(values) if values else None


def combined(headers: Iterable[Header]) -> list[Header]:
    """Return *headers* with one entry per name, in the order in which the names first occur."""
    names: dict[str, str] = {}
    for name, _ in headers:
        names.setdefault(name.lower(), name)
    headers = list(headers)
    return [(name, get(headers, name) or "") for name in names.values()]


def without(headers: Iterable[Header], names: Iterable[str]) -> list[Header]:
    """Return *headers* without those whose lower-case name is among *names*."""
    names = frozenset(names)
    return [(name, value) for name, value in headers if name.lower() not in names]


def split(value: str) -> list[str]:
    """Return *value*, split at the commas outside of quotes (#header-value-get-decode-and-split)."""
    elements: list[str] = []
    position = 0
    while True:
        match = _ELEMENT.match(value, position)
        position = match.end() if match else len(value)
        elements.append((match.group() if match else "").strip("\t "))
        if position >= len(value):
            return elements
        position += 1


def list_values(headers: Iterable[Header], name: str) -> list[str] | None:
    """Return the tokens in *name*; ``None`` if there is no such header (#extract-header-list-values).

    Empty elements are skipped (RFC 9110, section 5.6.1.2).

    :raises MalformedListError: if an element is not a token.
    """
    lines = [value for each, value in headers if each.lower() == name.lower()]
    values = [element.strip("\t ") for line in lines for element in line.split(",")]
    tokens = [value for value in values if value]
    for token in tokens:
        if not is_token(token):
            raise MalformedListError(f"{name} is not a list of names separated by commas: {token!r}")
    return tokens if lines else None


def mime_essence(value: str) -> str | None:
    """Return ``type/subtype`` of a MIME type in lower case; ``None`` if it is malformed.

    See https://mimesniff.spec.whatwg.org/#parsing-a-mime-type.
    """
    kind, _, rest = value.strip("\t\n\r ").partition("/")
    subtype = rest.partition(";")[0].rstrip("\t\n\r ")
    if not is_token(kind) or not is_token(subtype):
        return None
    return f"{kind}/{subtype}".lower()


def response_essence(headers: Iterable[Header]) -> str | None:
    """Return the essence of a response's MIME type (#concept-header-extract-mime-type)."""
    essence = None
    for value in split(get(headers, "Content-Type") or ""):
        candidate = mime_essence(value)
        essence = essence if candidate in {None, "*/*"} else candidate
    return essence


def is_forbidden(name: str, value: str) -> bool:
    """Return whether a script cannot set this request header (#forbidden-request-header)."""
    if is_forbidden_request_header(name):
        return True
    return name.lower() in _FORBIDDEN_BY_VALUE and any(map(is_forbidden_method, split(value)))


def is_safelisted(name: str, value: str) -> bool:
    """Return whether this request header needs no preflight (#cors-safelisted-request-header)."""
    if len(value) > MAX_SAFELISTED_VALUE:
        return False
    lower = name.lower()
    if lower == "accept":
        return not _UNSAFE_BYTE.search(value)
    if lower in {"accept-language", "content-language"}:
        return _LANGUAGES.fullmatch(value) is not None
    if lower == "content-type":
        return not _UNSAFE_BYTE.search(value) and mime_essence(value) in _SAFELISTED_TYPES
    if lower == "range":
        return _is_simple_range(value)
    return False


def _is_simple_range(value: str) -> bool:
    # See #simple-range-header-value; ranges without a beginning are not safelisted.
    match = _SIMPLE_RANGE.fullmatch(value)
    return match is not None and (not match[2] or int(match[1]) <= int(match[2]))


def is_client_hint(name: str, value: str) -> bool:
    """Return whether this is a client hint, or Intervention, that needs no preflight in Chromium."""
    values = _CLIENT_HINTS.get(name.lower())
    return values is not None and len(value) <= MAX_SAFELISTED_VALUE and values.fullmatch(value) is not None


def unsafe_names(headers: Iterable[Header], *, client_hints: bool = False) -> list[str]:
    """Return the header names that need a preflight, sorted (#cors-unsafe-request-header-names).

    :param client_hints: whether client hints are safelisted, too.
    """
    unsafe: list[str] = []
    safelisted: list[str] = []
    size = 0
    for name, value in headers:
        if is_safelisted(name, value) or (client_hints and is_client_hint(name, value)):
            safelisted.append(name)
            size += len(value)
        else:
            unsafe.append(name)
    if size > MAX_SAFELISTED_VALUES:
        unsafe += safelisted
    return sorted({name.lower() for name in unsafe})


def basic_headers(headers: Iterable[Header]) -> list[Header]:
    """Return the headers of a same-origin response that a script reads (#concept-filtered-response-basic)."""
    return combined(without(headers, FORBIDDEN_RESPONSE_HEADERS))


def cors_headers(headers: Iterable[Header], exposed: Iterable[str]) -> list[Header]:
    """Return the headers of a CORS response that a script reads (#concept-filtered-response-cors).

    :param exposed: the CORS-exposed header-name list, in lower case.
    """
    readable = SAFELISTED_RESPONSE_HEADERS | set(exposed)
    return [(name, value) for name, value in basic_headers(headers) if name.lower() in readable]
