"""Diagnoses: the fault behind a refusal, with the words of the table that ``why`` reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from flask_corsguard.console_messages.catalogue import FAULTS
from flask_corsguard.console_messages.notes import notes_of
from flask_corsguard.core.fetch_standard import ACAC, ACAH, ACAM, ACAO
from flask_corsguard.core.origin import Origin
from flask_corsguard.testing import Exchange, FetchRefused
from flask_corsguard.testing.headers import split
from flask_corsguard.testing.user_agent import REDIRECT_STATUSES

from .asked import Asked, Outcome

#: How much of the header ``Server`` is shown, in characters.
MAX_SERVER: Final = 80

_PREFLIGHT: Final = "CORS-preflight fetch, step "
#: The fault of a step that has one, whatever the response is.
_OF_STEPS: Final = {
    "main fetch, step 7 (mixed content)": "mixed-content",
    "main fetch, step 12 (same-origin mode)": "same-origin-mode",
    "cross-origin resource policy check": "resource-policy",
    f"{_PREFLIGHT}7.5 (methods)": "method-not-allowed",
    f"{_PREFLIGHT}7.6 (Authorization)": "header-not-allowed",
    f"{_PREFLIGHT}7.7 (headers)": "header-not-allowed",
}
#: The names at the end of the reason that the model gives.
_NAMES: Final = re.compile(r"(?:does not name|the page sends|never covers) ([^.]+)")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a browser refuses."""

    #: The code of a fault, such as ``"preflight-status"``; that of the step, if no fault is behind it.
    code: str
    #: What happened; empty if the reason of the step is enough.
    meaning: str
    #: What more is known.
    notes: tuple[str, ...]
    #: What to change.
    remedy: str
    #: What the response names, such as ``{"status": "502"}``.
    values: Mapping[str, str] = field(default_factory=dict)


def diagnosis_of(outcome: Outcome, *, knows_status: bool = True) -> Diagnosis | None:
    """Return why the browser refuses; ``None`` if it does not.

    :param knows_status: whether the status is that of a real server, so that it explains something.
    """
    refusal = outcome.refusal
    if refusal is None:
        return None
    code = _code_of(refusal, outcome.asked)
    values = _values_of(refusal, outcome.asked)
    if not knows_status:
        values.pop("status", None)
    fault = FAULTS.get(code)
    if fault is None:
        return Diagnosis(code, "", (), f"A browser needs {refusal.needed}.", values)
    notes = [*notes_of(code, values), *_about_server(refusal.exchange)]
    meaning, remedy = fault.filled(fault.meaning, values), fault.filled(fault.remedy, values)
    return Diagnosis(code, meaning, tuple(notes), remedy, values)


def _code_of(refusal: FetchRefused, asked: Asked) -> str:
    step = refusal.step
    last = refusal.exchange[-1] if refusal.exchange else None
    if step in _OF_STEPS or last is None:
        return _OF_STEPS.get(step, step)
    if step == f"{_PREFLIGHT}7 (ok status)":
        return "preflight-redirect" if last.status in REDIRECT_STATUSES else "preflight-status"
    if step == f"{_PREFLIGHT}7.3 (list syntax)":
        return "methods-syntax" if refusal.because.startswith(ACAM) else "headers-syntax"
    if step == "HTTP-redirect fetch" and "password" in refusal.because:
        return "redirect-with-password"
    if step not in {"CORS check", f"{_PREFLIGHT}7 (CORS check)"}:
        return step
    code = _code_of_sharing(last, asked)
    if last.is_preflight and last.status in REDIRECT_STATUSES:
        return "preflight-redirect"
    if last.is_preflight and code == "no-allow-origin":
        return "preflight-no-allow-origin"
    if code == "no-allow-origin" and last.status in REDIRECT_STATUSES:
        return "redirect-refused"
    return code


def _code_of_sharing(last: Exchange, asked: Asked) -> str:
    """Return the fault of a response that does not pass the CORS check."""
    allowed, origin = last.answered(ACAO), last.origin
    if allowed is not None and (len(split(allowed)) > 1 or len(allowed.split()) > 1):
        return "multiple-allow-origin"
    if allowed == "*" and asked.sends_cookies:
        return "wildcard-with-credentials"
    if allowed == origin:
        return "allow-credentials"
    if origin == "null":
        return "null-origin"
    if allowed is None:
        return "no-allow-origin"
    is_origin = Origin.parse(allowed.rstrip("/").lower()) is not None
    return "origin-mismatch" if is_origin else "invalid-allow-origin"


def _values_of(refusal: FetchRefused, asked: Asked) -> dict[str, str]:
    values = {"origin": asked.origin, "url": asked.url, "method": asked.method, "kind": asked.manner}
    names = _NAMES.search(refusal.because)
    if names is not None and ACAH in refusal.because:
        values["header"] = names[1]
    if not refusal.exchange:
        return values
    last = refusal.exchange[-1]
    values |= {"url": last.url, "status": str(last.status)}
    if last.url != refusal.exchange[0].url:
        values["first"] = refusal.exchange[0].url
    allowed = last.answered(ACAC) if last.answered(ACAO) == last.origin else last.answered(ACAO)
    if allowed is not None:
        values["value"] = allowed
    return values


def _about_server(exchanges: tuple[Exchange, ...]) -> Iterator[str]:
    """Yield the ``Location`` and the ``Server`` of the answer that the browser refuses, if it has them."""
    for last in exchanges[-1:]:
        location, server = last.answered("Location"), last.answered("Server")
        if last.status in REDIRECT_STATUSES and location is not None:
            yield f"The answer has status {last.status} and leads to {location}."
        if server is not None:
            answer = "preflight" if last.is_preflight else "request"
            yield f"The answer to the {answer} comes from {server[:MAX_SERVER]}."
