"""Assertions whose failure shows why a browser refuses, or what it allows a page to read."""

from __future__ import annotations

from typing import Any

from .pages import Page
from .refusals import FetchRefused
from .responses import Response


def assert_can_fetch(page: Page, url: str, method: str = "GET", **fetch_arguments: Any) -> Response:
    """Assert that a browser allows *page* to read the response to a ``fetch()``.

    >>> from flask_corsguard.testing import Browser, assert_can_fetch, assert_cannot_fetch
    >>> from werkzeug import Response
    >>> app = Response("hello", headers={"Access-Control-Allow-Origin": "https://app.example"})
    >>> browser = Browser(app)
    >>> assert_can_fetch(browser.open("https://app.example"), "https://api.example/greeting").text
    'hello'
    >>> assert_cannot_fetch(browser.open("https://evil.example"), "https://api.example/greeting").step
    'CORS check'

    :param page: the page that calls ``fetch()``.
    :param url: the URL of the request.
    :param method: the method of the request.
    :param fetch_arguments: all other arguments of :meth:`Page.fetch`.
    :returns: the response, as the page may read it.
    :raises AssertionError: if a browser refuses; its text is that of the :class:`FetchRefused`.
    :raises ValueError: if an argument is wrong, as for :meth:`Page.fetch`.
    """
    __tracebackhide__ = True
    try:
        return page.fetch(url, method, **fetch_arguments)
    except FetchRefused as refused:
        raise AssertionError(str(refused)) from None


def assert_cannot_fetch(page: Page, url: str, method: str = "GET", **fetch_arguments: Any) -> FetchRefused:
    """Assert that a browser does not allow *page* to read the response to a ``fetch()``.

    The application may have executed the request all the same: see :attr:`FetchRefused.sent`.

    :param page: the page that calls ``fetch()``.
    :param url: the URL of the request.
    :param method: the method of the request.
    :param fetch_arguments: all other arguments of :meth:`Page.fetch`.
    :returns: the refusal, with its reason.
    :raises AssertionError: if the page can read the response; its text shows all requests and
        responses.
    :raises ValueError: if an argument is wrong, as for :meth:`Page.fetch`.
    """
    __tracebackhide__ = True
    try:
        response = page.fetch(url, method, **fetch_arguments)
    except FetchRefused as refused:
        return refused
    wire = "\n\n".join(map(str, response.exchange))
    raise AssertionError(f"A browser allows {page.origin} to fetch {url}:\n\n{wire}")
