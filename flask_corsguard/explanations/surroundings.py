"""Other reasons why a request fails: a private network, or a cookie that the browser does not send."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Final

from flask_corsguard.testing import Engine, Exchange
from flask_corsguard.testing.cookie_syntax import parse_set_cookie
from flask_corsguard.testing.cookies import CookieJar
from flask_corsguard.testing.differences import Quirks
from flask_corsguard.testing.headers import NO_CORS_SAFELISTED, is_forbidden, is_safelisted
from flask_corsguard.testing.request_constructor import request_for
from flask_corsguard.testing.requests import Client
from flask_corsguard.testing.sending import navigation_of
from flask_corsguard.testing.sites import same_site
from flask_corsguard.testing.urls import (
    Url,
    is_loopback,
    page_origin,
    parse_url,
)

from .asked import Asked

#: The kinds of networks, the most private one last.
_SPACES: Final = ("the internet", "a private network", "this computer")


def about_headers(asked: Asked) -> Iterator[str]:
    """Yield a sentence for each header that the browser leaves out, even if the page sets it."""
    for name, value in asked.headers:
        if is_forbidden(name, value):
            also = " --credentials sends cookies." if name.lower() == "cookie" else ""
            yield f"No page can set {name}: the browser leaves it out, or writes it itself.{also}"
        elif asked.manner == "form":
            yield f"No form can set {name}: the browser leaves it out."
        elif asked.manner == "no-cors" and not (
            name.lower() in NO_CORS_SAFELISTED and is_safelisted(name, value)
        ):
            yield f"In the mode no-cors, the browser leaves out {name}."


def about_network(asked: Asked, addresses: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence if the page reaches into a more private network than its own.

    :param addresses: the addresses of the hosts that were connected to.
    """
    page, target = parse_url(asked.origin), parse_url(asked.url)
    origin = None if page is None else page_origin(page)
    if origin is None or target is None:
        return
    # The page's host is not looked up: its address on this network may differ from its public one.
    theirs, ours = _space_of(origin.host), _space_of(addresses.get(target.host.strip("[]"), target.host))
    if ours > theirs:
        yield (
            f"The server is in {_SPACES[ours]}, and the page comes from {_SPACES[theirs]}: Chromium and "
            "Firefox first ask the person who looks at the page for permission (Local Network Access), "
            "and only pages over https may ask. No header of the server changes that."
        )


def _space_of(host: str) -> int:
    host = host.strip("[]")
    try:
        address = ip_address(host)
    except ValueError:
        return 2 if is_loopback(host) else 1 if host.endswith(".local") else 0
    return 2 if address.is_loopback else 1 if address.is_private else 0


def cookies_at_home(
    asked: Asked, lines: Iterable[tuple[str, str]], engine: Engine | None = None
) -> Iterator[str]:
    """Yield a sentence for each cookie that the server sets, and that this page cannot send back.

    :param lines: URLs, and values of ``Set-Cookie`` in their responses.
    :param engine: the engine; Chromium's rules are the strictest.
    """
    page = parse_url(asked.origin)
    origin = None if page is None else page_origin(page)
    if page is None or origin is None or not asked.sends_cookies:
        return
    for text, line in lines:
        url, cookie = parse_url(text), parse_set_cookie(line)
        if url is None or cookie is None or same_site(origin, url.origin):
            continue
        jar, now = CookieJar(Quirks(engine or "chromium")), time.time()
        jar.store(navigation_of(None, url), [line], now)
        request = request_for(url, Client(page, origin))
        request.method, request.credentials = asked.method, "include"
        if jar.header(request, now) is None:
            yield (
                f"The cookie {cookie.name or cookie.value} is not sent: {_why(cookie.attributes, url)}, "
                "and the page is of another site. Set it with SameSite=None; Secure, or serve page and "
                "server from one site."
            )


def _why(attributes: Mapping[str, str], url: Url) -> str:
    same_site_value = attributes.get("samesite")
    if same_site_value is None:
        return "it has no SameSite, which Chromium treats as Lax"
    if same_site_value.lower() != "none":
        return f"it has SameSite={same_site_value}"
    if "secure" not in attributes:
        return "it has SameSite=None without Secure, which browsers refuse"
    return f"it is not for {url}"


def cookies_set_by(exchanges: Iterable[Exchange]) -> list[tuple[str, str]]:
    """Return the URLs and the values of all ``Set-Cookie`` in the responses."""
    return [
        (each.url, value)
        for each in exchanges
        for name, value in each.response_headers
        if name.lower() == "set-cookie"
    ]
