"""Hostile requests: headers of a megabyte, of every make, and the longest origins that are legal.

Every call has strings of its own: a string caches its hash, so code that hashes a megabyte each time would
seem to have done it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Final

from .drive import Anew, Around, Reused
from .rows import Expected, Row, named
from .rows_wsgi import bare_row, expected, our_row
from .scenarios.applications import guarded
from .scenarios.hostile import METHODS, ORIGINS, REQUEST_HEADERS, legal_origins, of_size
from .scenarios.log import log_off
from .scenarios.policies import PATTERNS, patterned
from .scenarios.requests import ACRH, ACRM, ALLOWED, REQUESTS, Environ, browser_request

MEGABYTE: Final = 1_000_000
#: The sizes of the plot, in bytes.
SIZES: Final = (1_000, 10_000, 100_000, MEGABYTE)

#: Calls of a sample, each with a megabyte of its own; and with the few bytes of a legal origin.
LARGE: Final = 16
SMALL: Final = 500

#: Headers where nobody expects them, or of another length than anybody expects.
ELSEWHERE: Final = (
    (ACRH, "many-names", "get-allowed"),
    (ACRH, "many-names", "post-allowed"),
    (ACRM, "one-name", "get-allowed"),
    ("HTTP_SEC_FETCH_SITE", "one-name", "post-allowed"),
    ("HTTP_COOKIE", "many-names", "get-allowed"),
)


def with_header(environ: Environ, header: str, value: bytes) -> Callable[[], Environ]:
    """Return what makes *environ* with a header whose string is another one each time."""
    return lambda: environ | {header: value.decode("latin-1")}


def _row(policy: str, request: str, header: str, make: str, value: Callable[[], bytes], **more: str) -> Row:
    """Return the library's row for a request whose *header* has a value of that make."""
    refused, passed = Expected((403,), (None,)), Expected((200,), (None,))
    answers = {"preflight": refused, "post-refused": refused, "get-refused": passed}
    if header != "HTTP_ORIGIN":
        answers = dict.fromkeys(REQUESTS, Expected((200,), (ALLOWED,))) | {
            "preflight": Expected((204,), (ALLOWED,))
        }
    most = SMALL if make.startswith("legal") else LARGE
    around = log_off if more.get("log") == "off" else nullcontext

    def exchange() -> Anew:
        with_value = with_header(browser_request(request, ALLOWED), header, value())
        return Anew(guarded(policy), with_value, most, around)

    return Row(
        hostile_row(policy, request, header, make, **more),
        exchange,
        answers[request],
        bare_row(request),
    )


def hostile_row(policy: str, request: str, header: str, make: str, size: str = "1000000", **more: str) -> str:
    """Return the name of a row whose *header* is of that make and size."""
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


def beside_row(request: str, **more: str) -> str:
    """Return the name of a row of usual size, measured in the rounds of the hostile ones to compare them."""
    return our_row("one", request, beside="hostile", **more)


def _beside() -> Iterator[Row]:
    def row(request: str, around: Around = nullcontext, **more: str) -> Row:
        return Row(
            beside_row(request, **more),
            lambda: Reused(guarded("one"), browser_request(request, ALLOWED), around),
            expected("one", request),
            bare_row(request),
        )

    yield row("preflight")
    yield row("post-refused")
    yield row("post-refused", log_off, log="off")


def _megabytes() -> Iterator[Row]:
    many = patterned(PATTERNS)
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


def _longest() -> Iterator[Row]:
    for policy in (patterned(PATTERNS), "deep-patterns"):
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
    """Yield every hostile row."""
    yield from _beside()
    yield from _megabytes()
    yield from _elsewhere()
    yield from _sizes()
    yield from _longest()
