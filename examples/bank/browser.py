"""What a browser makes of an answer: the client's half of the CORS protocol, by the Fetch standard.

:see: https://fetch.spec.whatwg.org/ (sections are cited by their anchors)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique
from typing import Final, Literal, NamedTuple

#: The request's mode (#concept-request-mode): of a script, of a plain image or a script that wants
#: no answer, of a form; ``none`` is no browser at all.
Mode = Literal["cors", "no-cors", "navigate", "none"]

#: What the page's origin is to the bank's (https://w3c.github.io/webappsec-fetch-metadata/). Names
#: below demo.localhost are one site, and so are the ports of one address.
Relation = Literal["same-origin", "same-site", "cross-site"]

Headers = tuple[tuple[str, str], ...]

_OK: Final = range(200, 300)
_SAFELISTED_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_NON_WILDCARD: Final = "authorization"


@dataclass(frozen=True)
class PageRequest:
    """What a page asks its browser for."""

    method: str
    path: str
    origin: str | None = None
    mode: Mode = "cors"
    #: Whether the request is to carry cookies (the credentials mode "include").
    credentials: bool = False
    #: The headers that no form could send, in lower case: those a preflight asks for.
    unsafe_headers: tuple[str, ...] = ()
    #: The type and the text of the body.
    body: tuple[str, str] | None = None
    site: Relation = "same-site"
    #: What the answer is for: "empty" is a script.
    dest: Literal["empty", "image", "iframe", "document"] = "empty"

    @property
    def needs_preflight(self) -> bool:
        """Whether the browser asks the server first (#main-fetch)."""
        return self.mode == "cors" and (self.method not in _SAFELISTED_METHODS or bool(self.unsafe_headers))


@unique
class Verdict(Enum):
    """What becomes of an answer; the value is for people."""

    READABLE = "the page may read the answer"
    HIDDEN = "the answer is hidden from the page"
    PREFLIGHT_PASSED = "the request may be sent"
    NOT_SENT = "the request itself is never sent"
    SHOWN = "shown on the page, which may not look into it"
    OPAQUE = "the page learns nothing, not even the status"
    UNCHECKED = "read: no browser, so nobody hides anything"


class Judgement(NamedTuple):
    """A verdict, and what in the answer led to it."""

    verdict: Verdict
    because: str


def preflight_headers(request: PageRequest) -> Headers:
    """Give the headers of the preflight for *request* (#cors-preflight-fetch, steps 1 to 5)."""
    headers = [("Origin", request.origin or "null"), ("Access-Control-Request-Method", request.method)]
    if request.unsafe_headers:
        headers.append(("Access-Control-Request-Headers", ",".join(sorted(request.unsafe_headers))))
    return (*headers, *_metadata(request))


def actual_headers(request: PageRequest, cookie: str) -> Headers:
    """Give the headers of *request* itself: its origin where a browser names it, its cookie."""
    headers: list[tuple[str, str]] = []
    # By #append-a-request-origin-header it is named where a script asks or something may change.
    if request.origin is not None and (request.mode == "cors" or request.method not in {"GET", "HEAD"}):
        headers.append(("Origin", request.origin))
    headers += [(name, "1") for name in request.unsafe_headers if name != "content-type"]
    if request.body is not None:
        headers.append(("Content-Type", request.body[0]))
    headers += _metadata(request)
    if request.credentials:
        headers.append(("Cookie", cookie))
    return tuple(headers)


def _metadata(request: PageRequest) -> Headers:
    # Browsers send these to trustworthy origins: https, and also localhost and 127.0.0.1.
    if request.mode == "none":
        return ()
    return (
        ("Sec-Fetch-Site", request.site),
        ("Sec-Fetch-Mode", request.mode),
        ("Sec-Fetch-Dest", request.dest),
    )


def judge_preflight(request: PageRequest, status: int, headers: Headers) -> Judgement:
    """Say whether the browser sends *request* after this answer (#cors-preflight-fetch, step 7)."""
    failure = cors_check(request, headers)
    if failure is None and status not in _OK:
        failure = f"{status} is no success"
    if failure is None:
        failure = _check_method(request, headers) or _check_headers(request, headers)
    if failure is not None:
        return Judgement(Verdict.NOT_SENT, failure)
    return Judgement(Verdict.PREFLIGHT_PASSED, "the preflight grants all of it")


def judge_answer(request: PageRequest, headers: Headers) -> Judgement:
    """Say what the page gets of this answer to *request* itself (#http-fetch)."""
    if request.mode == "none":
        return Judgement(Verdict.UNCHECKED, "CORS is kept by browsers only")
    if request.site == "same-origin":
        return Judgement(Verdict.READABLE, "the bank's own page asks, so CORS has no part in it")
    if request.mode == "no-cors" and request.dest == "empty":
        return Judgement(Verdict.OPAQUE, 'with the mode "no-cors" the answer is opaque')
    if request.mode == "no-cors":
        return Judgement(Verdict.SHOWN, 'with the mode "no-cors" the answer is opaque')
    if request.mode == "navigate":
        return Judgement(Verdict.HIDDEN, "it is in a frame, which belongs to the bank's origin")
    failure = cors_check(request, headers)
    if failure is not None:
        return Judgement(Verdict.HIDDEN, failure)
    return Judgement(Verdict.READABLE, f"Access-Control-Allow-Origin is {_get(headers, _ACAO)}")


_ACAO: Final = "access-control-allow-origin"
_ACAC: Final = "access-control-allow-credentials"
_ACAM: Final = "access-control-allow-methods"
_ACAH: Final = "access-control-allow-headers"


def cors_check(request: PageRequest, headers: Headers) -> str | None:
    """Give what fails the CORS check (#concept-cors-check), ``None`` if it succeeds."""
    allowed = _get(headers, _ACAO)
    if allowed is None:
        return "no Access-Control-Allow-Origin"
    if not request.credentials and allowed == "*":
        return None
    if allowed != (request.origin or "null"):
        return f"Access-Control-Allow-Origin is {allowed}, not the page's origin"
    if not request.credentials or _get(headers, _ACAC) == "true":
        return None
    return "no Access-Control-Allow-Credentials: true"


def _check_method(request: PageRequest, headers: Headers) -> str | None:
    # Step 7.5; a "*" is only a name where there are credentials.
    methods = _list(headers, _ACAM)
    if request.method in methods or request.method in _SAFELISTED_METHODS:
        return None
    if "*" in methods and not request.credentials:
        return None
    return f"{request.method} is not in Access-Control-Allow-Methods"


def _check_headers(request: PageRequest, headers: Headers) -> str | None:
    # Steps 7.6 and 7.7.
    names = {name.lower() for name in _list(headers, _ACAH)}
    for name in request.unsafe_headers:
        covered = "*" in names and not request.credentials and name != _NON_WILDCARD
        if name not in names and not covered:
            return f"{name} is not in Access-Control-Allow-Headers"
    return None


def _get(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    # Repeated headers are joined (#concept-header-list-get), and so become no one's origin.
    values = [value for key, value in headers if key.lower() == name]
    return ", ".join(values) if values else None


def _list(headers: Headers, name: str) -> list[str]:
    return [item.strip() for item in (_get(headers, name) or "").split(",") if item.strip()]
