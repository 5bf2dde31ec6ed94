"""How a browser's no is said: the step that failed, why, and what would be needed."""

from __future__ import annotations

from .exchanges import Exchange

#: What of a response bears on whether a page may have it; the beginnings of names, in lower case.
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
    """A step of the standard has failed (#concept-network-error); within the model only."""

    def __init__(self, step: str, because: str, needed: str) -> None:
        super().__init__(f"{step}: {because}")
        self.step = step
        self.because = because
        self.needed = needed


class FetchRefused(Exception):  # noqa: N818 - it is no error: a refusal is what many tests expect
    """A browser does not let the page have that.

    A script would see a bare ``TypeError``; the test gets the reason. ``str()`` of it says what
    was asked, which step failed and why, what would be needed, and what went over the wire.
    """

    def __init__(self, asked: str, error: NetworkError, exchange: tuple[Exchange, ...] = ()) -> None:
        super().__init__(asked)
        self.asked = asked
        #: The step of the standard, such as ``"CORS check"``.
        self.step = error.step
        #: Why it failed, in a sentence.
        self.because = error.because
        #: What the server would have to answer, and which policy of this library does.
        self.needed = error.needed
        #: All hops and preflights, in order.
        self.exchange = exchange

    @property
    def sent(self) -> bool:
        """Whether the request itself, not only its preflight, went to a server: it may be executed."""
        return any(not each.is_preflight and not each.from_cache for each in self.exchange)

    def __str__(self) -> str:
        lines = [
            f"A browser does not let {self.asked}",
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
            return "Nothing was sent; the answer was in the browser's HTTP cache:"
        if self.exchange:
            return "Only the preflight was sent:"
        return "Nothing was sent."
