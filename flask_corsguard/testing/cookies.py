"""The cookie jar: which cookies a browser stores, and which it sends with a request.

Third-party cookies are neither blocked nor partitioned: browsers do that by a setting of the user,
so a server cannot rely on it.

:see: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from .cookie_syntax import SetCookie, parse_date, parse_set_cookie
from .differences import Quirks
from .requests import SAFE_METHODS, Request
from .sites import is_public_suffix
from .urls import Url, is_address, is_trustworthy

#: The longest lifetime of a cookie, in seconds: 400 days (section 5.5).
MAX_COOKIE_AGE: Final = 400 * 24 * 3600
#: How long Chromium sends a new cookie with unsafe top-level requests, in seconds (section 5.6.7.2).
LAX_ALLOWING_UNSAFE_AGE: Final = 120

SameSite = Literal["Strict", "Lax", "None", "Default"]
_SAME_SITE: Final[dict[str, SameSite]] = {"strict": "Strict", "lax": "Lax", "none": "None"}

_DOMAIN_CHARACTERS = re.compile(r"[\x01-\x7f]*")


@dataclass(slots=True, kw_only=True)
class Cookie:
    """A stored cookie (section 5.7)."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    same_site: SameSite
    created: float
    #: In seconds since 1970; ``None``: when the browser is closed, which never happens here.
    expires: float | None


class CookieJar:
    """The cookies of a browser."""

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self._cookies: list[Cookie] = []

    def store(self, request: Request, lines: Iterable[str], now: float) -> None:
        """Store the cookies of the ``Set-Cookie`` headers *lines* that may be stored."""
        for line in lines:
            parsed = parse_set_cookie(line)
            cookie = None if parsed is None else self._cookie_of(request, parsed, now)
            if cookie is not None:
                self._put(cookie, now)

    def header(self, request: Request, now: float) -> str | None:
        """Return the value of ``Cookie``; ``None`` if no cookie is sent (section 5.8.3)."""
        self._evict(now)
        cookies = [cookie for cookie in self._cookies if self._is_sent(cookie, request, now)]
        cookies.sort(key=lambda cookie: (-len(cookie.path), cookie.created))
        return "; ".join(f"{each.name}={each.value}" if each.name else each.value for each in cookies) or None

    def _is_secure(self, url: Url) -> bool:
        if url.scheme == "http" and self._quirks.has("secure-cookie-on-loopback"):
            return False
        return is_trustworthy(url)

    def _cookie_of(self, request: Request, parsed: SetCookie, now: float) -> Cookie | None:
        name, value, attributes = parsed
        url = request.url
        domain = _cookie_domain(attributes.get("domain", ""), url.host)
        path = attributes.get("path", "")
        cookie = Cookie(
            name=name,
            value=value,
            domain=domain or url.host,
            host_only=not domain,
            path=path if path.startswith("/") else default_path(url.path),
            secure="secure" in attributes,
            same_site=_SAME_SITE.get(attributes.get("samesite", "").lower(), "Default"),
            created=now,
            expires=_expiry(attributes, now),
        )
        is_ignored = (
            domain is None
            or (cookie.secure and not self._is_secure(url))
            or self._hides_secure_cookie(cookie, url)
            or not self._may_be_set_by(request, cookie)
            or (cookie.same_site == "None" and not cookie.secure)
            or _violates_prefix(cookie, attributes)
        )
        return None if is_ignored else cookie

    def _hides_secure_cookie(self, new: Cookie, url: Url) -> bool:
        # Section 5.7, step 16.
        return (
            not new.secure
            and not self._is_secure(url)
            and any(
                old.name == new.name
                and old.secure
                and (domain_matches(old.domain, new.domain) or domain_matches(new.domain, old.domain))
                and path_matches(new.path, old.path)
                for old in self._cookies
            )
        )

    def _may_be_set_by(self, request: Request, cookie: Cookie) -> bool:
        # Section 5.7, step 18.
        return self._is_cross_site(cookie) or request.is_same_site or request.is_top_level

    def _is_cross_site(self, cookie: Cookie) -> bool:
        by_default = cookie.same_site == "Default" and self._quirks.has("samesite-default")
        return cookie.same_site == "None" or by_default

    def _put(self, cookie: Cookie, now: float) -> None:
        # Section 5.7, step 23.
        self._evict(now)
        for at, old in enumerate(self._cookies):
            if _identity(old) == _identity(cookie):
                # The creation time stays, and with it the order in which cookies are sent.
                cookie.created = old.created
                self._cookies[at] = cookie
                break
        else:
            self._cookies.append(cookie)

    def _evict(self, now: float) -> None:
        self._cookies = [each for each in self._cookies if each.expires is None or each.expires > now]

    def _is_sent(self, cookie: Cookie, request: Request, now: float) -> bool:
        url = request.url
        matches = url.host == cookie.domain if cookie.host_only else domain_matches(url.host, cookie.domain)
        if not matches or not path_matches(url.path, cookie.path):
            return False
        if cookie.secure and not self._is_secure(url):
            return False
        if self._is_cross_site(cookie) or request.is_same_site:
            return True
        if cookie.same_site == "Strict" or not request.is_top_level:
            return False
        return request.method in SAFE_METHODS or self._allows_unsafe_method(cookie, now)

    def _allows_unsafe_method(self, cookie: Cookie, now: float) -> bool:
        # See section 5.6.7.2.
        return (
            cookie.same_site == "Default"
            and self._quirks.has("lax-allowing-unsafe")
            and now - cookie.created <= LAX_ALLOWING_UNSAFE_AGE
        )


