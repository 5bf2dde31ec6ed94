"""The browser: it opens pages of any origin, in front of the applications that answer them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .differences import Engine
from .exchanges import Exchange
from .pages import Page, page_of
from .request_constructor import check_referrer_policy
from .requests import Client
from .sending import navigate
from .urls import OpaqueOrigin, page_origin, parse_url
from .user_agent import Agent

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Browser:
    """A model of a browser, built from the Fetch standard: its pages send requests to WSGI applications.

    >>> from flask_corsguard.testing import Browser
    >>> from werkzeug import Response
    >>> browser = Browser(Response("hello"))  # any WSGI application
    >>> page = browser.open("https://app.example")
    >>> response = page.fetch("https://api.example/greeting", mode="no-cors")
    >>> response.type, response.text
    ('opaque', '')
    >>> browser.log[0].method, browser.log[0].get("Sec-Fetch-Site")
    ('GET', 'cross-site')

    The applications run in this process, without a network. The clock of the browser moves only in
    :meth:`wait`. The model judges by responses alone, whatever library wrote them. Cookies and
    caches last as long as the browser. :data:`DIFFERENCES` lists where engines differ from the
    standard.

    :param app: a WSGI application that answers at every http(s) origin; or a mapping from origins
        to applications, without a server at any other origin.
    :param engine: the engine to behave like where it differs from the standard; ``None`` is the
        standard.
    :raises ValueError: if *engine* is not an engine, or a key of the mapping is not an http(s)
        origin.
    :raises TypeError: if an application cannot be called as WSGI applications are.
    """

    __module__ = "flask_corsguard.testing"

    def __init__(
        self, app: WSGIApplication | Mapping[str, WSGIApplication], engine: Engine | None = None
    ) -> None:
        self._agent = Agent(app, engine)

    @property
    def engine(self) -> Engine | None:
        """The engine whose differences this browser has; ``None`` is the standard."""
        return self._agent.quirks.engine

    @property
    def log(self) -> list[Exchange]:
        """Every request that reached an application, with its response, in order."""
        return self._agent.log

    def open(self, url: str, *, referrer_policy: str = "", sandboxed: bool = False) -> Page:
        """Return a page of an origin, or at a URL, without any request.

        :param url: an origin or a URL; a scheme of an app shell is possible, as in
            ``capacitor://localhost``.
        :param referrer_policy: the referrer policy of the page; empty is the browser's default,
            ``strict-origin-when-cross-origin``.
        :param sandboxed: make the page a frame with ``sandbox="allow-scripts allow-forms"`` in a
            page at *url*: its origin is opaque, is sent as ``null``, and is cross-site to every
            other origin.
        :returns: the page.
        :raises ValueError: if no page can be at *url*, or *referrer_policy* is not one.
        """
        check_referrer_policy(referrer_policy)
        parsed = parse_url(url)
        origin = None if parsed is None else page_origin(parsed)
        if parsed is None or origin is None:
            raise ValueError(
                f'{url!r} is not the URL of a page; write its origin or its URL: "https://app.example"'
            )
        return Page(self._agent, Client(parsed, OpaqueOrigin() if sandboxed else origin, referrer_policy))

    def visit(self, url: str) -> Page:
        """Load *url*, as a person does who types it into the address bar, and return its page.

        See https://html.spec.whatwg.org/#create-navigation-params-by-fetching. No page sends the
        request: it has no ``Origin`` and no ``Referer``, and ``SameSite=Strict`` cookies are sent.

        :param url: an http(s) URL; redirects are followed.
        :returns: the page at the last URL, with its :attr:`Page.response`.
        :raises FetchRefused: if the browser would show an error page: it cannot send the request to
            *url*, or to the ``Location`` of a redirect.
        """
        return page_of(self._agent, *navigate(self._agent, None, url))

    def wait(self, seconds: float) -> None:
        """Move the clock of the browser forward, for its cookies and caches; it takes no real time.

        :param seconds: how far, in seconds.
        :raises ValueError: if *seconds* is negative.
        """
        if seconds < 0:
            raise ValueError(f"seconds is {seconds}; it cannot be negative")
        self._agent.now += seconds
