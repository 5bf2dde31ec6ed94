"""The encodings of a form, as browsers write them.

:see: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#form-submission-algorithm
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from .request_constructor import Fields, pairs_of, urlencoded
from .scalar_values import scalar_value_string

_LINE_END = re.compile(r"\r\n|\r|\n")


class EncodedForm(NamedTuple):
    """The body of a form, and its ``Content-Type``."""

    body: bytes
    content_type: str


def _with_crlf(text: str) -> str:
    return _LINE_END.sub("\r\n", scalar_value_string(text))


def normalized_fields(fields: Fields) -> list[tuple[str, str]]:
    """Return *fields* as pairs in which every line ends with CRLF.

    See #converting-an-entry-list-to-a-list-of-name-value-pairs.
    """
    return [(_with_crlf(name), _with_crlf(value)) for name, value in pairs_of(fields)]


def _as_urlencoded(fields: Fields) -> EncodedForm:
    return EncodedForm(urlencoded(normalized_fields(fields)).encode(), "application/x-www-form-urlencoded")


def _as_text(fields: Fields) -> EncodedForm:
    """Encode as text/plain (#text/plain-encoding-algorithm): unescaped, so a form can send JSON."""
    text = "".join(f"{name}={value}\r\n" for name, value in normalized_fields(fields))
    return EncodedForm(text.encode(), "text/plain")


def _as_multipart(fields: Fields) -> EncodedForm:
    """Encode as multipart/form-data (#multipart/form-data-encoding-algorithm)."""
    pairs = normalized_fields(fields)
    boundary = f"----formdata-corsguard-{sha256(repr(pairs).encode()).hexdigest()[:16]}"
    lines: list[str] = []
    for name, value in pairs:
        escaped = name.replace("\r\n", "%0D%0A").replace('"', "%22")
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{escaped}"', "", value]
    lines += [f"--{boundary}--", ""]
    return EncodedForm("\r\n".join(lines).encode(), f"multipart/form-data; boundary={boundary}")


#: The encodings, by the value of ``enctype``.
ENCODINGS: Final[Mapping[str, Callable[[Fields], EncodedForm]]] = {
    "application/x-www-form-urlencoded": _as_urlencoded,
    "multipart/form-data": _as_multipart,
    "text/plain": _as_text,
}