def _identity(cookie: Cookie) -> tuple[str, str, bool, str]:
    return cookie.name, cookie.domain, cookie.host_only, cookie.path


def _cookie_domain(attribute: str, host: str) -> str | None:
    # Section 5.7, steps 8 to 10. "": the cookie is for the host only. None: the cookie is ignored.
    domain = attribute.removeprefix(".").lower()
    if not _DOMAIN_CHARACTERS.fullmatch(domain):
        return None
    if domain and is_public_suffix(domain):
        return "" if domain == host else None
    if domain and not domain_matches(host, domain):
        return None
    return domain


def _expiry(attributes: dict[str, str], now: float) -> float | None:
    # Section 5.6.2: a Max-Age that is not a number is ignored.
    age = attributes.get("max-age", "")
    if re.fullmatch(r"-?[0-9]+", age):
        # Tempting: int(age). But int() raises ValueError for a number of more than 4,300 digits.
        seconds = 0 if age.startswith("-") else min(int(age[:20]), MAX_COOKIE_AGE)
        return now + seconds
    date = parse_date(attributes.get("expires", ""))
    return None if date is None else min(date, now + MAX_COOKIE_AGE)


def _violates_prefix(cookie: Cookie, attributes: dict[str, str]) -> bool:
    # Section 5.7, steps 20 to 22.
    name = (cookie.name or cookie.value).lower()
    if name.startswith("__secure-"):
        return not cookie.secure or not cookie.name
    if name.startswith("__host-"):
        whole = cookie.host_only and "path" in attributes and cookie.path == "/"
        return not (cookie.secure and whole and cookie.name)
    return False


def domain_matches(host: str, domain: str) -> bool:
    """Return whether a cookie with this *domain* is sent to *host* (section 5.1.3)."""
    return host == domain or (host.endswith(f".{domain}") and not is_address(host))


def default_path(path: str) -> str:
    """Return the path of a cookie without a ``Path`` attribute (section 5.1.4)."""
    return path.rpartition("/")[0] or "/"


def path_matches(path: str, cookie_path: str) -> bool:
    """Return whether a cookie with this *cookie_path* is sent to *path* (section 5.1.4)."""
    if not path.startswith(cookie_path):
        return False
    return path == cookie_path or cookie_path.endswith("/") or path[len(cookie_path)] == "/"
