"""The answer to the form of the debug page: what a browser does with a request, by the policies alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Final, cast

from flask_corsguard.explanations.asked import Asked, Manner, header_of
from flask_corsguard.explanations.explanation import Explanation, explain_inside
from flask_corsguard.explanations.inside import url_of
from flask_corsguard.inventories.words import relative
from flask_corsguard.pages.markup import element

from .page import MANNERS

if TYPE_CHECKING:
    from flask import Flask


_ENGINES: Final = {
    None: "The standard",
    "chromium": "Chromium",
    "firefox": "Firefox",
    "webkit": "WebKit (Safari)",
}


def answer_to(app: Flask, fields: Mapping[str, str]) -> str:
    """Return the answer as HTML.

    :param app: the application.
    :param fields: the fields of the form.
    """
    try:
        explanation = explain_inside(_asked(app, fields), app)
    except ValueError as error:
        return _sentence(str(error))
    return "".join(_parts_of(explanation))


def _asked(app: Flask, fields: Mapping[str, str]) -> Asked:
    origin, path = fields.get("origin", "").strip(), fields.get("path", "").strip()
    if not origin or not path.startswith("/"):
        raise ValueError(
            "Give the origin of the page, such as https://app.example, and a path, such as /api."
        )
    manner = fields.get("manner", "")
    return Asked(
        origin=origin,
        url=url_of(path, app, origin),
        method=fields.get("method") or "GET",
        headers=tuple(header_of(each) for each in fields.get("headers", "").split(",") if each.strip()),
        credentials=bool(fields.get("credentials")),
        manner=cast("Manner", manner if manner in MANNERS else "cors"),
    )


def _parts_of(explanation: Explanation) -> Iterator[str]:
    yield element("h3", _verdict_of(explanation), class_="bad" if explanation.is_refused else "good")
    diagnosis, refusal = explanation.diagnosis, explanation.outcome.refusal
    if diagnosis is not None and diagnosis.meaning:
        yield _sentence(" ".join([diagnosis.meaning, *diagnosis.notes]))
    yield from map(_sentence, explanation.findings)
    if explanation.applied is not None:
        where = f" <code>{escape(relative(explanation.where))}</code>" if explanation.where else ""
        yield element("p", f"The policy is that of: {escape(explanation.applied.place)}{where}")
    yield from _change_of(explanation)
    yield from map(_sentence, explanation.notes)
    for engine, other in explanation.others.items():
        verb = "allows it" if other.refusal is None else f"refuses it: {other.refusal.because}"
        yield _sentence(f"{_ENGINES[engine]} {verb}")
    exchanges = "\n\n".join(each.text() for each in explanation.outcome.exchanges)
    step = "" if refusal is None else _sentence(f"Step of the Fetch standard: {refusal.step}.")
    shown = element("summary", "What is sent, and what comes back") + step + element("pre", escape(exchanges))
    yield element("details", shown)


def _verdict_of(explanation: Explanation) -> str:
    asked = explanation.outcome.asked
    what = f"<code>{escape(asked.method)} {escape(asked.url)}</code>"
    if explanation.outcome.refusal is not None:
        return f"A browser refuses {what}"
    if explanation.decision is not None:
        return f"A browser sends {what}, and the guard refuses it"
    if asked.manner != "cors":
        return f"A browser sends {what}; the page does not see the answer"
    return f"A browser sends {what}, and the page reads the answer"


def _change_of(explanation: Explanation) -> Iterator[str]:
    decision, diagnosis, needed = explanation.decision, explanation.diagnosis, explanation.needed
    if needed is None:
        return
    remedy = "" if diagnosis is None else diagnosis.remedy
    yield _sentence(f"{remedy if decision is None else decision.explain()} {needed.why_not}".strip())
    if needed.code:
        yield element("p", "In that policy, if this page may:") + element("pre", escape(needed.code))


def _sentence(text: str) -> str:
    return element("p", escape(text))
