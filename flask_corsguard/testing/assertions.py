"""Assertions that say in the failure of a test what a browser would not say anywhere."""

from __future__ import annotations

from typing import Any

from .pages import Page
from .refusals import FetchRefused
from .responses import Response


def assert_can_fetch(page: Page, url: str, **fetch_arguments: Any) -> Response:
    """Assert that a browser lets *page* read the answer; give it.

    :param fetch_arguments: those of :meth:`Page.fetch`.
    """
    __tracebackhide__ = True
    try:
        return page.fetch(url, **fetch_arguments)
    except FetchRefused as refused:
        raise AssertionError(str(refused)) from None


def assert_cannot_fetch(page: Page, url: str, **fetch_arguments: Any) -> FetchRefused:
    """Assert that a browser does not let *page* read the answer; give the reason.

    A request that was sent may have been executed all the same: see ``.sent``.

    :param fetch_arguments: those of :meth:`Page.fetch`.
    """
    __tracebackhide__ = True
    try:
        response = page.fetch(url, **fetch_arguments)
    except FetchRefused as refused:
        return refused
    wire = "\n\n".join(map(str, response.exchange))
    raise AssertionError(f"A browser lets {page.origin} fetch {url}:\n\n{wire}")
