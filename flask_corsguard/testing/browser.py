"""A browser: pages of any origin, and the applications that answer them."""

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
    """A model of a browser, made from the Fetch standard.

    Would a browser let this page do that? The model talks to WSGI applications in this process: no
    network, no real time. It judges by what they answer alone, whatever makes the answers. What the
    standard leaves to the browser, and where engines differ from it, is in :data:`DIFFERENCES`.

    :param app: an application that answers at every http(s) origin; or, by origin, several: there
        is no server at any other.
    :param engine: behave as this engine where it differs from the standard.
    """

    def __init__(
        self, app: WSGIApplication | Mapping[str, WSGIApplication], engine: Engine | None = None
    ) -> None:
        self._agent = Agent(app, engine)

    @property
    def engine(self) -> Engine | None:
        """The engine whose differences it shows; ``None`` is the standard."""
        return self._agent.quirks.engine

    @property
    def log(self) -> list[Exchange]:
        """Every request that reached an application, in order."""
        return self._agent.log

    def open(self, url: str, *, referrer_policy: str = "", sandboxed: bool = False) -> Page:
        """Give a page of an origin, or at a URL; no request is made.

        It may be that of a shell, whose scheme is its own: ``capacitor://localhost``.

        :param referrer_policy: of the page; empty is the browser's own default.
        :param sandboxed: it is a frame with ``sandbox="allow-scripts allow-forms"`` in a page at
            *url*: its origin is opaque, ``null``, and cross-site to everyone.
        """
        check_referrer_policy(referrer_policy)
        parsed = parse_url(url)
        origin = None if parsed is None else page_origin(parsed)
        if parsed is None or origin is None:
            raise ValueError(f'{url!r} is no page; write its origin or its URL: "https://app.example"')
        return Page(self._agent, Client(parsed, OpaqueOrigin() if sandboxed else origin, referrer_policy))

    def visit(self, url: str) -> Page:
        """Type *url* into the address bar, follow redirects, and give the page that is there."""
        return page_of(self._agent, *navigate(self._agent, None, url))

    def wait(self, seconds: float) -> None:
        """Let time pass for caches and cookies; nobody waits."""
        if seconds < 0:
            raise ValueError(f"{seconds} seconds cannot pass")
        self._agent.now += seconds
