"""Alice, on the bank's own page."""

from __future__ import annotations

from flask_corsguard.testing import Browser, Response

from .client import NoAnswerError
from .sites import Site


class Customer:
    """Alice: signed in at the *bank*, so that *browser* has the cookie of her session.

    Each method raises :class:`NoAnswerError` if the bank does not do what its own page asks for.
    """

    def __init__(self, browser: Browser, bank: Site) -> None:
        self._page = browser.open(bank.origin)
        self._fetch("/sign-in", "POST")

    @property
    def balance(self) -> int:
        """The balance of her account, in EUR."""
        return int(self._fetch("/account").json["balance"])

    @property
    def cookie(self) -> str:
        """The ``Cookie`` header that the browser sends to the bank."""
        return self._fetch("/account").exchange[-1].get("Cookie") or ""

    def turn_guard(self, *, on: bool) -> None:
        """Turn the bank's guard on or off."""
        self._fetch("/guard", "POST", {"guard": "on" if on else "off"})

    def _fetch(self, path: str, method: str = "GET", data: dict[str, str] | None = None) -> Response:
        response = self._page.fetch(path, method, data=data)
        if not response.ok:
            raise NoAnswerError(f"The bank answers {method} {path} of its own page with {response.status}.")
        return response
