"""Cookies: what a browser keeps, and to whom it sends what it kept.

Third-party cookies are let through and none is partitioned: what browsers do about them is a
setting of their users, and no server can build on it.

:see: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from .cookie_syntax import parse_date, parse_set_cookie
from .differences import Quirks
from .requests import SAFE_METHODS, Request
from .urls import Url, is_address, is_public_suffix, is_trustworthy

#: Longest life of a cookie, in seconds: 400 days (section 5.5).
MAX_COOKIE_AGE: Final = 400 * 24 * 3600
#: How long Chromium lets a fresh cookie pass, in seconds (section 5.6.7.2).
LAX_ALLOWING_UNSAFE_AGE: Final = 120

SameSite = Literal["Strict", "Lax", "None", "Default"]
_SAME_SITE: Final[dict[str, SameSite]] = {"strict": "Strict", "lax": "Lax", "none": "None"}

_DOMAIN_CHARACTERS = re.compile(r"[\x01-\x7f]*")


@dataclass(slots=True, kw_only=True)
class Cookie:
    """A cookie that is kept (section 5.7)."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    same_site: SameSite
    created: float
    #: ``None``: until the browser is closed, which it never is here.
    expires: float | None


class CookieJar:
    """The cookies of a browser."""

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self._cookies: list[Cookie] = []

    def store(self, request: Request, lines: Iterable[str], now: float) -> None:
        """Keep what the ``Set-Cookie`` headers *lines* ask for, as far as it may be kept."""
        for line in lines:
            parsed = parse_set_cookie(line)
            cookie = None if parsed is None else self._receive(request, *parsed, now=now)
            if cookie is not None:
                self._replace(cookie, now)

    def header(self, request: Request, now: float) -> str | None:
        """Give the value of ``Cookie``; ``None`` if there is nothing to send (section 5.8.3)."""
        self._evict(now)
        sent = [cookie for cookie in self._cookies if self._is_sent(cookie, request, now)]
        sent.sort(key=lambda cookie: (-len(cookie.path), cookie.created))
        return "; ".join(f"{each.name}={each.value}" if each.name else each.value for each in sent) or None

    def _is_secure(self, url: Url) -> bool:
        if url.scheme == "http" and self._quirks.has("secure-cookie-on-loopback"):
            return False
        return is_trustworthy(url)

    def _receive(
        self, request: Request, name: str, value: str, attributes: dict[str, str], *, now: float
    ) -> Cookie | None:
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
        refused = (
            domain is None
            or (cookie.secure and not self._is_secure(url))
            or self._overlays_a_secure_one(cookie, url)
            or not self._may_be_set_by(request, cookie)
            or (cookie.same_site == "None" and not cookie.secure)
            or _breaks_its_prefix(cookie, attributes)
        )
        return None if refused else cookie

    def _overlays_a_secure_one(self, new: Cookie, url: Url) -> bool:
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
        return self._is_for_all_sites(cookie) or request.is_same_site or request.is_top_level

    def _is_for_all_sites(self, cookie: Cookie) -> bool:
        by_default = cookie.same_site == "Default" and self._quirks.has("samesite-default")
        return cookie.same_site == "None" or by_default

    def _replace(self, cookie: Cookie, now: float) -> None:
        # Section 5.7, step 23.
        self._evict(now)
        for at, old in enumerate(self._cookies):
            if _identity(old) == _identity(cookie):
                # It stays in its place, which is what the creation time decides.
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
        if self._is_for_all_sites(cookie) or request.is_same_site:
            return True
        if cookie.same_site == "Strict" or not request.is_top_level:
            return False
        return request.method in SAFE_METHODS or self._is_let_through(cookie, now)

    def _is_let_through(self, cookie: Cookie, now: float) -> bool:
        # See section 5.6.7.2.
        return (
            cookie.same_site == "Default"
            and self._quirks.has("lax-allowing-unsafe")
            and now - cookie.created <= LAX_ALLOWING_UNSAFE_AGE
        )


def _identity(cookie: Cookie) -> tuple[str, str, bool, str]:
    return cookie.name, cookie.domain, cookie.host_only, cookie.path


def _cookie_domain(attribute: str, host: str) -> str | None:
    # Section 5.7, steps 8 to 10: "" is the host alone, None that the cookie is ignored.
    domain = attribute.removeprefix(".").lower()
    if not _DOMAIN_CHARACTERS.fullmatch(domain):
        return None
    if domain and is_public_suffix(domain):
        return "" if domain == host else None
    if domain and not domain_matches(host, domain):
        return None
    return domain


def _expiry(attributes: dict[str, str], now: float) -> float | None:
    # Section 5.6.2: what is no number is ignored.
    age = attributes.get("max-age", "")
    if re.fullmatch(r"-?[0-9]+", age):
        # Tempting: int(age) at once. But a number may have a thousand digits, and int() refuses some.
        seconds = 0 if age.startswith("-") else min(int(age[:20]), MAX_COOKIE_AGE)
        return now + seconds
    date = parse_date(attributes.get("expires", ""))
    return None if date is None else min(date, now + MAX_COOKIE_AGE)


def _breaks_its_prefix(cookie: Cookie, attributes: dict[str, str]) -> bool:
    # Section 5.7, steps 20 to 22.
    name = (cookie.name or cookie.value).lower()
    if name.startswith("__secure-"):
        return not cookie.secure or not cookie.name
    if name.startswith("__host-"):
        whole = cookie.host_only and "path" in attributes and cookie.path == "/"
        return not (cookie.secure and whole and cookie.name)
    return False


def domain_matches(host: str, domain: str) -> bool:
    """Whether a cookie of *domain* is for *host* (section 5.1.3)."""
    return host == domain or (host.endswith(f".{domain}") and not is_address(host))


def default_path(path: str) -> str:
    """Give the path of a cookie that names none (section 5.1.4)."""
    return path.rpartition("/")[0] or "/"


def path_matches(path: str, cookie_path: str) -> bool:
    """Whether a cookie of *cookie_path* is for *path* (section 5.1.4)."""
    if not path.startswith(cookie_path):
        return False
    return path == cookie_path or cookie_path.endswith("/") or path[len(cookie_path)] == "/"
