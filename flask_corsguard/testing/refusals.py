"""Refusals of the browser: the step that failed, the reason, and the response that would be accepted."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from .exchanges import Exchange
from .requests import Client
from .urls import page_origin

#: The response headers that a refusal shows, as the beginnings of their lower-case names: only
#: these influence whether a page may read the response.
RELEVANT = (
    "access-control-",
    "cache-control",
    "content-type",
    "cross-origin-resource-policy",
    "location",
    "timing-allow-origin",
    "vary",
    "x-content-type-options",
)


class NetworkError(Exception):
    """A network error of the standard (#concept-network-error); it never leaves the model."""

    def __init__(self, step: str, because: str, needed: str) -> None:
        super().__init__(f"{step}: {because}")
        self.step = step
        self.because = because
        self.needed = needed


class FetchRefused(Exception):  # noqa: N818 - not an error: many tests expect a refusal
    """A browser refuses to send the page's request, or to show its response to the page.

    A script would see a bare ``TypeError``. ``str()`` of this exception shows the page and its
    request, the failed step of the standard, and the reason. It also shows a response that a browser
    would accept, and every request and response that was sent.

    :ivar asked: the page and its request, such as
        ``"a page of https://app.example fetch GET https://api.example/names"``.
    :ivar step: the step of the standard that failed, such as ``"CORS check"``.
    :ivar because: the reason, as a sentence.
    :ivar needed: what a browser would accept, and the policy of this library that sends it.
    :ivar exchange: the preflights and requests that were made, in order, each with its response.
    """

    # A traceback shows the public path.
    __module__ = "flask_corsguard.testing"

    def __init__(self, asked: str, error: NetworkError, exchange: tuple[Exchange, ...] = ()) -> None:
        super().__init__(asked)
        self.asked = asked
        self.step = error.step
        self.because = error.because
        self.needed = error.needed
        self.exchange = exchange

    @property
    def sent(self) -> bool:
        """Whether the request itself reached a server, which may have executed it.

        ``False`` if nothing was sent, if only a preflight was sent, or if the response came from
        the HTTP cache.
        """
        return was_sent(self.exchange)

    def __str__(self) -> str:
        lines = [
            f"A browser does not allow {self.asked}",
            "",
            f"Step:    {self.step}",
            f"Because: {self.because}",
            f"Needed:  {self.needed}",
            "",
            self._what_was_sent(),
        ]
        for exchange in self.exchange:
            lines += ["", exchange.text(only=RELEVANT)]
        return "\n".join(lines)

    def _what_was_sent(self) -> str:
        if self.sent:
            return "The request itself was sent, so the server may have executed it:"
        if self.exchange and self.exchange[-1].from_cache:
            return "Nothing was sent; the response was in the browser's HTTP cache:"
        if self.exchange:
            return "Only the preflight was sent:"
        return "Nothing was sent."


def was_sent(exchanges: Iterable[Exchange]) -> bool:
    """Return whether *exchanges* contain more than preflights and responses from the cache."""
    return any(not each.is_preflight and not each.from_cache for each in exchanges)


class Attempt:
    """One action of a page, or of a person.

    As a context manager, it turns a :class:`NetworkError` into a :class:`FetchRefused` with the
    action and its exchanges.

    :param client: the page; ``None`` for a person who types a URL.
    :param action: such as ``"fetch GET https://api.example/names"``.
    """

    def __init__(self, client: Client | None, action: str) -> None:
        actor = "a person who types the URL" if client is None else f"a page of {page_origin(client.url)}"
        if client is not None and client.is_sandboxed:
            actor = f"a sandboxed frame (origin null) in {actor}"
        self._asked = f"{actor} to {action}"
        self.exchanges: list[Exchange] = []

    def __enter__(self) -> Attempt:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, NetworkError):
            raise FetchRefused(self._asked, error, tuple(self.exchanges)) from None
