"""Requests, and the headers that a browser adds to them.

:see: https://fetch.spec.whatwg.org/#requests
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from flask_corsguard.core.fetch_standard import ACRM

from .differences import Quirks
from .headers import Header, get
from .sites import same_site, site_of
from .urls import (
    OpaqueOrigin,
    Origin,
    Url,
    is_trustworthy,
    same_origin,
)

Mode = Literal["cors", "no-cors", "same-origin", "navigate", "websocket"]
CredentialsMode = Literal["omit", "same-origin", "include"]
RedirectMode = Literal["follow", "error", "manual"]
CacheMode = Literal["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]
Tainting = Literal["basic", "cors", "opaque"]
Taint = Literal["same-origin", "same-site", "cross-site"]

DEFAULT_REFERRER_POLICY: Final = "strict-origin-when-cross-origin"
#: See https://w3c.github.io/webappsec-referrer-policy/#referrer-policies.
REFERRER_POLICIES: Final = frozenset(
    {
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        DEFAULT_REFERRER_POLICY,
        "unsafe-url",
    }
)
#: The longest Referer, in characters (https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer).
MAX_REFERRER_LENGTH: Final = 4096

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(frozen=True, slots=True)
class Client:
    """The document that sends a request (https://html.spec.whatwg.org/#environment-settings-object)."""

    url: Url
    origin: Origin
    referrer_policy: str = ""

    @property
    def is_sandboxed(self) -> bool:
        """Whether the document is a sandboxed frame in a page at the same URL."""
        return isinstance(self.origin, OpaqueOrigin)


@dataclass(slots=True, kw_only=True)
class Request:
    """A request of the standard; redirects change it (#concept-request)."""

    #: ``None``: a person typed the URL.
    client: Client | None
    origin: Origin
    method: str
    #: The first URL and those of all redirects; the last one is current.
    urls: list[Url]
    mode: Mode
    headers: list[Header] = field(default_factory=list)
    body: bytes | None = None
    credentials: CredentialsMode = "same-origin"
    redirect: RedirectMode = "follow"
    cache: CacheMode = "default"
    destination: str = ""
    referrer_policy: str = ""
    tainting: Tainting = "basic"
    redirects: int = 0
    keepalive: bool = False
    #: The unsafe-request flag: a script chose the method and the headers.
    unsafe: bool = False
    #: The use-CORS-preflight flag.
    use_preflight: bool = False
    timing_failed: bool = False
    #: The URL that the Referer is made from; ``None``: no Referer is sent.
    referrer: Url | None = None
    #: Whether to read only the first piece of the body, because it may never end.
    is_stream: bool = False

    @property
    def url(self) -> Url:
        """The current URL (#concept-request-current-url)."""
        return self.urls[-1]

    @property
    def is_navigation(self) -> bool:
        """Whether the response becomes a document (#navigation-request)."""
        return self.mode == "navigate"

    @property
    def is_top_level(self) -> bool:
        """Whether the response becomes a top-level document, shown in the address bar."""
        return self.destination == "document"

    @property
    def has_credentials(self) -> bool:
        """Whether cookies are sent with the request (#http-network-or-cache-fetch, step 8.3)."""
        return self.credentials == "include" or (
            self.credentials == "same-origin" and self.tainting == "basic"
        )

    @property
    def is_same_site(self) -> bool:
        """Whether the request is same-site for cookies (RFC 6265bis, section 5.2).

        The standard gives a sandboxed frame a cross-site ancestor (#determine-the-same-site-mode, step 4).
        """
        if self.client is None:
            return True
        return same_site(self.client.origin, self.url.origin)

    @property
    def partition(self) -> str:
        """The site that the caches are partitioned by (#network-partition-keys)."""
        return site_of(self.url if self.client is None or self.is_top_level else self.client.url)


def redirect_taint(request: Request) -> Taint:
    """Return the redirect-taint of *request* (#concept-request-tainted-origin)."""
    taint: Taint = "same-origin"
    for previous, url in zip(request.urls, request.urls[1:], strict=False):
        if not same_site(url.origin, previous.origin) and not same_site(request.origin, previous.origin):
            return "cross-site"
        if not same_origin(url.origin, previous.origin) and not same_origin(request.origin, previous.origin):
            taint = "same-site"
    return taint


def serialized_origin(request: Request) -> str:
    """Return the origin of *request* as it is sent (#serializing-a-request-origin)."""
    return str(request.origin) if redirect_taint(request) == "same-origin" else "null"


def origin_header(request: Request, quirks: Quirks) -> str | None:
    """Return the value of ``Origin``; ``None`` if it is not sent (#append-a-request-origin-header)."""
    serialized = serialized_origin(request)
    if request.tainting == "cors" or request.mode == "websocket":
        return serialized
    if request.method in {"GET", "HEAD"}:
        return None
    if request.mode != "cors" and _hides_origin(request, quirks):
        return "null"
    return serialized


def _hides_origin(request: Request, quirks: Quirks) -> bool:
    # See #append-a-request-origin-header, step 4.1.
    policy = request.referrer_policy
    if policy == "no-referrer":
        return not (request.mode == "no-cors" and quirks.has("no-referrer-no-cors-origin"))
    if policy in {"no-referrer-when-downgrade", "strict-origin", DEFAULT_REFERRER_POLICY}:
        return str(request.origin).startswith("https:") and request.url.scheme != "https"
    if policy == "same-origin":
        return not same_origin(request.origin, request.url.origin)
    return False


def determine_referrer(request: Request) -> Url | None:
    """Return the value of ``Referer``; ``None`` if it is not sent.

    See https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer. Precondition:
    the referrer policy of *request* is not empty.
    """
    if request.referrer is None:
        return None
    source = request.referrer
    full = Url(source.scheme, source.host, source.port, source.path, source.query)
    only_origin = Url(source.scheme, source.host, source.port)
    if len(str(full)) > MAX_REFERRER_LENGTH:
        full = only_origin
    policy = request.referrer_policy
    if policy == "no-referrer":
        return None
    if policy == "unsafe-url":
        return full
    if policy == "origin":
        return only_origin
    if same_origin(full.origin, request.url.origin) and policy != "strict-origin":
        return full
    if policy == "same-origin":
        return None
    if policy == "origin-when-cross-origin":
        return only_origin
    if is_trustworthy(full) and not is_trustworthy(request.url):
        return None
    return full if policy == "no-referrer-when-downgrade" else only_origin


def fetch_site(request: Request) -> str:
    """Return the value of ``Sec-Fetch-Site`` (https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)."""
    if request.client is None:
        return "none"
    site = "same-origin"
    for url in request.urls:
        if same_origin(url.origin, request.origin):
            continue
        if not same_site(request.origin, url.origin):
            return "cross-site"
        site = "same-site"
    return site


def fetch_metadata(request: Request, quirks: Quirks) -> list[Header]:
    """Return the ``Sec-Fetch-*`` headers (https://w3c.github.io/webappsec-fetch-metadata/#fetch-integration)."""
    if not is_trustworthy(request.url):
        # No script can set this header, so only preflights have it.
        is_preflight = get(request.headers, ACRM) is not None
        has_mode = is_preflight and quirks.has("preflight-fetch-mode")
        return [("Sec-Fetch-Mode", request.mode)] if has_mode else []
    destination = request.destination or "empty"
    if request.mode == "websocket":
        if quirks.has("websocket-fetch-metadata"):
            return []
        destination = "websocket" if quirks.has("websocket-destination") else destination
    metadata = [
        ("Sec-Fetch-Dest", destination),
        ("Sec-Fetch-Mode", request.mode),
        ("Sec-Fetch-Site", fetch_site(request)),
    ]
    if request.client is None and not quirks.has("fetch-user"):
        metadata.append(("Sec-Fetch-User", "?1"))
    return metadata
