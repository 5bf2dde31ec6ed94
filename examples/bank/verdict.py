"""What a browser makes of an answer, as ``flask_corsguard.testing`` models browsers."""

from __future__ import annotations

from enum import Enum, unique
from typing import NamedTuple

from flask_corsguard.testing import FetchRefused, Image, Response


@unique
class Verdict(Enum):
    """What becomes of an answer; the value is for people."""

    READABLE = "the page may read the answer"
    HIDDEN = "the answer is hidden from the page"
    NOT_SENT = "the request itself is never sent"
    SHOWN = "shown on the page, which may not look into it"
    OPENED = "the answer replaces the page"
    OPAQUE = "the page learns nothing, not even the status"
    UNCHECKED = "read: this is not a browser, so nothing is hidden"


class Judgement(NamedTuple):
    """A verdict, and what led to it."""

    verdict: Verdict
    because: str

    @classmethod
    def of_program(cls) -> Judgement:
        """Judge an answer to what is not a browser."""
        return cls(Verdict.UNCHECKED, "only browsers apply CORS")

    @classmethod
    def of_refusal(cls, refused: FetchRefused) -> Judgement:
        """Judge what the browser has refused: the answer, or to send the request at all."""
        verdict = Verdict.HIDDEN if refused.sent else Verdict.NOT_SENT
        return cls(verdict, f"{refused.step}: {refused.because.removesuffix('.')}")

    @classmethod
    def of_result(cls, result: Response | Image) -> Judgement:
        """Judge what the browser has given to the page."""
        last = result.exchange[-1]
        if isinstance(result, Image) and result.tainted:
            return cls(Verdict.SHOWN, "a canvas with the image on it is tainted")
        if isinstance(result, Response) and result.type == "opaque":
            return _OPAQUE[last.get("Sec-Fetch-Dest") or ""]
        if last.get("Sec-Fetch-Site") == "same-origin":
            return cls(Verdict.READABLE, "the page is of the bank's origin, so CORS has no part in it")
        allowed = last.answered("Access-Control-Allow-Origin")
        return cls(Verdict.READABLE, f"the CORS check succeeds: Access-Control-Allow-Origin is {allowed}")


# By what the answer is for, which Sec-Fetch-Dest names (https://w3c.github.io/webappsec-fetch-metadata/).
_OPAQUE = {
    "empty": Judgement(Verdict.OPAQUE, 'with the mode "no-cors" the response is opaque'),
    "iframe": Judgement(Verdict.OPAQUE, "the answer is in a frame, which belongs to the bank's origin"),
    "document": Judgement(Verdict.OPENED, "a form opens the answer in the window of its page"),
}
