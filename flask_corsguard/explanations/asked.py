"""A question: a request of a page, and what a browser does with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from flask_corsguard.testing import Browser, Engine, Exchange, FetchRefused, Page, Response
from flask_corsguard.testing.differences import Quirks

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: How the page sends its request.
Manner = Literal["cors", "no-cors", "form"]

#: The page around a sandboxed frame, whose own origin is ``null``.
AROUND_NULL: Final = "https://page.example"

#: The values of headers that are asked for by their names alone.
VALUES: Final = {
    "accept": "application/json",
    "authorization": "Bearer token",
    "content-type": "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that a page wants to send."""

    #: The origin of the page; ``"null"`` for a sandboxed frame.
    origin: str
    #: The URL of the request.
    url: str
    method: str = "GET"
    #: The request headers that a script sets.
    headers: tuple[tuple[str, str], ...] = ()
    #: Whether it asks for cookies to be sent to another origin.
    credentials: bool = False
    manner: Manner = "cors"

    def page_in(self, browser: Browser) -> Page:
        """Return the page that sends the request.

        :raises ValueError: if there can be no page of this origin.
        """
        if self.origin == "null":
            return browser.open(AROUND_NULL, sandboxed=True)
        page = browser.open(self.origin)
        if str(page.origin) != self.origin.rstrip("/"):
            raise ValueError(f"{self.origin!r} is not an origin; the origin of this page is {page.origin}")
        return page

    def sent_by(self, page: Page) -> Response:
        """Have *page* send the request, and return what it may read of the response.

        :raises FetchRefused: if the browser refuses.
        """
        if self.manner == "form":
            return page.submit(self.url, {}, method=self.method)
        return page.fetch(
            self.url,
            self.method,
            headers=self.headers,
            mode=self.manner,
            credentials="include" if self.credentials else "same-origin",
        )

    @property
    def sends_cookies(self) -> bool:
        """Whether cookies go along to another origin."""
        return self.credentials or self.manner == "form"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a browser did with a request: it refuses, or the page gets a response."""

    asked: Asked
    #: ``None`` is the standard.
    engine: Engine | None
    refusal: FetchRefused | None
    response: Response | None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The preflights and requests that were made, in order."""
        if self.refusal is not None:
            return self.refusal.exchange
        return () if self.response is None else self.response.exchange


def outcome_of(
    asked: Asked, app: WSGIApplication, engine: Engine | None = None, quirks: Quirks | None = None
) -> Outcome:
    """Return what a browser does with the request, if *app* answers at every origin.

    :param quirks: the differences of the engine, if they are not all that it has.
    :raises ValueError: if a part of *asked* cannot be.
    """
    browser = Browser(app, engine)
    if quirks is not None:
        browser._agent.quirks = quirks  # noqa: SLF001 - only a comparison of engines needs other ones
    page = asked.page_in(browser)
    try:
        return Outcome(asked, engine, None, asked.sent_by(page))
    except FetchRefused as refusal:
        return Outcome(asked, engine, refusal, None)


def header_of(text: str) -> tuple[str, str]:
    """Return the name and value of the header that ``NAME`` or ``NAME: VALUE`` gives."""
    name, _, value = text.partition(":")
    return name.strip(), value.strip() or VALUES.get(name.strip().lower(), "1")
