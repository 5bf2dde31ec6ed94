"""Explanations, as text for people and as values for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask_corsguard.explanations.explanation import Explanation
from flask_corsguard.explanations.needed import NeededAnswer
from flask_corsguard.explanations.recorded import Other
from flask_corsguard.inventories.words import relative
from flask_corsguard.testing import Engine, Exchange
from flask_corsguard.testing.refusals import RELEVANT

from .output import write
from .paragraphs import write_code, write_paragraph

_ENGINES: Final[dict[Engine | None, str]] = {
    None: "The standard",
    "chromium": "Chromium",
    "firefox": "Firefox",
    "webkit": "WebKit (Safari)",
}
_SHOWN: Final = (*RELEVANT, "server", "set-cookie")


def write_explanation(explanation: Explanation) -> None:
    """Write the verdict, the cause and the change, then what was sent and what came back."""
    write_paragraph(verdict_of(explanation), colour="red" if explanation.is_refused else "green")
    for paragraph in (*_causes_of(explanation), *explanation.findings):
        write()
        write_paragraph(paragraph, "  ")
    _write_change(explanation)
    for note in (*explanation.notes, *_engines_of(explanation)):
        write()
        write_paragraph(note, "  ")
    for exchange in explanation.outcome.exchanges:
        write()
        write_code(exchange.text(only=_SHOWN), "")


def write_policy(explanation: Explanation) -> None:
    """Write what the policies of an application decide on a request, and what has to change in them."""
    write()
    write_paragraph(f"In the application: {verdict_of(explanation)}", "  ")
    for paragraph in (*_places_of(explanation), *explanation.findings):
        write_paragraph(paragraph, "  ")
    _write_change(explanation)
    if not explanation.is_refused:
        write_paragraph(
            "So the answer that the browser refused comes from something before the application, or from "
            "another version of it.",
            "  ",
        )


def verdict_of(explanation: Explanation) -> str:
    """Return in a sentence what the browser does."""
    outcome = explanation.outcome
    asked = outcome.asked
    what = f"a page of {asked.origin} to {_DEEDS[asked.manner]} {asked.method} {asked.url}"
    if outcome.refusal is not None:
        return (
            f"A browser does not allow {what}: {explanation.diagnosis.code if explanation.diagnosis else ''}"
        )
    if explanation.decision is not None:
        return f"A browser allows {what}, and the guard refuses it: {explanation.decision.reason}"
    answer = f"has status {outcome.exchanges[-1].status}"
    if explanation.is_answered_by_policies:
        answer = "is the application's: it was not run (add --run to run it)"
    if asked.manner != "cors":
        return f"A browser allows {what}; the page does not see the answer, which {answer}."
    return f"A browser allows {what} and to read the answer, which {answer}."


_DEEDS: Final = {"cors": "fetch", "no-cors": "send", "form": "submit a form with"}


def _causes_of(explanation: Explanation) -> Iterator[str]:
    diagnosis, refusal = explanation.diagnosis, explanation.outcome.refusal
    if diagnosis is not None and refusal is not None:
        if diagnosis.meaning:
            yield f"What happened: {' '.join([diagnosis.meaning, *diagnosis.notes])}"
        yield f"Step of the standard: {refusal.step}. {refusal.because[:1].upper()}{refusal.because[1:]}"
    yield from _places_of(explanation)


def _places_of(explanation: Explanation) -> Iterator[str]:
    if explanation.applied is not None:
        where = f" ({relative(explanation.where)})" if explanation.where else ""
        yield f"Whose policy decides: {explanation.applied.place}{where}."


def _write_change(explanation: Explanation) -> None:
    decision, diagnosis, needed = explanation.decision, explanation.diagnosis, explanation.needed
    if needed is None:
        return
    remedy = diagnosis.remedy if decision is None and diagnosis is not None else ""
    advice = decision.explain() if decision is not None else remedy
    write()
    write_paragraph(f"What to change: {advice} {needed.why_not}".rstrip(), "  ")
    if needed.code:
        write()
        write_paragraph("With flask-corsguard:" if explanation.applied is None else "In that policy:", "  ")
        write_code(needed.code)
    for answer in needed.answers if explanation.applied is None else ():
        write()
        write_paragraph(_asked_of_server(answer), "  ")
        write_code("\n".join(f"{name}: {value}" for name, value in answer.headers))


def _asked_of_server(answer: NeededAnswer) -> str:
    status = "with status 204" if answer.status == "204" else "whatever the status, errors included"
    return f"Any server passes if it answers {answer.request}, {status}, with:"


def _engines_of(explanation: Explanation) -> Iterator[str]:
    for engine, other in explanation.others.items():
        refusal, difference = other.refusal, other.difference
        verb = "allows it" if refusal is None else f"refuses it ({refusal.because.rstrip('.')})"
        known = "" if difference is None else f" ({difference.code}: {difference.sentence})"
        yield f"{_ENGINES[engine]} {verb}{known}."


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """Return *explanation* as ``--json`` writes it."""
    outcome, diagnosis, needed = explanation.outcome, explanation.diagnosis, explanation.needed
    asked = outcome.asked
    return {
        "refused": explanation.is_refused,
        "verdict": verdict_of(explanation),
        "request": {"origin": asked.origin, "method": asked.method, "url": asked.url, "manner": asked.manner},
        "engine": outcome.engine,
        "code": None if diagnosis is None else diagnosis.code,
        "step": None if outcome.refusal is None else outcome.refusal.step,
        "because": None if outcome.refusal is None else outcome.refusal.because,
        "meaning": None if diagnosis is None else diagnosis.meaning,
        "remedy": None if diagnosis is None else diagnosis.remedy,
        "notes": [*(() if diagnosis is None else diagnosis.notes), *explanation.notes],
        "findings": list(explanation.findings),
        "reason": None if explanation.decision is None else str(explanation.decision.reason),
        "advice": None if explanation.decision is None else explanation.decision.explain(),
        "policy": _policy_of(explanation),
        "change": None if needed is None else {"code": needed.code, "why_not": needed.why_not},
        "others": {engine or "standard": _verdict(other) for engine, other in explanation.others.items()},
        "exchanges": [_exchange(each) for each in outcome.exchanges],
    }


def _verdict(other: Other) -> str:
    return "passes" if other.refusal is None else "refused"


def _policy_of(explanation: Explanation) -> dict[str, Any] | None:
    if explanation.applied is None:
        return None
    return {"source": explanation.applied.place, "where": explanation.where}


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "method": exchange.method,
        "url": exchange.url,
        "headers": [list(pair) for pair in exchange.headers],
        "status": exchange.status,
        "response_headers": [list(pair) for pair in exchange.response_headers],
    }
