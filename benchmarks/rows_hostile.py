"""Hostile requests: headers of a megabyte, of every make, and the longest origins that are legal.

Every call has strings of its own: a string keeps its hash, and whoever hashes a megabyte would seem to
have done it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from .drive import Anew, Environ, Reused
from .exchanges import ACRH, ACRM, ALLOWED, REQUESTS
from .policies import PATTERNS, long_scheme
from .rows import Expected, Row, named
from .rows_wsgi import bare_row, expected, log_around, our_row, ours

MEGABYTE: Final = 1_000_000
#: The sizes of the plot, in bytes.
SIZES: Final = (1_000, 10_000, 100_000, MEGABYTE)

#: Calls of a sample, each with a megabyte of its own; and with the few bytes of a legal origin.
LARGE: Final = 16
SMALL: Final = 500

#: What is said first, what is repeated until the size is reached, and what is said last.
ORIGINS: Final = {
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
REQUEST_HEADERS: Final = {
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
METHODS: Final = {"one-name": ("", "A", ""), "repeated": ("PUT", " PUT", ""), "lower-case": ("", "put", "")}
#: Headers where nobody expects them, or of another length than anybody expects.
ELSEWHERE: Final = (
    (ACRH, "many-names", "get-allowed"),
    (ACRH, "many-names", "post-allowed"),
    (ACRM, "one-name", "get-allowed"),
    ("HTTP_SEC_FETCH_SITE", "one-name", "post-allowed"),
    ("HTTP_COOKIE", "many-names", "get-allowed"),
)


def of_size(make: tuple[str, str, str], size: int) -> bytes:
    """Give *size* bytes of that make."""
    first, repeated, last = make
    room = size - len(first) - len(last)
    middle = (repeated * (room // len(repeated) + 1))[:room]
    return f"{first}{middle}{last}".encode("latin-1")


def with_header(environ: Environ, header: str, value: bytes) -> Callable[[], Environ]:
    """Give what makes *environ* with a header whose string is another one each time."""
    return lambda: environ | {header: value.decode("latin-1")}


def _row(policy: str, request: str, header: str, make: str, value: Callable[[], bytes], **more: str) -> Row:
    """Give the library's row for a request whose *header* has a value of that make."""
    refused, passed = Expected((403,), (None,)), Expected((200,), (None,))
    answers = {"preflight": refused, "post-refused": refused, "get-refused": passed}
    if header != "HTTP_ORIGIN":
        answers = dict.fromkeys(REQUESTS, Expected((200,), (ALLOWED,))) | {
            "preflight": Expected((204,), (ALLOWED,))
        }
    most = SMALL if make.startswith("legal") else LARGE
    around = log_around(more.get("log", "on"))
    return Row(
        hostile_row(policy, request, header, make, **more),
        lambda: Anew(ours(policy), with_header(REQUESTS[request](ALLOWED), header, value()), most, around),
        answers[request],
        bare_row(request),
    )


def hostile_row(policy: str, request: str, header: str, make: str, size: str = "1000000", **more: str) -> str:
    """Give the name of a row whose *header* is of that make and size."""
    written = header.removeprefix("HTTP_").replace("_", "-").lower()
    return named(
        layer="wsgi",
        library="flask-corsguard",
        policy=policy,
        request=request,
        header=written,
        make=make,
        size=size,
        **more,
    )


def beside_row(request: str) -> str:
    """Give the name of a row of usual size, measured in the rounds of the hostile ones to compare them."""
    return our_row("one", request, beside="hostile")


def _beside() -> Iterator[Row]:
    for request in ("preflight", "post-refused"):
        yield Row(
            beside_row(request),
            lambda request=request: Reused(ours("one"), REQUESTS[request](ALLOWED)),
            expected("one", request),
            bare_row(request),
        )


def _megabytes() -> Iterator[Row]:
    many = f"patterns-{PATTERNS}"
    for make, parts in ORIGINS.items():
        for policy in ("one", many):
            for request in ("preflight", "get-refused"):
                yield _row(policy, request, "HTTP_ORIGIN", make, lambda parts=parts: of_size(parts, MEGABYTE))
        for log in ("on", "off"):
            yield _row(
                *("one", "post-refused", "HTTP_ORIGIN", make),
                lambda parts=parts: of_size(parts, MEGABYTE),
                log=log,
            )
    for header, makes in ((ACRH, REQUEST_HEADERS), (ACRM, METHODS)):
        for make, parts in makes.items():
            for policy in ("one", "any-header") if header == ACRH else ("one",):
                yield _row(policy, "preflight", header, make, lambda parts=parts: of_size(parts, MEGABYTE))


def _elsewhere() -> Iterator[Row]:
    for header, make, request in ELSEWHERE:
        parts = REQUEST_HEADERS[make]
        yield _row("one", request, header, make, lambda parts=parts: of_size(parts, MEGABYTE))


def _sizes() -> Iterator[Row]:
    for size in SIZES[:-1]:
        for header, make in (("HTTP_ORIGIN", "labels"), (ACRH, "many-names")):
            parts = (ORIGINS if header == "HTTP_ORIGIN" else REQUEST_HEADERS)[make]
            yield _row(
                *("one", "preflight", header, make),
                lambda parts=parts, size=size: of_size(parts, size),
                size=str(size),
            )


def _hosts() -> dict[str, str]:
    """Give hosts of the longest length, 253 bytes, by their make."""
    return {
        "many-labels": "a." * 123 + "example",
        "few-labels": ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 53, "example"]),
        "shared-suffixes": "b." + "a." * 122 + "example",
    }


#: The longest ``Origin`` that is read, in bytes (``MAX_ORIGIN_LENGTH``), and one whose scheme is https.
LONGEST: Final = 326


def legal_origins() -> dict[str, str]:
    """Give the longest legal origins, by their make."""
    made = {}
    for make, host in _hosts().items():
        made[f"legal-{make}"] = f"{long_scheme()}://{host}:65535"
        made[f"legal-https-{make}"] = f"https://{host}:65535"
    return made


def _longest() -> Iterator[Row]:
    for policy in (f"patterns-{PATTERNS}", "deep-patterns"):
        for make, origin in legal_origins().items():
            if policy == "deep-patterns":
                # Below some of the patterns, but for the port: every suffix is found, and none suffices.
                origin = origin.replace(":65535", ":65534")  # noqa: PLW2901
            for request in ("preflight", "get-refused"):
                yield _row(
                    *(policy, request, "HTTP_ORIGIN", make),
                    lambda origin=origin: origin.encode(),
                    size=str(len(origin)),
                )


def rows() -> Iterator[Row]:
    """Give every hostile row."""
    yield from _beside()
    yield from _megabytes()
    yield from _elsewhere()
    yield from _sizes()
    yield from _longest()
