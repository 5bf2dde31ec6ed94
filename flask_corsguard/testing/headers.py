"""Header lists, and the lists of values inside of headers.

:see: https://fetch.spec.whatwg.org/#terminology-headers
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from flask_corsguard.core.fetch_standard import (
    FORBIDDEN_RESPONSE_HEADERS,
    is_forbidden_method,
    is_forbidden_request_header,
    is_token,
)

Header = tuple[str, str]

#: See #cors-safelisted-request-header: the longest value, and all such values together, in bytes.
MAX_SAFELISTED_VALUE: Final = 128
MAX_SAFELISTED_VALUES: Final = 1024

#: See #no-cors-safelisted-request-header-name.
NO_CORS_SAFELISTED: Final = frozenset({"accept", "accept-language", "content-language", "content-type"})
#: See #request-body-header-name.
REQUEST_BODY_HEADERS: Final = frozenset(
    {"content-encoding", "content-language", "content-location", "content-type"}
)
#: See #cors-safelisted-response-header-name.
SAFELISTED_RESPONSE_HEADERS: Final = frozenset(
    {
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    }
)

_FORBIDDEN_BY_VALUE: Final = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})
_SAFELISTED_TYPES: Final = frozenset(
    {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
)

# See #cors-unsafe-request-header-byte.
_UNSAFE_BYTE = re.compile(r"[\x00-\x08\x0a-\x1f\"():<>?@\[\\\]{}\x7f]")
_LANGUAGES = re.compile(r"[0-9A-Za-z *,.;=-]*")
_SIMPLE_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
_ELEMENT = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)*', re.DOTALL)


class MalformedListError(ValueError):
    """The value of a header is not what its grammar allows."""


def get(headers: Iterable[Header], name: str) -> str | None:
    """Give the values of *name*, joined (#concept-header-list-get)."""
    values = [value for each, value in headers if each.lower() == name.lower()]
    return ", ".join(values) if values else None


def combined(headers: Iterable[Header]) -> list[Header]:
    """Give *headers* with one line per name, in the order of the first ones."""
    names: dict[str, str] = {}
    for name, _ in headers:
        names.setdefault(name.lower(), name)
    headers = list(headers)
    return [(name, get(headers, name) or "") for name in names.values()]


def without(headers: Iterable[Header], names: Iterable[str]) -> list[Header]:
    """Give *headers* without those whose lower-case name is among *names*."""
    names = frozenset(names)
    return [(name, value) for name, value in headers if name.lower() not in names]


def split(value: str) -> list[str]:
    """Split *value* at commas outside of quotes (#header-value-get-decode-and-split)."""
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
    """Extract the tokens of *name*; ``None`` if there is no such header (#extract-header-list-values).

    :raises MalformedListError: if an element is no token. Empty ones are let through, as
        RFC 9110, section 5.6.1.2, has it.
    """
    lines = [value for each, value in headers if each.lower() == name.lower()]
    values = [element.strip("\t ") for line in lines for element in line.split(",")]
    tokens = [value for value in values if value]
    for token in tokens:
        if not is_token(token):
            raise MalformedListError(f"{name} is no list of names with commas between: {token!r}")
    return tokens if lines else None


def mime_essence(value: str) -> str | None:
    """Give type and subtype of a MIME type, in lower case (https://mimesniff.spec.whatwg.org/#parsing)."""
    kind, _, rest = value.strip("\t\n\r ").partition("/")
    subtype = rest.partition(";")[0].rstrip("\t\n\r ")
    if not is_token(kind) or not is_token(subtype):
        return None
    return f"{kind}/{subtype}".lower()


def response_essence(headers: Iterable[Header]) -> str | None:
    """Give the essence of a response's MIME type (#concept-header-extract-mime-type)."""
    essence = None
    for value in split(get(headers, "Content-Type") or ""):
        found = mime_essence(value)
        essence = essence if found in {None, "*/*"} else found
    return essence


def is_forbidden(name: str, value: str) -> bool:
    """Whether no page may set this request header (#forbidden-request-header)."""
    if is_forbidden_request_header(name):
        return True
    return name.lower() in _FORBIDDEN_BY_VALUE and any(map(is_forbidden_method, split(value)))


def is_safelisted(name: str, value: str) -> bool:
    """Whether a page may send this header anywhere (#cors-safelisted-request-header)."""
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


def unsafe_names(headers: Iterable[Header]) -> list[str]:
    """Give the names that only a preflight can allow (#cors-unsafe-request-header-names)."""
    unsafe: list[str] = []
    potentially: list[str] = []
    size = 0
    for name, value in headers:
        if is_safelisted(name, value):
            potentially.append(name)
            size += len(value)
        else:
            unsafe.append(name)
    if size > MAX_SAFELISTED_VALUES:
        unsafe += potentially
    return sorted({name.lower() for name in unsafe})


def basic_headers(headers: Iterable[Header]) -> list[Header]:
    """Give what a script reads of a same-origin response (#concept-filtered-response-basic)."""
    return combined(without(headers, FORBIDDEN_RESPONSE_HEADERS))


def cors_headers(headers: Iterable[Header], exposed: Iterable[str]) -> list[Header]:
    """Give what a script reads of a response from elsewhere (#concept-filtered-response-cors).

    :param exposed: the CORS-exposed header-name list, in lower case.
    """
    readable = SAFELISTED_RESPONSE_HEADERS | set(exposed)
    return [(name, value) for name, value in basic_headers(headers) if name.lower() in readable]
