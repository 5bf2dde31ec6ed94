"""Hostile values: a megabyte of every make, and the longest origins that are legal.

A make is what comes first, what is repeated until the size is reached, and what comes last.
"""

from __future__ import annotations

from typing import Final

from .policies import long_scheme
from .requests import ALLOWED, REQUESTS, Environ, preflight, without_fetch_metadata

Make = tuple[str, str, str]

ORIGINS: Final[dict[str, Make]] = {
    "labels": ("https://", "a.", "example"),
    "one-label": ("https://", "a", ".example"),
    "dots": ("https://", ".", "example"),
    "commas": (ALLOWED, ",", ""),
    "repeated": ("", f"{ALLOWED}, ", ALLOWED),
    "white-space": (ALLOWED, " ", ""),
    "tabs-before": ("", "\t", ALLOWED),
    "upper-case": ("", "HTTPS://APP.EXAMPLE", ""),
    "prefix-then-garbage": (ALLOWED, "\xff", ""),
    "schemes": ("", "https://", "app.example"),
    "long-scheme": ("", "a", "://app.example"),
    "port": (f"{ALLOWED}:", "9", ""),
    "address": ("https://[", "0:", "]"),
    "punycode": ("https://", "xn--", ".example"),
}
REQUEST_HEADERS: Final[dict[str, Make]] = {
    "labels": ("", "a.", "a"),
    "one-name": ("", "a", ""),
    "many-names": ("", "a,", "a"),
    "commas": ("", ",", ""),
    "white-space": ("", " ", ""),
    "tabs-and-commas": ("", "\t,", ""),
    "repeated-allowed": ("", "content-type,", "content-type"),
    "upper-case": ("", "CONTENT-TYPE, ", "CONTENT-TYPE"),
    "prefix-then-garbage": ("content-type", "\xff", ""),
    "white-space-in-list": ("authorization,", " ", "content-type"),
}
METHODS: Final[dict[str, Make]] = {
    "one-name": ("", "A", ""),
    "repeated": ("PUT", " PUT", ""),
    "lower-case": ("", "put", ""),
}
#: Makes that are of no header in particular.
ANYWHERE: Final[dict[str, Make]] = {
    "latin-1": ("", "\xe9", ""),
    "digits": ("https://1:", "1", ""),
    "protocols": ("", "websocket,", ""),
}

#: Every make, once.
MAKES: Final = tuple(
    dict.fromkeys([*ORIGINS.values(), *REQUEST_HEADERS.values(), *METHODS.values(), *ANYWHERE.values()])
)


def of_size(make: Make, size: int) -> bytes:
    """Return *size* bytes of that make."""
    first, repeated, last = make
    room = size - len(first) - len(last)
    middle = (repeated * (room // len(repeated) + 1))[:room]
    return f"{first}{middle}{last}".encode("latin-1")


def requests_with(text: str) -> dict[str, Environ]:
    """Return requests with *text* in a header that the library reads, and of usual size otherwise."""
    allowed, refused = (
        without_fetch_metadata(REQUESTS[request](ALLOWED)) for request in ("post-allowed", "post-refused")
    )
    return {
        "preflight: Origin": preflight(text),
        "preflight: method": preflight(ALLOWED, method=text),
        "preflight: headers": preflight(ALLOWED, headers=text),
        "get: Origin": REQUESTS["get-allowed"](text),
        "get: Upgrade": REQUESTS["get-allowed"](ALLOWED) | {"HTTP_UPGRADE": text},
        "post: Origin": allowed | {"HTTP_ORIGIN": text},
        "post: Sec-Fetch-Site": refused | {"HTTP_SEC_FETCH_SITE": text},
        "post: Host": refused | {"HTTP_HOST": text},
        "post: X-Forwarded-Host": refused | {"HTTP_X_FORWARDED_HOST": text},
        "post: Cookie": allowed | {"HTTP_COOKIE": text},
    }


def _hosts() -> dict[str, str]:
    """Return hosts of the longest length, 253 bytes, by their make."""
    return {
        "many-labels": "a." * 123 + "example",
        "few-labels": ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 53, "example"]),
        "shared-suffixes": "b." + "a." * 122 + "example",
    }


def legal_origins() -> dict[str, str]:
    """Return the longest legal origins, by their make."""
    made = {}
    for make, host in _hosts().items():
        made[f"legal-{make}"] = f"{long_scheme()}://{host}:65535"
        made[f"legal-https-{make}"] = f"https://{host}:65535"
    return made
